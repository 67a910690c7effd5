//! The words that stand for states and the like, as programs see them: the ones
//! that are stored, written down once more so that the document lists them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{db, domain, engine, saga};

/// `mirror!(Name of path::Type { A, B })`: the same words, for the document.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $from:path { $($(#[$about:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$about])* $variant),+ }

        impl From<$from> for $name {
            fn from(word: $from) -> Self {
                match word { $(<$from>::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $from {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

mirror!(
    /// What somebody is in a project; each may do what those before it may.
    Role of domain::role::Role { Viewer, Operator, Owner }
);
mirror!(
    /// Whether a resource was there when last looked for.
    ResourceState of db::ResourceState { Ok, Missing }
);
mirror!(
    /// Why a backup exists: a person asked, a schedule, a dangerous operation took
    /// it first, it came from outside.
    Origin of domain::backup::Origin { Manual, Scheduled, Safety, Uploaded }
);
mirror!(
    /// How a backup stands: whole, damaged, in the trash, gone from its store.
    BackupState of domain::backup::BackupState { Complete, Corrupt, Trashed, Missing }
);
mirror!(
    /// Where an operation stands. `failed`: stopped before anything was changed.
    /// `rolled_back`: what was changed has been put back. `needs_operator`: an undo
    /// failed and a person must decide. `resolved`: a person put things right.
    OperationState of domain::operation::OpState {
        Queued, Running, Succeeded, Failed, RolledBack, Cancelled, NeedsOperator, Resolved,
    }
);
mirror!(
    /// Where a step stands.
    StepState of saga::StepState { Pending, Running, Done, Failed, Undoing, Undone, UndoFailed }
);
mirror!(
    /// What a step does to what is there: only looks; adds something beside; takes
    /// the safety backup; takes something away or replaces it.
    Effect of saga::step::EffectName { Reads, Adds, Saves, Destroys }
);

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// As it should be.
    Good,
    /// Works, with a caveat.
    Caution,
    /// Does not work.
    Bad,
    /// Not looked at, because an earlier check failed.
    Skipped,
}

impl From<&engine::Verdict> for Verdict {
    fn from(verdict: &engine::Verdict) -> Self {
        match verdict {
            engine::Verdict::Good(_) => Self::Good,
            engine::Verdict::Caution(_) => Self::Caution,
            engine::Verdict::Bad(_) => Self::Bad,
            engine::Verdict::Skipped => Self::Skipped,
        }
    }
}
