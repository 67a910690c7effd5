//! Resources: what is protected, and how it is reached.

pub(super) mod add;
pub(super) mod change;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod show;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use super::{
    call::{Call, refused},
    types::resource::{Check, Checked, Hidden, Resource},
};
use crate::{
    db::ResourceRow,
    domain::{msg::Arg, problem::Problem, role::Role},
    engine::{self, Access, Engine, Verdict},
    operation, problem,
    web::error::Refusal,
};

/// Open and secret values put over what is known; `access` stands for all open
/// ones. Problem: `api-field-secret`.
fn put_over(
    engine: &dyn Engine,
    mut known: Access,
    access: Option<BTreeMap<String, String>>,
    secrets: BTreeMap<String, Hidden>,
) -> Result<Access, Problem> {
    if let Some(access) = access {
        let fields = engine.fields();
        let secret = |name: &&String| fields.iter().any(|field| field.secret && field.name == name.as_str());
        if let Some(name) = access.keys().find(secret) {
            return Err(problem!("api-field-secret", field = name));
        }
        known.values = access;
    }
    for (name, Hidden(secret)) in secrets {
        if secret.is_empty() {
            known.secrets.remove(&name);
        } else {
            known.secrets.insert(name, secret);
        }
    }
    Ok(known)
}

/// What the engine makes of it, or everything that is wrong with it.
fn accept(engine: &dyn Engine, given: Access) -> Result<Access, Refusal> {
    engine.accept(given).map_err(|wrong| Refusal { all: wrong, ..problem!("api-access").into() })
}

/// What leads to a machine of Zelo's own is an administrator's to give: it may be
/// anybody's.
async fn may_reach<Q>(call: &Call<Q>, engine: &dyn Engine, access: &Access) -> Result<(), Refusal> {
    if !call.caller.user.is_admin && engine.is_local(access).await {
        return Err(refused(StatusCode::FORBIDDEN, problem!("resource-local")));
    }
    Ok(())
}

/// Looks whether it can be reached, unless the caller wants it unchecked.
async fn look(engine: &dyn Engine, access: &Access, unchecked: bool) -> Vec<engine::Check> {
    if unchecked { Vec::new() } else { engine.check(access).await }
}

/// What was found, for a dry run.
fn checked<Q>(call: &Call<Q>, access: Access, checks: &[engine::Check]) -> Checked {
    Checked {
        ok: operation::passes(checks),
        access: access.values,
        checks: checks.iter().map(|check| Check::of(check, call.words)).collect(),
    }
}

/// What cannot be reached is not stored. Problem: `resource-unreachable`, with
/// everything that is wrong.
fn must_pass(checks: &[engine::Check]) -> Result<(), Refusal> {
    let wrong = checks.iter().filter_map(|check| match &check.verdict {
        Verdict::Bad(problem) => Some(problem.clone()),
        _ => None,
    });
    let wrong: Vec<_> = wrong.collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Refusal { all: wrong, ..problem!("resource-unreachable").into() })
}

/// Another resource is known by the same access. Which, is told only to who may see
/// it.
async fn not_told_of_others<Q>(call: &Call<Q>, problem: Problem) -> Refusal {
    let other = match problem.args.get("id") {
        Some(Arg::Text(id)) if problem.is("resource-exists") => id.parse().ok(),
        _ => return problem.into(),
    };
    if let Some(other) = other
        && call.may_at(&other, Role::Viewer).await.is_ok()
    {
        return problem.into();
    }
    refused(StatusCode::CONFLICT, problem!("resource-elsewhere"))
}

/// The resource as programs see it.
fn shown<Q>(call: &Call<Q>, row: &ResourceRow) -> Resource {
    Resource::of(row, call.words)
}
