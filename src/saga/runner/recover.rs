//! A new process, an old journal: what was running is ended, then the plan is
//! finished or undone. Nothing is guessed: where reality cannot be asked, a
//! person is.

use super::{
    Lost, Outcome, Run, Stop, ended,
    rollback::{settle_failed, undo_failed, unsure},
};
use crate::{
    domain::{operation::OpState, problem::Problem},
    problem,
    saga::journal::StepState,
};

/// On which side of the commit point a journal stands.
enum Side {
    Before,
    After,
    GoingBack,
}

impl Run<'_> {
    pub(super) async fn recover(&mut self) -> Result<Outcome, Lost> {
        if let Err(problem) = self.end_leftovers().await? {
            return Ok(ended(OpState::NeedsOperator, Some(problem)));
        }
        match self.side().await {
            Err(Stop::Lost) => Err(Lost),
            Err(Stop::Unsure(problem)) => Ok(ended(OpState::NeedsOperator, Some(unsure(problem)))),
            Err(Stop::Failed { problem, .. }) => Ok(ended(OpState::NeedsOperator, Some(problem))),
            Err(Stop::Cancelled) | Ok(Side::Before | Side::GoingBack) => self.go_back().await,
            Ok(Side::After) => self.go_on().await,
        }
    }

    /// Ends the processes of every step that was not over.
    async fn end_leftovers(&mut self) -> Result<Result<(), Problem>, Lost> {
        for step in 0..self.records.len() {
            if matches!(self.records[step].state, StepState::Running | StepState::Failed | StepState::Undoing)
            {
                match self.end_processes(step).await {
                    Ok(Ok(())) => {}
                    Ok(Err(problem)) => return Ok(Err(problem)),
                    Err(_) => return Err(Lost),
                }
            }
        }
        Ok(Ok(()))
    }

    async fn side(&mut self) -> Result<Side, Stop> {
        let commit = self.plan.commit;
        let undoing = |state| matches!(state, StepState::Undoing | StepState::Undone | StepState::UndoFailed);
        match self.records[commit].state {
            StepState::Pending => Ok(Side::Before),
            StepState::Done if self.records[commit + 1..].iter().any(|r| undoing(r.state)) => {
                Ok(Side::GoingBack)
            }
            StepState::Done => Ok(Side::After),
            StepState::Undoing | StepState::Undone | StepState::UndoFailed => Ok(Side::GoingBack),
            StepState::Running | StepState::Failed => {
                if !self.happened(commit).await? {
                    return Ok(Side::Before);
                }
                self.redo_commit(commit).await?;
                Ok(Side::After)
            }
        }
    }

    async fn go_back(&mut self) -> Result<Outcome, Lost> {
        let interrupted = self.runner.cancel.is_cancelled();
        let (state, problem) = if interrupted {
            (Some(OpState::Cancelled), problem!("cancelled"))
        } else {
            let first = self.records.iter().find_map(|r| r.problem.clone());
            (None, first.unwrap_or_else(|| problem!("interrupted")))
        };
        match self.roll_back().await? {
            Ok(()) => Ok(ended(state.unwrap_or_else(|| self.undone_state()), Some(problem))),
            Err(undo) => Ok(ended(OpState::NeedsOperator, Some(undo_failed(undo, &problem)))),
        }
    }

    /// Past the commit point: only forward. Swapping back would take away what
    /// people wrote while nobody watched.
    pub(super) async fn go_on(&mut self) -> Result<Outcome, Lost> {
        match self.forward(self.plan.commit + 1).await {
            Ok(()) => Ok(self.succeeded()),
            Err(Stop::Lost) => Err(Lost),
            Err(Stop::Cancelled) => Ok(self.succeeded()),
            Err(Stop::Failed { problem, .. } | Stop::Unsure(problem)) => {
                Ok(ended(OpState::NeedsOperator, Some(settle_failed(problem))))
            }
        }
    }
}
