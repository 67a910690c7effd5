//! A named volume, read through a container that has it, running or not: it brings the
//! vault's key, which PostgreSQL would silently replace by a new one.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde_json::json;

use super::{TAR, TarChecker};
use crate::{
    domain::{backup::Compression, manifest, msg::Msg, names::slug, problem::Problem},
    engine::{Captured, Shelf},
    msg,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::part::WritePart,
    supabase::live::Live,
};

/// Writes one volume.
pub(super) struct Volume {
    pub(super) live: Live,
    pub(super) shelf: Shelf,
    pub(super) host: String,
    pub(super) volume: String,
    pub(super) container: String,
    pub(super) target: String,
    pub(super) compression: Compression,
}

#[async_trait]
impl Step for Volume {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        format!("volume:{}", self.volume)
    }

    fn title(&self) -> Msg {
        msg!("instance-step-volume", volume = &self.volume)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let taken_at = cx.now();
        let tar = self.live.engine(&self.host)?.download(&self.container, &self.target).await?;
        let progress = cx.progress().clone();
        let written = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{}.tar", self.shelf.folder, slug(&Step::name(self))),
            compression: self.compression,
            expect: 0,
            tap: Some(Box::<TarChecker>::default()),
            on_bytes: Arc::new(move |more| progress.add(more)),
        }
        .from(tar)
        .await?;
        let part = manifest::Part {
            name: Step::name(self),
            files: vec![written.file],
            media_type: TAR.to_owned(),
            raw: written.raw,
            counts: BTreeMap::new(),
            facts: json!({ "volume": self.volume, "target": self.target }),
        };
        Ok(Captured { parts: vec![part], taken_at, until: None, snapshots: BTreeMap::new() })
    }
}
