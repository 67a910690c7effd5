//! What others are to be told of: written in the transaction that changes things.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use serde_json::Value;

use super::{
    Db, Tx,
    conn::MultiBackend,
    convert::{json, moment, naive, parse},
    error::DbError,
    schema::outbox,
};
use crate::domain::{clock::Moment, problem::Problem};

/// One thing to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// Which; the same at every try, so a receiver can tell repeats.
    pub id: String,
    /// What kind of event: `operation.succeeded`, `backup.published`…
    pub topic: String,
    /// About what: `operation:<id>`, `backup:<id>`…
    pub subject: String,
    /// More of it. No secrets.
    pub payload: Value,
    /// When it happened.
    pub created_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
struct Stored {
    id: String,
    topic: String,
    subject: String,
    payload: String,
    created_at: NaiveDateTime,
    due_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct Told {
    id: String,
    topic: String,
    subject: String,
    payload: String,
    created_at: NaiveDateTime,
}

impl TryFrom<Told> for OutboxRow {
    type Error = DbError;

    fn try_from(row: Told) -> Result<Self, DbError> {
        Ok(Self {
            payload: parse(&row.payload, "outbox.payload")?,
            created_at: moment(row.created_at),
            id: row.id,
            topic: row.topic,
            subject: row.subject,
        })
    }
}

impl Tx<'_> {
    /// Adds a thing to tell, due at once.
    pub(in crate::db) fn outbox(
        &mut self,
        topic: &str,
        subject: &str,
        payload: &Value,
    ) -> Result<(), DbError> {
        let row = Stored {
            id: self.ids.next().to_string().to_lowercase(),
            topic: topic.to_owned(),
            subject: subject.to_owned(),
            payload: json(payload)?,
            created_at: naive(self.now),
            due_at: naive(self.now),
        };
        diesel::insert_into(outbox::table).values(row).execute(self.conn)?;
        Ok(())
    }
}

impl Db {
    /// What is to be told by `now`, oldest first.
    pub async fn outbox_due(&self, now: Moment, limit: i64) -> Result<Vec<OutboxRow>, Problem> {
        let due = self.read(move |conn| {
            let rows: Vec<Told> = outbox::table
                .filter(outbox::delivered_at.is_null())
                .filter(outbox::due_at.le(naive(now)))
                .order((outbox::due_at, outbox::id))
                .limit(limit)
                .select(Told::as_select())
                .load(conn)?;
            rows.into_iter().map(OutboxRow::try_from).collect()
        });
        Ok(due.await?)
    }

    /// What there was to tell, newest first, older than `before`.
    pub async fn outbox(&self, before: Option<&str>, limit: i64) -> Result<Vec<OutboxRow>, Problem> {
        let before = before.map(ToOwned::to_owned);
        let listed = self.read(move |conn| {
            let mut query = outbox::table.select(Told::as_select()).into_boxed::<MultiBackend>();
            if let Some(before) = &before {
                query = query.filter(outbox::id.lt(before));
            }
            let rows: Vec<Told> = query.order(outbox::id.desc()).limit(limit).load(conn)?;
            rows.into_iter().map(OutboxRow::try_from).collect()
        });
        Ok(listed.await?)
    }
}
