//! The kinds of resource, by name. Engines register themselves under a kind;
//! nothing outside `engine/` may match on one.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// The name of a kind of resource: `postgres`, `sqlite`, later `mysql`…
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// A kind known when Zelo was built.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A kind read from a manifest, a request or the catalogue; it may be one
    /// this Zelo does not know.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
