//! Instances added from elsewhere: another manager's list, a folder.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::id::ProjectId,
    i18n::Catalogue,
    msg,
    operation::{ImportOutcome, Imported},
};

/// A list of instances to be taken over.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportInstances {
    /// Where it lies on the panel's machine.
    pub(crate) path: String,
    /// The project its instances are added to.
    #[schema(value_type = String)]
    pub(crate) project: ProjectId,
}

/// A Supabase stack in a folder.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderInstance {
    /// Where it lies on the panel's machine.
    pub(crate) folder: String,
    /// The project it is added to.
    #[schema(value_type = String)]
    pub(crate) project: ProjectId,
    /// What it is called; not given: as the Compose project.
    pub(crate) name: Option<String>,
}

/// What became of a list's entries.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ImportedInstances {
    /// One for each entry.
    pub(crate) instances: Vec<ImportedInstance>,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ImportedInstance {
    /// What the list calls it.
    pub(crate) name: String,
    /// Where it lies, if the list says it.
    pub(crate) folder: Option<String>,
    /// `added`, `known` (it was before), `left_out`, `refused`.
    pub(crate) outcome: String,
    /// The resource, once it is one.
    pub(crate) resource: Option<String>,
    /// Why it was left out or refused, or what Zelo calls it, in the asked language.
    pub(crate) why: Option<String>,
}

impl ImportedInstance {
    pub(crate) fn of(one: &Imported, words: &Catalogue) -> Self {
        let (outcome, resource, why) = match &one.outcome {
            ImportOutcome::Added { resource } => ("added", resource.clone(), None),
            ImportOutcome::Known { name } => {
                ("known", None, Some(words.text(&msg!("import-known", name = name))))
            }
            ImportOutcome::LeftOut { why } => ("left_out", None, Some(words.text(why))),
            ImportOutcome::Refused { problem } => ("refused", None, Some(words.problem(problem).what)),
        };
        let (name, folder) = (one.name.clone(), one.folder.clone());
        Self { name, folder, outcome: outcome.to_owned(), resource, why }
    }
}
