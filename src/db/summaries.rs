//! Many resources at a glance, out of the totals that triggers keep for each, and
//! along indexes: never one query for each resource, never a count of all backups.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::{exists, not},
};
use serde::Serialize;

use super::{
    Db, backups,
    backups::BackupRow,
    conn::{Conn, MultiBackend},
    convert::{bytes, ids, word},
    error::DbError,
    operations,
    operations::OperationRow,
    resources::{ResourceFilter, ResourceState, filtered},
    schema::{backups as backups_table, operations as operations_table, resource_totals, resources},
};
use crate::domain::{
    backup::{BackupState, Origin},
    id::{ProjectId, ResourceId},
    operation::OpState,
    problem::Problem,
};

/// What has become of a resource so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The newest backup that is whole and was made of it, not brought from elsewhere.
    pub last_complete: Option<BackupRow>,
    /// How many lie in their stores, whole or damaged.
    pub backups: u64,
    /// What these take there.
    pub bytes: u64,
    /// The newest operation that somebody asked for, not one that another began.
    pub last_operation: Option<OperationRow>,
    /// The newest of these that was to make a backup.
    pub last_backup: Option<OperationRow>,
}

/// Everything in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Resources on the list.
    pub resources: u64,
    /// Of these, those not there when last looked for.
    pub missing: u64,
    /// Backups that lie in their stores, whole or damaged, of removed resources too.
    pub backups: u64,
    /// What these take there.
    pub stored_bytes: u64,
    /// Of the whole ones, those never verified.
    pub unverified: u64,
    /// The damaged ones.
    pub corrupt: u64,
    /// Operations that wait for a person's decision.
    pub needs_operator: u64,
    /// Operations that run.
    pub running: u64,
    /// Resources on the list without one whole backup.
    pub without_backup: u64,
}

impl Db {
    /// A summary of each of these resources, removed or not; none of an unknown one.
    pub async fn resource_summaries(
        &self,
        of: &[ResourceId],
    ) -> Result<BTreeMap<ResourceId, Summary>, Problem> {
        let of = ids(of);
        let made = self.read(move |conn| {
            let mut all = counted(conn, &of)?;
            let newest = newest_backups(conn, &of)?;
            for backup in backups::find_all(conn, newest)? {
                if let Some(summary) = all.get_mut(&backup.resource) {
                    summary.last_complete = Some(backup);
                }
            }
            let mut operations = newest_operations(conn, &of, None)?;
            let mut backups = newest_operations(conn, &of, Some("backup"))?;
            for (id, summary) in &mut all {
                summary.last_operation = operations.remove(id);
                summary.last_backup = backups.remove(id);
            }
            Ok(all)
        });
        Ok(made.await?)
    }

    /// The figures of these projects; `None`: of all, and of what no project has.
    pub async fn figures(&self, projects: Option<Vec<ProjectId>>) -> Result<Figures, Problem> {
        let made = self.read(move |conn| {
            let projects = projects.as_deref();
            let mut figures = stored(conn, projects)?;
            let listed =
                ResourceFilter { projects: projects.map(<[_]>::to_vec), ..ResourceFilter::default() };
            let missing = ResourceFilter { state: Some(ResourceState::Missing), ..listed.clone() };
            let whole = resource_totals::table
                .filter(resource_totals::resource_id.eq(resources::id))
                .filter(resource_totals::complete.gt(0));
            figures.resources = bytes(filtered(&listed).count().get_result(conn)?);
            figures.missing = bytes(filtered(&missing).count().get_result(conn)?);
            figures.without_backup =
                bytes(filtered(&listed).filter(not(exists(whole))).count().get_result(conn)?);
            figures.needs_operator = in_state(conn, projects, OpState::NeedsOperator)?;
            figures.running = in_state(conn, projects, OpState::Running)?;
            Ok(figures)
        });
        Ok(made.await?)
    }
}

fn counted(conn: &mut Conn, of: &[String]) -> Result<BTreeMap<ResourceId, Summary>, DbError> {
    type Row = (String, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = resources::table
        .left_join(resource_totals::table)
        .filter(resources::id.eq_any(of))
        .select((
            resources::id,
            resource_totals::complete.nullable(),
            resource_totals::corrupt.nullable(),
            resource_totals::bytes.nullable(),
        ))
        .load(conn)?;
    let summary = |(id, complete, corrupt, size): Row| {
        let backups = bytes(complete.unwrap_or(0)) + bytes(corrupt.unwrap_or(0));
        let summary = Summary { backups, bytes: bytes(size.unwrap_or(0)), ..Summary::default() };
        Ok((word(&id, "resources.id")?, summary))
    };
    rows.into_iter().map(summary).collect()
}

/// For each resource one step into an index, or a few: what came from elsewhere is no
/// backup of it.
fn newest_backups(conn: &mut Conn, of: &[String]) -> Result<Vec<String>, DbError> {
    let newest = backups_table::table
        .filter(backups_table::resource_id.eq(resources::id))
        .filter(backups_table::state.eq(BackupState::Complete.as_str()))
        .filter(backups_table::origin.ne(Origin::Uploaded.as_str()))
        .order((backups_table::taken_at.desc(), backups_table::id.desc()))
        .select(backups_table::id)
        .single_value();
    let ids: Vec<Option<String>> =
        resources::table.filter(resources::id.eq_any(of)).select(newest).load(conn)?;
    Ok(ids.into_iter().flatten().collect())
}

/// Each resource's newest of all kinds, or of one.
fn newest_operations(
    conn: &mut Conn,
    of: &[String],
    kind: Option<&'static str>,
) -> Result<BTreeMap<ResourceId, OperationRow>, DbError> {
    let newest = operations_table::table
        .filter(operations_table::resource_id.eq(resources::id.nullable()))
        .filter(operations_table::parent_id.is_null())
        .order(operations_table::id.desc())
        .select(operations_table::id);
    let all = resources::table.filter(resources::id.eq_any(of));
    let ids: Vec<Option<String>> = match kind {
        None => all.select(newest.single_value()).load(conn)?,
        Some(kind) => all.select(newest.filter(operations_table::kind.eq(kind)).single_value()).load(conn)?,
    };
    let found = operations::find_all(conn, ids.into_iter().flatten().collect())?;
    Ok(found.into_iter().filter_map(|row| Some((row.resource.clone()?, row))).collect())
}

/// What lies in the stores: one row for each resource.
fn stored(conn: &mut Conn, projects: Option<&[ProjectId]>) -> Result<Figures, DbError> {
    let mut totals = resource_totals::table.inner_join(resources::table).into_boxed::<MultiBackend>();
    if let Some(projects) = projects {
        totals = totals.filter(resources::project_id.eq_any(ids(projects)));
    }
    let rows: Vec<(i64, i64, i64, i64)> = totals
        .select((
            resource_totals::complete,
            resource_totals::unverified,
            resource_totals::corrupt,
            resource_totals::bytes,
        ))
        .load(conn)?;
    let mut figures = Figures::default();
    for (complete, unverified, corrupt, size) in rows {
        figures.backups += bytes(complete) + bytes(corrupt);
        figures.unverified += bytes(unverified);
        figures.corrupt += bytes(corrupt);
        figures.stored_bytes += bytes(size);
    }
    Ok(figures)
}

fn in_state(conn: &mut Conn, projects: Option<&[ProjectId]>, state: OpState) -> Result<u64, DbError> {
    let mut query = operations_table::table
        .filter(operations_table::state.eq(state.as_str()))
        .filter(operations_table::parent_id.is_null())
        .into_boxed::<MultiBackend>();
    if let Some(projects) = projects {
        query = query.filter(operations_table::project_id.eq_any(ids(projects)));
    }
    Ok(bytes(query.count().get_result(conn)?))
}
