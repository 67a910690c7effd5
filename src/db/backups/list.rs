//! Looking at backups.

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl, TextExpressionMethods,
};

use super::{find, row::BackupRow, row::Shown, row::shown};
use crate::{
    db::{
        Db, Page,
        conn::MultiBackend,
        convert::{self, lower, lower_opt, parse, pattern},
        schema::{backups, manifests, resources},
    },
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, ProjectId, ResourceId},
        manifest::Manifest,
        problem::Problem,
    },
    problem,
};

/// Which backups to list, newest contents first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupFilter {
    /// Of this resource.
    pub resource: Option<ResourceId>,
    /// Of this project's resources.
    pub project: Option<ProjectId>,
    /// Of this origin.
    pub origin: Option<Origin>,
    /// In this state.
    pub state: Option<BackupState>,
    /// Only those that lie in their store as backups, whole or damaged: not what
    /// is in the trash or missing.
    pub present: bool,
    /// With this in its id, name or note, or its resource's name, whatever the
    /// case.
    pub text: Option<String>,
    /// At most so many; `None`: 100.
    pub limit: Option<i64>,
    /// After so many.
    pub offset: i64,
}

type Joined = diesel::dsl::InnerJoin<backups::table, resources::table>;
type Boxed<'a> = diesel::dsl::IntoBoxed<'a, Joined, MultiBackend>;

fn filtered(filter: &BackupFilter) -> Boxed<'_> {
    let mut query = backups::table.inner_join(resources::table).into_boxed::<MultiBackend>();
    if let Some(resource) = &filter.resource {
        query = query.filter(backups::resource_id.eq(resource.as_str()));
    }
    if let Some(project) = &filter.project {
        query = query.filter(resources::project_id.eq(project.as_str()));
    }
    if let Some(origin) = filter.origin {
        query = query.filter(backups::origin.eq(origin.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(backups::state.eq(state.as_str()));
    }
    if filter.present {
        let here = [BackupState::Complete, BackupState::Corrupt].map(|state| state.as_str());
        query = query.filter(backups::state.eq_any(here));
    }
    if let Some(text) = &filter.text {
        let like = pattern(text);
        let named = lower_opt(backups::name).like(lower_opt(like.clone())).escape('\\');
        let noted = lower_opt(backups::note).like(lower_opt(like.clone())).escape('\\');
        let of = lower(resources::name).like(lower(like.clone())).escape('\\');
        query = query.filter(named.or(noted).or(of).or(backups::id.like(lower(like)).escape('\\')));
    }
    query
}

impl Db {
    /// One backup. Problem: `not-found-backup`.
    pub async fn backup(&self, id: &BackupId) -> Result<BackupRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// Backups, newest contents first.
    pub async fn backups(&self, filter: BackupFilter) -> Result<Page<BackupRow>, Problem> {
        let listed = self.read(move |conn| {
            let total: i64 = filtered(&filter).count().get_result(conn)?;
            let rows: Vec<Shown> = filtered(&filter)
                .order((backups::taken_at.desc(), backups::id.desc()))
                .limit(filter.limit.unwrap_or(100))
                .offset(filter.offset)
                .select(shown())
                .load(conn)?;
            let rows = rows.into_iter().map(BackupRow::try_from).collect::<Result<_, _>>()?;
            Ok(Page { rows, total: convert::bytes(total) })
        });
        Ok(listed.await?)
    }

    /// A backup's manifest as it was published. Problem: `not-found-backup`.
    pub async fn backup_manifest(&self, id: &BackupId) -> Result<Manifest, Problem> {
        let id = id.clone();
        let read = self.read(move |conn| {
            let text: Option<String> =
                manifests::table.find(id.as_str()).select(manifests::manifest).first(conn).optional()?;
            let text = text.ok_or_else(|| problem!("not-found-backup", id = id.as_str()))?;
            parse(&text, "manifests.manifest")
        });
        Ok(read.await?)
    }
}
