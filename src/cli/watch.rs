//! Following an operation: its steps as they finish, its log, a bar while bytes
//! move. It only reads Zelo's own database, so it shows an operation run by
//! anyone, and what it shows is what was recorded.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::{
    format,
    output::{Output, Tone},
    progress::Meter,
};
pub(super) use crate::i18n::words::operation_state as state_id;
use crate::{
    db::{Db, OperationRow},
    domain::{
        id::{BackupId, OperationId},
        operation::OpState,
        problem::Problem,
    },
    msg,
    saga::{Journal, StepRecord, StepState, step::EffectName},
};

/// How often it looks.
pub(super) const BEAT: Duration = Duration::from_millis(200);

/// One operation being followed.
pub(super) struct Watch<'a> {
    out: &'a Output,
    db: &'a Db,
    id: &'a OperationId,
    bar: ProgressBar,
    meter: Meter,
    states: Vec<StepState>,
    /// The step from which on it counts as done.
    commit: Option<usize>,
    log: i64,
    /// The safety backup that runs under it, and how far that is.
    safety: Meter,
}

impl<'a> Watch<'a> {
    pub(super) fn new(out: &'a Output, db: &'a Db, id: &'a OperationId) -> Self {
        let bar = out.bar();
        bar.enable_steady_tick(Duration::from_millis(120));
        let (meter, safety) = (Meter::default(), Meter::default());
        Self { out, db, id, bar, meter, states: Vec::new(), commit: None, log: 0, safety }
    }

    /// Looks once, shows what is new, and says how the operation stands.
    pub(super) async fn look(&mut self) -> Result<OperationRow, Problem> {
        // The row first: what it says is final has all its steps and lines written.
        let row = self.db.operation(self.id).await?;
        let steps =
            self.db.steps(self.id).await.map_err(|e| crate::problem!("internal-journal").detail(e))?;
        for line in self.db.operation_log(self.id, self.log).await? {
            self.log = line.seq;
            self.print(&format!("  {}", self.out.words().text(&line.line)));
        }
        if let Some(progress) = row.progress {
            self.meter.see(Instant::now(), progress);
        }
        self.commit = row.plan.iter().find(|line| line.commits).map(|line| line.index);
        for step in &steps {
            self.step(&row, step);
        }
        let child = if self.out.has_bars() { self.child(&row, &steps).await? } else { None };
        match &child {
            Some((child, below)) => {
                let above = steps.iter().find(|s| s.state == StepState::Running);
                let above = above.map(|step| self.title(&row, step)).unwrap_or_default();
                self.draw(child, below, &self.safety, &format!("{above}: "));
            }
            None => self.draw(&row, &steps, &self.meter, ""),
        }
        Ok(row)
    }

    /// Whether it was at or past its commit point at the last look: then it is
    /// finished, whatever is asked.
    pub(super) fn is_past_commit(&self) -> bool {
        let state = self.commit.and_then(|at| self.states.get(at));
        matches!(state, Some(StepState::Running | StepState::Done))
    }

    /// Takes the bar away.
    pub(super) fn close(&self) {
        self.bar.finish_and_clear();
    }

    /// A line above the bar.
    pub(super) fn print(&self, text: &str) {
        if self.out.has_bars() {
            self.bar.suspend(|| self.out.note(text));
        } else {
            self.out.note(text);
        }
    }

    fn step(&mut self, row: &OperationRow, step: &StepRecord) {
        if self.states.len() <= step.index {
            self.states.resize(step.index + 1, StepState::Pending);
        }
        let Some(state) = self.states.get_mut(step.index) else { return };
        if *state == step.state {
            return;
        }
        *state = step.state;
        if let Some(line) = self.step_line(row, step) {
            self.print(&line);
        }
    }

    /// What a step's new state is worth saying; nothing for one that only began.
    fn step_line(&self, row: &OperationRow, step: &StepRecord) -> Option<String> {
        let (mark, tone, word) = match step.state {
            StepState::Pending | StepState::Running | StepState::Undoing => return None,
            StepState::Done => ("✓", Tone::Good, None),
            StepState::Failed => ("✗", Tone::Bad, Some("cli-step-failed")),
            StepState::Undone => ("↩", Tone::Caution, Some("cli-step-undone")),
            StepState::UndoFailed => ("✗", Tone::Bad, Some("cli-step-undo-failed")),
        };
        let words = self.out.words();
        let mut line = format!("{} {}", self.out.toned(mark, tone), self.title(row, step));
        if let Some(id) = word {
            line += &format!(": {}", words.label(id));
        }
        if let (StepState::Done, Some(from), Some(to)) = (step.state, step.started_at, step.ended_at) {
            let took = format::duration(format::between(from, to));
            line += &self.out.toned(&format!("  {took}"), Tone::Dim);
        }
        Some(line)
    }

    /// `2/7 Dump orders`.
    fn title(&self, row: &OperationRow, step: &StepRecord) -> String {
        let title = row.plan.get(step.index).map(|line| self.out.words().text(&line.title));
        format!("{}/{} {}", step.index + 1, row.plan.len(), title.unwrap_or_else(|| step.name.clone()))
    }

    /// The safety backup, if it is what goes on: a whole operation of its own,
    /// which moves the bytes.
    async fn child(
        &mut self,
        row: &OperationRow,
        steps: &[StepRecord],
    ) -> Result<Option<(OperationRow, Vec<StepRecord>)>, Problem> {
        let saves = |step: &StepRecord| {
            step.state == StepState::Running
                && row.plan.get(step.index).is_some_and(|line| line.effect == EffectName::Saves)
        };
        if !steps.iter().any(saves) {
            return Ok(None);
        }
        let children = self.db.children(self.id).await?;
        let Some(child) = children.into_iter().find(|child| child.state == OpState::Running) else {
            return Ok(None);
        };
        let steps =
            self.db.steps(&child.id).await.map_err(|e| crate::problem!("internal-journal").detail(e))?;
        if let Some(progress) = child.progress {
            self.safety.see(Instant::now(), progress);
        }
        Ok(Some((child, steps)))
    }

    /// Draws what goes on; `above` says under which step of another operation.
    fn draw(&self, row: &OperationRow, steps: &[StepRecord], meter: &Meter, above: &str) {
        if !self.out.has_bars() {
            return;
        }
        let words = self.out.words();
        let going = steps.iter().find(|s| matches!(s.state, StepState::Running | StepState::Undoing));
        let text = match going {
            Some(step) if step.state == StepState::Undoing => {
                format!("{} {}", words.label("cli-step-undoing"), self.title(row, step))
            }
            Some(step) => {
                let moved = (meter.bytes(step.index) > 0).then(|| meter.text(words));
                [Some(self.title(row, step)), moved].into_iter().flatten().collect::<Vec<_>>().join("  ")
            }
            None => words.label(state_id(row.state)),
        };
        let bar = going.filter(|s| meter.bytes(s.index) > 0).and_then(|_| meter.bar());
        let template = if bar.is_some() { "{spinner} {msg}\n  {wide_bar}" } else { "{spinner} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
        if let Some((position, length)) = bar {
            self.bar.set_length(length);
            self.bar.set_position(position);
        }
        self.bar.set_message(format!("{above}{text}"));
    }
}

/// How a state looks in a list.
pub(super) const fn state_tone(state: OpState) -> Tone {
    match state {
        OpState::Queued | OpState::Resolved => Tone::Plain,
        OpState::Running => Tone::Plain,
        OpState::Succeeded => Tone::Good,
        OpState::RolledBack | OpState::Cancelled => Tone::Caution,
        OpState::Failed | OpState::NeedsOperator => Tone::Bad,
    }
}

/// How it ended, in one sentence with the time it took; then what went wrong.
pub(super) fn ended(out: &Output, row: &OperationRow) {
    let took = row.started_at.zip(row.ended_at).map(|(from, to)| format::duration(format::between(from, to)));
    let sentence = match row.state {
        OpState::Succeeded => msg!("cli-ended-succeeded", time = took.unwrap_or_default()),
        OpState::Failed => msg!("cli-ended-failed"),
        OpState::RolledBack => msg!("cli-ended-rolled-back"),
        OpState::Cancelled => msg!("cli-ended-cancelled"),
        OpState::NeedsOperator => msg!("cli-ended-needs-operator", operation = row.id.as_str()),
        OpState::Resolved => msg!("cli-ended-resolved"),
        OpState::Queued | OpState::Running => msg!("cli-ended-goes-on", operation = row.id.as_str()),
    };
    out.note(&out.toned(&out.words().text(&sentence), state_tone(row.state)));
    outcome(out, row);
    let told = !matches!(row.state, OpState::Resolved | OpState::Cancelled) && !out.is_json();
    if let Some(problem) = row.problem.as_ref().filter(|_| told) {
        out.problems(std::slice::from_ref(problem));
    }
}

/// What it left, where it left something a person may want next. By what the
/// result holds, not by the kind of operation.
fn outcome(out: &Output, row: &OperationRow) {
    #[derive(Deserialize)]
    struct Made {
        backup: BackupId,
        bytes: u64,
    }
    if row.state != OpState::Succeeded {
        return;
    }
    if let Ok(made) = Made::deserialize(&row.result) {
        out.say(&msg!("cli-made", backup = made.backup.short(), bytes = made.bytes));
    }
    let aside = row.result.get("asides").and_then(|asides| asides.as_array());
    if aside.is_some_and(|asides| !asides.is_empty()) {
        out.say(&msg!("cli-undoable", operation = row.id.short()));
    }
}
