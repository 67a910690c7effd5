//! `zelo resource add`: by hand or from what was detected. Secrets come from a
//! file, standard input or a prompt, never as an argument.

use std::path::PathBuf;

use serde_json::json;

use super::form::{self, Given, pair};
use crate::{
    cli::{
        desk::{Desk, Done, Stop},
        exit::Exit,
    },
    db::ResourceRow,
    domain::{kind::Kind, names::is_label, problem::Problem},
    engine::{Access, Detected},
    msg,
    operation::{Addition, World, add_resource, look},
    problem,
};

/// What to add.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// See `label` for what it is without one.
    pub name: Option<String>,
    /// One of the engines' kinds.
    #[arg(long, required_unless_present = "detected")]
    pub kind: Option<String>,
    /// A name or an identity among [`look`]'s.
    #[arg(long, conflicts_with = "kind")]
    pub detected: Option<String>,
    /// Open values: [`Field::name`] and what it is.
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
    /// Secret values: [`Field::name`] and the file it is read from.
    #[arg(long = "secret-file", value_parser = pair)]
    pub secret_files: Vec<(String, String)>,
    /// Leaves out [`Engine::check`].
    #[arg(long)]
    pub unchecked: bool,
    /// Stops before anything is stored.
    #[arg(long, conflicts_with = "unchecked")]
    pub dry_run: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let detected = match &self.detected {
            Some(name) => Some(self.find(&world, name).await?),
            None => None,
        };
        let kind = match (&detected, &self.kind) {
            (Some(found), _) => found.kind.clone(),
            (None, kind) => Kind::named(kind.clone().unwrap_or_default()),
        };
        let engine = world.engines.get(&kind)?.clone();
        let known = detected.as_ref().map(|found| found.access.clone()).unwrap_or_default();
        let fields = engine.fields();
        let mut input = self.given().over(&fields, known)?;
        if desk.out.can_ask() && !desk.out.is_json() {
            form::ask_missing(desk, &fields, &mut input)?;
        }
        let access = engine.accept(input).map_err(|problems| {
            desk.out.problems(&problems);
            Stop::Exit(Exit::Usage)
        })?;
        let name = self.label(detected.as_ref())?;
        let checks = if self.unchecked { Vec::new() } else { engine.check(&access).await };
        form::agree(desk, &checks, "cli-not-added")?;
        if self.dry_run {
            desk.out.say(&msg!("cli-dry-run"));
            desk.out.json(&json!({ "ok": true, "checks": checks }));
            return Ok(Exit::Done);
        }
        let row = store(desk, &world, name, kind, detected, access).await?;
        desk.out.say(&msg!("cli-added", name = &row.name, id = row.id.short()));
        desk.out.json(&row);
        Ok(Exit::Done)
    }

    async fn find(&self, world: &World, name: &str) -> Result<Detected, Problem> {
        let all = look(world).await?.seen.clone().into_iter().map(|seen| seen.found);
        let mut hits: Vec<_> = all.filter(|found| found.name == name || found.identity == name).collect();
        match (hits.pop(), hits.is_empty()) {
            (Some(found), true) => Ok(found),
            (Some(_), false) => Err(problem!("cli-ambiguous", text = name)),
            (None, _) => Err(problem!("not-found-detected", name = name)),
        }
    }

    fn label(&self, detected: Option<&Detected>) -> Result<String, Problem> {
        let name = self.name.clone().or_else(|| detected.map(|found| found.name.clone()));
        match name {
            Some(name) if is_label(&name) => Ok(name),
            Some(name) => Err(problem!("resource-name", name = name)),
            None => Err(problem!("cli-name-needed")),
        }
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

/// Writes the resource down, in the first project.
pub(in crate::cli) async fn store(
    desk: &Desk,
    world: &World,
    name: String,
    kind: Kind,
    detected: Option<Detected>,
    access: Access,
) -> Result<ResourceRow, Problem> {
    let project = world.db.ensure_default_project().await?.id;
    let new = Addition { project, name, kind, access, detected };
    add_resource(world, new, &desk.actor()).await
}
