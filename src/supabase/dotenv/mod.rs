//! `.env` as Compose reads it.

use crate::{domain::problem::Problem, secret::Secret};

/// A `.env` file.
pub struct Dotenv(Vec<(String, Secret)>);

impl Dotenv {
    /// Reads one.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter_map(|line| line.split_once('='));
        Self(lines.map(|(k, v)| (k.trim().to_owned(), Secret::new(v.trim()))).collect())
    }

    /// The last value of a key.
    pub fn value(&self, key: &str) -> Option<Result<Secret, Problem>> {
        self.0.iter().rev().find(|(k, _)| k == key).map(|(_, v)| Ok(v.clone()))
    }
}
