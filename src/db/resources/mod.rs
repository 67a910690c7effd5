//! Resources: what is protected, how to reach it, whether it was last seen.

mod change;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, Insertable, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods,
};
use serde::Serialize;
use serde_json::json;

use super::{
    Db, Page, Tx,
    conn::{Conn, MultiBackend},
    convert::{self, lower, moment, naive, parse, parse_opt, pattern, word, word_opt},
    error::DbError,
    schema::resources,
};
use crate::{
    domain::{
        backup::Unknown,
        clock::Moment,
        id::{HostId, ProjectId, ResourceId},
        kind::Kind,
        problem::Problem,
    },
    problem,
};

/// Whether a resource was there when last looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// It was.
    Ok,
    /// It was not; its backups stay.
    Missing,
}

impl ResourceState {
    /// As stored and as programs see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
        }
    }
}

impl std::str::FromStr for ResourceState {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "ok" => Ok(Self::Ok),
            "missing" => Ok(Self::Missing),
            other => Err(Unknown(other.to_owned())),
        }
    }
}

/// A resource to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResource {
    /// Its owner; `None`: unclaimed, visible to administrators only.
    pub project: Option<ProjectId>,
    /// Where it runs, if on a known host.
    pub host: Option<HostId>,
    /// Its kind.
    pub kind: Kind,
    /// Its name, unique in its project.
    pub name: String,
    /// The same for a recreated container; unique.
    pub identity: String,
    /// Open values of its access.
    pub access: BTreeMap<String, String>,
    /// Secret values, sealed by the caller.
    pub sealed: Option<String>,
    /// Why nothing may be restored into it.
    pub restore_refused: Option<Problem>,
}

/// How a resource is reached from now on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewAccess {
    /// What it is known by then.
    pub identity: String,
    /// Open values.
    pub values: BTreeMap<String, String>,
    /// Secret values, sealed by the caller.
    pub sealed: Option<String>,
    /// The names of the secret values, for the audit log.
    pub secrets: Vec<String>,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceRow {
    /// Which.
    pub id: ResourceId,
    /// Its owner.
    pub project: Option<ProjectId>,
    /// Where it runs.
    pub host: Option<HostId>,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The same for a recreated container.
    pub identity: String,
    /// Open values of its access.
    pub access: BTreeMap<String, String>,
    /// Secret values, sealed.
    #[serde(skip)]
    pub sealed: Option<String>,
    /// Why nothing may be restored into it.
    pub restore_refused: Option<Problem>,
    /// Whether it was last seen.
    pub state: ResourceState,
    /// When it was added.
    pub created_at: Moment,
    /// When it was last changed here.
    pub updated_at: Moment,
    /// When it was last seen.
    pub seen_at: Option<Moment>,
    /// When a person removed it from the list; what was made of it is still there.
    pub removed_at: Option<Moment>,
}

/// Which resources to list, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceFilter {
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of these projects; `None`: no restriction.
    pub projects: Option<Vec<ProjectId>>,
    /// Only those that no project has.
    pub unclaimed: bool,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<ResourceState>,
    /// With exactly this name.
    pub name: Option<String>,
    /// With this in its name or identity, whatever the case.
    pub text: Option<String>,
    /// At most so many; `None`: 100.
    pub limit: Option<i64>,
    /// After so many.
    pub offset: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = resources)]
struct Stored {
    id: String,
    project_id: Option<String>,
    host_id: Option<String>,
    kind: String,
    name: String,
    identity: String,
    access: String,
    sealed: Option<String>,
    restore_refused: Option<String>,
    state: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    seen_at: Option<NaiveDateTime>,
    deleted_at: Option<NaiveDateTime>,
}

impl TryFrom<Stored> for ResourceRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            id: word(&row.id, "resources.id")?,
            project: word_opt(row.project_id.as_deref(), "resources.project_id")?,
            host: word_opt(row.host_id.as_deref(), "resources.host_id")?,
            kind: Kind::named(row.kind),
            access: parse(&row.access, "resources.access")?,
            restore_refused: parse_opt(row.restore_refused.as_deref(), "resources.restore_refused")?,
            state: word(&row.state, "resources.state")?,
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
            seen_at: row.seen_at.map(moment),
            removed_at: row.deleted_at.map(moment),
            name: row.name,
            identity: row.identity,
            sealed: row.sealed,
        })
    }
}

type Boxed<'a> = diesel::dsl::IntoBoxed<'a, resources::table, MultiBackend>;

/// Those asked for, without order or limit.
pub(super) fn filtered(filter: &ResourceFilter) -> Boxed<'_> {
    let mut query = resources::table.filter(resources::deleted_at.is_null()).into_boxed::<MultiBackend>();
    if let Some(project) = &filter.project {
        query = query.filter(resources::project_id.eq(project.as_str()));
    }
    if let Some(projects) = &filter.projects {
        query = query.filter(resources::project_id.eq_any(convert::ids(projects)));
    }
    if filter.unclaimed {
        query = query.filter(resources::project_id.is_null());
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(resources::kind.eq(kind.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(resources::state.eq(state.as_str()));
    }
    if let Some(name) = &filter.name {
        query = query.filter(resources::name.eq(name));
    }
    if let Some(text) = &filter.text {
        let name = lower(resources::name).like(lower(pattern(text))).escape('\\');
        query = query.filter(name.or(lower(resources::identity).like(lower(pattern(text))).escape('\\')));
    }
    query
}

fn find(conn: &mut Conn, id: &ResourceId) -> Result<ResourceRow, DbError> {
    let live = resources::table.find(id.as_str()).filter(resources::deleted_at.is_null());
    let row: Option<Stored> = live.select(Stored::as_select()).first(conn).optional()?;
    row.ok_or_else(|| problem!("not-found-resource", id = id.as_str()))?.try_into()
}

fn find_any(conn: &mut Conn, id: &ResourceId) -> Result<ResourceRow, DbError> {
    let row: Option<Stored> =
        resources::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
    row.ok_or_else(|| problem!("not-found-resource", id = id.as_str()))?.try_into()
}

fn identified(conn: &mut Conn, identity: &str) -> Result<Option<ResourceRow>, DbError> {
    let live = resources::table.filter(resources::identity.eq(identity));
    let live = live.filter(resources::deleted_at.is_null()).select(Stored::as_select());
    live.first::<Stored>(conn).optional()?.map(ResourceRow::try_from).transpose()
}

impl Db {
    /// Adds a resource. Problems: `resource-exists` (args `id`, `name`: the one
    /// with this identity), `resource-name-taken` (arg `name`).
    pub async fn add_resource(&self, new: NewResource, actor: &str) -> Result<ResourceRow, Problem> {
        let actor = actor.to_owned();
        let added = self.write(move |tx| {
            if let Some(there) = identified(tx.conn, &new.identity)? {
                let name = there.name;
                return Err(problem!("resource-exists", id = there.id.as_str(), name = name).into());
            }
            if tx.resource_name_taken(new.project.as_ref(), &new.name)? {
                return Err(problem!("resource-name-taken", name = &new.name).into());
            }
            let id = ResourceId::new(tx.ids.as_ref());
            tx.insert_resource(&id, &new, ResourceState::Ok)?;
            let detail = json!({"kind": new.kind, "name": new.name, "project": new.project});
            tx.audit(&actor, "resource.add", &format!("resource:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(added.await?)
    }

    /// One resource. Problem: `not-found-resource`.
    pub async fn resource(&self, id: &ResourceId) -> Result<ResourceRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// One resource, even a removed one: its backups and what was set aside of it
    /// are still looked after. Problem: `not-found-resource`.
    pub async fn any_resource(&self, id: &ResourceId) -> Result<ResourceRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find_any(conn, &id)).await?)
    }

    /// Whether any resource has sealed credentials: then the key file must exist.
    pub async fn has_sealed(&self) -> Result<bool, Problem> {
        let found = self.read(|conn| {
            let sealed = resources::table.filter(resources::sealed.is_not_null());
            let one: Option<String> = sealed.select(resources::id).first(conn).optional()?;
            Ok(one.is_some())
        });
        Ok(found.await?)
    }

    /// The resource with this identity, if it was added.
    pub async fn resource_by_identity(&self, identity: &str) -> Result<Option<ResourceRow>, Problem> {
        let identity = identity.to_owned();
        Ok(self.read(move |conn| identified(conn, &identity)).await?)
    }

    /// Resources, by name.
    pub async fn resources(&self, filter: ResourceFilter) -> Result<Page<ResourceRow>, Problem> {
        let listed = self.read(move |conn| {
            let limit = filter.limit.unwrap_or(100);
            let rows: Vec<Stored> = filtered(&filter)
                .order((resources::name, resources::id))
                .limit(limit)
                .offset(filter.offset)
                .select(Stored::as_select())
                .load(conn)?;
            let rows = rows.into_iter().map(ResourceRow::try_from).collect::<Result<_, _>>()?;
            let count = || Ok(filtered(&filter).count().get_result(conn)?);
            Page::counted(rows, Some((limit, filter.offset)), count)
        });
        Ok(listed.await?)
    }

    /// Notes whether a resource was there. A change is told of.
    pub async fn set_resource_state(&self, id: &ResourceId, state: ResourceState) -> Result<(), Problem> {
        let id = id.clone();
        let set = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            let seen_at = if state == ResourceState::Ok { Some(tx.now) } else { row.seen_at };
            diesel::update(resources::table.find(id.as_str()))
                .set((resources::state.eq(state.as_str()), resources::seen_at.eq(seen_at.map(naive))))
                .execute(tx.conn)?;
            if row.state != state {
                let topic = format!("resource.{}", state.as_str());
                tx.outbox(&topic, &format!("resource:{id}"), &json!({"name": row.name}))?;
            }
            Ok(())
        });
        Ok(set.await?)
    }

    /// Changes how a resource is reached. Problem: `resource-exists` (args `id`,
    /// `name`: another one is known by this identity).
    pub async fn set_resource_access(
        &self,
        id: &ResourceId,
        new: NewAccess,
        actor: &str,
    ) -> Result<ResourceRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let set = self.write(move |tx| {
            find(tx.conn, &id)?;
            if let Some(there) = identified(tx.conn, &new.identity)?.filter(|there| there.id != id) {
                return Err(problem!("resource-exists", id = there.id.as_str(), name = there.name).into());
            }
            diesel::update(resources::table.find(id.as_str()))
                .set((
                    resources::identity.eq(&new.identity),
                    resources::access.eq(convert::json(&new.values)?),
                    resources::sealed.eq(&new.sealed),
                    resources::updated_at.eq(naive(tx.now)),
                ))
                .execute(tx.conn)?;
            let detail = json!({"access": new.values, "secrets": new.secrets});
            tx.audit(&actor, "resource.access", &format!("resource:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(set.await?)
    }
}

impl Tx<'_> {
    pub(super) fn resource_name_taken(
        &mut self,
        project: Option<&ProjectId>,
        name: &str,
    ) -> Result<bool, DbError> {
        let Some(project) = project else { return Ok(false) };
        let count: i64 = resources::table
            .filter(resources::project_id.eq(project.as_str()))
            .filter(resources::name.eq(name))
            .filter(resources::deleted_at.is_null())
            .count()
            .get_result(self.conn)?;
        Ok(count > 0)
    }

    pub(super) fn insert_resource(
        &mut self,
        id: &ResourceId,
        new: &NewResource,
        state: ResourceState,
    ) -> Result<(), DbError> {
        let stored = Stored {
            id: id.to_string(),
            project_id: new.project.as_ref().map(ToString::to_string),
            host_id: new.host.as_ref().map(ToString::to_string),
            kind: new.kind.to_string(),
            name: new.name.clone(),
            identity: new.identity.clone(),
            access: convert::json(&new.access)?,
            sealed: new.sealed.clone(),
            restore_refused: new.restore_refused.as_ref().map(convert::json).transpose()?,
            state: state.as_str().to_owned(),
            created_at: naive(self.now),
            updated_at: naive(self.now),
            seen_at: (state == ResourceState::Ok).then(|| naive(self.now)),
            deleted_at: None,
        };
        diesel::insert_into(resources::table).values(stored).execute(self.conn)?;
        Ok(())
    }
}
