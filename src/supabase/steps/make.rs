//! Making the containers of an instance that has none. Nothing is started yet, so what is
//! taken back is exactly what was made: by its id once that is journalled, and before
//! that what nobody ever started. Volumes are never removed.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Before, Target};
use crate::{
    domain::{msg::Msg, problem::Problem},
    host::{Container, compose::projects},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    supabase::{compose::complaint, folder::ABSENT, instance::Instance},
};

/// How long Compose may take.
const LIMIT: Duration = Duration::from_secs(300);
/// How long a container may take to stop that somebody started meanwhile.
const GRACE: Duration = Duration::from_secs(60);

/// Makes all containers of an instance from its files, and the networks they need.
pub struct Make {
    /// Of what.
    pub target: Target,
}

/// What the step writes down.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// Before anything is made: the project, and the networks that were there.
    Making { host: String, project: String, networks: Vec<String> },
    /// The ids of what was made.
    Made { containers: Vec<String> },
}

/// Whether nothing of an instance is there but its files.
pub fn has_no_containers(instance: &Instance) -> bool {
    instance.containers().all(|(_, container)| container.state == ABSENT)
}

impl Make {
    /// The project's containers, whatever made them.
    async fn containers(&self, host: &str, project: &str) -> Result<Vec<Container>, Problem> {
        let all = self.target.live.engine(host)?.containers().await?;
        let project = projects(&all).into_iter().find(|one| one.name == project);
        Ok(project.into_iter().flat_map(|one| one.services.into_values().flatten()).collect())
    }
}

#[async_trait]
impl Step for Make {
    type Effect = Adds;
    type Output = Before;

    fn name(&self) -> String {
        "make".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-make")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-make"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT)
    }

    async fn run(&self, cx: &Cx) -> Result<Before, Problem> {
        let instance = self.target.live.instance_or_folder(&self.target.access).await?;
        if !has_no_containers(&instance) {
            return Err(problem!("instance-has-containers", project = &instance.project));
        }
        let (host, project) = (instance.host.clone(), instance.project.clone());
        let networks = self.target.live.engine(&host)?.networks(&project).await?;
        cx.note(&Note::Making { host: host.clone(), project: project.clone(), networks }).await?;
        let args = ["create", "--no-build", "--pull", "never"];
        let said = self.target.live.compose(&instance, &args, None, LIMIT, Some(cx)).await?;
        if !said.ok() {
            return Err(problem!("instance-make-failed", project = project).detail(complaint(&said.err)));
        }
        let made = self.containers(&host, &project).await?;
        cx.note(&Note::Made { containers: made.into_iter().map(|one| one.id).collect() }).await?;
        Ok(Before::of(&self.target.now().await?))
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let (mut making, mut made) = (None, None);
        for note in cx.notes::<Note>() {
            match note {
                Note::Making { host, project, networks } => making = Some((host, project, networks)),
                Note::Made { containers } => made = Some(containers),
            }
        }
        let Some((host, project, networks)) = making else { return Ok(()) };
        let engine = self.target.live.engine(&host)?;
        for one in self.containers(&host, &project).await? {
            let ours = made.as_ref().map_or(one.state == "created", |ids| ids.contains(&one.id));
            if !ours {
                cx.log(msg!("instance-log-not-ours", container = &one.name)).await;
                continue;
            }
            if one.state != "created" {
                engine.stop(&one.name, GRACE).await?;
            }
            engine.remove(&one.name).await?;
        }
        let used = engine.containers().await?;
        for name in engine.networks(&project).await? {
            let in_use = used.iter().any(|one| one.networks.contains_key(&name));
            if !networks.contains(&name) && !in_use {
                engine.remove_network(&name).await?;
            }
        }
        Ok(())
    }
}
