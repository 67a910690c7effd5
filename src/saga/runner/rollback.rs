//! Going back: undo in reverse, and what the operation's end is called.

use super::{Lost, Outcome, Run, Stop, ended};
use crate::{
    domain::{operation::OpState, problem::Problem},
    problem,
    saga::{
        journal::StepState,
        step::{EffectName, UndoRule},
    },
};

impl Run<'_> {
    /// After a run stopped: puts back what it did and names the end.
    pub(super) async fn back_out(&mut self, stop: Stop) -> Result<Outcome, Lost> {
        if self.is_past_return() && !matches!(stop, Stop::Lost) {
            return self.go_on().await;
        }
        let (state, problem) = match stop {
            Stop::Lost => return Err(Lost),
            Stop::Unsure(problem) => return Ok(ended(OpState::NeedsOperator, Some(unsure(problem)))),
            Stop::Cancelled => (Some(OpState::Cancelled), problem!("cancelled")),
            Stop::Failed { problem, .. } => (None, problem),
        };
        match self.roll_back().await? {
            Ok(()) => Ok(ended(state.unwrap_or_else(|| self.undone_state()), Some(problem))),
            Err(undo) => Ok(ended(OpState::NeedsOperator, Some(undo_failed(undo, &problem)))),
        }
    }

    /// Whether something has happened that nothing can take back: a commit that removed
    /// something for good, or a step behind it that removed the way back. Calling that
    /// undone would be a lie, so what follows is finished instead, here or by the next try.
    fn is_past_return(&self) -> bool {
        let behind = self.plan.steps.iter().zip(&self.records).skip(self.plan.commit + 1);
        let gone = |rule: &UndoRule| matches!(rule, UndoRule::Final(_));
        if behind.clone().any(|(step, r)| gone(&step.step.undo_rule()) && r.state != StepState::Pending) {
            return true;
        }
        let (commit, record) = (&self.plan.steps[self.plan.commit], &self.records[self.plan.commit]);
        let final_for_good = matches!(commit.step.undo_rule(), UndoRule::Nothing(_));
        commit.effect == EffectName::Destroys && final_for_good && record.state == StepState::Done
    }

    /// Undoes every begun step, last first; stops at the first undo that fails.
    ///
    /// Once a destructive commit has happened, only it and what came after are
    /// undone: its undo sets aside what people wrote since, and the undo of an
    /// earlier step would remove just that.
    pub(super) async fn roll_back(&mut self) -> Result<Result<(), Problem>, Lost> {
        let commit = self.plan.commit;
        // Its output is written down exactly when it has happened.
        let committed = self.records[commit].output.is_some();
        let keep = committed && self.plan.steps[commit].effect == EffectName::Destroys;
        let first = if keep { commit } else { 0 };
        for step in (first..self.plan.steps.len()).rev() {
            if matches!(self.records[step].state, StepState::Pending | StepState::Undone) {
                continue;
            }
            match self.end_processes(step).await {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => return Ok(Err(problem)),
                Err(_) => return Err(Lost),
            }
            if let Err(problem) = self.undo(step).await? {
                return Ok(Err(problem));
            }
        }
        Ok(Ok(()))
    }
}

/// The decisive step is done, what follows it is not.
pub(super) fn settle_failed(problem: Problem) -> Problem {
    problem!("settle-failed", why = problem.code.as_str()).detail(problem)
}

/// An undo failed: what it was about to put back and why it could not.
pub(super) fn undo_failed(undo: Problem, first: &Problem) -> Problem {
    let mut problem = problem!("undo-failed", why = undo.code.as_str(), first = first.code.as_str());
    problem.detail = Some(format!("{undo}\n{first}"));
    problem
}

/// Nobody can tell on which side of the commit point things are.
pub(super) fn unsure(problem: Problem) -> Problem {
    problem!("commit-unknown", why = problem.code.as_str()).detail(problem)
}
