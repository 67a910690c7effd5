//! Looking at operations, and what the queue needs to know of them.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use serde::Serialize;

use super::{Stored, find, row::OperationRow};
use crate::{
    db::{
        Db, Page,
        conn::MultiBackend,
        convert::{ids, json, moment, naive, parse, word},
        error::DbError,
        schema::{operation_logs, operations},
    },
    domain::{
        clock::Moment,
        id::{OperationId, ProjectId, ResourceId},
        msg::Msg,
        operation::{OpKind, OpState},
        problem::Problem,
    },
    problem,
    saga::{Fence, Snapshot},
};

/// Which operations to list, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperationFilter {
    /// In one of these states; empty: any.
    pub states: Vec<OpState>,
    /// On this resource.
    pub resource: Option<ResourceId>,
    /// In one of these projects; `None`: no restriction.
    pub projects: Option<Vec<ProjectId>>,
    /// Of this kind.
    pub kind: Option<OpKind>,
    /// Children of this one.
    pub parent: Option<OperationId>,
    /// At most so many; `None`: 100.
    pub limit: Option<i64>,
    /// After so many.
    pub offset: i64,
    /// Older than this one: the last of the page before.
    pub before: Option<OperationId>,
}

/// One line of an operation's log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// From 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// What.
    pub line: Msg,
}

fn rows(stored: Vec<Stored>) -> Result<Vec<OperationRow>, DbError> {
    stored.into_iter().map(OperationRow::try_from).collect()
}

type Boxed<'a> = diesel::dsl::IntoBoxed<'a, operations::table, MultiBackend>;

fn filtered(filter: &OperationFilter) -> Boxed<'_> {
    let mut query = operations::table.into_boxed::<MultiBackend>();
    if !filter.states.is_empty() {
        let states: Vec<&str> = filter.states.iter().map(|s| s.as_str()).collect();
        query = query.filter(operations::state.eq_any(states));
    }
    if let Some(resource) = &filter.resource {
        query = query.filter(operations::resource_id.eq(resource.as_str()));
    }
    if let Some(projects) = &filter.projects {
        query = query.filter(operations::project_id.eq_any(ids(projects)));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(operations::kind.eq(kind.as_str()));
    }
    if let Some(parent) = &filter.parent {
        query = query.filter(operations::parent_id.eq(parent.as_str()));
    }
    query
}

impl Db {
    /// One operation. Problem: `not-found-operation`.
    pub async fn operation(&self, id: &OperationId) -> Result<OperationRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// Operations, newest first; counted without regard to `before`.
    pub async fn operations(&self, filter: OperationFilter) -> Result<Page<OperationRow>, Problem> {
        let listed = self.read(move |conn| {
            let mut query = filtered(&filter).select(Stored::as_select());
            if let Some(before) = &filter.before {
                query = query.filter(operations::id.lt(before.as_str()));
            }
            let limit = filter.limit.unwrap_or(100);
            let newest = query.order(operations::id.desc()).limit(limit).offset(filter.offset);
            let rows = rows(newest.load(conn)?)?;
            let whole = filter.before.is_none().then_some((limit, filter.offset));
            Page::counted(rows, whole, || Ok(filtered(&filter).count().get_result(conn)?))
        });
        Ok(listed.await?)
    }

    /// The operations that run under this one's locks, oldest first.
    pub async fn children(&self, id: &OperationId) -> Result<Vec<OperationRow>, Problem> {
        let id = id.clone();
        let listed = self.read(move |conn| {
            let children = operations::table.filter(operations::parent_id.eq(id.as_str()));
            rows(children.select(Stored::as_select()).order(operations::id).load(conn)?)
        });
        Ok(listed.await?)
    }

    /// Everything that runs, or was running when its runner died; oldest first.
    pub async fn running(&self) -> Result<Vec<OperationRow>, Problem> {
        let listed = self.read(move |conn| {
            let running = operations::table.filter(operations::state.eq(OpState::Running.as_str()));
            rows(running.select(Stored::as_select()).order(operations::id).load(conn)?)
        });
        Ok(listed.await?)
    }

    /// Those of them whose lease ended before `now`.
    pub async fn stale(&self, now: Moment) -> Result<Vec<OperationRow>, Problem> {
        let mut rows = self.running().await?;
        rows.retain(|row| row.lease_until.is_none_or(|until| until < now));
        Ok(rows)
    }

    /// Queued operations the queue has not been given yet, oldest first.
    /// Children are not among them: their parent runs them.
    pub async fn unpushed(&self) -> Result<Vec<OperationId>, Problem> {
        let listed = self.read(move |conn| {
            let ids: Vec<String> = operations::table
                .filter(operations::state.eq(OpState::Queued.as_str()))
                .filter(operations::pushed_at.is_null())
                .filter(operations::parent_id.is_null())
                .select(operations::id)
                .order(operations::id)
                .limit(1000)
                .load(conn)?;
            ids.iter().map(|id| word(id, "operations.id")).collect()
        });
        Ok(listed.await?)
    }

    /// Running operations that were handed back to be tried again: they run under
    /// nobody's name until somebody takes them over.
    pub async fn handed_back(&self) -> Result<Vec<OperationId>, Problem> {
        let listed = self.read(move |conn| {
            let ids: Vec<String> = operations::table
                .filter(operations::state.eq(OpState::Running.as_str()))
                .filter(operations::runner.eq(""))
                .select(operations::id)
                .load(conn)?;
            ids.iter().map(|id| super::super::convert::word(id, "operations.id")).collect()
        });
        Ok(listed.await?)
    }

    /// The queue has it.
    pub async fn mark_pushed(&self, id: &OperationId) -> Result<(), Problem> {
        let id = id.clone();
        let marked = self.write(move |tx| {
            diesel::update(operations::table.find(id.as_str()))
                .set(operations::pushed_at.eq(naive(tx.now)))
                .execute(tx.conn)?;
            Ok(())
        });
        Ok(marked.await?)
    }

    /// The queue has nothing of what still waits (a new queue, a lost one):
    /// everything queued is to be pushed again.
    pub async fn forget_pushes(&self) -> Result<(), Problem> {
        let forgotten = self.write(move |tx| {
            diesel::update(operations::table.filter(operations::state.eq(OpState::Queued.as_str())))
                .set(operations::pushed_at.eq(None::<chrono::NaiveDateTime>))
                .execute(tx.conn)?;
            Ok(())
        });
        Ok(forgotten.await?)
    }

    /// Keeps how far a run is. Problem: `lease-lost`.
    pub async fn save_progress(
        &self,
        id: &OperationId,
        fence: Fence,
        progress: Snapshot,
    ) -> Result<(), Problem> {
        let id = id.clone();
        let saved = self.write(move |tx| {
            let mine = operations::table
                .find(id.as_str())
                .filter(operations::fence.eq(fence.0))
                .filter(operations::state.eq(OpState::Running.as_str()));
            let text = json(&progress)?;
            match diesel::update(mine).set(operations::progress.eq(text)).execute(tx.conn)? {
                0 => Err(problem!("lease-lost").into()),
                _ => Ok(()),
            }
        });
        Ok(saved.await?)
    }

    /// The lines of an operation's log after number `after_seq` (0: all).
    pub async fn operation_log(&self, id: &OperationId, after_seq: i64) -> Result<Vec<LogLine>, Problem> {
        let id = id.clone();
        let listed = self.read(move |conn| {
            let lines: Vec<(i64, chrono::NaiveDateTime, String)> = operation_logs::table
                .filter(operation_logs::operation_id.eq(id.as_str()))
                .filter(operation_logs::seq.gt(after_seq))
                .order(operation_logs::seq)
                .select((operation_logs::seq, operation_logs::at, operation_logs::line))
                .load(conn)?;
            let line = |(seq, at, line): (i64, _, String)| {
                Ok(LogLine { seq, at: moment(at), line: parse(&line, "operation_logs.line")? })
            };
            lines.into_iter().map(line).collect()
        });
        Ok(listed.await?)
    }
}
