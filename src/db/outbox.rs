//! What others are to be told of: written in the transaction that changes
//! things, delivered later, at least once.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use serde_json::Value;

use super::{
    Db, Tx,
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
            let rows: Vec<Stored> = outbox::table
                .filter(outbox::delivered_at.is_null())
                .filter(outbox::due_at.le(naive(now)))
                .order((outbox::due_at, outbox::id))
                .limit(limit)
                .select(Stored::as_select())
                .load(conn)?;
            let row = |row: Stored| {
                Ok(OutboxRow {
                    payload: parse(&row.payload, "outbox.payload")?,
                    created_at: moment(row.created_at),
                    id: row.id,
                    topic: row.topic,
                    subject: row.subject,
                })
            };
            rows.into_iter().map(row).collect()
        });
        Ok(due.await?)
    }

    /// It was told.
    pub async fn mark_delivered(&self, id: &str) -> Result<(), Problem> {
        let id = id.to_owned();
        let marked = self.write(move |tx| {
            diesel::update(outbox::table.find(&id))
                .set(outbox::delivered_at.eq(naive(tx.now)))
                .execute(tx.conn)?;
            Ok(())
        });
        Ok(marked.await?)
    }
}
