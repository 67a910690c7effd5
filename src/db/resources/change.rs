//! What people change of a resource: whose it is, what it is called, whether it is
//! listed at all. None of it touches the thing itself.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{ResourceRow, find};
use crate::{
    db::{
        Db, Tx,
        convert::naive,
        error::DbError,
        projects,
        schema::{operations, resources},
    },
    domain::{
        id::{ProjectId, ResourceId},
        names::is_label,
        operation::OpState,
        problem::Problem,
    },
    problem,
};

impl Db {
    /// Gives a resource to a project, with its backups and its operations. Problems:
    /// `not-found-resource`, `not-found-project`, `resource-name-taken`.
    pub async fn assign_resource(
        &self,
        id: &ResourceId,
        project: &ProjectId,
        actor: &str,
    ) -> Result<ResourceRow, Problem> {
        let (id, project, actor) = (id.clone(), project.clone(), actor.to_owned());
        let assigned = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            projects::find(tx.conn, &project)?;
            if row.project.as_ref() == Some(&project) {
                return Ok(row);
            }
            if tx.resource_name_taken(Some(&project), &row.name)? {
                return Err(problem!("resource-name-taken", name = row.name).into());
            }
            diesel::update(resources::table.find(id.as_str()))
                .set((resources::project_id.eq(project.as_str()), resources::updated_at.eq(naive(tx.now))))
                .execute(tx.conn)?;
            diesel::update(operations::table.filter(operations::resource_id.eq(id.as_str())))
                .set(operations::project_id.eq(project.as_str()))
                .execute(tx.conn)?;
            let detail = json!({"name": row.name, "from": row.project, "to": project});
            tx.audit(&actor, "resource.assign", &format!("resource:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(assigned.await?)
    }

    /// Renames a resource. Backups made before stay where they lie. Problems:
    /// `not-found-resource`, `resource-name`, `resource-name-taken`.
    pub async fn rename_resource(
        &self,
        id: &ResourceId,
        name: &str,
        actor: &str,
    ) -> Result<ResourceRow, Problem> {
        let (id, name, actor) = (id.clone(), name.to_owned(), actor.to_owned());
        let renamed = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.name == name {
                return Ok(row);
            }
            if !is_label(&name) {
                return Err(problem!("resource-name", name = name).into());
            }
            if tx.resource_name_taken(row.project.as_ref(), &name)? {
                return Err(problem!("resource-name-taken", name = name).into());
            }
            diesel::update(resources::table.find(id.as_str()))
                .set((resources::name.eq(&name), resources::updated_at.eq(naive(tx.now))))
                .execute(tx.conn)?;
            let detail = json!({"from": row.name, "to": name});
            tx.audit(&actor, "resource.rename", &format!("resource:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(renamed.await?)
    }

    /// Takes a resource off the list. Its backups stay listed, and it can be added
    /// again, as a new one. Problems: `not-found-resource`, `locked` (args
    /// `operation`, `kind`, `key`: an operation of it is not over).
    pub async fn remove_resource(&self, id: &ResourceId, actor: &str) -> Result<(), Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let removed = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            tx.refuse_open_operation(&id)?;
            diesel::update(resources::table.find(id.as_str()))
                .set((resources::deleted_at.eq(naive(tx.now)), resources::updated_at.eq(naive(tx.now))))
                .execute(tx.conn)?;
            let detail = json!({"name": row.name, "kind": row.kind, "project": row.project});
            tx.audit(&actor, "resource.remove", &format!("resource:{id}"), &detail)
        });
        Ok(removed.await?)
    }
}

impl Tx<'_> {
    fn refuse_open_operation(&mut self, id: &ResourceId) -> Result<(), DbError> {
        let open = OpState::ALL.into_iter().filter(|state| !state.is_final()).map(OpState::as_str);
        let holder: Option<(String, String)> = operations::table
            .filter(operations::resource_id.eq(id.as_str()))
            .filter(operations::state.eq_any(open.collect::<Vec<_>>()))
            .order(operations::id)
            .select((operations::id, operations::kind))
            .first(self.conn)
            .optional()?;
        match holder {
            Some((operation, kind)) => {
                let key = format!("resource:{id}");
                Err(problem!("locked", operation = operation, kind = kind, key = key).into())
            }
            None => Ok(()),
        }
    }
}
