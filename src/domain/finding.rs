//! What a diagnosis finds: one problem each, with its evidence, what it means and one
//! next action. No secrets in it.

use serde::{Deserialize, Serialize};

use super::msg::Msg;

/// How bad it is; the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is broken.
    Notice,
    /// Something does not work as set, or will not after the next restart.
    Warning,
    /// A service is broken for some of its users.
    Serious,
    /// Nobody can use it, or a restart now makes it so.
    Critical,
}

impl Severity {
    /// As programs see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }
}

/// One diagnosed problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The probe that found it: `auth-search-path`.
    pub probe: String,
    /// How bad it is.
    pub severity: Severity,
    /// In one line: "Sign-up fails: a trigger on auth.users refers to a missing table".
    pub title: Msg,
    /// What it means for the people who use the instance.
    pub meaning: Msg,
    /// What was seen, each in one line.
    pub evidence: Vec<Msg>,
    /// What to do.
    pub next: Next,
    /// Whether a restart now makes it worse: what half works then stops working.
    #[serde(default)]
    pub restart_harms: bool,
}

/// The one next action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Next {
    /// Zelo can repair it safely; what it would do.
    Repair {
        /// In one line.
        what: Msg,
    },
    /// A person's to do.
    Advice {
        /// What and why.
        what: Msg,
        /// Commands to run as they are, in order; none if it is no command's work.
        #[serde(default)]
        commands: Vec<String>,
    },
}

impl Finding {
    /// The same, warning that a restart now makes it worse.
    #[must_use]
    pub fn harmed_by_restart(mut self) -> Self {
        self.restart_harms = true;
        self
    }

    /// Whether Zelo can repair it.
    pub fn is_repairable(&self) -> bool {
        matches!(self.next, Next::Repair { .. })
    }
}

/// What one probe came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// It looked and found nothing.
    Fine,
    /// There is nothing here to look at: the instance has no such part.
    NotHere,
    /// It could not know, and why.
    Unknown {
        /// Why.
        why: Msg,
    },
    /// It found something.
    Found {
        /// What, the worst first.
        findings: Vec<Finding>,
    },
}
