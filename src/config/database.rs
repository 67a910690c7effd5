//! `[database]`: where Zelo keeps its own records.

use std::path::{Path, PathBuf};

use super::keys::{Key, Keys};
use crate::{domain::problem::Problem, problem, secret::Secret};

/// Zelo's own database.
#[derive(Debug, Clone, PartialEq)]
pub enum Database {
    /// A file; one server at a time.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by connection string (it may hold a password).
    Postgres(Secret),
}

const URL: Key<Database> = Key {
    section: "database",
    name: "url",
    help: "Where Zelo keeps its own records: \"sqlite:/path/to/file\", or \"postgres://user:password@host/name\".\n\
           Default: sqlite, the file zelo.db in the data folder.",
    default: "\"sqlite:/var/lib/zelo/zelo.db\"",
    optional: true,
    secret: true,
    parse,
};

fn parse(text: &str) -> Result<Database, Problem> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = Path::new(path.strip_prefix("//").unwrap_or(path));
        return if path.is_absolute() && path.file_name().is_some() {
            Ok(Database::Sqlite(path.to_owned()))
        } else {
            Err(problem!("setting-database"))
        };
    }
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") && url.path().len() > 1 => {
            Ok(Database::Postgres(Secret::new(text)))
        }
        _ => Err(problem!("setting-database")),
    }
}

impl Database {
    pub(super) const KEYS: [super::keys::KeyInfo; 1] = [URL.info()];

    pub(super) fn read(keys: &mut Keys, data: &Path) -> Self {
        keys.read(&URL, || Self::Sqlite(data.join("zelo.db")))
    }
}
