//! `zelo demo`: the main job, on a real database made for it. Backs up, verifies,
//! damages, restores, compares, undoes, compares. Everything it makes lies in one
//! temporary folder and goes when it ends.

mod folder;
mod postgres;
mod sample;
mod sqlite;

use serde::Serialize;
use tokio::time::sleep;

use self::{folder::Folder, postgres::PostgresSample, sample::Sample, sqlite::SqliteSample};
use super::{
    desk::{Desk, Done, Stop},
    exit::Exit,
    output::Tone,
    resource::add::store,
    watch::{BEAT, Watch},
    worker::{Running, told_to_stop},
};
use crate::{
    config::{Flag, Settings, Sources},
    db::{OperationRow, ResourceRow},
    domain::{
        backup::Origin,
        id::{BackupId, SystemIds},
        msg::Msg,
        operation::OpState,
    },
    engine::{BackupOptions, RestoreOptions},
    msg,
    operation::{self, BackupRequest, Request, RestoreRequest, UndoRequest, VerifyRequest},
    problem,
    secret::{Random, Secret, SystemRandom},
    web,
};

/// How to show it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// End after the tour instead of serving its pages
    #[arg(long)]
    pub exit: bool,
    /// Insist on a kind: postgres or sqlite (exit code 3 if it cannot be had)
    #[arg(long, value_name = "KIND", value_parser = ["postgres", "sqlite"])]
    pub kind: Option<String>,
    /// Address and port of the pages
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub bind: String,
}

/// What was done, for the last line of `--json`.
#[derive(Debug, Default, Serialize)]
struct Report {
    kind: String,
    did: Vec<Did>,
    ok: bool,
}

/// One thing done.
#[derive(Debug, Serialize)]
struct Did {
    what: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let folder = Folder::make(&SystemIds).await?;
        let desk = self.own_desk(desk, &folder)?;
        let running = Running::start(&desk, "demo").await?;
        let done = self.with_world(&desk, &running, &folder).await;
        running.stop().await;
        folder.remove().await;
        done
    }

    /// Settings of its own: nothing of the machine's Zelo, if it has one, is read
    /// or touched.
    fn own_desk(&self, desk: &Desk, folder: &Folder) -> Result<Desk, Stop> {
        let flag = |flag, key, value: String| Flag { flag, key, value };
        let flags = vec![
            flag("--data", "data", folder.data().display().to_string()),
            flag("--bind", "http.bind", self.bind.clone()),
            // A demo's few megabytes must not be refused on a small disk.
            flag("demo", "store.reserve_percent", "0".to_owned()),
            flag("demo", "store.reserve_bytes", (64 << 20).to_string()),
        ];
        let settings = Settings::load(&Sources { flags, ..Sources::default() })?;
        Ok(Desk { settings: settings.into(), ..desk.clone() })
    }

    async fn with_world(&self, desk: &Desk, running: &Running, folder: &Folder) -> Done {
        let Some(sample) = self.sample(desk, running, folder).await? else {
            return Err(Stop::Exit(Exit::Fallback));
        };
        let mut tour = Tour { desk, running, sample: &*sample, report: Report::default() };
        let shown = tour.go().await;
        let report = std::mem::take(&mut tour.report);
        let done = match shown {
            Ok(()) if self.exit => Ok(()),
            Ok(()) => serve(desk, running).await,
            Err(stop) => Err(stop),
        };
        let removed = sample.remove().await;
        desk.out.json(&report);
        done?;
        removed?;
        Ok(if report.ok { Exit::Done } else { Exit::Failed })
    }

    /// The best sample the machine offers; `None`, with the reason told, if it is
    /// not of the kind insisted on.
    async fn sample(
        &self,
        desk: &Desk,
        running: &Running,
        folder: &Folder,
    ) -> Result<Option<Box<dyn Sample>>, Stop> {
        let insisted = self.kind.as_deref();
        if insisted != Some("sqlite") {
            let hosts = &running.world.hosts;
            if let Some(sample) = PostgresSample::start(hosts, folder.sample(), password()?).await? {
                return Ok(Some(Box::new(sample)));
            }
            if insisted.is_some() {
                desk.out.problems(&[problem!("demo-no-postgres")]);
                return Ok(None);
            }
            desk.out.say(&msg!("demo-fallback"));
        }
        Ok(Some(Box::new(SqliteSample::new(folder.sample()))))
    }
}

fn password() -> Result<Secret, Stop> {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes).map_err(|e| problem!("no-random").detail(e))?;
    Ok(Secret::new(hex::encode(bytes)))
}

/// The tour itself.
struct Tour<'a> {
    desk: &'a Desk,
    running: &'a Running,
    sample: &'a dyn Sample,
    report: Report,
}

impl Tour<'_> {
    async fn go(&mut self) -> Result<(), Stop> {
        self.report.kind = self.sample.kind().to_string();
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

        self.report.ok = self.report.did.iter().all(|did| did.ok);
        self.head(if self.report.ok { msg!("demo-good") } else { msg!("demo-bad") });
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
        };
        self.operate(Request::Restore(request)).await
    }

    /// Plans, enqueues and follows an operation; anything but success ends the tour.
    async fn operate(&self, request: Request) -> Result<OperationRow, Stop> {
        let world = &self.running.world;
        let prepared = operation::prepare(world, request, &self.desk.actor()).await?;
        let confirm = prepared.view.confirm.clone();
        let id = operation::enqueue(world, prepared, confirm.as_deref(), None).await?.row().id.clone();
        self.running.push(&id).await;
        let mut watch = Watch::new(&self.desk.out, &world.db, &id);
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

    fn compare(&mut self, what: &'static str, row: &OperationRow, digest: &str, expected: &str) {
        self.did(what, Some(row), Some(digest), digest == expected);
    }

    fn did(&mut self, what: &'static str, row: Option<&OperationRow>, digest: Option<&str>, ok: bool) {
        if let Some(digest) = digest {
            let line = self.desk.out.words().text(&msg!("demo-digest", digest = digest));
            self.desk
                .out
                .line(&format!("  {}", self.desk.out.toned(&line, if ok { Tone::Good } else { Tone::Bad })));
        }
        self.report.did.push(Did {
            what,
            ok,
            operation: row.map(|row| row.id.to_string()),
            digest: digest.map(ToOwned::to_owned),
        });
    }

    fn head(&self, msg: Msg) {
        self.desk.out.line("");
        self.desk.out.say(&msg);
    }
}

/// Keeps the pages up until told to stop.
async fn serve(desk: &Desk, running: &Running) -> Result<(), Stop> {
    let (server, address) =
        web::serve(running.world.clone(), &desk.settings.http, desk.out.words().lang())?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    let link = web::new_link(&running.world, &SystemRandom, &format!("http://{address}")).await?;
    desk.out.line("");
    desk.out.say(&msg!("demo-serving", link = link));
    told_to_stop(desk).await?;
    handle.stop(true).await;
    let _ = serving.await;
    Ok(())
}
