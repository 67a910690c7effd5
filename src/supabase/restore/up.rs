//! Stopping a whole instance for the swap back, and starting what ran from the files as
//! they are by then.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;

use super::super::{
    compose::{complaint, resolve},
    instance::{Instance, part_of},
    live::Live,
    order::start_order,
    steps::{Before, Target, until_up, wait},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Slot, Step, UndoRule},
    },
};

/// How long Compose may take to make and start everything.
const LIMIT: Duration = Duration::from_secs(900);

/// Stops every container of the instance, gracefully, what waits for others first.
pub(super) async fn halt(live: &Live, instance: &Instance, cx: &Cx) -> Result<(), Problem> {
    let engine = live.engine(&instance.host)?;
    for service in start_order(instance, &[]).iter().rev() {
        for container in instance.services.get(service).into_iter().flatten() {
            engine.stop(&container.name, wait::grace(part_of(service, &container.image))).await?;
            cx.progress().beat();
        }
    }
    Ok(())
}

/// Starts services from the files as they are, making anew what differs from them; waits
/// for those that were well before. Problem: `recreate-failed`.
pub(super) async fn up(
    live: &Live,
    instance: &Instance,
    services: &[String],
    before: &Before,
    cx: &Cx,
) -> Result<(), Problem> {
    if services.is_empty() {
        return Ok(());
    }
    let mut args = vec!["up", "--detach", "--no-build", "--pull", "never"];
    args.extend(services.iter().map(String::as_str));
    let said = live.compose(instance, &args, None, LIMIT, Some(cx)).await?;
    if !said.ok() {
        return Err(problem!("recreate-failed", services = services.join(", ")).detail(complaint(&said.err)));
    }
    let engine = live.engine(&instance.host)?;
    for service in services {
        for container in before.of_service(service).iter().filter(|c| c.was_well()) {
            until_up(&**engine, service, &container.name, &|| cx.progress().beat()).await?;
        }
    }
    Ok(())
}

/// Starts what ran before, from the files that are live now.
pub(super) struct Up {
    pub(super) target: Target,
    /// The Compose files it is started from now.
    pub(super) files: Vec<PathBuf>,
    pub(super) before: Slot<Before>,
}

#[async_trait]
impl Step for Up {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "up".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-up")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-up"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT * 2)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let instance = Instance { files: self.files.clone(), ..self.target.now().await? };
        let known = resolve(&self.target.live, &instance, None, Some(cx)).await?;
        let ran = |service: &str| {
            let was = before.of_service(service);
            // One that was removed since the recovery point ran then.
            was.is_empty() || was.iter().any(|c| c.ran())
        };
        let services: Vec<String> = known.services().filter(|s| ran(s)).map(ToOwned::to_owned).collect();
        for (service, container) in before.containers().filter(|(_, c)| c.ran()) {
            if known.service(service).is_none() {
                // It came later than the recovery point; its container stays, stopped.
                let container = container.name.as_str();
                cx.log(msg!("restore-log-service-unknown", service = service, container = container)).await;
            }
        }
        up(&self.target.live, &instance, &services, &before, cx).await
    }
}
