//! A backup enters the catalogue: when it has been published in its store, or
//! when the catalogue is rebuilt from the manifests found there.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{find, row::BackupRow, row::Stored};
use crate::{
    db::{
        Db, NewResource, ResourceState, Tx,
        convert::{self, naive, size},
        error::DbError,
        schema::{backups, manifests, operations, parts, resources},
    },
    domain::{
        backup::BackupState,
        id::{OperationId, StoreId},
        manifest::{Manifest, ResourceRef},
        problem::Problem,
    },
    store::StorePath,
};

/// Who acts when no operation of this catalogue does.
const ZELO: &str = "zelo";

impl Db {
    /// Puts a published backup into the catalogue. Idempotent: one that is there
    /// already keeps its state, pin and checks, and is found at the place named
    /// now; one that was missing is complete again. A resource or project the
    /// catalogue does not know (a rebuild) is made from the manifest, as missing.
    pub async fn publish_backup(
        &self,
        manifest: &Manifest,
        store: &StoreId,
        path: &StorePath,
    ) -> Result<BackupRow, Problem> {
        let (manifest, store, path) = (manifest.clone(), store.clone(), path.clone());
        Ok(self.write(move |tx| tx.publish(&manifest, &store, &path)).await?)
    }
}

impl Tx<'_> {
    fn publish(
        &mut self,
        manifest: &Manifest,
        store: &StoreId,
        path: &StorePath,
    ) -> Result<BackupRow, DbError> {
        let there: Option<String> =
            backups::table.find(manifest.id.as_str()).select(backups::state).first(self.conn).optional()?;
        match there {
            Some(state) => {
                let found = state == BackupState::Missing.as_str();
                let state = if found { BackupState::Complete.as_str() } else { &state };
                diesel::update(backups::table.find(manifest.id.as_str()))
                    .set((
                        backups::store_id.eq(store.as_str()),
                        backups::path.eq(path.as_str()),
                        backups::state.eq(state),
                    ))
                    .execute(self.conn)?;
                if found {
                    self.tell_published(manifest, "backup.found")?;
                }
            }
            None => {
                self.ensure_resource(&manifest.resource)?;
                self.insert_backup(manifest, store, path)?;
                self.tell_published(manifest, "backup.publish")?;
            }
        }
        find(self.conn, &manifest.id)
    }

    fn insert_backup(
        &mut self,
        manifest: &Manifest,
        store: &StoreId,
        path: &StorePath,
    ) -> Result<(), DbError> {
        let raw = manifest.parts.iter().map(|p| p.raw.bytes).sum();
        let stored = Stored {
            id: manifest.id.to_string(),
            resource_id: manifest.resource.id.to_string(),
            store_id: store.to_string(),
            path: path.to_string(),
            origin: manifest.origin.to_string(),
            state: BackupState::Complete.to_string(),
            name: manifest.name.clone(),
            note: manifest.note.clone(),
            operation_id: manifest.operation.to_string(),
            parent_id: manifest.parent.as_ref().map(ToString::to_string),
            taken_at: naive(manifest.taken_at),
            finished_at: naive(manifest.finished_at),
            stored_bytes: size(manifest.stored_bytes()),
            raw_bytes: size(raw),
            marker: manifest.marker.as_ref().map(|m| m.0.clone()),
            pinned: false,
            verified_at: None,
            problem: None,
            keep_until: None,
        };
        diesel::insert_into(backups::table)
            .values((stored, backups::created_at.eq(naive(self.now))))
            .execute(self.conn)?;
        diesel::insert_into(manifests::table)
            .values((
                manifests::backup_id.eq(manifest.id.as_str()),
                manifests::manifest.eq(convert::json(manifest)?),
            ))
            .execute(self.conn)?;
        self.insert_parts(manifest)
    }

    fn insert_parts(&mut self, manifest: &Manifest) -> Result<(), DbError> {
        for (position, part) in (0_i32..).zip(&manifest.parts) {
            diesel::insert_into(parts::table)
                .values((
                    parts::backup_id.eq(manifest.id.as_str()),
                    parts::position.eq(position),
                    parts::name.eq(&part.name),
                    parts::media_type.eq(&part.media_type),
                    parts::stored_bytes.eq(size(part.files.iter().map(|f| f.stored.bytes).sum())),
                    parts::raw_bytes.eq(size(part.raw.bytes)),
                    parts::raw_sha256.eq(&part.raw.sha256),
                    parts::files.eq(convert::json(&part.files)?),
                ))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// A backup always belongs to a resource, even one only its manifest knows.
    fn ensure_resource(&mut self, of: &ResourceRef) -> Result<(), DbError> {
        let known: i64 =
            resources::table.filter(resources::id.eq(of.id.as_str())).count().get_result(self.conn)?;
        if known > 0 {
            return Ok(());
        }
        let project = self.ensure_project(&of.project)?.id;
        let taken = self.resource_name_taken(Some(&project), &of.name)?;
        let name = if taken { format!("{} ({})", of.name, of.id.short()) } else { of.name.clone() };
        let new = NewResource {
            project: Some(project),
            host: None,
            kind: of.kind.clone(),
            name,
            identity: format!("manifest:{}", of.id),
            access: std::collections::BTreeMap::new(),
            sealed: None,
            restore_refused: None,
        };
        self.insert_resource(&of.id, &new, ResourceState::Missing)
    }

    fn tell_published(&mut self, manifest: &Manifest, action: &str) -> Result<(), DbError> {
        let actor = self.actor_of(&manifest.operation)?;
        let subject = format!("backup:{}", manifest.id);
        let detail = json!({
            "resource": manifest.resource.id,
            "name": manifest.resource.name,
            "origin": manifest.origin.as_str(),
            "operation": manifest.operation,
        });
        self.audit(&actor, action, &subject, &detail)?;
        self.outbox(action, &subject, &detail)
    }

    fn actor_of(&mut self, operation: &OperationId) -> Result<String, DbError> {
        let actor = operations::table.find(operation.as_str()).select(operations::actor);
        Ok(actor.first(self.conn).optional()?.unwrap_or_else(|| ZELO.to_owned()))
    }
}
