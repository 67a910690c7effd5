//! `zelo resource edit`: how a resource is reached, changed. Only what is given
//! changes; its backups and their history stay its own.

use std::path::PathBuf;

use serde_json::json;

use super::form::{self, Given, pair};
use crate::{
    cli::{
        desk::{Desk, Done, Stop},
        exit::Exit,
        find,
    },
    msg,
    operation::{access_may_change, change_access, known_access},
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
        let known = known_access(&world, &row, self.given().has_secrets())?;
        let mut input = self.given().over(&fields, known)?;
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
        access_may_change(&world, &row, &access).await?;
        let checks = if self.unchecked { Vec::new() } else { engine.check(&access).await };
        form::agree(desk, &checks, "cli-not-edited")?;
        if self.dry_run {
            desk.out.say(&msg!("cli-dry-run"));
            desk.out.json(&json!({ "ok": true, "resource": row, "access": access.values, "checks": checks }));
            return Ok(Exit::Done);
        }
        let row = change_access(&world, &row, access, &checks, &desk.actor()).await?;
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
}
