//! Instances: Supabase stacks that were added as resources; an instance's id is its
//! resource's.

pub(super) mod backup;
pub(super) mod backups;
pub(super) mod config;
pub(super) mod copy;
pub(super) mod details;
pub(super) mod diagnose;
pub(super) mod from_folder;
pub(super) mod import;
pub(super) mod list;
pub(super) mod logs;
pub(super) mod release;
pub(super) mod repair;
pub(super) mod restart;
pub(super) mod restore;
pub(super) mod show;
pub(super) mod start;
pub(super) mod stop;

use super::call::Call;
use crate::{db::ResourceRow, domain::role::Role, problem, supabase::engine::KIND, web::error::Refusal};

/// The instance in the path. Problem: `not-an-instance`.
fn here<Q>(call: &Call<Q>) -> Result<&ResourceRow, Refusal> {
    let row = call.here.resource()?;
    if row.kind == KIND { Ok(row) } else { Err(problem!("not-an-instance", resource = &row.name).into()) }
}

/// Going without a safety backup is an owner's to decide, whoever may do the rest.
fn waiver<Q>(call: &Call<Q>, reason: Option<String>) -> Result<Option<String>, Refusal> {
    if reason.is_some() && !call.here.may(Role::Owner) {
        return Err(Refusal::not_allowed(Role::Owner.as_str()));
    }
    Ok(reason)
}
