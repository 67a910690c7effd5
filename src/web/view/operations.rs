//! `/operations`: what runs and what ran, newest first; its lines also stand on
//! other pages.

use askama::Template;

use super::{
    Choice, Ref,
    words::{Word, operation_word},
};
use crate::{
    domain::{clock::Moment, operation::OpState},
    web::shell::Shell,
};

/// An operation in a list.
#[derive(Debug, Clone)]
pub(crate) struct OperationLine {
    /// Its id.
    pub(crate) id: String,
    /// What it does: `restore`.
    pub(crate) kind: String,
    /// What it does it to: a resource's name, as it is called now.
    pub(crate) subject: String,
    /// The project of that, where lists show several.
    pub(crate) project: Option<Ref>,
    /// How it stands.
    pub(crate) state: OpState,
    /// The name of whoever asked for it.
    pub(crate) by: String,
    /// When it began, or was asked for.
    pub(crate) at: Moment,
    /// How long it took, or has taken so far, in seconds; none while it waits.
    pub(crate) took: Option<u64>,
    /// While it runs: the step it is in, from 1, and how many there are.
    pub(crate) step: Option<(usize, usize)>,
    /// What went wrong, in a sentence.
    pub(crate) problem: Option<String>,
}

impl OperationLine {
    /// How it stands, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        operation_word(self.state)
    }

    /// Whether it is not over.
    pub(crate) fn is_live(&self) -> bool {
        !self.state.is_final() && self.state != OpState::NeedsOperator
    }
}

/// The page. Block `list` is sent alone when the filters change.
#[derive(Template)]
#[template(path = "operations.html", blocks = ["list"])]
pub(crate) struct OperationsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The states to choose among; the first stands for all.
    pub(crate) states: Vec<Choice>,
    /// The kinds to choose among; the first stands for all.
    pub(crate) kinds: Vec<Choice>,
    /// The operations.
    pub(crate) operations: Vec<OperationLine>,
    /// Where the newest are, below the base path, if these are not.
    pub(crate) newest: Option<String>,
    /// Where older ones are, if there are any.
    pub(crate) older: Option<String>,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        domain::operation::OpKind,
        web::view::{
            choices,
            tests::samples::{ago, now, shell},
        },
    };

    pub(crate) fn lines() -> Vec<OperationLine> {
        let line = |id: &str, kind: &str, subject: &str, state, minutes| OperationLine {
            id: format!("01kay0000000000000000000{id}"),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            project: Some(Ref::new("01kaxproject00000000000000", "shop")),
            state,
            by: "operator".to_owned(),
            at: ago(minutes),
            took: Some(62 * minutes.unsigned_abs()),
            step: None,
            problem: None,
        };
        vec![
            OperationLine {
                step: Some((5, 9)),
                ..line("a1", "restore", "shop-staging", OpState::Running, 4)
            },
            OperationLine { took: None, ..line("a2", "verify", "billing-pg", OpState::Queued, 1) },
            OperationLine {
                problem: Some("permission denied for schema <_analytics>".to_owned()),
                ..line("a3", "backup", "clinic-prod", OpState::Failed, 120)
            },
            line("a4", "restore", "orders", OpState::RolledBack, 180),
            line("a5", "undo", "orders", OpState::NeedsOperator, 200),
            OperationLine { at: now(), ..line("a6", "free", "orders", OpState::Succeeded, 3) },
        ]
    }

    pub(crate) fn pages(lang: crate::i18n::Lang) -> Vec<OperationsPage> {
        let page = shell(lang, "ui-nav-operations");
        let states = choices::operation_states(page.t, "running");
        let kinds = choices::operation_kinds(page.t, &[OpKind::of("backup")], "");
        vec![
            OperationsPage {
                states: states.clone(),
                kinds: kinds.clone(),
                operations: lines(),
                newest: None,
                older: Some("/operations?before=01kay0000000000000000000a6".to_owned()),
                page: page.clone(),
            },
            OperationsPage {
                states,
                kinds,
                operations: vec![],
                newest: Some("/operations".to_owned()),
                older: None,
                page,
            },
        ]
    }
}
