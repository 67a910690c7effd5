//! Stopping services gracefully, in the order in which nothing loses what it waits for.
//! Its undo starts again what ran before: it is what brings an instance back from every
//! later failure.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Before, Target, intact::Files, wait};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
    saga::{
        Cx,
        step::{Destroys, Limits, Slot, Step, UndoRule},
    },
    supabase::instance::{Part, part_of},
};

/// Stops services.
pub struct Stop {
    /// Of what.
    pub target: Target,
    /// In the order they start; they stop the other way round.
    pub services: Vec<String>,
    /// What ran before.
    pub before: Slot<Before>,
}

/// What stopping left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halted {
    /// Containers that did not stop in time and were killed.
    pub killed: Vec<String>,
}

#[async_trait]
impl Step for Stop {
    type Effect = Destroys;
    type Output = Halted;

    fn name(&self) -> String {
        "stop".to_owned()
    }

    fn title(&self) -> Msg {
        let services: Vec<&str> = self.services.iter().rev().map(String::as_str).collect();
        msg!("instance-step-stop", services = services.join(", "), count = services.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-stop"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(600))
    }

    async fn run(&self, cx: &Cx) -> Result<Halted, Problem> {
        let before = cx.get(&self.before)?;
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        let mut killed = Vec::new();
        for service in self.services.iter().rev() {
            for container in before.of_service(service).iter().filter(|c| c.ran()) {
                let image = engine.container(&container.name).await?.image;
                let part = part_of(service, &image);
                let db = part == Some(Part::Db);
                let forced = engine.stop(&container.name, wait::grace(part)).await?;
                let condition = engine.condition(&container.name).await?;
                if db && (forced || condition.exit_code != 0) {
                    // It recovers when it starts; a copy taken now would not be clean.
                    let name = container.name.as_str();
                    cx.log(msg!("instance-log-db-unclean", container = name, code = condition.exit_code))
                        .await;
                }
                if forced {
                    cx.log(msg!("instance-log-killed", container = &container.name)).await;
                    killed.push(container.name.clone());
                }
            }
        }
        Ok(Halted { killed })
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(before) = cx.find(&self.before)? else { return Ok(()) };
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        let files = Files::of(&self.target).await?;
        let mut failed = None;
        for service in &self.services {
            for container in before.of_service(service).iter().filter(|c| c.ran()) {
                // The engine would make an empty folder where one is gone.
                if let Err(problem) = files.there(service, container).await
                    && engine.condition(&container.name).await?.state != "running"
                {
                    failed = failed.or(Some(problem));
                    continue;
                }
                // What was sick before may stay so.
                let up = if container.was_well() {
                    wait::bring_up(&**engine, service, &container.name, &|| cx.progress().beat()).await
                } else {
                    wait::start(&**engine, &container.name).await
                };
                // One that does not come keeps none of the others down.
                failed = failed.or(up.err());
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
