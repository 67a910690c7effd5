//! Resources, and how they are reached. Secrets go in and never come out.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{
    problem::Trouble,
    words::{ResourceState, Verdict},
};
use crate::{db::ResourceRow, engine, i18n::Catalogue, secret::Secret};

/// What is protected.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Resource {
    /// Which.
    pub(crate) id: String,
    /// Its project; none: nobody has claimed it yet.
    pub(crate) project: Option<String>,
    /// Its name, unique in its project.
    pub(crate) name: String,
    /// Its kind: `postgres`, `sqlite`…
    pub(crate) kind: String,
    /// How it is reached, without the secrets.
    pub(crate) access: BTreeMap<String, String>,
    /// Whether secrets are kept for it.
    pub(crate) has_secrets: bool,
    /// Whether it was there when last looked for.
    pub(crate) state: ResourceState,
    /// Why nothing may be restored into it, if so.
    pub(crate) restore_refused: Option<Trouble>,
    /// When it was added.
    pub(crate) created_at: DateTime<Utc>,
    /// When its name or access last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// When it was last seen.
    pub(crate) seen_at: Option<DateTime<Utc>>,
}

impl Resource {
    pub(crate) fn of(row: &ResourceRow, words: &Catalogue) -> Self {
        Self {
            id: row.id.to_string(),
            project: row.project.as_ref().map(ToString::to_string),
            name: row.name.clone(),
            kind: row.kind.to_string(),
            access: row.access.clone(),
            has_secrets: row.sealed.is_some(),
            state: row.state.into(),
            restore_refused: row.restore_refused.as_ref().map(|problem| Trouble::of(problem, words)),
            created_at: row.created_at,
            updated_at: row.updated_at,
            seen_at: row.seen_at,
        }
    }
}

/// A secret on its way in.
#[derive(Clone, PartialEq)]
pub(crate) struct Hidden(pub(crate) Secret);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A resource to be added.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddResource {
    /// What it is to be called: 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub(crate) name: String,
    /// Its kind: `postgres`, `sqlite`…
    pub(crate) kind: String,
    /// How it is reached: the kind's own fields (`host`, `port`, `user`…).
    #[serde(default)]
    pub(crate) access: BTreeMap<String, String>,
    /// What of it is secret (`password`, or a whole `url`). Kept sealed.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, write_only)]
    pub(crate) secrets: BTreeMap<String, Hidden>,
    /// Not to look whether it can be reached.
    #[serde(default)]
    pub(crate) unchecked: bool,
}

/// What is to change of a resource. What is not given stays as it is.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeResource {
    /// A new name.
    #[schema(min_length = 1, max_length = 80)]
    pub(crate) name: Option<String>,
    /// How it is reached from now on: all of its open fields.
    pub(crate) access: Option<BTreeMap<String, String>>,
    /// New secrets; those not named stay. An empty one is taken away.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, write_only)]
    pub(crate) secrets: BTreeMap<String, Hidden>,
    /// Not to look whether it can be reached.
    #[serde(default)]
    pub(crate) unchecked: bool,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Check {
    /// Stable, for programs: `name`, `connect`, `password`, `permission`…
    pub(crate) id: String,
    /// What was looked at, in the asked language.
    pub(crate) title: String,
    /// What was found.
    pub(crate) verdict: Verdict,
    /// What was seen, in the asked language.
    pub(crate) seen: Option<String>,
    /// What is wrong, or the caveat.
    pub(crate) problem: Option<Trouble>,
}

impl Check {
    pub(crate) fn of(check: &engine::Check, words: &Catalogue) -> Self {
        let (seen, problem) = match &check.verdict {
            engine::Verdict::Good(seen) => (seen.as_ref().map(|msg| words.text(msg)), None),
            engine::Verdict::Caution(problem) | engine::Verdict::Bad(problem) => {
                (None, Some(Trouble::of(problem, words)))
            }
            engine::Verdict::Skipped => (None, None),
        };
        Self {
            id: check.id.clone(),
            title: words.text(&check.title),
            verdict: (&check.verdict).into(),
            seen,
            problem,
        }
    }
}

/// What came of looking at how a resource is to be reached; nothing was stored.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// Whether it would be stored.
    pub(crate) ok: bool,
    /// How it would be reached, without the secrets.
    pub(crate) access: BTreeMap<String, String>,
    /// What was looked at.
    pub(crate) checks: Vec<Check>,
}

/// What taking a resource off the list would mean; nothing was changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Removal {
    /// The name the request must confirm.
    pub(crate) confirm: String,
    /// How many of its backups stay listed and in their stores.
    pub(crate) backups: u64,
}

/// The resource as it is now; for a dry run, what was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Changed {
    /// It was changed.
    Now(Box<Resource>),
    /// A dry run: nothing was stored.
    Checked(Checked),
}
