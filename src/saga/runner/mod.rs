//! Runs plans: forward, back after a failure, and onward or back in a new process
//! after a crash. Every move is in the journal before the next one begins.
//!
//! - Before the commit point failure, cancel and crash undo everything begun.
//! - The commit step is never dropped; if its run fails or the process dies in it,
//!   [`Commit::happened`](super::Commit::happened) says on which side of the
//!   point things are.
//! - After it, a failure in the run still going undoes the commit, if the commit
//!   has an undo; else (something was removed for good), and after a crash, the
//!   plan only goes forward, and asks a person where it cannot.

mod attempt;
mod forward;
mod recover;
mod rollback;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    context::Cx,
    faults::{self, Moment, Point},
    journal::{Event, Fence, Journal, JournalError, StepRecord, StepState},
    plan::Plan,
    progress::{Progress, ProgressSink},
    step::EffectName,
};
use crate::{
    domain::{clock::SharedClock, id::OperationId, operation::OpState, problem::Problem},
    host::{Away, Places, away},
    problem,
};

/// How an operation ended, ready to be written to its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Succeeded, Failed, RolledBack, Cancelled or NeedsOperator.
    pub state: OpState,
    /// Why, unless it succeeded.
    pub problem: Option<Problem>,
    /// What the commit step left, if it stands.
    pub result: Option<Value>,
}

/// The lease was taken over: this runner may not write, and has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the operation was taken over by another runner")]
pub struct Lost;

/// How patient a run is: with what must succeed (undo, ending processes, asking
/// whether the commit happened) when the failure is of a passing kind, and with
/// steps that move bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Tries in all.
    pub tries: u32,
    /// The first pause; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How long what must succeed waits for an engine that is away: a Docker that
    /// restarts, a machine that starts. A stopped container is given a tenth.
    pub away: Duration,
    /// What a process is given between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// How long a step that moves bytes may go without moving any.
    pub stall: Duration,
    /// How long a step that moves bytes may take in all.
    pub deadline: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            pause: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            away: Duration::from_secs(600),
            grace: Duration::from_secs(10),
            stall: Duration::from_secs(300),
            deadline: Duration::from_secs(24 * 3600),
        }
    }
}

/// Runs one operation's plan under one lease.
pub struct Runner {
    /// The operation.
    pub op: OperationId,
    /// The lease's fence.
    pub fence: Fence,
    /// Where everything is written down.
    pub journal: Arc<dyn Journal>,
    /// The clock steps see.
    pub clock: SharedClock,
    /// Where journalled processes can be ended.
    pub places: Arc<dyn Places>,
    /// Who is told how far it is.
    pub progress: Arc<dyn ProgressSink>,
    /// Asks the run to stop (heeded before the commit point only).
    pub cancel: CancellationToken,
    /// For what must succeed.
    pub patience: Patience,
}

/// Why a run stopped going forward.
#[derive(Debug)]
enum Stop {
    /// A step failed.
    Failed { step: usize, problem: Problem },
    /// A person cancelled.
    Cancelled,
    /// Nobody can tell whether the commit happened.
    Unsure(Problem),
    /// Another runner has taken over.
    Lost,
}

impl Runner {
    /// Runs a plan from its first step.
    pub async fn run(&self, plan: &Plan) -> Result<Outcome, Lost> {
        let mut run = Run::load(self, plan).await?;
        if let Err(problem) = run.check_names() {
            return Ok(ended(OpState::Failed, Some(problem)));
        }
        match run.forward(0).await {
            Ok(()) => Ok(run.succeeded()),
            Err(stop) => run.back_out(stop).await,
        }
    }

    /// Finishes or undoes, in a new process, what a dead or given-up run began.
    pub async fn recover(&self, plan: &Plan) -> Result<Outcome, Lost> {
        let mut run = Run::load(self, plan).await?;
        if let Err(problem) = run.check_names() {
            return Ok(ended(OpState::NeedsOperator, Some(problem)));
        }
        run.recover().await
    }
}

/// One run (or recovery) in progress: the journal as last read, kept in step.
struct Run<'a> {
    runner: &'a Runner,
    plan: &'a Plan,
    records: Vec<StepRecord>,
    outputs: HashMap<String, Value>,
}

impl<'a> Run<'a> {
    async fn load(runner: &'a Runner, plan: &'a Plan) -> Result<Run<'a>, Lost> {
        let mut run = Run { runner, plan, records: Vec::new(), outputs: HashMap::new() };
        run.reload().await?;
        Ok(run)
    }

    /// Reads the journal anew: before anything that goes by notes or processes.
    async fn reload(&mut self) -> Result<(), Lost> {
        self.records = self.stubborn(|| self.runner.journal.steps(&self.runner.op)).await?;
        self.outputs.clear();
        for record in &self.records {
            if let (StepState::Done, Some(output)) = (record.state, &record.output) {
                self.outputs.insert(record.name.clone(), output.clone());
            }
        }
        Ok(())
    }

    /// A journal written by another version of the plan is never guessed at.
    fn check_names(&self) -> Result<(), Problem> {
        let planned: Vec<String> = self.plan.steps.iter().map(|p| p.step.name()).collect();
        let kept: Vec<&String> = self.records.iter().map(|r| &r.name).collect();
        if planned.iter().collect::<Vec<_>>() == kept { Ok(()) } else { Err(problem!("plan-changed")) }
    }

    /// Writes one move and keeps the copy in step. A metadata database that is
    /// away for a moment is waited for: the alternative is to leave a step's
    /// state unknown.
    async fn record(&mut self, step: usize, event: Event) -> Result<(), Lost> {
        let runner = self.runner;
        self.stubborn(|| runner.journal.record(&runner.op, runner.fence, step, event.clone())).await?;
        let record = &mut self.records[step];
        record.state = event.state();
        if let Event::Finished(output) = event {
            record.output = Some(output.clone());
            self.outputs.insert(record.name.clone(), output);
        }
        Ok(())
    }

    /// Calls the journal until it answers. An illegal move is a mistake in this
    /// room; a journal that stays away leaves the lease to run out and another
    /// runner to recover, which is what a journal is for.
    async fn stubborn<T, F, Fut>(&self, mut call: F) -> Result<T, Lost>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, JournalError>>,
    {
        let mut tried = 0;
        loop {
            match call().await {
                Ok(value) => return Ok(value),
                Err(JournalError::Storage(why)) if tried < self.runner.patience.tries => {
                    tried += 1;
                    tracing::warn!(operation = %self.runner.op, %why, tried, "the journal does not answer");
                    self.pause(tried).await;
                }
                Err(error) => {
                    tracing::error!(operation = %self.runner.op, %error, "giving the operation up to another runner");
                    return Err(Lost);
                }
            }
        }
    }

    /// A growing pause, spread by the operation's own id so that many operations
    /// do not knock together.
    async fn pause(&self, tried: u32) {
        let patience = self.runner.patience;
        let doubled =
            patience.pause.saturating_mul(1 << tried.saturating_sub(1).min(16)).min(patience.longest);
        let spread =
            self.runner.op.short().bytes().fold(tried, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
        tokio::time::sleep(doubled.mul_f64(0.75 + f64::from(spread % 100) / 200.0)).await;
    }

    /// Whether what must succeed is tried once more after this problem; `since`
    /// when it is being tried.
    fn may_pass(&self, problem: &Problem, tried: u32, since: Instant) -> bool {
        let patience = self.runner.patience;
        match away(problem) {
            Some(Away::Engine) => since.elapsed() < patience.away,
            Some(Away::Container) if since.elapsed() < patience.away / 10 => true,
            _ => problem.transient && tried < patience.tries,
        }
    }

    fn cx(&self, step: usize, progress: &Progress) -> Cx {
        Cx {
            op: self.runner.op.clone(),
            fence: self.runner.fence,
            step,
            journal: self.runner.journal.clone(),
            clock: self.runner.clock.clone(),
            outputs: Arc::new(self.outputs.clone()),
            notes: Arc::new(self.records[step].notes.clone()),
            progress: progress.clone(),
            cancel: self.runner.cancel.clone(),
        }
    }

    fn progress(&self, step: usize) -> Progress {
        Progress::of(&self.plan.kind, &self.records[step].name)
    }

    fn fault(&self, step: usize, moment: Moment) -> Result<(), Problem> {
        faults::point(Point { kind: &self.plan.kind, step: &self.records[step].name, moment })
    }

    fn succeeded(&self) -> Outcome {
        let result = self.outputs.get(&self.records[self.plan.commit].name).cloned();
        Outcome { state: OpState::Succeeded, problem: None, result }
    }

    /// Failed if nobody's things were touched, else RolledBack.
    fn undone_state(&self) -> OpState {
        let touched = |(planned, record): (&super::plan::Planned, &StepRecord)| {
            planned.effect == EffectName::Destroys && record.state != StepState::Pending
        };
        let any = self.plan.steps.iter().zip(&self.records).any(touched);
        if any { OpState::RolledBack } else { OpState::Failed }
    }
}

fn ended(state: OpState, problem: Option<Problem>) -> Outcome {
    Outcome { state, problem, result: None }
}
