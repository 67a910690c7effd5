//! Pages for administrators and owners: projects and their members, people, what was
//! detected, stores, alerts, the audit log. Everything here changes only Zelo's own
//! database, in audited transactions.

pub(super) mod alerts;
pub(super) mod audit;
pub(super) mod detected;
pub(super) mod people;
pub(super) mod person;
pub(super) mod project;
pub(super) mod projects;
pub(super) mod stores;

use crate::{
    domain::{problem::Problem, role::Role},
    web::{
        Site, caller,
        flash::{self, Flash, Tone},
        text::T,
        view::{Input, Link},
    },
};
use actix_web::{HttpRequest, HttpResponse};

/// A role in a word.
pub(super) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "ui-role-viewer",
        Role::Operator => "ui-role-operator",
        Role::Owner => "ui-role-owner",
    }
}

/// A field, with what is wrong with it if this problem is about it.
fn field(t: T, value: &str, problem: Option<&Problem>, codes: &[&str]) -> Input {
    let input = Input::of(value);
    match problem.filter(|problem| codes.iter().any(|code| problem.code.starts_with(code))) {
        Some(problem) => input.wrong(t.told(problem).what),
        None => input,
    }
}

/// Goes back and tells how it went, in the person's language; only what a person cannot have caused is an error
/// page.
fn told(
    site: &Site,
    request: &HttpRequest,
    to: &str,
    done: Result<crate::domain::msg::Msg, Problem>,
) -> HttpResponse {
    match done {
        Ok(msg) => flash::done(site, to, msg),
        Err(problem) => {
            let what = T::of(caller::lang(site, request)).told(&problem).what;
            let msg = crate::msg!("flash-failed", what = what);
            flash::go(site, to, Some(Flash { tone: Tone::Bad, msg }))
        }
    }
}

/// What an entry is about: `backup:<id>` leads to that backup.
fn subject(text: &str) -> Link {
    let url = match text.split_once(':') {
        Some(("backup", id)) => format!("/backups/{id}"),
        Some(("operation", id)) => format!("/operations/{id}"),
        Some(("resource", id)) => format!("/resources/{id}"),
        Some(("project", id)) => format!("/projects/{id}"),
        Some(("user", id)) => format!("/people/{id}"),
        _ => String::new(),
    };
    Link { url, text: text.to_owned() }
}
