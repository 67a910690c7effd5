//! What was done, as a program reads it: the last line of `--json`, whatever the
//! ending.

use serde::Serialize;

use crate::{
    cli::{desk::Stop, exit::Exit, output::Output},
    db::OperationRow,
    domain::problem::Problem,
    i18n::Told,
    problem,
};

/// What was done.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// The kind of the sample: the one shown or, until there is one, the one
    /// insisted on.
    pub(super) kind: Option<String>,
    did: Vec<Did>,
    /// What would have been better than what is shown, and why it could not be had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Told>,
    /// The whole tour was shown, every comparison held, and nothing is left.
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Told>,
}

/// One thing done.
#[derive(Debug, Serialize)]
struct Did {
    what: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    /// Of the data afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
}

impl Report {
    /// Nothing done yet, for a kind insisted on.
    pub(super) fn new(kind: Option<String>) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Something that changes no data, or whose digest is not known beforehand.
    pub(super) fn did(
        &mut self,
        what: &'static str,
        row: Option<&OperationRow>,
        digest: Option<&str>,
        ok: bool,
    ) {
        let operation = row.map(|row| row.id.to_string());
        self.did.push(Did { what, ok, operation, digest: digest.map(ToOwned::to_owned), expected: None });
    }

    /// A comparison; says whether it held.
    pub(super) fn compared(
        &mut self,
        what: &'static str,
        row: &OperationRow,
        digest: &str,
        expected: &str,
    ) -> bool {
        let ok = digest == expected;
        self.did(what, Some(row), Some(digest), ok);
        if let Some(did) = self.did.last_mut() {
            did.expected = Some(expected.to_owned());
        }
        ok
    }

    /// What could not be had.
    pub(super) fn skipped(&mut self, out: &Output, problems: &[Problem]) {
        self.skipped = problems.iter().map(|problem| out.words().problem(problem)).collect();
    }

    /// The tour has come to its end: whether every comparison held.
    pub(super) fn complete(&mut self) -> bool {
        self.ok = self.did.iter().all(|did| did.ok);
        self.ok
    }

    /// Shows how it ended, and gives the exit code. For a program this is the last
    /// line, also of a demo that failed or never began.
    pub(super) fn close(mut self, out: &Output, done: Result<(), Stop>) -> Exit {
        let (exit, problem) = match done {
            Ok(()) if self.ok => (Exit::Done, None),
            Ok(()) => (Exit::Failed, Some(problem!("demo-comparison"))),
            Err(Stop::Exit(exit)) => (exit, None),
            Err(Stop::Problems(problems)) => {
                if !out.is_json() {
                    out.problems(&problems);
                }
                (exit_of(&problems), problems.into_iter().next())
            }
        };
        self.ok = exit == Exit::Done;
        self.problem = problem.map(|problem| out.words().problem(&problem));
        out.json(&self);
        exit
    }
}

fn exit_of(problems: &[Problem]) -> Exit {
    match problems.first() {
        Some(problem) if problem.is("demo-no-postgres") || problem.is("demo-no-instance") => Exit::Fallback,
        Some(problem) if problem.is("demo-interrupted") => Exit::Cancelled,
        _ => Exit::of_problems(problems),
    }
}
