//! The side cluster: the database of the recovery point's image on a new data folder,
//! cut off from every network, with its scheduled jobs off. What is loaded into it is
//! compared there before anybody uses it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use super::{
    super::live::{Live, run},
    blueprint::{Blueprint, DATA, Mounted},
    volumes::VolumePart,
    workspace::blocking,
};
use crate::{
    domain::{id::OperationId, manifest::Manifest, msg::Msg, problem::Problem},
    engine::Shelf,
    host::{Bind, Command, NewContainer},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

/// On the side container: its operation.
const LABEL: &str = "zelo.side";
/// How long the image's first start may take.
const START: Duration = Duration::from_secs(600);
/// How long the database may take to write everything down.
const GRACE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// What the side container is called.
pub(super) fn side_name(op: &OperationId) -> String {
    format!("zelo-side-{}", op.short())
}

/// Makes and starts the side cluster.
#[derive(Clone)]
pub(super) struct SideStart {
    pub(super) live: Live,
    pub(super) host: String,
    pub(super) shelf: Shelf,
    pub(super) manifest: Manifest,
    /// The operation's: the container is named after it.
    pub(super) name: String,
    /// Where the project's folder is laid out.
    pub(super) folder: PathBuf,
    /// The new data folder.
    pub(super) data: PathBuf,
    /// Volumes that are laid out, and where.
    pub(super) volumes: Vec<(VolumePart, PathBuf)>,
}

#[async_trait]
impl Step for SideStart {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "side".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-side", container = &self.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("restore-undo-side"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(2).deadline(START * 2)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let blueprint = Blueprint::read(&self.shelf, &self.manifest).await?;
        let data = self.data.clone();
        blocking(&self.data, move || std::fs::create_dir_all(data)).await?;
        let engine = self.live.engine(&self.host)?;
        engine.run(&self.container(&blueprint)?).await?;
        ready(&self.live, &self.host, &self.name, cx).await
    }

    async fn undo(&self, _: &Cx) -> Result<(), Problem> {
        Ok(self.live.engine(&self.host)?.discard(&self.name).await?)
    }
}

impl SideStart {
    fn container(&self, blueprint: &Blueprint) -> Result<NewContainer, Problem> {
        let db = blueprint.db()?;
        let mut binds = vec![Bind { source: self.data.clone(), target: DATA.to_owned(), writable: true }];
        binds.extend(db.mounts.iter().filter_map(|mounted| self.bind(blueprint, mounted)));
        let mut command = db.command.clone();
        if command.is_empty() {
            command.push("postgres".to_owned());
        }
        // What people scheduled must not run twice.
        command.extend(["-c".to_owned(), "cron.launch_active_jobs=off".to_owned()]);
        Ok(NewContainer {
            name: self.name.clone(),
            image: db.image.clone(),
            env: db.env.clone(),
            labels: [(LABEL.to_owned(), self.name.clone())].into(),
            entrypoint: db.entrypoint.clone(),
            command,
            binds,
            cut_off: true,
        })
    }

    /// A mount as the side cluster has it: files of the project from where they are laid
    /// out, volumes likewise, other paths of the host only to be read.
    fn bind(&self, blueprint: &Blueprint, mounted: &Mounted) -> Option<Bind> {
        let target = mounted.destination.clone();
        if target == DATA {
            return None;
        }
        if mounted.kind == "volume" {
            let (_, source) = self.volumes.iter().find(|(volume, _)| volume.volume == mounted.name)?;
            return Some(Bind { source: source.clone(), target, writable: true });
        }
        let source = Path::new(&mounted.source);
        Some(match source.strip_prefix(&blueprint.folder) {
            Ok(inside) => Bind { source: self.folder.join(inside), target, writable: false },
            Err(_) => Bind { source: source.to_owned(), target, writable: false },
        })
    }
}

/// Waits until the server takes connections over the loopback address: the one that runs
/// while the image sets itself up listens on its socket alone. Problem: `restore-side-down`.
async fn ready(live: &Live, host: &str, name: &str, cx: &Cx) -> Result<(), Problem> {
    let engine = live.engine(host)?;
    let until = Instant::now() + START;
    loop {
        let condition = engine.condition(name).await?;
        if condition.state != "running" {
            let last = engine.logs(name, 20).await.unwrap_or_default();
            let words: Vec<&str> = last.iter().map(|line| line.text.as_str()).collect();
            let problem = problem!("restore-side-down", container = name, code = condition.exit_code);
            return Err(problem.detail(super::super::redact::without_logins(&words.join("\n"))));
        }
        let ask = Command::new(["pg_isready", "--quiet", "--host=127.0.0.1"]);
        let place = engine.place(name);
        if run(&*place, ask, None, Duration::from_secs(30), None).await.is_ok_and(|said| said.ok()) {
            // It answers from the moment it recovers: ask for something.
            let access = live.db_access(host, name);
            match live.postgres().ask(&access, "postgres", Some(cx)).await {
                Ok(ask) => {
                    ask.close().await;
                    return Ok(());
                }
                Err(error) => tracing::debug!(%error, "the side cluster does not answer yet"),
            }
        }
        if Instant::now() >= until {
            return Err(problem!("restore-side-slow", container = name, seconds = START.as_secs()));
        }
        cx.progress().beat();
        sleep(PAUSE).await;
    }
}

/// Stops the side cluster, all written down, and removes its container.
pub(super) struct SideStop {
    pub(super) live: Live,
    pub(super) host: String,
    pub(super) name: String,
}

#[async_trait]
impl Step for SideStop {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "side-stop".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-side-stop", container = &self.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-folder"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(GRACE * 2)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let engine = self.live.engine(&self.host)?;
        let forced = engine.stop(&self.name, GRACE).await?;
        let condition = engine.condition(&self.name).await?;
        if forced || condition.exit_code != 0 {
            return Err(problem!("restore-side-unclean", container = &self.name, code = condition.exit_code));
        }
        Ok(engine.discard(&self.name).await?)
    }
}
