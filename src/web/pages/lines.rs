//! Rows as lists show them.

use crate::{
    db::{BackupRow, OperationRow},
    saga::StepRecord,
    web::{
        page::Desk,
        text::seconds,
        view::{May, Ref, backups::BackupLine, operations::OperationLine},
    },
};

/// What an operation is about: the resource's name, else the backup's, else nothing.
pub(super) fn subject(desk: &Desk, row: &OperationRow) -> String {
    let named = row.resource.as_ref().and_then(|id| desk.board.name(id));
    let backup = || row.backup.as_ref().map(|id| id.short().to_owned());
    named.map(ToOwned::to_owned).or_else(backup).unwrap_or_default()
}

/// Who asked: the actor as people know them.
pub(super) fn by(desk: &Desk, actor: &str) -> String {
    match actor.split_once(':') {
        Some(("user", id)) => desk.board.names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
        Some((_, name)) => name.to_owned(),
        None => actor.to_owned(),
    }
}

/// Operations of a list.
pub(super) fn operations(desk: &Desk, rows: &[OperationRow]) -> Vec<OperationLine> {
    rows.iter().map(|row| operation(desk, row, &[])).collect()
}

/// One of them, with its steps where they are at hand.
pub(super) fn operation(desk: &Desk, row: &OperationRow, steps: &[StepRecord]) -> OperationLine {
    let t = desk.page.t;
    let project = row.project.as_ref();
    let project = desk.member.iter().find(|(own, _)| Some(&own.id) == project).map(|(own, _)| own);
    let step = row.progress.map(|progress| (progress.step + 1, row.plan.len()));
    let going = steps.iter().find(|step| step.state == crate::saga::StepState::Running);
    OperationLine {
        id: row.id.to_string(),
        kind: row.kind.to_string(),
        subject: subject(desk, row),
        project: project.map(|project| Ref::new(project.id.as_str(), project.name.as_str())),
        state: row.state,
        by: by(desk, &row.actor),
        at: row.created_at,
        took: row.started_at.zip(row.ended_at).map(|(from, to)| seconds(from, to)),
        step: going.map(|going| (going.index + 1, row.plan.len())).or(step),
        problem: row.problem.as_ref().map(|problem| t.told(problem).what),
    }
}

/// A backup of a list.
pub(super) fn backup(row: &BackupRow, may: May) -> BackupLine {
    BackupLine {
        id: row.id.to_string(),
        resource: Ref::new(row.resource.as_str(), row.resource_name.as_str()),
        name: row.name.clone(),
        taken_at: row.taken_at,
        took: seconds(row.taken_at, row.finished_at),
        origin: row.origin,
        state: row.state,
        verified_at: row.verified_at,
        bytes: row.stored_bytes,
        pinned: row.pinned,
        keep_until: row.keep_until,
        may,
    }
}
