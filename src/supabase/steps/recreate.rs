//! Recreating exactly the services a change touches, and proof that the new values are in
//! force. The way back stands before the change: an undo goes last step first, and
//! services can be made as they were only once their files are as they were.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Before, Target, wait};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Destroys, Limits, Reads, Slot, Step, UndoRule},
    },
    supabase::{
        compose::{complaint, resolve},
        instance::{Instance, Part, part_of},
    },
};

/// How long Compose may take to make some services.
const LIMIT: Duration = Duration::from_secs(300);
/// How long Compose itself waits for them, in seconds.
const WAIT: &str = "180";

/// Recreates services from the files as they are.
pub struct Recreate {
    /// Of what.
    pub target: Target,
    /// Which, in the order they start.
    pub services: Vec<String>,
    /// Also where nothing of their configuration changed.
    pub force: bool,
}

/// Undone, it recreates the services from the files as they are by then.
pub struct Return {
    /// Of what.
    pub target: Target,
    /// Which.
    pub services: Vec<String>,
    /// What they were.
    pub before: Slot<Before>,
}

/// A variable that a service must have got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Which service.
    pub service: String,
    /// Its name there.
    pub name: String,
}

/// Looks whether the containers have what Compose resolves now.
pub struct InForce {
    /// Of what.
    pub target: Target,
    /// What changed.
    pub variables: Vec<Variable>,
}

/// Makes services from the files as they are: the database first, whose clients would
/// only fail until it is there.
pub(super) async fn up(target: &Target, services: &[String], force: bool, cx: &Cx) -> Result<(), Problem> {
    let instance = target.now().await?;
    let is_db = |service: &&String| {
        let image = instance.container(service).map_or("", |c| c.image.as_str());
        part_of(service, image) == Some(Part::Db)
    };
    let (first, then): (Vec<&String>, Vec<&String>) = services.iter().partition(is_db);
    for (services, grace) in [(first, Some(wait::GRACE_DB)), (then, None)] {
        if !services.is_empty() {
            together(target, &instance, &services, grace, force, cx).await?;
        }
    }
    Ok(())
}

async fn together(
    target: &Target,
    instance: &Instance,
    services: &[&String],
    grace: Option<u64>,
    force: bool,
    cx: &Cx,
) -> Result<(), Problem> {
    let mut args = vec!["up", "--detach", "--no-deps", "--no-build", "--pull", "never", "--wait"];
    args.extend(["--wait-timeout", WAIT]);
    let grace = grace.map(|seconds| seconds.to_string());
    args.extend(grace.iter().flat_map(|seconds| ["--timeout", seconds]));
    if force {
        args.push("--force-recreate");
    }
    args.extend(services.iter().map(|service| service.as_str()));
    let said = target.live.compose(instance, &args, None, LIMIT, Some(cx)).await?;
    if said.ok() {
        return Ok(());
    }
    let services: Vec<&str> = services.iter().map(|service| service.as_str()).collect();
    Err(problem!("recreate-failed", services = services.join(", ")).detail(complaint(&said.err)))
}

#[async_trait]
impl Step for Recreate {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "recreate".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-recreate", services = self.services.join(", "), count = self.services.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-recreate"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT * 2)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        up(&self.target, &self.services, self.force, cx).await
    }
}

#[async_trait]
impl Step for Return {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "way-back".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-way-back")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-way-back"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT * 2)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(())
    }

    /// Services whose containers are still the same ones were not touched, and are not
    /// touched now.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(before) = cx.find(&self.before)? else { return Ok(()) };
        self.leave_no_made(&before).await?;
        let now = Before::of(&self.target.now().await?);
        let touched = |service: &&String| {
            let (was, is) = (before.of_service(service), now.of_service(service));
            was.iter().any(|c| !is.iter().any(|d| d.id == c.id && d.ran() == c.ran()))
        };
        let services: Vec<String> = self.services.iter().filter(touched).cloned().collect();
        up(&self.target, &services, false, cx).await?;
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        for service in &services {
            for container in before.of_service(service) {
                if container.was_well() {
                    wait::until_up(&**engine, service, &container.name, &|| cx.progress().beat()).await?;
                } else if !container.ran() {
                    engine.stop(&container.name, Duration::from_secs(30)).await?;
                }
            }
        }
        Ok(())
    }
}

impl Return {
    /// Compose makes the new container beside the old one, and may be cut short there: it
    /// would be taken for the service's own next time. It never ran, so nothing is in it.
    async fn leave_no_made(&self, before: &Before) -> Result<(), Problem> {
        let host = self.target.access.value("host").unwrap_or("local");
        let engine = self.target.live.engine(host)?;
        let now = Before::of(&self.target.now().await?);
        for service in &self.services {
            let (was, is) = (before.of_service(service), now.of_service(service));
            let known = |id: &str| was.iter().any(|c| c.id == id);
            if !is.iter().any(|c| known(&c.id)) {
                continue;
            }
            for made in is.iter().filter(|c| c.state == "created" && !known(&c.id)) {
                engine.remove(&made.id).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Step for InForce {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "in-force".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-in-force", count = self.variables.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let instance = self.target.now().await?;
        let resolved = resolve(&self.target.live, &instance, None, Some(cx)).await?;
        for Variable { service, name } in &self.variables {
            let wanted = resolved.variable(service, name);
            let container = instance.container(service);
            let has = container.and_then(|c| c.env.iter().find(|(n, _)| n == name)).map(|(_, v)| v.clone());
            if has != wanted {
                return Err(problem!("value-not-in-force", service = service, variable = name));
            }
        }
        Ok(())
    }
}
