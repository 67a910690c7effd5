//! Proofs: restores of a backup that were compared and found equal.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, dsl::max};
use serde_json::{Value, json};

use super::{
    Db,
    convert::{self, moment, naive},
    schema::{backups, proofs},
};
use crate::{
    domain::{
        clock::Moment,
        id::{BackupId, OperationId},
        problem::Problem,
    },
    problem,
};

/// A backup was restored and compared.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProof {
    /// Which backup.
    pub backup: BackupId,
    /// By which operation.
    pub operation: OperationId,
    /// When.
    pub proven_at: Moment,
    /// What was compared.
    pub result: Value,
}

impl Db {
    /// Writes a proof down. Problem: `not-found-backup`.
    pub async fn add_proof(&self, proof: NewProof) -> Result<(), Problem> {
        let added = self.write(move |tx| {
            let backup: Option<String> =
                backups::table.find(proof.backup.as_str()).select(backups::id).first(tx.conn).optional()?;
            backup.ok_or_else(|| problem!("not-found-backup", id = proof.backup.as_str()))?;
            diesel::insert_into(proofs::table)
                .values((
                    proofs::id.eq(tx.ids.next().to_string().to_lowercase()),
                    proofs::backup_id.eq(proof.backup.as_str()),
                    proofs::operation_id.eq(proof.operation.as_str()),
                    proofs::proven_at.eq(naive(proof.proven_at)),
                    proofs::result.eq(convert::json(&proof.result)?),
                ))
                .execute(tx.conn)?;
            let subject = format!("backup:{}", proof.backup);
            tx.outbox("backup.proven", &subject, &json!({"operation": proof.operation}))
        });
        Ok(added.await?)
    }

    /// When a backup was last proven to restore.
    pub async fn proven_at(&self, backup: &BackupId) -> Result<Option<Moment>, Problem> {
        let backup = backup.clone();
        let proven = self.read(move |conn| {
            let of = proofs::table.filter(proofs::backup_id.eq(backup.as_str()));
            let last: Option<chrono::NaiveDateTime> = of.select(max(proofs::proven_at)).first(conn)?;
            Ok(last.map(moment))
        });
        Ok(proven.await?)
    }
}
