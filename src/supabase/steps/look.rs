//! What an instance was before anything is done to it: what gates compare with and undos
//! go back to.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::Target;
use crate::{
    domain::{msg::Msg, problem::Problem},
    host::Container,
    msg,
    saga::{
        Cx,
        step::{Limits, Reads, Step, UndoRule},
    },
    supabase::instance::Instance,
};

/// An instance at one moment, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Its services by name, each with its containers.
    pub services: BTreeMap<String, Vec<SeenService>>,
}

/// One container of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenService {
    /// Container name.
    pub name: String,
    /// Container id.
    pub id: String,
    /// As [`Container::state`].
    pub state: String,
    /// As [`Container::health`].
    pub health: Option<String>,
    /// Restarts by the engine so far.
    pub restarts: i64,
    /// Volumes and binds: kind, source, target.
    pub mounts: Vec<(String, String, String)>,
}

impl SeenService {
    fn of(container: &Container) -> Self {
        let mounts = container.mounts.iter();
        let mut mounts: Vec<_> =
            mounts.map(|m| (m.kind.clone(), m.source.clone(), m.target.clone())).collect();
        mounts.sort();
        Self {
            name: container.name.clone(),
            id: container.id.clone(),
            state: container.state.clone(),
            health: container.health.clone(),
            restarts: container.restarts,
            mounts,
        }
    }

    /// Whether it ran.
    pub fn ran(&self) -> bool {
        self.state == "running" || self.state == "restarting"
    }

    /// Whether it ran and its health check, if it has one, was content.
    pub fn was_well(&self) -> bool {
        self.state == "running" && self.health.as_deref().is_none_or(|h| h == "healthy")
    }
}

impl Before {
    /// What an instance is now.
    pub fn of(instance: &Instance) -> Self {
        let services = instance.services.iter();
        Self {
            services: services
                .map(|(n, all)| (n.clone(), all.iter().map(SeenService::of).collect()))
                .collect(),
        }
    }

    /// All containers with their services.
    pub fn containers(&self) -> impl Iterator<Item = (&str, &SeenService)> {
        self.services.iter().flat_map(|(name, all)| all.iter().map(move |c| (name.as_str(), c)))
    }

    /// Containers of a service.
    pub fn of_service(&self, service: &str) -> &[SeenService] {
        self.services.get(service).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Looks.
pub struct LookBefore {
    /// At what.
    pub target: Target,
}

#[async_trait]
impl Step for LookBefore {
    type Effect = Reads;
    type Output = Before;

    fn name(&self) -> String {
        "look".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-look")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short()
    }

    async fn run(&self, _: &Cx) -> Result<Before, Problem> {
        Ok(Before::of(&self.target.now().await?))
    }
}
