//! Download links: whoever has one may read one backup until its time is over,
//! without a session. Only hashes of their tokens are kept.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    TextExpressionMethods,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Db, backups,
    conn::MultiBackend,
    convert::{moment, naive, word},
    error::DbError,
    schema::download_links,
};
use crate::{
    domain::{clock::Moment, id::BackupId, problem::Problem},
    problem,
};

/// How much of a hash is shown to tell links apart.
const SHORT: usize = 8;

/// A download link that works now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DownloadLinkRow {
    /// The start of its hash, to name it by.
    pub short: String,
    /// Of which backup.
    pub backup: BackupId,
    /// Who made it.
    pub actor: String,
    /// When.
    pub created_at: Moment,
    /// Until when it works.
    pub expires_at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = download_links)]
struct Stored {
    token_hash: String,
    backup_id: String,
    actor: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl TryFrom<Stored> for DownloadLinkRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            short: short(&row.token_hash),
            backup: word(&row.backup_id, "download_links.backup_id")?,
            actor: row.actor,
            created_at: moment(row.created_at),
            expires_at: moment(row.expires_at),
        })
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(SHORT).collect()
}

type Boxed<'a> = diesel::dsl::IntoBoxed<'a, download_links::table, MultiBackend>;

/// Those that work at `now`.
fn valid<'a>(now: Moment) -> Boxed<'a> {
    download_links::table
        .into_boxed::<MultiBackend>()
        .filter(download_links::revoked_at.is_null())
        .filter(download_links::expires_at.gt(naive(now)))
}

impl Db {
    /// Makes a link to one backup. Problem: `not-found-backup`.
    pub async fn add_download_link(
        &self,
        token_hash: &str,
        backup: &BackupId,
        actor: &str,
        until: Moment,
    ) -> Result<DownloadLinkRow, Problem> {
        let (hash, backup, actor) = (token_hash.to_owned(), backup.clone(), actor.to_owned());
        let added = self.write(move |tx| {
            backups::find(tx.conn, &backup)?;
            diesel::insert_into(download_links::table)
                .values((
                    download_links::token_hash.eq(&hash),
                    download_links::backup_id.eq(backup.as_str()),
                    download_links::actor.eq(&actor),
                    download_links::created_at.eq(naive(tx.now)),
                    download_links::expires_at.eq(naive(until)),
                ))
                .execute(tx.conn)?;
            let detail = json!({"link": short(&hash), "expires_at": until});
            tx.audit(&actor, "download.link", &format!("backup:{backup}"), &detail)?;
            let row: Stored = download_links::table.find(&hash).select(Stored::as_select()).first(tx.conn)?;
            row.try_into()
        });
        Ok(added.await?)
    }

    /// The link of this token, if it works now.
    pub async fn download_link(&self, token_hash: &str) -> Result<Option<DownloadLinkRow>, Problem> {
        let (hash, now) = (token_hash.to_owned(), self.clock.now());
        let found = self.read(move |conn| {
            let link = valid(now).filter(download_links::token_hash.eq(hash)).select(Stored::as_select());
            link.first::<Stored>(conn).optional()?.map(DownloadLinkRow::try_from).transpose()
        });
        Ok(found.await?)
    }

    /// The links to a backup that work now, the newest first.
    pub async fn download_links_of(&self, backup: &BackupId) -> Result<Vec<DownloadLinkRow>, Problem> {
        let (backup, now) = (backup.clone(), self.clock.now());
        let listed = self.read(move |conn| {
            let rows: Vec<Stored> = valid(now)
                .filter(download_links::backup_id.eq(backup.as_str()))
                .order((download_links::created_at.desc(), download_links::token_hash))
                .select(Stored::as_select())
                .load(conn)?;
            rows.into_iter().map(DownloadLinkRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Ends a link, named by the start of its hash. Problem `not-found-download-link`:
    /// no link to this backup begins so and works.
    pub async fn revoke_download_link(
        &self,
        backup: &BackupId,
        short: &str,
        actor: &str,
    ) -> Result<(), Problem> {
        let (backup, name, actor) = (backup.clone(), short.to_owned(), actor.to_owned());
        let revoked = self.write(move |tx| {
            let unknown = || problem!("not-found-download-link", link = &name);
            if name.len() != SHORT || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(unknown().into());
            }
            let hashes: Vec<String> = valid(tx.now)
                .filter(download_links::backup_id.eq(backup.as_str()))
                .filter(download_links::token_hash.like(format!("{name}%")))
                .select(download_links::token_hash)
                .load(tx.conn)?;
            if hashes.is_empty() {
                return Err(unknown().into());
            }
            diesel::update(download_links::table.filter(download_links::token_hash.eq_any(hashes)))
                .set(download_links::revoked_at.eq(naive(tx.now)))
                .execute(tx.conn)?;
            let detail = json!({"link": name});
            tx.audit(&actor, "download.revoke", &format!("backup:{backup}"), &detail)
        });
        Ok(revoked.await?)
    }

    /// Notes in the audit log that a backup was read by a link; `detail`: from
    /// where, which part, how much.
    pub async fn note_download(
        &self,
        token_hash: &str,
        backup: &BackupId,
        detail: &Value,
    ) -> Result<(), Problem> {
        let (hash, backup, detail) = (token_hash.to_owned(), backup.clone(), detail.clone());
        let noted = self.write(move |tx| {
            let made_by: Option<String> =
                download_links::table.find(&hash).select(download_links::actor).first(tx.conn).optional()?;
            let name = short(&hash);
            let detail = json!({"link": name, "made_by": made_by, "download": detail});
            tx.audit(&format!("link:{name}"), "download", &format!("backup:{backup}"), &detail)
        });
        Ok(noted.await?)
    }

    /// The same of somebody who is known and needed no link.
    pub async fn note_read(&self, backup: &BackupId, actor: &str, detail: &Value) -> Result<(), Problem> {
        let (backup, actor, detail) = (backup.clone(), actor.to_owned(), json!({"download": detail}));
        let noted = self.write(move |tx| tx.audit(&actor, "download", &format!("backup:{backup}"), &detail));
        Ok(noted.await?)
    }
}
