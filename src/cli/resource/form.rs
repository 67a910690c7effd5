//! How a resource is reached, as `add` and `edit` are told it. Secrets come from
//! a file, standard input or a prompt, never as an argument.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    cli::{
        ask,
        desk::{Desk, Stop},
        exit::Exit,
        words,
    },
    domain::problem::Problem,
    engine::{Access, Check, Field},
    problem,
};

/// `FIELD=VALUE`, as typed.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("…=…".to_owned()),
    }
}

/// The values of the options both verbs have.
pub(super) struct Given<'a> {
    pub(super) values: &'a [(String, String)],
    pub(super) password_file: Option<&'a Path>,
    pub(super) password_stdin: bool,
    pub(super) url_file: Option<&'a Path>,
    pub(super) secret_files: &'a [(String, String)],
}

impl Given<'_> {
    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && !self.has_secrets()
    }

    /// Whether a secret is among them.
    pub(super) fn has_secrets(&self) -> bool {
        self.password_stdin || !self.secret_paths().is_empty()
    }

    /// What is known, with what is given put over it; or all that is wrong.
    pub(super) fn over(&self, fields: &[Field], mut known: Access) -> Result<Access, Stop> {
        let mut wrong = Vec::new();
        for (name, value) in self.values {
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.secret => wrong.push(problem!("cli-secret-argument", field = name)),
                Some(_) => {
                    known.values.insert(name.clone(), value.clone());
                }
                None => wrong.push(no_field(name, fields)),
            }
        }
        for (name, path) in self.secret_paths() {
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.secret => match ask::secret_file(&path) {
                    Ok(secret) => {
                        known.secrets.insert(name, secret);
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
            known.secrets.insert("password".to_owned(), ask::secret_stdin()?);
        }
        Ok(known)
    }

    fn secret_paths(&self) -> Vec<(String, PathBuf)> {
        let named = |name: &str, path: Option<&Path>| path.map(|path| (name.to_owned(), path.to_owned()));
        let mut all: Vec<_> = [named("password", self.password_file), named("url", self.url_file)]
            .into_iter()
            .flatten()
            .collect();
        all.extend(self.secret_files.iter().map(|(name, path)| (name.clone(), PathBuf::from(path))));
        all
    }
}

/// Asks for what is missing: everything if nothing was given, else only what a
/// resource cannot do without.
pub(super) fn ask_missing(desk: &Desk, fields: &[Field], access: &mut Access) -> Result<(), Problem> {
    let nothing = access.values.is_empty() && access.secrets.is_empty();
    for field in fields {
        let given = access.value(field.name).is_some() || access.secret(field.name).is_some();
        if given || !(nothing || field.required) {
            continue;
        }
        let prompt = prompt(desk, field);
        if field.secret {
            access.secrets.insert(field.name.to_owned(), ask::secret(&prompt)?);
        } else {
            access.values.insert(field.name.to_owned(), ask::text(&prompt, field.required)?);
        }
    }
    Ok(())
}

/// Asks for every value anew; an empty answer keeps what there is.
pub(super) fn ask_changes(desk: &Desk, fields: &[Field], access: &mut Access) -> Result<(), Problem> {
    desk.out.note(&desk.out.words().label("cli-edit-keep"));
    for field in fields {
        let prompt = prompt(desk, field);
        if field.secret {
            let secret = ask::secret(&prompt)?;
            if !secret.is_empty() {
                access.secrets.insert(field.name.to_owned(), secret);
            }
            continue;
        }
        let now = access.value(field.name).map(|value| format!("{prompt} [{value}]"));
        let typed = ask::text(&now.unwrap_or(prompt), false)?;
        if !typed.is_empty() {
            access.values.insert(field.name.to_owned(), typed);
        }
    }
    Ok(())
}

fn prompt(desk: &Desk, field: &Field) -> String {
    let label = desk.out.words().text(&field.label);
    if field.choices.is_empty() { label } else { format!("{label} ({})", field.choices.join(", ")) }
}

/// Shows what was checked. What cannot be reached is not stored, as the message
/// `refused` says.
pub(super) fn agree(desk: &Desk, checks: &[Check], refused: &str) -> Result<(), Stop> {
    if checks.is_empty() || words::checks(desk, checks) {
        return Ok(());
    }
    desk.out.json(&json!({ "ok": false, "checks": checks }));
    desk.out.note(&desk.out.words().label(refused));
    Err(Stop::Exit(Exit::Failed))
}

fn no_field(name: &str, fields: &[Field]) -> Problem {
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    problem!("cli-no-field", field = name, fields = names.join(", "))
}
