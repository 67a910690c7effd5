//! The hosts this Zelo knows, by name, and the way from a journalled place back
//! to something that can end its processes.

use std::{collections::BTreeMap, sync::Arc};

use super::{ContainerHost, Place, PlaceId, Places};

/// The local machine and every Docker Engine known, by host name. The local
/// socket's is called `local`.
#[derive(Clone)]
pub struct Hosts {
    local: Arc<dyn Place>,
    engines: BTreeMap<String, Arc<dyn ContainerHost>>,
}

impl Hosts {
    /// With the local machine only.
    pub fn new(local: Arc<dyn Place>) -> Self {
        Self { local, engines: BTreeMap::new() }
    }

    /// With one more Docker Engine.
    #[must_use]
    pub fn with(mut self, name: &str, engine: Arc<dyn ContainerHost>) -> Self {
        self.engines.insert(name.to_owned(), engine);
        self
    }

    /// Commands on this machine.
    pub fn local(&self) -> &Arc<dyn Place> {
        &self.local
    }

    /// A Docker Engine by host name.
    pub fn engine(&self, host: &str) -> Option<&Arc<dyn ContainerHost>> {
        self.engines.get(host)
    }

    /// All Docker Engines, by host name.
    pub fn engines(&self) -> impl Iterator<Item = (&str, &Arc<dyn ContainerHost>)> {
        self.engines.iter().map(|(name, engine)| (name.as_str(), engine))
    }
}

impl PlaceId {
    /// This machine.
    pub fn local() -> Self {
        Self("local".to_owned())
    }

    /// A container of a host, by name.
    pub fn container(host: &str, name: &str) -> Self {
        Self(format!("container:{host}:{name}"))
    }
}

impl Places for Hosts {
    fn place(&self, id: &PlaceId) -> Option<Arc<dyn Place>> {
        if id.0 == "local" {
            return Some(self.local.clone());
        }
        let (host, name) = id.0.strip_prefix("container:")?.split_once(':')?;
        Some(self.engines.get(host)?.place(name))
    }
}
