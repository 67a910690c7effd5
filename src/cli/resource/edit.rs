//! `zelo resource edit`: how a resource is reached, changed. Only what is given
//! changes; its backups and their history stay its own.

use std::path::PathBuf;

use serde_json::json;

use super::{
    add::by_hand,
    form::{self, Given, pair},
};
use crate::{
    cli::{
        desk::{Desk, Done, Stop},
        exit::Exit,
        find,
    },
    db::{NewAccess, OperationFilter, ResourceRow, ResourceState},
    domain::{operation::OpState, problem::Problem},
    engine::{Access, Check},
    msg,
    operation::World,
    problem,
};

/// What to change of which.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    pub resource: String,
    /// Open values: [`Field::name`](crate::engine::Field) and what it becomes; nothing takes it away.
    #[arg(long = "set", value_parser = pair)]
    pub values: Vec<(String, String)>,
    /// Where the field `password` is read from.
    #[arg(long)]
    pub password_file: Option<PathBuf>,
    /// Another source of the same field.
    #[arg(long, conflicts_with = "password_file")]
    pub password_stdin: bool,
    /// Where the field `url` is read from.
    #[arg(long)]
    pub url_file: Option<PathBuf>,
    /// Secret values: the field and the file it is read from.
    #[arg(long = "secret-file", value_parser = pair)]
    pub secret_files: Vec<(String, String)>,
    /// Leaves out [`Engine::check`](crate::engine::Engine::check).
    #[arg(long)]
    pub unchecked: bool,
    /// Stops before anything is stored.
    #[arg(long, conflicts_with = "unchecked")]
    pub dry_run: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::resource(&world, &self.resource).await?;
        let engine = world.engine(&row)?.clone();
        let fields = engine.fields();
        let mut input = self.given().over(&fields, self.known(&world, &row)?)?;
        if self.given().is_empty() {
            if !desk.out.can_ask() || desk.out.is_json() {
                return Err(problem!("cli-nothing-given", name = &row.name).into());
            }
            form::ask_changes(desk, &fields, &mut input)?;
        }
        let access = engine.accept(input).map_err(|problems| {
            desk.out.problems(&problems);
            Stop::Exit(Exit::Usage)
        })?;
        stays_for_operations(&world, &row, &access).await?;
        let checks = if self.unchecked { Vec::new() } else { engine.check(&access).await };
        form::agree(desk, &checks, "cli-not-edited")?;
        if self.dry_run {
            desk.out.say(&msg!("cli-dry-run"));
            desk.out.json(&json!({ "ok": true, "resource": row, "access": access.values, "checks": checks }));
            return Ok(Exit::Done);
        }
        let row = store(desk, &world, &row, access, &checks).await?;
        desk.out.say(&msg!("cli-edited", name = &row.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }

    fn given(&self) -> Given<'_> {
        Given {
            values: &self.values,
            password_file: self.password_file.as_deref(),
            password_stdin: self.password_stdin,
            url_file: self.url_file.as_deref(),
            secret_files: &self.secret_files,
        }
    }

    /// What is stored. Secrets that cannot be opened any more are no obstacle to
    /// giving new ones.
    fn known(&self, world: &World, row: &ResourceRow) -> Result<Access, Problem> {
        match world.access(row) {
            Err(_) if self.given().has_secrets() => {
                Ok(Access { values: row.access.clone(), ..Access::default() })
            }
            known => known,
        }
    }
}

/// An operation that is not over goes back, after a crash too, to where it began:
/// a new password helps it, another server would be touched in its place.
async fn stays_for_operations(world: &World, row: &ResourceRow, access: &Access) -> Result<(), Problem> {
    if access.values == row.access {
        return Ok(());
    }
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running, OpState::NeedsOperator],
        resource: Some(row.id.clone()),
        limit: Some(1),
        ..OperationFilter::default()
    };
    match world.db.operations(filter).await?.first() {
        Some(open) => {
            let key = format!("resource:{}", row.id);
            Err(problem!("locked", operation = open.id.as_str(), kind = open.kind.as_str(), key = key))
        }
        None => Ok(()),
    }
}

/// Writes it down, the secrets sealed for its identity, and that it was seen if
/// it was.
async fn store(
    desk: &Desk,
    world: &World,
    row: &ResourceRow,
    access: Access,
    checks: &[Check],
) -> Result<ResourceRow, Problem> {
    let identity = identity(row, &access);
    let new = NewAccess {
        sealed: world.seal(&identity, &access)?,
        secrets: access.secrets.into_keys().collect(),
        values: access.values,
        identity,
    };
    let row = world.db.set_resource_access(&row.id, new, &desk.actor().0).await?;
    if row.state == ResourceState::Missing && !checks.is_empty() {
        world.db.set_resource_state(&row.id, ResourceState::Ok).await?;
        return world.db.resource(&row.id).await;
    }
    Ok(row)
}

/// A resource added by hand is known by how it is reached, as one is from now on
/// that only the manifests of its backups knew; a detected one stays what it is.
fn identity(row: &ResourceRow, access: &Access) -> String {
    if row.identity == by_hand(&row.kind, &row.access) || row.identity.starts_with("manifest:") {
        by_hand(&row.kind, &access.values)
    } else {
        row.identity.clone()
    }
}
