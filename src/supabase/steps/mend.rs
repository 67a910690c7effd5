//! One repair: what mends a finding, looked at again by the probe that found it, and put
//! back at once if it did not help.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::{
    Target,
    tell::{alone, patiently, tell},
    wait,
};
use crate::{
    domain::{finding::Outcome, msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Destroys, Limits, Reads, Slot, Step, UndoRule},
    },
    supabase::{
        compose::complaint,
        diagnose::look_again,
        instance::part_of,
        repairs::{Mend, Remedy},
        scene::Scene,
    },
};

/// How long Compose or a restart may take.
const LIMIT: Duration = Duration::from_secs(300);
/// How often the probe looks again: a service needs a moment to notice.
const LOOKS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(2);

/// Mends one finding.
pub struct MendOne {
    /// Of what.
    pub target: Target,
    /// The probe that found it.
    pub probe: String,
    /// Its place among the repairs of this plan, from 1.
    pub number: usize,
    /// What is done.
    pub remedy: Remedy,
    /// For each `Mend::File`, in order: where it lies, and what is there now.
    pub former: Vec<(PathBuf, Vec<u8>)>,
}

/// Whether it helped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Helped {
    /// The probe.
    pub probe: String,
    /// Whether it finds nothing any more.
    pub helped: bool,
}

#[async_trait]
impl Step for MendOne {
    type Effect = Destroys;
    type Output = Helped;

    fn name(&self) -> String {
        format!("mend:{}", self.number)
    }

    fn title(&self) -> Msg {
        self.remedy.what.clone()
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-mend"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT * 3)
    }

    async fn run(&self, cx: &Cx) -> Result<Helped, Problem> {
        let mut files = self.former.iter();
        for mend in &self.remedy.mends {
            self.apply(mend, files.as_slice().first(), cx).await?;
            if matches!(mend, Mend::File { .. }) {
                files.next();
            }
        }
        let helped = self.helped(cx).await?;
        if !helped {
            cx.log(msg!("repair-log-no-help", probe = &self.probe)).await;
            self.undo(cx).await?;
        }
        Ok(Helped { probe: self.probe.clone(), helped })
    }

    /// Last first. Containers that were recreated or restarted are so once more, from
    /// what is put back before.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut files = self.former.iter().rev();
        for mend in self.remedy.mends.iter().rev() {
            match mend {
                Mend::Sql { database, back, .. } => patiently(&self.target, database, back, cx).await?,
                Mend::Alone { database, back, .. } => alone(&self.target, database, back, cx).await?,
                Mend::File { .. } => {
                    if let Some((path, bytes)) = files.next() {
                        write(path.clone(), bytes.clone()).await?;
                    }
                }
                Mend::Recreate { .. } | Mend::Restart { .. } => {}
            }
        }
        // A container is what its files make it: there is something to go back to only
        // where a file was put back.
        if self.former.is_empty() {
            return Ok(());
        }
        for mend in &self.remedy.mends {
            if let Mend::Recreate { .. } | Mend::Restart { .. } = mend {
                self.apply(mend, None, cx).await?;
            }
        }
        Ok(())
    }
}

impl MendOne {
    async fn apply(&self, mend: &Mend, file: Option<&(PathBuf, Vec<u8>)>, cx: &Cx) -> Result<(), Problem> {
        match mend {
            Mend::Sql { database, apply, .. } => {
                tell(&self.target, database, apply, cx).await.map_err(Problem::from)
            }
            Mend::Alone { database, apply, .. } => alone(&self.target, database, apply, cx).await,
            Mend::File { contents, .. } => match file {
                Some((path, _)) => write(path.clone(), contents.clone()).await,
                None => Err(problem!("plan-changed")),
            },
            Mend::Recreate { service } => self.recreate(service, cx).await,
            Mend::Restart { service } => self.restart(service, cx).await,
        }
    }

    async fn recreate(&self, service: &str, cx: &Cx) -> Result<(), Problem> {
        let instance = self.target.now().await?;
        let args =
            ["up", "--detach", "--no-deps", "--no-build", "--pull", "never", "--force-recreate", service];
        let said = self.target.live.compose(&instance, &args, None, LIMIT, Some(cx)).await?;
        if said.ok() {
            return Ok(());
        }
        Err(problem!("recreate-failed", services = service).detail(complaint(&said.err)))
    }

    async fn restart(&self, service: &str, cx: &Cx) -> Result<(), Problem> {
        let instance = self.target.now().await?;
        let engine = self.target.live.engine(&instance.host)?;
        for container in instance.services.get(service).into_iter().flatten() {
            let grace = wait::grace(part_of(service, &container.image));
            engine.restart(&container.name, grace).await?;
            if let Err(problem) =
                wait::until_up(&**engine, service, &container.name, &|| cx.progress().beat()).await
            {
                // Whether that matters is the probe's to say.
                tracing::info!(%problem, service, "not up after a repair");
            }
        }
        Ok(())
    }

    async fn helped(&self, cx: &Cx) -> Result<bool, Problem> {
        for look in 0..LOOKS {
            if look > 0 {
                sleep(PAUSE).await;
            }
            cx.progress().beat();
            let instance = self.target.now().await?;
            let scene = Scene::gather(&self.target.live, instance, cx.now()).await?;
            match look_again(&scene, &self.probe).await {
                Outcome::Fine | Outcome::NotHere => return Ok(true),
                Outcome::Found { .. } | Outcome::Unknown { .. } => {}
            }
        }
        Ok(false)
    }
}

async fn write(path: PathBuf, bytes: Vec<u8>) -> Result<(), Problem> {
    let shown = path.display().to_string();
    tokio::fs::write(&path, bytes).await.map_err(|e| problem!("env-unwritable", path = shown).detail(e))
}

/// The operation fails, and all is undone, if nothing helped.
pub struct Judge {
    /// What each repair came to.
    pub helped: Vec<Slot<Helped>>,
}

#[async_trait]
impl Step for Judge {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "judge".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("repair-step-judge")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let all: Vec<Helped> = self.helped.iter().map(|slot| cx.get(slot)).collect::<Result<_, _>>()?;
        if all.iter().any(|one| one.helped) {
            return Ok(());
        }
        let probes: Vec<&str> = all.iter().map(|one| one.probe.as_str()).collect();
        Err(problem!("repair-no-help", probes = probes.join(", ")))
    }
}
