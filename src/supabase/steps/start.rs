//! Starting services, each after what it waits for is up.

use std::{marker::PhantomData, time::Duration};

use async_trait::async_trait;

use super::{Before, Target, wait};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
    saga::{
        Cx,
        step::{Adds, Effect, Limits, Slot, Step, UndoRule},
    },
};

/// How long a service that was started by mistake may take to stop again.
const GRACE: Duration = Duration::from_secs(60);

/// Starts services.
pub struct Start<E> {
    /// Of what.
    pub target: Target,
    /// In this order.
    pub services: Vec<String>,
    /// What ran before; then only that is started again. `None`: all containers.
    pub only_what_ran: Option<Slot<Before>>,
    /// What there was, for the undo.
    pub before: Slot<Before>,
    effect: PhantomData<fn() -> E>,
}

impl<E> Start<E> {
    /// Starts again what ran before it was stopped by an earlier step.
    pub fn again(target: Target, services: Vec<String>, before: Slot<Before>) -> Self {
        Self { target, services, only_what_ran: Some(before.clone()), before, effect: PhantomData }
    }
}

impl Start<Adds> {
    /// Starts what does not run.
    pub fn stopped(target: Target, services: Vec<String>, before: Slot<Before>) -> Self {
        Self { target, services, only_what_ran: None, before, effect: PhantomData }
    }
}

#[async_trait]
impl<E: Effect> Step for Start<E> {
    type Effect = E;
    type Output = ();

    fn name(&self) -> String {
        "start".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-start", services = self.services.join(", "), count = self.services.len())
    }

    fn undo_rule(&self) -> UndoRule {
        match self.only_what_ran {
            Some(_) => UndoRule::Nothing(msg!("instance-undo-start-again")),
            None => UndoRule::Undoes(msg!("instance-undo-start")),
        }
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(900))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        let again = self.only_what_ran.is_some();
        let mut failed = None;
        for service in &self.services {
            for container in before.of_service(service).iter().filter(|c| !again || c.ran()) {
                let up = wait::bring_up(&**engine, service, &container.name, &|| cx.progress().beat()).await;
                match up {
                    Ok(()) => {}
                    // It is not this operation that made it sick.
                    Err(problem) if again && !container.was_well() && problem.is("service-not-up") => {
                        cx.log(msg!("instance-log-still-sick", service = service)).await;
                    }
                    // What comes after it ran as well, and does not stay away for its sake.
                    Err(problem) if again => failed = failed.or(Some(problem)),
                    Err(problem) => return Err(problem),
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        if self.only_what_ran.is_some() {
            return Ok(());
        }
        let Some(before) = cx.find(&self.before)? else { return Ok(()) };
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        for service in self.services.iter().rev() {
            for container in before.of_service(service).iter().filter(|c| !c.ran()) {
                engine.stop(&container.name, GRACE).await?;
            }
        }
        Ok(())
    }
}
