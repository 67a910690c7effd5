//! The saga's journal, in the same database: each write checks the fence in its
//! own transaction and is on disk when it returns.

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::max,
};
use serde_json::Value;

use super::{
    Db, Tx,
    conn::Conn,
    convert::{json, moment, naive, parse, parse_opt},
    error::DbError,
    schema::{operation_logs, operation_steps, operations, step_notes, step_processes},
};
use crate::{
    domain::{id::OperationId, msg::Msg, operation::OpState, problem::Problem},
    host::ProcessRef,
    saga::{Fence, Journal, JournalError, StepRecord, StepState, journal::Event},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = operation_steps)]
struct Stored {
    position: i32,
    name: String,
    state: String,
    tries: i32,
    started_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
    output: Option<String>,
    problem: Option<String>,
}

#[async_trait]
impl Journal for Db {
    async fn steps(&self, op: &OperationId) -> Result<Vec<StepRecord>, JournalError> {
        let op = op.clone();
        Ok(self.read(move |conn| steps(conn, &op)).await?)
    }

    async fn record(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        event: Event,
    ) -> Result<(), JournalError> {
        let op = op.clone();
        let recorded = self.write(move |tx| {
            tx.guard(&op, fence)?;
            tx.record(&op, step, &event)
        });
        Ok(recorded.await?)
    }

    async fn note(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        note: Value,
    ) -> Result<(), JournalError> {
        let op = op.clone();
        let noted = self.write(move |tx| {
            tx.guard(&op, fence)?;
            tx.note(&op, step, &note)
        });
        Ok(noted.await?)
    }

    async fn process(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        process: &ProcessRef,
    ) -> Result<(), JournalError> {
        let (op, process) = (op.clone(), process.clone());
        let noted = self.write(move |tx| {
            tx.guard(&op, fence)?;
            tx.process(&op, step, &process)
        });
        Ok(noted.await?)
    }

    async fn log(&self, op: &OperationId, fence: Fence, line: &Msg) -> Result<(), JournalError> {
        let (op, line) = (op.clone(), line.clone());
        let logged = self.write(move |tx| {
            tx.guard(&op, fence)?;
            tx.log(&op, &line)
        });
        Ok(logged.await?)
    }
}

impl Tx<'_> {
    /// Only the holder of the highest fence of a running operation may write.
    fn guard(&mut self, op: &OperationId, fence: Fence) -> Result<(), DbError> {
        let current: Option<(String, i64)> = operations::table
            .find(op.as_str())
            .select((operations::state, operations::fence))
            .first(self.conn)
            .optional()?;
        match current {
            Some((state, at)) if state == OpState::Running.as_str() && at == fence.0 => Ok(()),
            Some(_) => Err(JournalError::Fenced.into()),
            None => Err(JournalError::Storage(format!("no operation {op}")).into()),
        }
    }

    fn record(&mut self, op: &OperationId, step: usize, event: &Event) -> Result<(), DbError> {
        let position = place(step)?;
        let row = operation_steps::table.find((op.as_str(), position));
        let stored: Stored = row
            .select(Stored::as_select())
            .first(self.conn)
            .optional()?
            .ok_or_else(|| JournalError::Storage(format!("operation {op} has no step {step}")))?;
        let (from, to) = (state(&stored.state)?, event.state());
        if !from.may_become(to) {
            let (from, to) = (from.as_str(), to.as_str());
            return Err(JournalError::Illegal { step: stored.name, from, to }.into());
        }
        let next = advance(stored, event, naive(self.now))?;
        diesel::update(row)
            .set((
                operation_steps::state.eq(next.state),
                operation_steps::tries.eq(next.tries),
                operation_steps::started_at.eq(next.started_at),
                operation_steps::ended_at.eq(next.ended_at),
                operation_steps::output.eq(next.output),
                operation_steps::problem.eq(next.problem),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    fn note(&mut self, op: &OperationId, step: usize, note: &Value) -> Result<(), DbError> {
        let position = place(step)?;
        let last: Option<i32> = step_notes::table
            .filter(step_notes::operation_id.eq(op.as_str()))
            .filter(step_notes::position.eq(position))
            .select(max(step_notes::seq))
            .first(self.conn)?;
        diesel::insert_into(step_notes::table)
            .values((
                step_notes::operation_id.eq(op.as_str()),
                step_notes::position.eq(position),
                step_notes::seq.eq(last.unwrap_or(0) + 1),
                step_notes::at.eq(naive(self.now)),
                step_notes::note.eq(json(note)?),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    fn process(&mut self, op: &OperationId, step: usize, process: &ProcessRef) -> Result<(), DbError> {
        let position = place(step)?;
        let last: Option<i32> = step_processes::table
            .filter(step_processes::operation_id.eq(op.as_str()))
            .filter(step_processes::position.eq(position))
            .select(max(step_processes::seq))
            .first(self.conn)?;
        diesel::insert_into(step_processes::table)
            .values((
                step_processes::operation_id.eq(op.as_str()),
                step_processes::position.eq(position),
                step_processes::seq.eq(last.unwrap_or(0) + 1),
                step_processes::at.eq(naive(self.now)),
                step_processes::process.eq(json(process)?),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    fn log(&mut self, op: &OperationId, line: &Msg) -> Result<(), DbError> {
        let last: Option<i64> = operation_logs::table
            .filter(operation_logs::operation_id.eq(op.as_str()))
            .select(max(operation_logs::seq))
            .first(self.conn)?;
        diesel::insert_into(operation_logs::table)
            .values((
                operation_logs::operation_id.eq(op.as_str()),
                operation_logs::seq.eq(last.unwrap_or(0) + 1),
                operation_logs::at.eq(naive(self.now)),
                operation_logs::line.eq(json(line)?),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}

/// The row after an event the table allows.
fn advance(stored: Stored, event: &Event, now: NaiveDateTime) -> Result<Stored, DbError> {
    let mut next = Stored { state: event.state().as_str().to_owned(), ..stored };
    match event {
        Event::Began => {
            next.tries += 1;
            next.started_at = next.started_at.or(Some(now));
            (next.output, next.problem) = (None, None);
        }
        Event::Finished(output) => next.output = Some(json(output)?),
        Event::Failed(problem) | Event::UndoFailed(problem) => next.problem = Some(json(problem)?),
        Event::UndoBegan | Event::UndoFinished => {}
    }
    if !matches!(event, Event::Began | Event::UndoBegan) {
        next.ended_at = Some(now);
    }
    Ok(next)
}

fn place(step: usize) -> Result<i32, DbError> {
    i32::try_from(step).map_err(|_| JournalError::Storage(format!("no step {step}")).into())
}

fn state(text: &str) -> Result<StepState, DbError> {
    StepState::parse(text).ok_or_else(|| DbError::Unreadable(format!("operation_steps.state: {text:?}")))
}

fn steps(conn: &mut Conn, op: &OperationId) -> Result<Vec<StepRecord>, DbError> {
    let stored: Vec<Stored> = operation_steps::table
        .filter(operation_steps::operation_id.eq(op.as_str()))
        .order(operation_steps::position)
        .select(Stored::as_select())
        .load(conn)?;
    let notes: Vec<(i32, String)> = step_notes::table
        .filter(step_notes::operation_id.eq(op.as_str()))
        .order((step_notes::position, step_notes::seq))
        .select((step_notes::position, step_notes::note))
        .load(conn)?;
    let processes: Vec<(i32, String)> = step_processes::table
        .filter(step_processes::operation_id.eq(op.as_str()))
        .order((step_processes::position, step_processes::seq))
        .select((step_processes::position, step_processes::process))
        .load(conn)?;
    stored.into_iter().map(|row| step(row, &notes, &processes)).collect()
}

fn step(row: Stored, notes: &[(i32, String)], processes: &[(i32, String)]) -> Result<StepRecord, DbError> {
    fn own(rows: &[(i32, String)], position: i32) -> impl Iterator<Item = &str> {
        rows.iter().filter(move |(at, _)| *at == position).map(|(_, text)| text.as_str())
    }
    let notes = own(notes, row.position).map(|t| parse(t, "step_notes.note")).collect::<Result<_, _>>()?;
    let processes: Vec<ProcessRef> =
        own(processes, row.position).map(|t| parse(t, "step_processes.process")).collect::<Result<_, _>>()?;
    let problem: Option<Problem> = parse_opt(row.problem.as_deref(), "operation_steps.problem")?;
    Ok(StepRecord {
        index: usize::try_from(row.position).unwrap_or(0),
        state: state(&row.state)?,
        tries: u32::try_from(row.tries).unwrap_or(0),
        started_at: row.started_at.map(moment),
        ended_at: row.ended_at.map(moment),
        output: parse_opt(row.output.as_deref(), "operation_steps.output")?,
        name: row.name,
        notes,
        processes,
        problem,
    })
}
