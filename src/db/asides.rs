//! What a restore or an undo set aside: where it lies, and until when.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Db,
    conn::{Conn, MultiBackend},
    convert::{self, bytes, moment, naive, parse, size, word},
    error::DbError,
    operations::Lock,
    schema::{asides, outbox},
};
use crate::{
    domain::{
        backup::Unknown,
        clock::Moment,
        id::{AsideId, OperationId, ResourceId},
        problem::Problem,
    },
    problem,
};

/// The topic under which others are told that something stays although its time
/// is over.
const OVERDUE: &str = "aside.overdue";

/// What has become of something set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AsideState {
    /// It lies where it was put.
    Kept,
    /// An undo put it back.
    Used,
    /// It was removed for good.
    Freed,
}

impl AsideState {
    /// As stored and as programs see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Used => "used",
            Self::Freed => "freed",
        }
    }
}

impl std::str::FromStr for AsideState {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "kept" => Ok(Self::Kept),
            "used" => Ok(Self::Used),
            "freed" => Ok(Self::Freed),
            other => Err(Unknown(other.to_owned())),
        }
    }
}

/// Something that was just set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAside {
    /// The item it was: a database's name. Unique within the operation.
    pub item: String,
    /// Where it lies now, in the engine's own terms.
    pub locator: Value,
    /// Its size on disk.
    pub bytes: u64,
    /// Until when it is kept.
    pub keep_until: Moment,
}

/// Something set aside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AsideRow {
    /// Which.
    pub id: AsideId,
    /// Of what.
    pub resource: ResourceId,
    /// The operation that set it aside.
    pub operation: OperationId,
    /// The item it was.
    pub item: String,
    /// Where it lies, in the engine's own terms.
    pub locator: Value,
    /// Its size on disk when it was set aside.
    pub bytes: u64,
    /// When it was set aside.
    pub made_at: Moment,
    /// Until when it is kept.
    pub keep_until: Moment,
    /// What has become of it.
    pub state: AsideState,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = asides)]
struct Stored {
    id: String,
    resource_id: String,
    operation_id: String,
    item: String,
    locator: String,
    bytes: i64,
    made_at: NaiveDateTime,
    keep_until: NaiveDateTime,
    state: String,
}

impl TryFrom<Stored> for AsideRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            id: word(&row.id, "asides.id")?,
            resource: word(&row.resource_id, "asides.resource_id")?,
            operation: word(&row.operation_id, "asides.operation_id")?,
            item: row.item,
            locator: parse(&row.locator, "asides.locator")?,
            bytes: bytes(row.bytes),
            made_at: moment(row.made_at),
            keep_until: moment(row.keep_until),
            state: word(&row.state, "asides.state")?,
        })
    }
}

fn find(conn: &mut Conn, id: &AsideId) -> Result<AsideRow, DbError> {
    let row: Option<Stored> =
        asides::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
    row.ok_or_else(|| problem!("not-found-aside", id = id.as_str()))?.try_into()
}

fn of(conn: &mut Conn, operation: &OperationId) -> Result<Vec<AsideRow>, DbError> {
    let rows: Vec<Stored> = asides::table
        .filter(asides::operation_id.eq(operation.as_str()))
        .order(asides::item)
        .select(Stored::as_select())
        .load(conn)?;
    rows.into_iter().map(AsideRow::try_from).collect()
}

impl Db {
    /// One of them, whatever became of it. Problem: `not-found-aside`.
    pub async fn aside(&self, id: &AsideId) -> Result<AsideRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// Writes down what an operation set aside. Idempotent: what is written down
    /// for the same operation and item stays as it is. All of that operation's.
    pub async fn add_asides(
        &self,
        resource: &ResourceId,
        operation: &OperationId,
        new: Vec<NewAside>,
    ) -> Result<Vec<AsideRow>, Problem> {
        let (resource, operation) = (resource.clone(), operation.clone());
        let added = self.write(move |tx| {
            let there = of(tx.conn, &operation)?;
            for aside in new.iter().filter(|new| there.iter().all(|row| row.item != new.item)) {
                let stored = Stored {
                    id: AsideId::new(tx.ids.as_ref()).to_string(),
                    resource_id: resource.to_string(),
                    operation_id: operation.to_string(),
                    item: aside.item.clone(),
                    locator: convert::json(&aside.locator)?,
                    bytes: size(aside.bytes),
                    made_at: naive(tx.now),
                    keep_until: naive(aside.keep_until),
                    state: AsideState::Kept.as_str().to_owned(),
                };
                diesel::insert_into(asides::table).values(stored).execute(tx.conn)?;
            }
            of(tx.conn, &operation)
        });
        Ok(added.await?)
    }

    /// Everything that still lies aside, the first to go first.
    pub async fn kept_asides(&self, resource: Option<&ResourceId>) -> Result<Vec<AsideRow>, Problem> {
        let resource = resource.cloned();
        let listed = self.read(move |conn| {
            let mut kept = asides::table
                .filter(asides::state.eq(AsideState::Kept.as_str()))
                .into_boxed::<MultiBackend>();
            if let Some(resource) = &resource {
                kept = kept.filter(asides::resource_id.eq(resource.as_str()));
            }
            let rows: Vec<Stored> =
                kept.order((asides::keep_until, asides::id)).select(Stored::as_select()).load(conn)?;
            rows.into_iter().map(AsideRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// What still lies aside although its time ended by `now`, the longest overdue
    /// first.
    pub async fn asides_due(&self, now: Moment) -> Result<Vec<AsideRow>, Problem> {
        let mut kept = self.kept_asides(None).await?;
        kept.retain(|row| row.keep_until <= now);
        Ok(kept)
    }

    /// What an operation set aside, whatever became of it, by item.
    pub async fn asides_of(&self, operation: &OperationId) -> Result<Vec<AsideRow>, Problem> {
        let operation = operation.clone();
        Ok(self.read(move |conn| of(conn, &operation)).await?)
    }

    /// It was put back (`Used`) or removed (`Freed`). Saying so again changes
    /// nothing. Problems: `not-found-aside`, `aside-state` (args `id`, `state`:
    /// something else has become of it before).
    pub async fn end_aside(&self, id: &AsideId, end: AsideState, actor: &str) -> Result<AsideRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let ended = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state == end {
                return Ok(row);
            }
            if row.state != AsideState::Kept {
                return Err(problem!("aside-state", id = id.as_str(), state = row.state.as_str()).into());
            }
            diesel::update(asides::table.find(id.as_str()))
                .set(asides::state.eq(end.as_str()))
                .execute(tx.conn)?;
            let detail = json!({"item": row.item, "resource": row.resource, "locator": row.locator});
            tx.audit(&actor, &format!("aside.{}", end.as_str()), &format!("aside:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(ended.await?)
    }

    /// Keeps it until another time. Problems as for [`Db::end_aside`], and `locked`:
    /// an operation is about to remove it.
    pub async fn extend_aside(
        &self,
        id: &AsideId,
        keep_until: Moment,
        actor: &str,
    ) -> Result<AsideRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let extended = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != AsideState::Kept {
                return Err(problem!("aside-state", id = id.as_str(), state = row.state.as_str()).into());
            }
            tx.refuse_locked(&Lock::aside(&id))?;
            diesel::update(asides::table.find(id.as_str()))
                .set(asides::keep_until.eq(naive(keep_until)))
                .execute(tx.conn)?;
            let detail = json!({"item": row.item, "keep_until": keep_until});
            tx.audit(&actor, "aside.extend", &format!("aside:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(extended.await?)
    }

    /// Tells, once for each time it was to be kept until, that its time is over and
    /// it stays all the same, and why. Says whether this was news.
    pub async fn tell_overdue(&self, id: &AsideId, why: &Problem) -> Result<bool, Problem> {
        let (id, why) = (id.clone(), why.clone());
        let told = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            let subject = format!("aside:{id}");
            let before: i64 = outbox::table
                .filter(outbox::topic.eq(OVERDUE))
                .filter(outbox::subject.eq(&subject))
                .filter(outbox::created_at.ge(naive(row.keep_until)))
                .count()
                .get_result(tx.conn)?;
            if before > 0 || row.state != AsideState::Kept {
                return Ok(false);
            }
            let detail = json!({
                "item": row.item,
                "resource": row.resource,
                "operation": row.operation,
                "bytes": row.bytes,
                "keep_until": row.keep_until,
                "problem": why.code,
            });
            tx.audit("system", OVERDUE, &subject, &detail)?;
            tx.outbox(OVERDUE, &subject, &detail)?;
            Ok(true)
        });
        Ok(told.await?)
    }
}
