//! One try of one step, watched: deadline, stall, cancel, progress. A step that
//! is stopped is dropped and its processes are ended and proven gone.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Run, Stop};
use crate::{
    domain::problem::Problem,
    problem,
    saga::{progress::Progress, step::Limits},
};

/// How often progress is shown and a stall looked for.
const TICK: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// Runs step `step` once under its limits. `heed`: whether cancelling stops it.
    pub(super) async fn attempt(&mut self, step: usize, heed: bool) -> Result<Value, Stop> {
        let progress = self.progress(step);
        let cx = self.cx(step, &progress);
        let planned = self.plan.steps[step].step.clone();
        let limits = planned.limits();
        let cancel = self.runner.cancel.clone();
        let result = {
            let work = planned.run(&cx);
            tokio::pin!(work);
            tokio::select! {
                biased;
                () = async { cancel.cancelled().await }, if heed => Err(Stop::Cancelled),
                result = &mut work => result.map_err(|problem| Stop::Failed { step, problem }),
                problem = self.watch(step, &progress, limits) => Err(Stop::Failed { step, problem }),
            }
        };
        self.runner.progress.report(progress.snapshot(step));
        match result {
            Err(stop) => match self.end_processes(step).await? {
                Ok(()) => Err(stop),
                Err(problem) => Err(Stop::Failed { step, problem }),
            },
            Ok(value) => Ok(value),
        }
    }

    /// Ends when a limit is passed, with the problem to report.
    async fn watch(&self, step: usize, progress: &Progress, limits: Limits) -> Problem {
        let name = self.records[step].name.clone();
        let stall = limits.stall.map(|_| self.runner.patience.stall);
        // Steps that move bytes go by the settings, all others by their own word.
        let deadline = if limits.long { self.runner.patience.deadline } else { limits.deadline };
        let begun = Instant::now();
        let mut alive = (Instant::now(), progress.pulse());
        let mut tick = interval(TICK.min(deadline));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shown = None;
        loop {
            tick.tick().await;
            let snapshot = progress.snapshot(step);
            if shown != Some(snapshot) {
                shown = Some(snapshot);
                self.runner.progress.report(snapshot);
            }
            if progress.pulse() != alive.1 {
                alive = (Instant::now(), progress.pulse());
            }
            if begun.elapsed() >= deadline {
                return problem!("step-deadline", step = name, seconds = deadline.as_secs());
            }
            if let Some(stall) = stall.filter(|stall| alive.0.elapsed() >= *stall) {
                return problem!("step-stalled", step = name, seconds = stall.as_secs());
            }
        }
    }

    /// Ends every process the journal has for a step. The outer error is a lost
    /// lease, the inner one a process that cannot be proven gone.
    pub(super) async fn end_processes(&mut self, step: usize) -> Result<Result<(), Problem>, Stop> {
        self.reload().await.map_err(|_| Stop::Lost)?;
        let processes = self.records[step].processes.clone();
        for process in processes {
            let Some(place) = self.runner.places.place(&process.place) else {
                return Ok(Err(problem!("place-unknown", place = process.place.0)));
            };
            let (mut tried, since) = (0, Instant::now());
            while let Err(error) = place.end(&process, self.runner.patience.grace).await {
                tried += 1;
                let error = Problem::from(error);
                if tried >= self.runner.patience.tries && !self.may_pass(&error, tried, since) {
                    let problem = problem!("process-not-ended", pid = process.pid, place = process.place.0);
                    return Ok(Err(problem.detail(error)));
                }
                self.pause(tried).await;
            }
        }
        Ok(Ok(()))
    }
}
