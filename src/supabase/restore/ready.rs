//! The last look before anything live is touched: Compose accepts the files that were
//! laid out, the images are there, and it is written down which folder is which.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    super::{compose::resolve, instance::Instance, live::Live},
    workspace::{Inode, blocking},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Limits, Reads, Step, UndoRule},
    },
};

/// Which folder is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pair {
    /// Live until the swap.
    pub(super) live: Inode,
    /// Live after it.
    pub(super) next: Inode,
}

/// Looks.
pub(super) struct Ready {
    pub(super) live: Live,
    /// The instance as it will be laid out, for Compose; in the folder below.
    pub(super) project: Instance,
    /// Where it is laid out now.
    pub(super) next: PathBuf,
    /// Its place.
    pub(super) folder: PathBuf,
}

#[async_trait]
impl Step for Ready {
    type Effect = Reads;
    type Output = Pair;

    fn name(&self) -> String {
        "ready".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-ready")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<Pair, Problem> {
        images(&self.live, &self.project, cx).await?;
        let (folder, next) = (self.folder.clone(), self.next.clone());
        let (live, next) = blocking(&self.next, move || Ok((Inode::of(&folder)?, Inode::of(&next)?))).await?;
        let gone = || problem!("restore-folder-gone", folder = self.folder.display().to_string());
        Ok(Pair { live: live.ok_or_else(gone)?, next: next.ok_or_else(gone)? })
    }
}

/// Whether the engine has every image the files name: nothing is pulled while services
/// are away. Problems: what Compose complains of, `restore-images-missing`.
pub(super) async fn images(live: &Live, project: &Instance, cx: &Cx) -> Result<(), Problem> {
    let resolved = resolve(live, project, None, Some(cx)).await?;
    let engine = live.engine(&project.host)?;
    let mut missing = Vec::new();
    let services: Vec<String> = resolved.services().map(ToOwned::to_owned).collect();
    for service in services {
        let image = resolved.service(&service).and_then(|s| s.get("image")).and_then(|i| i.as_str());
        let Some(image) = image else { continue };
        if engine.image_record(image).await.is_err() {
            missing.push(image.to_owned());
        }
    }
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    Err(problem!("restore-images-missing", images = missing.join(", ")))
}
