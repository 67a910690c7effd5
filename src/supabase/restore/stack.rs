//! The containers of a copy: made, its volumes filled, started. What an undo removes is
//! exactly what was made here: nothing of the project was there before.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        compose::complaint,
        instance::{Instance, Part},
        live::Live,
        steps::until_up,
    },
    adapt::with_overlay,
    volumes::{VolumePart, inventory},
};
use crate::{
    domain::{manifest::Manifest, msg::Msg, problem::Problem},
    engine::{Access, Shelf},
    host::compose::projects,
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
    store::part::open_part,
};

/// How long Compose may take to make or remove everything.
const LIMIT: Duration = Duration::from_secs(600);

/// Looks that nothing of the copy's name is there. Problem: `restore-name-taken`.
pub(super) struct Unused {
    pub(super) live: Live,
    pub(super) host: String,
    pub(super) project: String,
}

#[async_trait]
impl Step for Unused {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "unused".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-unused", project = &self.project)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        unused(&self.live, &self.host, &self.project).await
    }
}

/// Whether no container and no volume of a project is there. Problem:
/// `restore-name-taken`.
pub(super) async fn unused(live: &Live, host: &str, project: &str) -> Result<(), Problem> {
    let engine = live.engine(host)?;
    let taken = |what: &str| Err(problem!("restore-name-taken", project = project, what = what));
    let containers = engine.containers().await?;
    if projects(&containers).iter().any(|p| p.name == project) {
        return taken(project);
    }
    let prefix = format!("{project}_");
    match engine.volumes().await?.into_iter().find(|volume| volume.starts_with(&prefix)) {
        Some(volume) => taken(&volume),
        None => Ok(()),
    }
}

/// Makes the containers, networks and volumes, without starting anything.
pub(super) struct Create {
    pub(super) live: Live,
    /// The copy, without the override file.
    pub(super) project: Instance,
}

/// Written down before anything is made.
#[derive(Serialize, Deserialize)]
struct Making {
    project: String,
}

#[async_trait]
impl Step for Create {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "create".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-create", project = &self.project.project)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("restore-undo-create"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        unused(&self.live, &self.project.host, &self.project.project).await?;
        cx.note(&Making { project: self.project.project.clone() }).await?;
        let copy = with_overlay(self.project.clone());
        let args = ["create", "--no-build", "--pull", "never"];
        let said = self.live.compose(&copy, &args, None, LIMIT, Some(cx)).await?;
        if said.ok() {
            return Ok(());
        }
        Err(problem!("restore-create-failed", project = &copy.project).detail(complaint(&said.err)))
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        if cx.notes::<Making>().is_empty() {
            return Ok(());
        }
        let copy = with_overlay(self.project.clone());
        let args = ["down", "--volumes", "--timeout", "20"];
        let said = self.live.compose(&copy, &args, None, LIMIT, Some(cx)).await?;
        if said.ok() {
            return Ok(());
        }
        Err(problem!("restore-remove-failed", project = &copy.project).detail(complaint(&said.err)))
    }
}

/// Puts the recovery point's volumes into those of the copy.
pub(super) struct Fill {
    pub(super) live: Live,
    pub(super) access: Access,
    pub(super) shelf: Shelf,
    pub(super) manifest: Manifest,
}

#[async_trait]
impl Step for Fill {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "fill".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-fill", count = VolumePart::all(&self.manifest).len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-copy"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let instance = self.live.instance(&self.access).await?;
        let engine = self.live.engine(&instance.host)?;
        for volume in VolumePart::all(&self.manifest) {
            let holder = instance.containers().find(|(_, container)| {
                container.mounts.iter().any(|m| m.kind == "volume" && m.target == volume.target)
            });
            let gone = || problem!("restore-volume-gone", volume = &volume.volume);
            let (_, container) = holder.ok_or_else(gone)?;
            let part = self.manifest.part(&volume.part).ok_or_else(gone)?;
            let open = || {
                let quiet = std::sync::Arc::new(|_| {});
                open_part(self.shelf.store.clone(), &self.shelf.resource, part, quiet)
            };
            engine.upload(&container.name, volume.parent(), open().await?).await?;
            let now = inventory(engine.download(&container.name, &volume.target).await?).await?;
            // What the image had there is in a new volume already.
            let wanted = inventory(open().await?).await?;
            if !wanted.iter().all(|(path, about)| now.get(path) == Some(about)) {
                return Err(problem!("restore-volume-differs", volume = &volume.volume));
            }
            cx.progress().beat();
        }
        Ok(())
    }
}

/// Starts the copy.
pub(super) struct UpAll {
    pub(super) live: Live,
    pub(super) access: Access,
    /// The copy, without the override file.
    pub(super) project: Instance,
}

#[async_trait]
impl Step for UpAll {
    type Effect = Adds;
    /// The services that did not come up.
    type Output = Vec<String>;

    fn name(&self) -> String {
        "up".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-up-copy", project = &self.project.project)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-copy"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(LIMIT * 2)
    }

    /// The database and what signs people in have to come up; the rest may be as sick as
    /// it was then.
    async fn run(&self, cx: &Cx) -> Result<Vec<String>, Problem> {
        let copy = with_overlay(self.project.clone());
        let args = ["up", "--detach", "--no-build", "--pull", "never"];
        let said = self.live.compose(&copy, &args, None, LIMIT, Some(cx)).await?;
        if !said.ok() {
            tracing::debug!(project = copy.project, "not every service of a copy started");
        }
        let instance = self.live.instance(&self.access).await?;
        let engine = self.live.engine(&instance.host)?;
        let mut down = Vec::new();
        for (service, container) in instance.containers() {
            let up = until_up(&**engine, service, &container.name, &|| cx.progress().beat()).await;
            let Err(problem) = up else { continue };
            let part = super::super::instance::part_of(service, &container.image);
            if matches!(part, Some(Part::Db | Part::Auth)) {
                return Err(if said.ok() { problem } else { problem.detail(complaint(&said.err)) });
            }
            cx.log(msg!("restore-log-copy-sick", service = service)).await;
            down.push(service.to_owned());
        }
        Ok(down)
    }
}
