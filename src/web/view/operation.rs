//! `/operations/{id}`: the plan filling in, what became of it, what a person can do.
//!
//! Three parts are also sent alone while it runs: `head` (how it stands and what can
//! be done, when that changes), `steps` (as bytes move), and lines of the log.

use askama::Template;

use super::{
    Fact, May, Ref,
    words::{Word, operation_word},
};
use crate::{
    domain::{clock::Moment, operation::OpState},
    i18n::Told,
    web::shell::{Sheet, Shell},
};

/// The page.
#[derive(Template)]
#[template(path = "operation.html")]
pub(crate) struct OperationPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The operation.
    pub(crate) op: Op,
    /// What else is known of it.
    pub(crate) facts: Vec<Fact>,
}

/// How it stands and what can be done: sent alone when that changes.
#[derive(Template)]
#[template(path = "parts/operation_head.html")]
pub(crate) struct OperationHead<'a> {
    /// What any block needs.
    pub(crate) page: &'a Sheet,
    /// The operation.
    pub(crate) op: &'a Op,
}

/// Its steps: sent alone as they get on.
#[derive(Template)]
#[template(path = "parts/operation_steps.html")]
pub(crate) struct OperationSteps<'a> {
    /// What any block needs.
    pub(crate) page: &'a Sheet,
    /// The operation.
    pub(crate) op: &'a Op,
}

/// A line of its log: sent alone when it is written.
#[derive(Template)]
#[template(path = "parts/operation_line.html")]
pub(crate) struct OperationLogLine<'a> {
    /// What any block needs.
    pub(crate) page: &'a Sheet,
    /// The line.
    pub(crate) line: &'a LogRow,
}

/// An operation as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Op {
    /// Its id.
    pub(crate) id: String,
    /// "Restore billing-pg".
    pub(crate) title: String,
    /// How it stands.
    pub(crate) state: OpState,
    /// Who asked.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Moment,
    /// Its resource, if it is still listed.
    pub(crate) resource: Option<Ref>,
    /// The plan, filled in.
    pub(crate) steps: Vec<StepLine>,
    /// The step that runs, from 1.
    pub(crate) now: Option<usize>,
    /// Whole seconds since it began, or from its start to its end.
    pub(crate) took: Option<u64>,
    /// What became of it: none while it goes on.
    pub(crate) outcome: Option<Outcome>,
    /// A stop was asked for already.
    pub(crate) cancelling: bool,
    /// Whether it could still be stopped.
    pub(crate) can_cancel: bool,
    /// Whether what it did can be undone by another operation.
    pub(crate) can_undo: bool,
    /// The backup it made.
    pub(crate) made: Option<Ref>,
    /// Whether its safety backup can be restored: a way out.
    pub(crate) has_safety: bool,
    /// The last lines of its log.
    pub(crate) log: Vec<LogRow>,
    /// The number of the last of them.
    pub(crate) seq: i64,
    /// What the person may do.
    pub(crate) may: May,
}

/// What became of it: first what state things are in now, then why.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// `is-ok`, `is-undone`, `is-bad`, `is-warn`.
    pub(crate) class: &'static str,
    /// The icon.
    pub(crate) icon: &'static str,
    /// In what state things are now.
    pub(crate) title: String,
    /// What follows from it; may be empty.
    pub(crate) text: String,
    /// Why.
    pub(crate) told: Option<Told>,
}

/// A step of the plan.
#[derive(Debug, Clone)]
pub(crate) struct StepLine {
    /// What it does.
    pub(crate) title: String,
    /// How it stands.
    pub(crate) word: Word,
    /// How long it took, or takes so far, in seconds.
    pub(crate) took: Option<u64>,
    /// Whether everything before can be undone and this is the turn.
    pub(crate) commits: bool,
    /// Bytes on their way.
    pub(crate) meter: Option<Meter>,
    /// What went wrong in it.
    pub(crate) told: Option<Told>,
    /// How often it was begun.
    pub(crate) tries: u32,
}

impl StepLine {
    /// The icon in its mark; none while it is a number.
    pub(crate) fn icon(&self) -> Option<&'static str> {
        match self.word.class {
            "is-done" => Some("check"),
            "is-failed" => Some("x"),
            "is-undone" => Some("undo"),
            "is-hold" => Some("pause"),
            _ => None,
        }
    }
}

/// Bytes on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meter {
    /// So many so far.
    pub(crate) bytes: u64,
    /// Of so many, roughly; 0 if nobody knows.
    pub(crate) total: u64,
    /// Bytes a second.
    pub(crate) rate: Option<u64>,
}

impl Meter {
    /// How far, in per cent; none if nobody knows.
    pub(crate) fn percent(&self) -> Option<u64> {
        (self.total > self.bytes && self.total > 0).then(|| self.bytes.saturating_mul(100) / self.total)
    }

    /// How long it may still take, in seconds.
    pub(crate) fn left(&self) -> Option<u64> {
        let rate = self.rate.filter(|rate| *rate > 0)?;
        (self.total > self.bytes).then(|| (self.total - self.bytes) / rate)
    }
}

/// A line of its log.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    /// When.
    pub(crate) at: Moment,
    /// What.
    pub(crate) text: String,
}

impl Op {
    /// How it stands, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        operation_word(self.state)
    }

    /// The step that runs, from 1, and what is said of it aloud.
    pub(crate) fn said(&self) -> Option<(usize, String)> {
        let now = self.now?;
        let step = self.steps.get(now.checked_sub(1)?)?;
        let percent = step.meter.and_then(|meter| meter.percent());
        let percent = percent.map(|percent| format!(", {percent}%")).unwrap_or_default();
        Some((now, format!("{}{percent}", step.title)))
    }

    /// Whether it changes by itself.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, OpState::Queued | OpState::Running)
    }

    /// Whether it waits for a person.
    pub(crate) fn needs_person(&self) -> bool {
        self.state == OpState::NeedsOperator
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use chrono::TimeDelta;

    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::{
            shell::Here,
            view::tests::samples::{ago, now, shell, told},
        },
    };

    fn step(title: &str, class: &'static str, label: &'static str) -> StepLine {
        StepLine {
            title: title.to_owned(),
            word: Word { class, label },
            took: Some(38),
            commits: false,
            meter: None,
            told: None,
            tries: 1,
        }
    }

    fn running(lang: Lang, may: May) -> OperationPage {
        let mut page = shell(lang, "ui-nav-operations");
        page.title = "Restore billing-pg".to_owned();
        page.here = Here::Operations;
        let mut load = step("Load the dump of \"billing\" <2>", "is-run", "ui-step-running");
        load.meter = Some(Meter { bytes: 2_140_000_000, total: 3_420_000_000, rate: Some(18_200_000) });
        load.tries = 2;
        let mut swap = step("Swap the databases", "is-pending", "ui-step-pending");
        (swap.commits, swap.took) = (true, None);
        let op = Op {
            id: "01kay0000000000000000000a1".to_owned(),
            title: "Restore billing-pg".to_owned(),
            state: OpState::Running,
            by: "ana".to_owned(),
            at: ago(4),
            resource: Some(Ref::new("01kaxresource00000000000001", "billing-pg")),
            steps: vec![step("Check the backup", "is-done", "ui-step-done"), load, swap],
            now: Some(2),
            took: Some(246),
            outcome: None,
            cancelling: false,
            can_cancel: true,
            can_undo: false,
            made: None,
            has_safety: true,
            log: vec![LogRow { at: now() - TimeDelta::seconds(3), text: "pg_restore said: <b>".to_owned() }],
            seq: 7,
            may,
        };
        OperationPage { page, op, facts: vec![Fact::text("Size", "3.42 GB")] }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<OperationPage> {
        let owner = running(lang, May::OWNER);
        let viewer = running(lang, May::VIEWER);
        let mut failed = running(lang, May::OWNER);
        failed.op.state = OpState::RolledBack;
        failed.op.outcome = Some(Outcome {
            class: "is-undone",
            icon: "undo",
            title: "Back as it was".to_owned(),
            text: String::new(),
            told: Some(told(lang, &problem!("store-full", free = 1_u64, reserve = 2_u64))),
        });
        failed.op.steps[1] = StepLine {
            told: failed.op.outcome.as_ref().and_then(|outcome| outcome.told.clone()),
            meter: None,
            ..step("Load", "is-failed", "ui-step-failed")
        };
        let mut stuck = running(lang, May::OWNER);
        stuck.op.state = OpState::NeedsOperator;
        stuck.op.steps[1] = step("Load", "is-hold", "ui-step-undo-failed");
        stuck.op.outcome = Some(Outcome {
            class: "is-warn",
            icon: "pause",
            title: "Your decision is needed".to_owned(),
            text: "An undo failed.".to_owned(),
            told: Some(told(lang, &problem!("confirm-needed", name = "x"))),
        });
        let mut done = running(lang, May::OWNER);
        done.op.state = OpState::Succeeded;
        (done.op.can_undo, done.op.can_cancel) = (true, false);
        done.op.made = Some(Ref::new("01kaxbackup000000000000001", "22 Nov, 12:00"));
        done.op.outcome = Some(Outcome {
            class: "is-ok",
            icon: "check",
            title: "Done".to_owned(),
            text: String::new(),
            told: None,
        });
        vec![owner, viewer, failed, stuck, done]
    }
}
