//! The gate: an operation is done only if nothing is worse than it was. What was sick
//! before may be sick still.

use std::time::Duration;

use async_trait::async_trait;

use super::{Before, Target, wait};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Limits, Reads, Slot, Step, UndoRule},
    },
};

/// Everything that ran well before does so again, with the same volumes and mounts.
pub struct Gate {
    /// Of what.
    pub target: Target,
    /// What it is compared with.
    pub before: Slot<Before>,
}

#[async_trait]
impl Step for Gate {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "gate".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-gate")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(600))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        for (service, container) in before.containers().filter(|(_, c)| c.was_well()) {
            wait::until_up(&**engine, service, &container.name, &|| cx.progress().beat()).await?;
        }
        let now = Before::of(&self.target.now().await?);
        for (service, was) in before.containers() {
            let is = now.of_service(service).iter().find(|c| c.name == was.name);
            let Some(is) = is else {
                return Err(problem!("service-gone", service = service, container = &was.name));
            };
            if is.mounts != was.mounts {
                return Err(problem!("service-mounts", service = service, container = &was.name));
            }
        }
        Ok(())
    }
}

/// Nothing of what was to be stopped runs, and nothing is gone.
pub struct Stopped {
    /// Of what.
    pub target: Target,
    /// Which services.
    pub services: Vec<String>,
    /// What it is compared with.
    pub before: Slot<Before>,
}

#[async_trait]
impl Step for Stopped {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "stopped".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-stopped")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let now = Before::of(&self.target.now().await?);
        for (service, was) in before.containers().filter(|(s, _)| self.services.iter().any(|n| n == s)) {
            let is = now.of_service(service).iter().find(|c| c.name == was.name);
            let Some(is) = is else {
                return Err(problem!("service-gone", service = service, container = &was.name));
            };
            if is.ran() {
                return Err(problem!("service-still-runs", service = service, container = &was.name));
            }
        }
        Ok(())
    }
}
