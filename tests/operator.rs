//! When steps fail and their undos fail too: the real binary, with each way out
//! of `needs_operator` taken. On real PostgreSQL at every step, and on SQLite
//! where `matrix.rs` leaves something open.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

#[path = "operator/postgres.rs"]
mod postgres;
#[path = "operator/sqlite.rs"]
mod sqlite;
mod support;

/// The ways out of `needs_operator`, in turn.
const WAYS: [Way; 3] = [Way::Retry, Way::Note, Way::Restore];

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The undo is tried again.
    Retry,
    /// A person has put things right and says so.
    Note,
    /// The safety backup is restored.
    Restore,
}

impl Way {
    /// The arguments that take it for an operation.
    fn args(self, id: &str) -> Vec<&str> {
        let mut args = vec!["operation", "resolve", id, "--json"];
        args.extend(match self {
            Self::Retry => &["--retry"][..],
            Self::Note => &["--note", "put right by hand"][..],
            Self::Restore => &["--restore", "--yes"][..],
        });
        args
    }
}
