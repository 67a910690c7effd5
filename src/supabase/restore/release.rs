//! Releasing a copy: the override file is written again without what keeps it cut off.
//! Its own names and ports stay.

use std::path::PathBuf;

use async_trait::async_trait;

use super::{
    super::{
        instance::Instance,
        live::Live,
        steps::{Places, Target, Writing, digest},
    },
    adapt::{choose, ports_of, resolved},
    overlay::{CUT_OFF, FILE, INSIDE, Overlay, WINDOW},
    workspace::blocking,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Destroys, Limits, Step, UndoRule},
    },
};

/// The override file of a copy; nothing, if the instance has none.
pub fn overlay_of(instance: &Instance) -> Option<PathBuf> {
    let file = instance.folder.join(FILE);
    instance.files.contains(&file).then_some(file)
}

/// Whether an instance is a copy that was not released yet.
pub async fn is_cut_off(instance: &Instance) -> bool {
    let Some(file) = overlay_of(instance) else { return false };
    tokio::fs::read_to_string(file).await.is_ok_and(|text| text.contains(CUT_OFF))
}

/// Writes the override file of a released copy.
pub struct Release {
    /// The copy.
    pub target: Target,
    /// Its override file.
    pub file: PathBuf,
}

#[async_trait]
impl Step for Release {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "write".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("release-step-write", file = self.file.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-write"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let next = self.released(cx).await?;
        let (file, places) = (self.file.clone(), Places::of(&self.file, cx.operation()));
        let current = blocking(&self.file, move || std::fs::read(file)).await?;
        cx.note(&Writing { new: digest(next.as_bytes()) }).await?;
        blocking(&self.file, move || places.replace(&current, next.as_bytes())).await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let places = Places::of(&self.file, cx.operation());
        let ours: Vec<String> = cx.notes::<Writing>().into_iter().map(|w| w.new).collect();
        if let Some(kept) = blocking(&self.file, move || places.put_back(&ours)).await? {
            cx.log(msg!("instance-log-env-kept", path = kept.display().to_string())).await;
        }
        Ok(())
    }
}

/// Removes the networks that kept the copy cut off, once nothing is in them.
pub struct ForgetNetworks {
    /// The copy.
    pub target: Target,
}

#[async_trait]
impl Step for ForgetNetworks {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "networks".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("release-step-networks")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("release-undo-networks"))
    }

    /// Only what this project made, under the two names a copy has; one that anything is in,
    /// running or not, stays.
    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let instance = self.target.now().await?;
        let engine = self.target.live.engine(&instance.host)?;
        let ours = [INSIDE, WINDOW].map(|name| format!("{}_{name}", instance.project));
        let containers = engine.containers().await?;
        for name in engine.networks(&instance.project).await? {
            let empty = !containers.iter().any(|one| one.networks.contains_key(&name));
            if ours.contains(&name) && empty && engine.remove_network(&name).await.is_err() {
                // Somebody came in meanwhile; the copy is released all the same.
                cx.log(msg!("release-log-network-stays", network = &name)).await;
            }
        }
        Ok(())
    }
}

impl Release {
    /// The file's text, with other ports for those that somebody else has.
    async fn released(&self, cx: &Cx) -> Result<String, Problem> {
        let instance = self.target.now().await?;
        let mut base = instance.clone();
        base.files.retain(|file| *file != self.file);
        let resolved = resolved(&self.target.live, &base, Some(cx)).await?;
        let others = others(&self.target.live, &instance).await?;
        let own: std::collections::BTreeSet<u16> =
            instance.containers().flat_map(|(_, c)| &c.ports).filter_map(|port| port.host).collect();
        let wanted: std::collections::BTreeSet<u16> =
            ports_of(&resolved).into_iter().filter(|port| !own.contains(port)).collect();
        let chosen = tokio::task::spawn_blocking(move || choose(&wanted, None, &others)).await;
        let ports = chosen.map_err(|e| problem!("internal-journal").detail(e))??;
        for (old, new) in &ports {
            cx.log(msg!("restore-log-port", old = old.to_string(), new = new.to_string())).await;
        }
        let overlay =
            Overlay { project: &instance.project, resolved: &resolved, ports: &ports, cut_off: false };
        Ok(overlay.render())
    }
}

/// Host ports that others have.
async fn others(live: &Live, instance: &Instance) -> Result<std::collections::BTreeSet<u16>, Problem> {
    let own: Vec<&str> = instance.containers().map(|(_, c)| c.id.as_str()).collect();
    let all = live.engine(&instance.host)?.containers().await?;
    let others = all.iter().filter(|c| !own.contains(&c.id.as_str()));
    Ok(others.flat_map(|c| &c.ports).filter_map(|port| port.host).collect())
}
