//! The simplest kind whose backups share parts: a folder, each of its files a part.

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use crate::{
    domain::{
        backup::Compression,
        id::OperationId,
        kind::Kind,
        manifest::{EngineRef, Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{
        Access, Aside, BackupOptions, Capture, Captured, Check, Detected, Engine, Field, Inspection, Planned,
        RestoreOptions, RestoreSteps, Shelf,
    },
    host::{Container, Reader},
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, AnyStep},
        step::{Adds, Destroys, Step, UndoRule},
    },
    store::part::WritePart,
};

pub(super) const PILE: Kind = Kind::of("pile");

/// A part that ends with this has what comes after the first line as its essence.
pub(super) const DATED: &str = ".dated";

pub(super) struct Pile;

fn folder(access: &Access) -> PathBuf {
    access.value("path").unwrap().into()
}

fn not_here<T>() -> Result<T, Problem> {
    Err(problem!("kind-unknown", kind = "pile"))
}

/// Writes one file.
struct Take {
    file: PathBuf,
    shelf: Shelf,
    compression: Compression,
}

#[async_trait]
impl Step for Take {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        self.file.file_name().unwrap().to_string_lossy().into_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-stage")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let (name, bytes) = (Step::name(self), std::fs::read(&self.file).unwrap());
        let mut facts = Value::Null;
        if name.ends_with(DATED) {
            let rest = bytes.splitn(2, |b| *b == b'\n').nth(1).unwrap_or_default();
            facts = serde_json::json!({ "essence": crate::stream::digest::of(rest).sha256 });
        }
        let written = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{name}", self.shelf.folder),
            compression: self.compression,
            expect: 0,
            tap: None,
            on_bytes: super::counted(cx),
        }
        .from(Box::pin(std::io::Cursor::new(bytes)))
        .await?;
        let part = Part {
            name,
            files: vec![written.file],
            media_type: "application/octet-stream".to_owned(),
            raw: written.raw,
            counts: BTreeMap::new(),
            facts,
        };
        Ok(Captured { parts: vec![part], taken_at: cx.now(), until: None, snapshots: BTreeMap::new() })
    }
}

#[async_trait]
impl Engine for Pile {
    fn kind(&self) -> Kind {
        PILE
    }

    fn shares(&self) -> bool {
        true
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    fn accept(&self, input: Access) -> Result<Access, Vec<Problem>> {
        Ok(input)
    }

    async fn target(&self, access: &Access) -> Result<String, Problem> {
        Ok(folder(access).display().to_string())
    }

    fn detect(&self, _: &str, _: &Container) -> Option<Detected> {
        None
    }

    async fn check(&self, _: &Access) -> Vec<Check> {
        Vec::new()
    }

    async fn inspect(&self, _: &Access) -> Result<Inspection, Problem> {
        Ok(Inspection { engine: EngineRef::default(), items: Vec::new(), marker: None })
    }

    async fn plan_backup(&self, access: &Access, options: &BackupOptions) -> Result<Planned, Problem> {
        let mut names: Vec<PathBuf> =
            std::fs::read_dir(folder(access)).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let facts = serde_json::json!({ "files": names, "compression": options.compression });
        Ok(Planned { facts, warnings: Vec::new(), bytes: 0, database_disk: 0 })
    }

    fn capture(&self, _: &Access, facts: &Value, shelf: &Shelf) -> Result<Vec<Capture>, Problem> {
        let files: Vec<PathBuf> = serde_json::from_value(facts["files"].clone()).unwrap();
        let compression: Compression = serde_json::from_value(facts["compression"].clone()).unwrap();
        let take = |file| {
            let step = Take { file, shelf: shelf.clone(), compression };
            let slot = step.slot();
            Capture { step: AnyStep::new(step), slot }
        };
        Ok(files.into_iter().map(take).collect())
    }

    async fn validate(&self, _: Option<&Access>, _: &Part, mut raw: Reader) -> Result<(), Problem> {
        let read = raw.read_to_end(&mut Vec::new()).await;
        match read {
            Ok(_) => Ok(()),
            Err(error) => Err(crate::store::part::problem_in(&error).unwrap().clone()),
        }
    }

    fn recover(&self, _: &Manifest) -> String {
        "# Take the files\n".to_owned()
    }

    async fn plan_restore(
        &self,
        _: &Access,
        _: &Shelf,
        _: &Manifest,
        _: &RestoreOptions,
        _: &OperationId,
    ) -> Result<Planned, Problem> {
        not_here()
    }

    fn restore(&self, _: &Access, _: &Value, _: &Shelf, _: &Manifest) -> Result<RestoreSteps, Problem> {
        not_here()
    }

    async fn plan_undo(&self, _: &Access, _: &[Aside], _: &OperationId) -> Result<Planned, Problem> {
        not_here()
    }

    fn undo(&self, _: &Access, _: &Value) -> Result<RestoreSteps, Problem> {
        not_here()
    }

    async fn plan_free(&self, _: &Access, _: &Aside, _: &OperationId) -> Result<Planned, Problem> {
        not_here()
    }

    fn free(&self, _: &Access, _: &Value) -> Result<AnyCommit<Destroys>, Problem> {
        not_here()
    }
}
