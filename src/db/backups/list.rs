//! Looking at backups.

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl, TextExpressionMethods,
    dsl::{exists, not},
};

use super::{find, row::BackupRow, row::Shown, row::shown};
use crate::{
    db::{
        Db, Page,
        conn::{Conn, MultiBackend},
        convert::{self, lower, lower_opt, naive, parse, pattern},
        error::DbError,
        schema::{backups, manifests, proofs, resource_totals, resources},
    },
    domain::{
        backup::{BackupState, Origin},
        clock::Moment,
        id::{BackupId, ProjectId, ResourceId},
        manifest::Manifest,
        problem::Problem,
    },
    problem,
};

/// Which backups to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupFilter {
    /// Of this resource.
    pub resource: Option<ResourceId>,
    /// Of this project's resources.
    pub project: Option<ProjectId>,
    /// Of the resources of these projects; `None`: no restriction.
    pub projects: Option<Vec<ProjectId>>,
    /// Of this origin.
    pub origin: Option<Origin>,
    /// In this state.
    pub state: Option<BackupState>,
    /// Only those that lie in their store as backups, whole or damaged: not what
    /// is in the trash or missing.
    pub present: bool,
    /// With contents of this moment or later.
    pub from: Option<Moment>,
    /// With contents of before this moment.
    pub to: Option<Moment>,
    /// Whether it was ever found right.
    pub verified: Option<bool>,
    /// Whether a restore of it was ever compared and found equal.
    pub proven: Option<bool>,
    /// Whether a person keeps it.
    pub pinned: Option<bool>,
    /// With this in its id, name or note, or its resource's name, whatever the
    /// case.
    pub text: Option<String>,
    /// By what they are ordered.
    pub sort: BackupSort,
    /// The smallest, the oldest, A first.
    pub ascending: bool,
    /// At most so many; `None`: 100.
    pub limit: Option<i64>,
    /// After so many.
    pub offset: i64,
}

/// By what backups are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum BackupSort {
    /// When their contents were true.
    #[default]
    Taken,
    /// As they lie in the store.
    Size,
    /// Their resource's name; of one resource the newest first.
    Name,
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
    if let Some(projects) = &filter.projects {
        query = query.filter(resources::project_id.eq_any(convert::ids(projects)));
    }
    if let Some(origin) = filter.origin {
        query = query.filter(backups::origin.eq(origin.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(backups::state.eq(state.as_str()));
    }
    if filter.present {
        // By what it is not: nearly all are present, and an index of states would
        // keep SQLite from reading them in the order asked for.
        let away = [BackupState::Trashed, BackupState::Missing].map(|state| state.as_str());
        query = query.filter(backups::state.ne_all(away));
    }
    marked(texted(query, filter), filter)
}

/// Those of a time and with certain marks.
fn marked<'a>(mut query: Boxed<'a>, filter: &BackupFilter) -> Boxed<'a> {
    if let Some(from) = filter.from {
        query = query.filter(backups::taken_at.ge(naive(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(backups::taken_at.lt(naive(to)));
    }
    if let Some(pinned) = filter.pinned {
        query = query.filter(backups::pinned.eq(pinned));
    }
    query = match filter.verified {
        Some(true) => query.filter(backups::verified_at.is_not_null()),
        Some(false) => query.filter(backups::verified_at.is_null()),
        None => query,
    };
    let proof = proofs::table.filter(proofs::backup_id.eq(backups::id));
    match filter.proven {
        Some(true) => query.filter(exists(proof)),
        Some(false) => query.filter(not(exists(proof))),
        None => query,
    }
}

fn texted<'a>(query: Boxed<'a>, filter: &BackupFilter) -> Boxed<'a> {
    let Some(text) = &filter.text else { return query };
    let like = pattern(text);
    let named = lower_opt(backups::name).like(lower_opt(like.clone())).escape('\\');
    let noted = lower_opt(backups::note).like(lower_opt(like.clone())).escape('\\');
    let of = lower(resources::name).like(lower(like.clone())).escape('\\');
    query.filter(named.or(noted).or(of).or(backups::id.like(lower(like)).escape('\\')))
}

fn ordered<'a>(query: Boxed<'a>, filter: &BackupFilter) -> Boxed<'a> {
    let newest = (backups::taken_at.desc(), backups::id.desc());
    match (filter.sort, filter.ascending) {
        (BackupSort::Taken, false) => query.order(newest),
        (BackupSort::Taken, true) => query.order((backups::taken_at, backups::id)),
        (BackupSort::Size, false) => query.order((backups::stored_bytes.desc(), backups::id.desc())),
        (BackupSort::Size, true) => query.order((backups::stored_bytes, backups::id)),
        (BackupSort::Name, false) => query.order((resources::name.desc(), resources::id, newest)),
        (BackupSort::Name, true) => query.order((resources::name, resources::id, newest)),
    }
}

/// Up to so many backups are looked up by their resources and sorted; beyond that
/// it is sooner done to read along the order asked for.
const FEW: i64 = 5_000;

/// What is kept of each resource a filter allows: its id, and how many backups are
/// complete, corrupt, in the trash, missing.
type Totals = Vec<(String, i64, i64, i64, i64)>;

fn totals(conn: &mut Conn, filter: &BackupFilter) -> Result<Totals, DbError> {
    let mut query = resource_totals::table.inner_join(resources::table).into_boxed::<MultiBackend>();
    if let Some(resource) = &filter.resource {
        query = query.filter(resource_totals::resource_id.eq(resource.as_str()));
    }
    if let Some(project) = &filter.project {
        query = query.filter(resources::project_id.eq(project.as_str()));
    }
    if let Some(projects) = &filter.projects {
        query = query.filter(resources::project_id.eq_any(convert::ids(projects)));
    }
    let counts = (
        resource_totals::resource_id,
        resource_totals::complete,
        resource_totals::corrupt,
        resource_totals::trashed,
        resource_totals::missing,
    );
    Ok(query.select(counts).load(conn)?)
}

/// The resources that have any, if there are only few backups in the projects a
/// filter is about.
fn few(conn: &mut Conn, filter: &BackupFilter) -> Result<Option<Vec<String>>, DbError> {
    if filter.resource.is_some() || (filter.project.is_none() && filter.projects.is_none()) {
        return Ok(None);
    }
    let all = totals(conn, filter)?;
    let with = all.into_iter().map(|(id, a, b, c, d)| (id, a + b + c + d)).filter(|(_, sum)| *sum > 0);
    let (ids, sums): (Vec<_>, Vec<_>) = with.unzip();
    Ok((sums.into_iter().sum::<i64>() <= FEW).then_some(ids))
}

/// How many there are: out of the totals where those know.
fn count(conn: &mut Conn, filter: &BackupFilter) -> Result<i64, DbError> {
    let known = BackupFilter {
        resource: filter.resource.clone(),
        project: filter.project.clone(),
        projects: filter.projects.clone(),
        state: filter.state,
        present: filter.present,
        sort: filter.sort,
        ascending: filter.ascending,
        limit: filter.limit,
        offset: filter.offset,
        ..BackupFilter::default()
    };
    if *filter != known {
        return Ok(filtered(filter).count().get_result(conn)?);
    }
    let of = |state, count| {
        let away = matches!(state, BackupState::Trashed | BackupState::Missing);
        let wanted = filter.state.is_none_or(|only| only == state) && !(filter.present && away);
        if wanted { count } else { 0 }
    };
    let sum = |(_, complete, corrupt, trashed, missing)| {
        of(BackupState::Complete, complete)
            + of(BackupState::Corrupt, corrupt)
            + of(BackupState::Trashed, trashed)
            + of(BackupState::Missing, missing)
    };
    Ok(totals(conn, filter)?.into_iter().map(sum).sum())
}

impl Db {
    /// One backup. Problem: `not-found-backup`.
    pub async fn backup(&self, id: &BackupId) -> Result<BackupRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// Backups, newest contents first unless asked for in another order; those of
    /// removed resources too.
    pub async fn backups(&self, filter: BackupFilter) -> Result<Page<BackupRow>, Problem> {
        let listed = self.read(move |conn| {
            let limit = filter.limit.unwrap_or(100);
            let mut query = filtered(&filter);
            if let Some(resources) = few(conn, &filter)? {
                query = query.filter(backups::resource_id.eq_any(resources));
            }
            let rows: Vec<Shown> =
                ordered(query, &filter).limit(limit).offset(filter.offset).select(shown()).load(conn)?;
            let rows = rows.into_iter().map(BackupRow::try_from).collect::<Result<_, _>>()?;
            Page::counted(rows, Some((limit, filter.offset)), || count(conn, &filter))
        });
        Ok(listed.await?)
    }

    /// How many backups there are, whatever limit the filter has.
    pub async fn count_backups(&self, filter: BackupFilter) -> Result<u64, Problem> {
        Ok(convert::bytes(self.read(move |conn| count(conn, &filter)).await?))
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
