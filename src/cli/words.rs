//! The catalogue ids of words that stand for states and the like.

pub(super) use crate::i18n::words::{backup_state, origin};
use crate::{
    engine::{Check, Verdict},
    saga::StepState,
};

use super::{
    desk::Desk,
    output::{Field, Tone},
};
use crate::domain::msg::Msg;

/// How a step stands.
pub(super) const fn step_state(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "cli-step-pending",
        StepState::Running => "cli-step-running",
        StepState::Done => "cli-step-done",
        StepState::Failed => "cli-step-failed",
        StepState::Undoing => "cli-step-undoing",
        StepState::Undone => "cli-step-undone",
        StepState::UndoFailed => "cli-step-undo-failed",
    }
}

/// Shows checks as a table, then what is wrong in full; says whether nothing is.
pub(super) fn checks(desk: &Desk, checks: &[Check]) -> bool {
    let out = &desk.out;
    let words = out.words();
    let line = |check: &Check| {
        let (id, tone, seen) = match &check.verdict {
            Verdict::Good(seen) => ("cli-check-good", Tone::Good, seen.as_ref().map(|m| words.text(m))),
            Verdict::Caution(problem) => {
                ("cli-check-caution", Tone::Caution, Some(words.problem(problem).what))
            }
            Verdict::Bad(problem) => ("cli-check-bad", Tone::Bad, Some(words.problem(problem).what)),
            Verdict::Skipped => ("cli-check-skipped", Tone::Dim, None),
        };
        vec![
            words.text(&check.title).into(),
            Field::text(words.label(id)).tone(tone),
            seen.unwrap_or_default().into(),
        ]
    };
    let heads = ["cli-col-check", "cli-col-verdict", "cli-col-found"];
    out.table(&heads, checks.iter().map(line).collect(), &Msg::new("cli-nothing"));
    let wrong = checks.iter().filter_map(|c| match &c.verdict {
        Verdict::Bad(problem) | Verdict::Caution(problem) => Some(problem.clone()),
        Verdict::Good(_) | Verdict::Skipped => None,
    });
    let wrong: Vec<_> = wrong.collect();
    if !wrong.is_empty() && !out.is_json() {
        out.note("");
        out.problems(&wrong);
    }
    !checks.iter().any(|c| matches!(c.verdict, Verdict::Bad(_)))
}
