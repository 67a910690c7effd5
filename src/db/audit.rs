//! Who did what, append-only: each row's hash covers the row before it, so that
//! a changed, removed or inserted row breaks the chain. (Rows cut off at the end
//! leave a shorter, sound chain: whoever must rule that out keeps the last hash
//! elsewhere.)

use chrono::NaiveDateTime;
use diesel::{
    EscapeExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Db, Tx,
    conn::MultiBackend,
    convert::{json, moment, naive, parse, prefix},
    error::DbError,
    schema::audit,
};
use crate::{
    domain::{clock::Moment, id::ResourceId, problem::Problem},
    problem,
};

/// What the first row's `prev_hash` is: 64 zeros.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Rows read at once while the chain is checked.
const BATCH: i64 = 1000;

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// From 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who: `user:<id>`, `cli:<name>`.
    pub actor: String,
    /// What: `operation.enqueue`, `backup.pin`…
    pub action: String,
    /// To what: `operation:<id>`, `backup:<id>`…
    pub subject: String,
    /// More of it. No secrets.
    pub detail: Value,
    /// Over everything above and the row before; lower-case hexadecimal.
    pub hash: String,
}

/// A test mail, as the audit log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailNote {
    /// To whom.
    pub to: String,
    /// By which server: host and port.
    pub server: String,
    /// `sent`, or the code of what went wrong.
    pub came_to: String,
}

/// Which entries to list, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditFilter {
    /// By exactly this actor.
    pub actor: Option<String>,
    /// About what begins like this: `backup:`, `user:<id>`.
    pub subject: Option<String>,
    /// Whose action begins like this: `backup.`, `sign-in`.
    pub action: Option<String>,
    /// Before this one: the last of the page before.
    pub before: Option<i64>,
    /// At most so many; `None`: 100.
    pub limit: Option<i64>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
struct Stored {
    seq: i64,
    at: NaiveDateTime,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    prev_hash: String,
    hash: String,
}

impl Stored {
    /// sha256 over the hash before and the row as one JSON array: no two rows
    /// have the same form.
    fn digest(&self) -> Result<String, DbError> {
        let at = self.at.and_utc().timestamp_micros();
        let canonical = json(&(self.seq, at, &self.actor, &self.action, &self.subject, &self.detail))?;
        let mut hash = Sha256::new();
        hash.update(self.prev_hash.as_bytes());
        hash.update(canonical.as_bytes());
        Ok(hex::encode(hash.finalize()))
    }
}

impl TryFrom<Stored> for AuditRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            seq: row.seq,
            at: moment(row.at),
            detail: parse(&row.detail, "audit.detail")?,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            hash: row.hash,
        })
    }
}

impl Tx<'_> {
    /// Adds an entry to the audit log, in the transaction of what it tells of.
    pub(in crate::db) fn audit(
        &mut self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: &Value,
    ) -> Result<(), DbError> {
        let last: Option<(i64, String)> = audit::table
            .select((audit::seq, audit::hash))
            .order(audit::seq.desc())
            .first(self.conn)
            .optional()?;
        let (seq, prev_hash) = last.unwrap_or((0, GENESIS.to_owned()));
        let mut row = Stored {
            seq: seq + 1,
            at: naive(self.now),
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: json(detail)?,
            prev_hash,
            hash: String::new(),
        };
        row.hash = row.digest()?;
        diesel::insert_into(audit::table).values(row).execute(self.conn)?;
        Ok(())
    }
}

impl Db {
    /// Entries, newest first.
    pub async fn audit_log(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, Problem> {
        let listed = self.read(move |conn| {
            let mut query = audit::table.select(Stored::as_select()).into_boxed::<MultiBackend>();
            if let Some(actor) = &filter.actor {
                query = query.filter(audit::actor.eq(actor));
            }
            if let Some(subject) = &filter.subject {
                query = query.filter(audit::subject.like(prefix(subject)).escape('\\'));
            }
            if let Some(action) = &filter.action {
                query = query.filter(audit::action.like(prefix(action)).escape('\\'));
            }
            if let Some(before) = filter.before {
                query = query.filter(audit::seq.lt(before));
            }
            let newest = query.order(audit::seq.desc()).limit(filter.limit.unwrap_or(100));
            let rows: Vec<Stored> = newest.load(conn)?;
            rows.into_iter().map(AuditRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Writes down that a secret of an instance is shown to somebody: which, never what.
    /// Whoever shows it waits for this to be written.
    pub async fn note_reveal(&self, resource: &ResourceId, field: &str, actor: &str) -> Result<(), Problem> {
        let (subject, actor) = (format!("resource:{resource}"), actor.to_owned());
        let detail = serde_json::json!({ "field": field });
        let noted = self.write(move |tx| tx.audit(&actor, "instance.reveal", &subject, &detail));
        Ok(noted.await?)
    }

    /// Writes down that a test mail was tried with an instance's mail settings.
    pub async fn note_test_mail(
        &self,
        resource: &ResourceId,
        note: MailNote,
        actor: &str,
    ) -> Result<(), Problem> {
        let (subject, actor) = (format!("resource:{resource}"), actor.to_owned());
        let detail = serde_json::json!({ "to": note.to, "server": note.server, "result": note.came_to });
        let noted = self.write(move |tx| tx.audit(&actor, "instance.test-mail", &subject, &detail));
        Ok(noted.await?)
    }

    /// Checks the whole chain; says how many entries it has and the last hash.
    /// Problem `audit-broken` (arg `seq`: the first entry that does not fit).
    pub async fn verify_audit(&self) -> Result<(u64, String), Problem> {
        let checked = self.read(move |conn| {
            let (mut seq, mut hash) = (0_i64, GENESIS.to_owned());
            loop {
                let rows: Vec<Stored> = audit::table
                    .select(Stored::as_select())
                    .filter(audit::seq.gt(seq))
                    .order(audit::seq)
                    .limit(BATCH)
                    .load(conn)?;
                if rows.is_empty() {
                    return Ok((u64::try_from(seq).unwrap_or(0), hash));
                }
                for row in rows {
                    if row.seq != seq + 1 || row.prev_hash != hash || row.digest()? != row.hash {
                        return Err(problem!("audit-broken", seq = seq + 1).into());
                    }
                    (seq, hash) = (row.seq, row.hash);
                }
            }
        });
        Ok(checked.await?)
    }
}
