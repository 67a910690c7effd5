//! `zelo operation show`.

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find, format,
        output::{Field, Tone},
        watch::{state_id, state_tone},
        words::step_state,
    },
    db::OperationRow,
    domain::msg::Msg,
    msg, problem,
    saga::{Journal, StepRecord, StepState},
};

/// Which to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::operation`].
    pub operation: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::operation(&world, &self.operation).await?;
        let steps = world.db.steps(&row.id).await.map_err(|e| problem!("internal-journal").detail(e))?;
        let log = world.db.operation_log(&row.id, 0).await?;
        facts(desk, &row);
        desk.out.line("");
        table(desk, &row, &steps);
        if !log.is_empty() {
            desk.out.line("");
        }
        for line in &log {
            desk.out.line(&format!("{}  {}", desk.out.moment(line.at), desk.out.words().text(&line.line)));
        }
        if let Some(problem) = row.problem.as_ref().filter(|_| !desk.out.is_json()) {
            desk.out.problems(std::slice::from_ref(problem));
        }
        desk.out.json(&json!({ "operation": row, "steps": steps, "log": log }));
        Ok(Exit::Done)
    }
}

fn facts(desk: &Desk, row: &OperationRow) {
    let out = &desk.out;
    let moment = |at: Option<_>| at.map(|at| out.moment(at)).unwrap_or_default();
    let mut facts = vec![
        ("cli-col-id", row.id.as_str().into()),
        ("cli-col-kind", desk.out.words().operation_kind(&row.kind).into()),
        ("cli-col-state", Field::text(out.words().label(state_id(row.state))).tone(state_tone(row.state))),
        ("cli-col-actor", row.actor.clone().into()),
        ("cli-col-created", out.moment(row.created_at).into()),
        ("cli-col-started", moment(row.started_at).into()),
        ("cli-col-ended", moment(row.ended_at).into()),
    ];
    if let Some(waiver) = &row.waiver {
        let waived = out.words().text(&msg!("cli-plan-waiver", reason = &waiver.reason));
        facts.push(("cli-col-safety", Field::text(waived).tone(Tone::Caution)));
    }
    if let Some(note) = &row.resolution {
        facts.push(("cli-col-resolution", note.clone().into()));
    }
    out.facts(facts);
}

fn table(desk: &Desk, row: &OperationRow, steps: &[StepRecord]) {
    let words = desk.out.words();
    let lines = row.plan.iter().map(|line| {
        let step = steps.iter().find(|s| s.index == line.index);
        let state = step.map_or(StepState::Pending, |s| s.state);
        let took = step.and_then(|s| s.started_at.zip(s.ended_at));
        let took = took.map(|(from, to)| format::duration(format::between(from, to)));
        let tone = match state {
            StepState::Done => Tone::Good,
            StepState::Failed | StepState::UndoFailed => Tone::Bad,
            StepState::Undone | StepState::Undoing => Tone::Caution,
            StepState::Pending => Tone::Dim,
            StepState::Running => Tone::Plain,
        };
        let problem = step.and_then(|s| s.problem.as_ref()).map(|p| words.problem(p).what);
        vec![
            Field::figure((line.index + 1).to_string()),
            words.text(&line.title).into(),
            Field::text(words.label(step_state(state))).tone(tone),
            Field::figure(step.filter(|s| s.tries > 1).map(|s| s.tries.to_string()).unwrap_or_default()),
            Field::figure(took.unwrap_or_default()),
            problem.unwrap_or_default().into(),
        ]
    });
    let heads = [
        "cli-col-number",
        "cli-col-step",
        "cli-col-state",
        "cli-col-tries",
        "cli-col-took",
        "cli-col-problem",
    ];
    desk.out.table(&heads, lines.collect(), &Msg::new("cli-nothing"));
}
