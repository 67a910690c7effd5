//! Going forward: each step with its tries, and the commit point.

use serde_json::Value;
use tokio::time::Instant;

use super::{Lost, Run, Stop};
use crate::{
    domain::problem::Problem,
    problem,
    saga::{
        faults::Moment,
        journal::{Event, StepState},
        step::EffectName,
    },
};

impl From<Lost> for Stop {
    fn from(_: Lost) -> Self {
        Self::Lost
    }
}

impl Run<'_> {
    /// Runs every step from `from` on that is not done.
    pub(super) async fn forward(&mut self, from: usize) -> Result<(), Stop> {
        for step in from..self.plan.steps.len() {
            if self.records[step].state == StepState::Done {
                continue;
            }
            if step < self.plan.commit && self.runner.cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            self.check_promise(step)?;
            if step == self.plan.commit {
                self.commit(step).await?;
            } else {
                self.step(step).await?;
            }
        }
        Ok(())
    }

    /// The promise once more, against the journal: nothing destructive begins
    /// before the safety backup is written down as done, or waived.
    fn check_promise(&self, step: usize) -> Result<(), Stop> {
        if self.plan.steps[step].effect != EffectName::Destroys || self.plan.waiver().is_some() {
            return Ok(());
        }
        let saved = (0..step).any(|before| {
            self.plan.steps[before].effect == EffectName::Saves
                && self.records[before].state == StepState::Done
        });
        if saved { Ok(()) } else { Err(Stop::Failed { step, problem: problem!("unsafe-step") }) }
    }

    /// One step that is not the commit point, tried as often as it allows.
    async fn step(&mut self, step: usize) -> Result<(), Stop> {
        let settling = step > self.plan.commit;
        let tries = self.plan.steps[step].step.limits().tries.max(1);
        let mut tried = 0;
        loop {
            tried += 1;
            let stop = match self.once(step, !settling).await {
                Ok(()) => return Ok(()),
                Err(stop) => stop,
            };
            let again = matches!(&stop, Stop::Failed { problem, .. } if problem.transient) && tried < tries;
            if !again {
                return Err(stop);
            }
            if !settling {
                self.undo(step).await?.map_err(|problem| Stop::Failed { step, problem })?;
            }
            self.pause(tried).await;
        }
    }

    /// Journals, runs and journals one try of a step.
    async fn once(&mut self, step: usize, heed: bool) -> Result<(), Stop> {
        self.record(step, Event::Began).await?;
        match self.faulty_attempt(step, heed).await {
            Ok(output) => {
                self.record(step, Event::Finished(output)).await?;
                self.fault(step, Moment::Done).map_err(|problem| Stop::Failed { step, problem })
            }
            Err(Stop::Failed { step, problem }) => {
                self.record(step, Event::Failed(problem.clone())).await?;
                Err(Stop::Failed { step, problem })
            }
            Err(stop) => Err(stop),
        }
    }

    async fn faulty_attempt(&mut self, step: usize, heed: bool) -> Result<Value, Stop> {
        let failed = |problem| Stop::Failed { step, problem };
        self.fault(step, Moment::Before).map_err(failed)?;
        let output = self.attempt(step, heed).await?;
        self.fault(step, Moment::After).map_err(failed)?;
        Ok(output)
    }

    /// The commit step: never dropped by a cancel, and a failure is looked into
    /// before it is believed.
    async fn commit(&mut self, step: usize) -> Result<(), Stop> {
        match self.once(step, false).await {
            Err(Stop::Failed { problem, .. }) if self.records[step].state == StepState::Failed => {
                if !self.happened(step).await? {
                    return Err(Stop::Failed { step, problem });
                }
                tracing::warn!(operation = %self.runner.op, %problem, "the commit step failed after it had happened");
                self.redo_commit(step).await
            }
            other => other,
        }
    }

    /// Whether the commit happened, asked patiently: a database that is just
    /// starting again must not be taken for a lost one.
    pub(super) async fn happened(&mut self, step: usize) -> Result<bool, Stop> {
        let Some(commit) = self.plan.committing.clone() else { return Ok(false) };
        let (mut tried, since) = (0, Instant::now());
        loop {
            match commit.happened(&self.cx(step, &self.progress(step))).await {
                Ok(happened) => return Ok(happened),
                Err(problem) => {
                    tried += 1;
                    if tried >= self.runner.patience.tries && !self.may_pass(&problem, tried, since) {
                        return Err(Stop::Unsure(problem));
                    }
                    self.pause(tried).await;
                }
            }
        }
    }

    /// A commit that has happened is run again for its output only.
    pub(super) async fn redo_commit(&mut self, step: usize) -> Result<(), Stop> {
        self.record(step, Event::Began).await?;
        match self.attempt(step, false).await {
            Ok(output) => Ok(self.record(step, Event::Finished(output)).await?),
            Err(Stop::Failed { problem, .. }) => {
                self.record(step, Event::Failed(problem.clone())).await?;
                Err(Stop::Unsure(problem))
            }
            Err(stop) => Err(stop),
        }
    }

    /// Undoes one step, with patience. The outer error is a lost lease.
    pub(super) async fn undo(&mut self, step: usize) -> Result<Result<(), Problem>, Lost> {
        self.record(step, Event::UndoBegan).await?;
        self.reload().await?;
        match self.patient_undo(step).await? {
            Ok(()) => {
                self.record(step, Event::UndoFinished).await?;
                Ok(Ok(()))
            }
            Err(problem) => {
                self.record(step, Event::UndoFailed(problem.clone())).await?;
                Ok(Err(problem))
            }
        }
    }

    async fn patient_undo(&mut self, step: usize) -> Result<Result<(), Problem>, Lost> {
        if let Err(problem) = self.fault(step, Moment::UndoBefore) {
            return Ok(Err(problem));
        }
        let undoing = self.plan.steps[step].step.clone();
        let limits = undoing.limits();
        let least = std::time::Duration::from_secs(60);
        let limit = if limits.long { self.runner.patience.deadline } else { limits.deadline.max(least) };
        let (mut tried, since) = (0, Instant::now());
        loop {
            let cx = self.cx(step, &self.progress(step));
            let result = match tokio::time::timeout(limit, undoing.undo(&cx)).await {
                Ok(result) => result,
                Err(_) => Err(problem!("undo-deadline", step = &self.records[step].name)),
            };
            let Err(problem) = result else { break };
            tried += 1;
            if !self.may_pass(&problem, tried, since) {
                return Ok(Err(problem));
            }
            tracing::warn!(operation = %self.runner.op, %problem, tried, "an undo is tried again");
            self.pause(tried).await;
            // What this try wrote down, the next one goes by.
            self.reload().await?;
        }
        Ok(self.fault(step, Moment::UndoAfter))
    }
}
