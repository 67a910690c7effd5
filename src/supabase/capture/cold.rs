//! A cold copy of the cluster: the database is stopped in order, its data directory is
//! copied as it lies there, and it is started again if it ran. The way out where nothing
//! can be dumped; it costs the time of the copy.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;

use super::{
    DATA,
    cluster::{CLUSTER, ClusterFacts, Facts, Way, part, write},
    stored,
};
use crate::{
    domain::{backup::Compression, msg::Msg, problem::Problem},
    engine::{Captured, Shelf},
    host::{Command, Container, ContainerHost, Running},
    msg, problem,
    saga::{
        Cx,
        context::LaunchError,
        step::{Adds, Limits, Step, UndoRule},
    },
    supabase::{instance::Part, live::Live, steps::wait},
};

/// Bytes a second that a plan counts with: an assumption, well below what was measured of
/// tar alone (238 MB/s), as compressing beside it is slower.
const SPEED: u64 = 60_000_000;
/// Stopping and starting, in seconds.
const AROUND: u64 = 10;

/// How long the database will roughly be away, in seconds.
pub(super) fn seconds(bytes: u64) -> u64 {
    AROUND + bytes.div_ceil(SPEED)
}

/// What the files of a stopped cluster say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Control {
    major: u32,
    system_id: String,
    clean: bool,
}

/// Reads `PG_VERSION` and the first fields of `pg_control`: system identifier (8 bytes),
/// two version numbers (4 each), state (4; 1 is "shut down"). The order has not changed
/// since version 8 (src/include/catalog/pg_control.h).
pub(super) async fn control(folder: &Path) -> Result<Control, Problem> {
    let shown = folder.display().to_string();
    let unread = |why: &dyn std::fmt::Display| problem!("cluster-unreadable", folder = &shown).detail(why);
    let version = tokio::fs::read_to_string(folder.join("PG_VERSION")).await.map_err(|e| unread(&e))?;
    let major = version.trim().parse().map_err(|e| unread(&e))?;
    let mut head = [0; 20];
    let mut file = tokio::fs::File::open(folder.join("global/pg_control")).await.map_err(|e| unread(&e))?;
    file.read_exact(&mut head).await.map_err(|e| unread(&e))?;
    let (id, rest) = head.split_at(8);
    let id = u64::from_ne_bytes(id.try_into().unwrap_or_default());
    let state = rest.get(8..12).and_then(|state| state.try_into().ok()).map(u32::from_ne_bytes);
    Ok(Control { major, system_id: id.to_string(), clean: state == Some(1) })
}

/// Whether the files of a stopped cluster say that it was shut down in order. Problem:
/// `cluster-unreadable`.
pub(in crate::supabase) async fn shut_down(folder: &Path) -> Result<bool, Problem> {
    Ok(control(folder).await?.clean)
}

/// Takes one.
pub(super) struct ColdCopy {
    pub(super) live: Live,
    pub(super) shelf: Shelf,
    pub(super) host: String,
    pub(super) facts: Facts,
    pub(super) folder: PathBuf,
    pub(super) compression: Compression,
}

/// The database before it was stopped.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stopping {
    container: String,
    ran: bool,
}

/// A container that stands still: any start, or another container, makes a difference.
type Standstill = (String, String, Option<String>);

#[async_trait]
impl Step for ColdCopy {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        CLUSTER.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-cold", folder = self.folder.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-cold"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let engine = &**self.live.engine(&self.host)?;
        let before = engine.container(&self.facts.container).await?;
        let ran = matches!(before.state.as_str(), "running" | "restarting" | "paused");
        cx.note(&Stopping { container: before.name.clone(), ran }).await?;
        let still = self.stop(engine, cx).await?;
        let control = control(&self.folder).await?;
        let taken_at = cx.now();
        let written = self.copy(cx).await?;
        if self.standstill(engine).await? != still {
            return Err(problem!("cluster-started", container = &self.facts.container));
        }
        let facts = self.about(control).await?;
        if ran {
            self.start(engine, &before, cx).await?;
        }
        let parts = vec![part(written, &facts, BTreeMap::new())?];
        Ok(Captured { parts, taken_at, until: None, snapshots: BTreeMap::new() })
    }

    /// Whatever came of the copy: what ran runs again.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let engine = &**self.live.engine(&self.host)?;
        for stopping in cx.notes::<Stopping>().iter().filter(|stopping| stopping.ran) {
            wait::start(engine, &stopping.container).await?;
        }
        Ok(())
    }
}

impl ColdCopy {
    async fn stop(&self, engine: &dyn ContainerHost, cx: &Cx) -> Result<Standstill, Problem> {
        let name = self.facts.container.as_str();
        let stopping = engine.stop(name, wait::grace(Some(Part::Db)));
        tokio::pin!(stopping);
        loop {
            tokio::select! {
                stopped = &mut stopping => {
                    if stopped? {
                        cx.log(msg!("instance-log-killed", container = name)).await;
                    }
                    break;
                }
                () = tokio::time::sleep(Duration::from_secs(5)) => cx.progress().beat(),
            }
        }
        let still = self.standstill(engine).await?;
        if matches!(still.1.as_str(), "exited" | "created" | "dead") {
            return Ok(still);
        }
        Err(problem!("cluster-started", container = name))
    }

    async fn standstill(&self, engine: &dyn ContainerHost) -> Result<Standstill, Problem> {
        let now = engine.container(&self.facts.container).await?;
        Ok((now.id, now.state, now.started_at))
    }

    async fn copy(&self, cx: &Cx) -> Result<crate::store::part::Written, Problem> {
        let held = self.live.local().start(self.command()).await;
        let Running { stdin, stdout, exit, .. } = cx.launch(held).await.map_err(|error| match error {
            LaunchError::Host(error) => error.into(),
            LaunchError::Journal(problem) => problem,
        })?;
        drop(stdin);
        let written = write(&self.shelf, self.compression, 0, stdout, cx).await;
        // tar's own words say more than an archive that breaks off. Nobody writes there
        // now, so a file that changed is no better than one that could not be read.
        let exit = exit.wait().await.map_err(Problem::from)?;
        stored(&written)?;
        if !exit.ok() {
            let folder = self.folder.display().to_string();
            return Err(problem!("files-unreadable", folder = folder, code = exit.code).detail(exit.stderr));
        }
        written
    }

    /// Without the file that names a process that is gone.
    fn command(&self) -> Command {
        Command::new([
            "tar",
            "--create",
            "--format=posix",
            "--numeric-owner",
            "--xattrs",
            "--xattrs-include=user.*",
            "--sparse",
            "--sort=name",
        ])
        .env("LC_ALL", "C")
        .arg(format!("--directory={}", self.folder.display()))
        .arg("--anchored")
        .arg("--exclude=./postmaster.pid")
        .arg("--")
        .arg(".")
    }

    async fn about(&self, control: Control) -> Result<ClusterFacts, Problem> {
        let shown = self.folder.display().to_string();
        let owner = tokio::fs::metadata(&self.folder).await;
        let owner = owner.map_err(|e| problem!("cluster-unreadable", folder = shown).detail(e))?;
        Ok(ClusterFacts {
            way: Way::Cold,
            major: control.major,
            system_id: control.system_id,
            image: self.facts.image.clone(),
            uid: owner.uid(),
            gid: owner.gid(),
            mode: owner.mode() & 0o7777,
            data_directory: DATA.to_owned(),
            folder: Some(self.folder.clone()),
            checksums: None,
            timeline: None,
            start: None,
            end: None,
            clean: Some(control.clean),
        })
    }

    /// What was well is well again before anything goes on; what was sick may stay so.
    async fn start(&self, engine: &dyn ContainerHost, before: &Container, cx: &Cx) -> Result<(), Problem> {
        wait::start(engine, &before.name).await?;
        let was_well =
            before.state == "running" && before.health.as_deref().is_none_or(|health| health == "healthy");
        let service = before.compose().map_or(before.name.as_str(), |(_, service)| service);
        let up = wait::until_up(engine, service, &before.name, &|| cx.progress().beat()).await;
        match up {
            Err(problem) if was_well => Err(problem),
            Err(_) => {
                cx.log(msg!("instance-log-still-sick", service = service)).await;
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}
