//! Exit codes: the one map from problems and states of operations.

use std::process::ExitCode;

use crate::domain::{operation::OpState, problem::Problem};

/// How `zelo` ends. Stable, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed; nothing was changed.
    Failed = 1,
    /// The command or a setting is wrong; nothing ran.
    Usage = 2,
    /// `demo --kind` would have had to fall back to another kind.
    Fallback = 3,
    /// Another operation holds what this one needs.
    Locked = 4,
    /// Failed half-way; what was changed has been put back.
    RolledBack = 5,
    /// An undo failed; a person must decide.
    NeedsOperator = 6,
    /// No such resource, backup, operation or file.
    NotFound = 7,
    /// Cancelled; nothing is changed any more.
    Cancelled = 8,
    /// Zelo cannot work here: Docker, disk, key file or its database.
    Environment = 9,
    /// Interrupted a second time; the operation goes on elsewhere, or the next
    /// start finishes or undoes it.
    Interrupted = 130,
}

/// Codes that begin like this stand for wrong use.
const USAGE: [&str; 16] = [
    "cli-",
    "setting-",
    "confirm-needed",
    "idempotency-key-reused",
    "kind-unknown",
    "last-",
    "password-weak",
    "project-name",
    "resolve-",
    "resource-",
    "restore-other-kind",
    "set-up-link",
    "text-too-long",
    "token-name",
    "user-",
    "waiver-reason",
];

/// Codes that stand for something another operation or process holds.
const LOCKED: [&str; 3] = ["locked", "backup-held", "server-runs"];

/// Codes that begin like this stand for something that does not exist.
const NOT_FOUND: [&str; 6] =
    ["not-found-", "cli-no-aside", "cli-no-backup", "cli-no-operation", "cli-no-resource", "cli-no-token"];

/// Codes that begin like this stand for an unusable machine.
const ENVIRONMENT: [&str; 14] = [
    "data-",
    "db-",
    "disk-reserve",
    "docker-unreachable",
    "http-bind",
    "key-",
    "no-random",
    "queue-",
    "runner-lock",
    "seal-",
    "store-full",
    "store-path",
    "store-too-small",
    "store-unusable",
];

impl Exit {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Fallback,
        Self::Locked,
        Self::RolledBack,
        Self::NeedsOperator,
        Self::NotFound,
        Self::Cancelled,
        Self::Environment,
        Self::Interrupted,
    ];

    /// The number the shell sees.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Its sentence in the catalogues.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Done => "exit-done",
            Self::Failed => "exit-failed",
            Self::Usage => "exit-usage",
            Self::Fallback => "exit-fallback",
            Self::Locked => "exit-locked",
            Self::RolledBack => "exit-rolled-back",
            Self::NeedsOperator => "exit-needs-operator",
            Self::NotFound => "exit-not-found",
            Self::Cancelled => "exit-cancelled",
            Self::Environment => "exit-environment",
            Self::Interrupted => "exit-interrupted",
        }
    }

    /// For a problem that stopped a command before or beside an operation.
    pub fn of_problem(problem: &Problem) -> Self {
        let code = problem.code.as_str();
        let starts = |list: &[&str]| list.iter().any(|prefix| code.starts_with(prefix));
        if LOCKED.contains(&code) {
            Self::Locked
        } else if starts(&NOT_FOUND) {
            Self::NotFound
        } else if starts(&USAGE) {
            Self::Usage
        } else if starts(&ENVIRONMENT) {
            Self::Environment
        } else {
            Self::Failed
        }
    }

    /// For several at once: the gravest of what they stand for on their own, with
    /// an unusable machine before wrong use before a plain failure.
    pub fn of_problems(problems: &[Problem]) -> Self {
        let all: Vec<_> = problems.iter().map(Self::of_problem).collect();
        let order = [Self::Environment, Self::Locked, Self::Usage, Self::NotFound];
        order.into_iter().find(|exit| all.contains(exit)).unwrap_or(Self::Failed)
    }

    /// For an operation as it stands when the command leaves it. One that still
    /// goes on was started as asked (`--no-wait`), so that counts as done.
    pub const fn of_state(state: OpState) -> Self {
        match state {
            OpState::Queued | OpState::Running | OpState::Succeeded | OpState::Resolved => Self::Done,
            OpState::Failed => Self::Failed,
            OpState::RolledBack => Self::RolledBack,
            OpState::Cancelled => Self::Cancelled,
            OpState::NeedsOperator => Self::NeedsOperator,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Catalogue, Lang};

    #[test]
    fn numbers_are_stable_and_each_has_its_sentence() {
        assert_eq!(Exit::ALL.map(Exit::number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]);
        for exit in Exit::ALL {
            for lang in Lang::ALL {
                assert!(Catalogue::of(lang).has(exit.id()), "{}", exit.id());
            }
        }
    }

    #[test]
    fn states_end_as_documented() {
        let numbers = OpState::ALL.map(|state| (state.as_str(), Exit::of_state(state).number()));
        assert_eq!(
            numbers,
            [
                ("queued", 0),
                ("running", 0),
                ("succeeded", 0),
                ("failed", 1),
                ("rolled_back", 5),
                ("cancelled", 8),
                ("needs_operator", 6),
                ("resolved", 0),
            ]
        );
    }

    #[test]
    fn problems_end_as_documented() {
        for (code, exit) in [
            ("setting-choice", Exit::Usage),
            ("key-missing", Exit::Environment),
            ("no-random", Exit::Environment),
            ("locked", Exit::Locked),
            ("cli-no-backup", Exit::NotFound),
            ("cli-confirm", Exit::Usage),
            ("kind-unknown", Exit::Usage),
            ("last-administrator", Exit::Usage),
            ("user-name-taken", Exit::Usage),
            ("not-found-user", Exit::NotFound),
            ("part-digest", Exit::Failed),
        ] {
            assert_eq!(Exit::of_problem(&Problem::new(code)), exit, "{code}");
        }
        let both = [Problem::new("setting-choice"), Problem::new("key-missing")];
        assert_eq!(Exit::of_problems(&both), Exit::Environment);
        assert_eq!(Exit::of_problems(&[]), Exit::Failed);
    }

    #[test]
    fn every_line_of_the_tables_stands_for_some_problem() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n/en");
        let files = std::fs::read_dir(folder).unwrap();
        let text: String = files.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect();
        for code in USAGE.iter().chain(&LOCKED).chain(&NOT_FOUND).chain(&ENVIRONMENT) {
            assert!(text.contains(&format!("\nproblem-{code}")), "no problem is called {code}");
        }
    }
}
