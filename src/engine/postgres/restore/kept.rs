//! What a restore over a live database keeps of it: its owner, grants, comment,
//! connection limit and settings are carried over, not taken from the backup. A
//! person who expects otherwise should read so before it runs. Of settings only
//! names are told: a value may be a secret.

use std::collections::BTreeSet;

use super::super::dress::{Dress, Grant};
use crate::{domain::msg::Msg, msg};

/// Everything in which the live database's dress differs from the backup's, its
/// settings included.
pub(super) fn kept(database: &str, now: &Dress, then: &Dress) -> Vec<Msg> {
    let mut kept = Vec::new();
    if now.owner != then.owner {
        let (now, then) = (now.owner.as_str(), then.owner.as_str());
        kept.push(msg!("pg-warning-kept-owner", database = database, now = now, then = then));
    }
    if grants(now) != grants(then) {
        kept.push(msg!("pg-warning-kept-grants", database = database));
    }
    if now.comment != then.comment {
        kept.push(msg!("pg-warning-kept-comment", database = database));
    }
    if now.connection_limit != then.connection_limit {
        kept.push(msg!("pg-warning-kept-limit", database = database));
    }
    let (have, had) = (settings(now), settings(then));
    let names: BTreeSet<String> = have.symmetric_difference(&had).map(|s| s.shown()).collect();
    if !names.is_empty() {
        let names: Vec<String> = names.into_iter().collect();
        kept.push(msg!("pg-warning-kept-settings", database = database, settings = names.join(", ")));
    }
    kept
}

/// Grants in no order; the owner, who may differ, as nobody in particular.
fn grants(dress: &Dress) -> BTreeSet<(String, Option<String>, String, bool)> {
    let who = |name: &str| if name == dress.owner { String::new() } else { name.to_owned() };
    let one = |g: &Grant| (who(&g.grantor), g.grantee.as_deref().map(who), g.privilege.clone(), g.grantable);
    match &dress.acl {
        Some(acl) => acl.iter().map(one).collect(),
        None => {
            // What a database is born with.
            let own = ["CREATE", "TEMPORARY", "CONNECT"].map(|p| (Some(String::new()), p));
            let all = ["TEMPORARY", "CONNECT"].map(|p| (None, p));
            own.into_iter().chain(all).map(|(to, p)| (String::new(), to, p.to_owned(), false)).collect()
        }
    }
}

/// One setting, for everyone or for one role.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Setting<'a> {
    role: Option<&'a str>,
    /// `name=value`.
    stored: &'a str,
}

impl Setting<'_> {
    /// Without its value.
    fn shown(&self) -> String {
        let name = self.stored.split('=').next().unwrap_or_default();
        self.role.map_or_else(|| name.to_owned(), |role| format!("{role}: {name}"))
    }
}

fn settings(dress: &Dress) -> BTreeSet<Setting<'_>> {
    dress
        .settings
        .iter()
        .flat_map(|s| {
            s.settings.iter().map(|stored| Setting { role: s.role.as_deref(), stored: stored.expose() })
        })
        .collect()
}
