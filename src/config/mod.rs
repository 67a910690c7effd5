//! Settings from file, environment and flags, later ones winning, validated at
//! start with all errors at once.
//!
//! Each section has a file of its own with its struct and its [`Key`]s. A key
//! says its default, its help and how its text is read; the same table reads the
//! settings, finds unknown keys and writes `zelo.example.toml`. Uses `secret` (a
//! database's address may hold a password) and `i18n` (for [`Lang`]).

mod database;
mod docker;
mod example;
mod general;
mod http;
mod keys;
mod log;
mod operation;
mod read;
mod sources;
mod store;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use database::Database;
pub use docker::Docker;
pub use example::example;
pub use http::Http;
pub use log::{Format, Level, Log};
pub use operation::Operation;
pub use sources::{Flag, Sources};
pub use store::Store;

use crate::{domain::problem::Problem, i18n::Lang};
use keys::Keys;

/// Everything that can be set. Checked: each value is in its range, each path
/// absolute.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The file they were read from, if any.
    pub file: Option<PathBuf>,
    /// Zelo's own folder: database, key file, lock, local store.
    pub data: PathBuf,
    /// The language of the command line and of notices; `None`: as the terminal's.
    pub language: Option<Lang>,
    /// Zelo's own database.
    pub database: Database,
    /// The pages and the API.
    pub http: Http,
    /// The local store.
    pub store: Store,
    /// The local Docker Engine.
    pub docker: Docker,
    /// Docker Compose as a program of its own; `None`: `docker compose`.
    pub compose: Option<PathBuf>,
    /// Folders below which instances may be added by their folder.
    pub instance_roots: Vec<PathBuf>,
    /// How operations run.
    pub operation: Operation,
    /// Logging.
    pub log: Log,
}

impl Settings {
    /// Reads and checks them all, or says everything that is wrong at once.
    pub fn load(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let mut keys = Keys::gather(sources);
        let data = general::data(&mut keys, sources);
        let settings = Self {
            file: keys.file().map(Path::to_owned),
            language: keys.read(&general::LANGUAGE, || None),
            database: Database::read(&mut keys, &data),
            http: Http::read(&mut keys),
            store: Store::read(&mut keys, &data),
            docker: Docker::read(&mut keys),
            compose: docker::compose(&mut keys),
            instance_roots: keys.read(&general::INSTANCE_ROOTS, Vec::new),
            operation: Operation::read(&mut keys),
            log: Log::read(&mut keys),
            data,
        };
        let problems = keys.finish();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// The key that seals credentials.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("key")
    }
}
