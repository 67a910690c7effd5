//! Containers of Zelo's own, as they are asked for and listed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// A container that Zelo makes for itself and removes again.
#[derive(Debug, Clone, Default)]
pub struct NewContainer {
    /// Its name.
    pub name: String,
    /// An image the engine already has.
    pub image: String,
    /// Its environment.
    pub env: Vec<(String, Secret)>,
    /// Labels besides the one that marks it as disposable.
    pub labels: std::collections::BTreeMap<String, String>,
    /// What it runs before `command`; none: the image's own.
    pub entrypoint: Vec<String>,
    /// What it runs; none: the image's own.
    pub command: Vec<String>,
    /// Paths and volumes of the host it sees, each with its path inside.
    pub binds: Vec<Bind>,
    /// Whether it is cut off from every network but its own loopback.
    pub cut_off: bool,
}

/// A path or a named volume of the host inside a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// On the host, absolute; else a volume's name.
    pub source: PathBuf,
    /// Inside.
    pub target: String,
    /// Whether it may be written.
    pub writable: bool,
}

/// A container of Zelo's own, as the engine's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposable {
    /// Full id.
    pub id: String,
    /// The label's value.
    pub value: String,
    /// As [`Container::state`].
    pub state: String,
}
