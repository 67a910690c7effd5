//! The tour: fill, back up, verify, damage, restore, compare, undo, compare.

use tokio::time::sleep;

use super::{report::Report, sample::Sample};
use crate::{
    cli::{
        desk::{Desk, Stop},
        output::Tone,
        resource::add::store,
        watch::{BEAT, Watch},
        worker::Running,
    },
    db::{OperationRow, ResourceRow},
    domain::{backup::Origin, id::BackupId, msg::Msg, operation::OpState},
    engine::{BackupOptions, RestoreOptions},
    msg,
    operation::{self, BackupRequest, Request, RestoreRequest, UndoRequest, VerifyRequest},
    problem,
};

/// The tour itself.
pub(super) struct Tour<'a> {
    pub(super) desk: &'a Desk,
    pub(super) running: &'a Running,
    pub(super) sample: &'a dyn Sample,
    pub(super) report: &'a mut Report,
}

impl Tour<'_> {
    /// Shows everything. Of a tour broken off, the report holds what was done.
    pub(super) async fn go(mut self) -> Result<(), Stop> {
        self.report.kind = Some(self.sample.kind().to_string());
        self.head(msg!("demo-1-sample", kind = self.sample.kind().as_str()));
        self.sample.fill().await?;
        let before = self.sample.digest().await?;
        self.did("sample", None, Some(&before), true);
        let resource = self.resource().await?;

        self.head(msg!("demo-2-backup"));
        let backup = self.backup(&resource).await?;
        self.head(msg!("demo-3-verify"));
        let row = self.operate(Request::Verify(VerifyRequest { backup: backup.clone() })).await?;
        self.did("verify", Some(&row), None, true);

        self.head(msg!("demo-4-damage"));
        self.sample.damage().await?;
        let damaged = self.sample.digest().await?;
        self.did("damage", None, Some(&damaged), damaged != before);

        self.head(msg!("demo-5-restore"));
        let restore = self.restore(backup).await?;
        let restored = self.sample.digest().await?;
        self.compare("restore", &restore, &restored, &before);

        self.head(msg!("demo-6-undo"));
        let request = UndoRequest { operation: restore.id, without_safety: None };
        let undo = self.operate(Request::Undo(request)).await?;
        let undone = self.sample.digest().await?;
        self.compare("undo", &undo, &undone, &damaged);

        let good = self.report.complete();
        self.head(if good { msg!("demo-good") } else { msg!("demo-bad") });
        Ok(())
    }

    async fn resource(&self) -> Result<ResourceRow, Stop> {
        let world = &self.running.world;
        let kind = self.sample.kind();
        let access = world.engines.get(&kind)?.accept(self.sample.access())?;
        Ok(store(self.desk, world, "shop".to_owned(), kind, None, access).await?)
    }

    async fn backup(&mut self, resource: &ResourceRow) -> Result<BackupId, Stop> {
        let request = BackupRequest {
            resource: resource.id.clone(),
            name: Some("demo".to_owned()),
            note: None,
            options: BackupOptions::default(),
            origin: Origin::Manual,
            parent: None,
        };
        let row = self.operate(Request::Backup(request)).await?;
        self.did("backup", Some(&row), None, true);
        Ok(row.backup.ok_or_else(|| problem!("internal-step-output", step = "backup"))?)
    }

    async fn restore(&mut self, backup: BackupId) -> Result<OperationRow, Stop> {
        let request = RestoreRequest {
            backup,
            into: None,
            options: RestoreOptions::default(),
            without_safety: None,
            resolves: None,
            parent: None,
        };
        self.operate(Request::Restore(request)).await
    }

    async fn operate(&self, request: Request) -> Result<OperationRow, Stop> {
        operate(self.desk, self.running, request).await
    }

    fn compare(&mut self, what: &'static str, row: &OperationRow, digest: &str, expected: &str) {
        let ok = self.report.compared(what, row, digest, expected);
        self.show(digest, ok);
    }

    fn did(&mut self, what: &'static str, row: Option<&OperationRow>, digest: Option<&str>, ok: bool) {
        self.report.did(what, row, digest, ok);
        if let Some(digest) = digest {
            self.show(digest, ok);
        }
    }

    fn show(&self, digest: &str, ok: bool) {
        let out = &self.desk.out;
        let line = out.words().text(&msg!("demo-digest", digest = digest));
        out.line(&format!("  {}", out.toned(&line, if ok { Tone::Good } else { Tone::Bad })));
    }

    fn head(&self, msg: Msg) {
        head(self.desk, &msg);
    }
}

/// What comes next.
pub(super) fn head(desk: &Desk, msg: &Msg) {
    desk.out.line("");
    desk.out.say(msg);
}

/// Plans, enqueues and follows an operation; anything but success ends the tour.
pub(super) async fn operate(desk: &Desk, running: &Running, request: Request) -> Result<OperationRow, Stop> {
    let world = &running.world;
    let prepared = operation::prepare(world, request, &desk.actor()).await?;
    let confirm = prepared.view.confirm.clone();
    let id = operation::enqueue(world, prepared, confirm.as_deref(), None).await?.row().id.clone();
    running.push(&id).await;
    let mut watch = Watch::new(&desk.out, &world.db, &id);
    let row = loop {
        let row = watch.look().await?;
        if row.state.is_final() || row.state == OpState::NeedsOperator {
            break row;
        }
        sleep(BEAT).await;
    };
    watch.close();
    if row.state == OpState::Succeeded {
        return Ok(row);
    }
    let why = row.problem.unwrap_or_else(|| problem!("demo-operation", state = row.state.as_str()));
    Err(why.into())
}
