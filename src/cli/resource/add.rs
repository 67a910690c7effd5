//! `zelo resource add`: by hand or from what was detected. Secrets come from a
//! file, standard input or a prompt, never as an argument.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde_json::json;

use super::detect;
use crate::{
    cli::{
        ask,
        desk::{Desk, Done, Stop},
        exit::Exit,
        words,
    },
    db::{NewResource, ResourceRow},
    domain::{kind::Kind, names::is_label, problem::Problem},
    engine::{Access, Detected, Engine, Field},
    msg,
    operation::World,
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
    /// A name or an identity among [`detect::look`]'s.
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

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("…=…".to_owned()),
    }
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
        let input = self.input(desk, &engine.fields(), detected.as_ref())?;
        let access = engine.accept(input).map_err(|problems| {
            desk.out.problems(&problems);
            Stop::Exit(Exit::Usage)
        })?;
        let name = self.label(detected.as_ref())?;
        self.check(desk, &engine, &access).await?;
        if self.dry_run {
            desk.out.say(&msg!("cli-dry-run"));
            return Ok(Exit::Done);
        }
        let row = store(desk, &world, name, kind, detected, access).await?;
        desk.out.say(&msg!("cli-added", name = &row.name, id = row.id.short()));
        desk.out.json(&row);
        Ok(Exit::Done)
    }

    async fn find(&self, world: &World, name: &str) -> Result<Detected, Problem> {
        let all = detect::look(world).await?.into_iter().map(|seen| seen.found);
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

    /// The form's values: detected, given, then asked for.
    fn input(&self, desk: &Desk, fields: &[Field], detected: Option<&Detected>) -> Result<Access, Stop> {
        let mut access = detected.map(|found| found.access.clone()).unwrap_or_default();
        let mut wrong = Vec::new();
        for (name, value) in &self.values {
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.secret => wrong.push(problem!("cli-secret-argument", field = name)),
                Some(_) => {
                    access.values.insert(name.clone(), value.clone());
                }
                None => wrong.push(no_field(name, fields)),
            }
        }
        for (name, path) in self.secret_paths() {
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.secret => match ask::secret_file(&path) {
                    Ok(secret) => {
                        access.secrets.insert(name, secret);
                    }
                    Err(problem) => wrong.push(problem),
                },
                _ => wrong.push(no_field(&name, fields)),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        if self.password_stdin {
            access.secrets.insert("password".to_owned(), ask::secret_stdin()?);
        }
        if desk.out.can_ask() && !desk.out.is_json() {
            self.form(desk, fields, &mut access)?;
        }
        Ok(access)
    }

    fn secret_paths(&self) -> Vec<(String, PathBuf)> {
        let named = |name: &str, path: &Option<PathBuf>| path.clone().map(|path| (name.to_owned(), path));
        let mut all: Vec<_> = [named("password", &self.password_file), named("url", &self.url_file)]
            .into_iter()
            .flatten()
            .collect();
        all.extend(self.secret_files.iter().map(|(name, path)| (name.clone(), PathBuf::from(path))));
        all
    }

    /// Asks for what is missing: everything if nothing was given, else only what
    /// a resource cannot do without.
    fn form(&self, desk: &Desk, fields: &[Field], access: &mut Access) -> Result<(), Problem> {
        let nothing = access.values.is_empty() && access.secrets.is_empty();
        for field in fields {
            let given = access.value(field.name).is_some() || access.secret(field.name).is_some();
            if given || !(nothing || field.required) {
                continue;
            }
            let mut prompt = desk.out.words().text(&field.label);
            if !field.choices.is_empty() {
                prompt += &format!(" ({})", field.choices.join(", "));
            }
            if field.secret {
                access.secrets.insert(field.name.to_owned(), ask::secret(&prompt)?);
            } else {
                access.values.insert(field.name.to_owned(), ask::text(&prompt, field.required)?);
            }
        }
        Ok(())
    }

    /// A resource that cannot be reached is not added unless that is asked for.
    async fn check(&self, desk: &Desk, engine: &Arc<dyn Engine>, access: &Access) -> Result<(), Stop> {
        if self.unchecked {
            return Ok(());
        }
        let checks = engine.check(access).await;
        if words::checks(desk, &checks) {
            return Ok(());
        }
        desk.out.json(&json!({ "ok": false, "checks": checks }));
        desk.out.note(&desk.out.words().label("cli-not-added"));
        Err(Stop::Exit(Exit::Failed))
    }
}

fn no_field(name: &str, fields: &[Field]) -> Problem {
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    problem!("cli-no-field", field = name, fields = names.join(", "))
}

/// Writes the resource down, its secrets sealed for its identity.
pub(in crate::cli) async fn store(
    desk: &Desk,
    world: &World,
    name: String,
    kind: Kind,
    detected: Option<Detected>,
    access: Access,
) -> Result<ResourceRow, Problem> {
    let identity = match &detected {
        Some(found) => found.identity.clone(),
        None => by_hand(&kind, &access.values),
    };
    let sealed = world.seal(&identity, &access)?;
    let new = NewResource {
        project: Some(world.db.ensure_default_project().await?.id),
        host: None,
        kind,
        name,
        identity,
        access: access.values,
        sealed,
        restore_refused: detected.and_then(|found| found.restore_refused),
    };
    world.db.add_resource(new, &desk.actor().0).await
}

/// What makes two resources added by hand the same one: kind and open values.
fn by_hand(kind: &Kind, values: &BTreeMap<String, String>) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{kind}:{}", values.join("&"))
}
