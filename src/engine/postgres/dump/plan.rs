//! What a backup of a server is planned as: which databases, with which tool, and what it
//! will not hold.

use std::collections::BTreeSet;

use super::{
    super::{
        access::Server,
        inspect, roles,
        session::{By, Purpose},
    },
    Database, Facts, Format,
};
use crate::{
    domain::{
        msg::Msg,
        names::{is_side, slug},
        problem::Problem,
    },
    engine::{BackupOptions, Planned},
    msg, problem,
};

/// Looks once, for a backup.
pub(in super::super) async fn plan(server: Server, options: &BackupOptions) -> Result<Planned, Problem> {
    let format = Format::parse(options.format.as_deref())?;
    let server = inspect::with_tools(server).await?;
    let (mut session, admin) = inspect::admin(&server, Purpose::Look, By::Look, &[]).await?;
    let facts = inspect::facts(&mut session).await?;
    let tool = inspect::tool_version(&server, "pg_dump", By::Look).await?;
    if inspect::major(&tool) < facts.major() {
        return Err(problem!("pg-tool-old", tool = tool, server = facts.version));
    }
    let all = inspect::databases(&mut session).await?;
    let unseen = facts.can_be_unseen();
    let passwords = roles::may_read_passwords(&mut session).await?;
    session.close().await;
    let mut warnings = Vec::new();
    if options.items.is_empty() {
        left_out(&all, &mut warnings);
    }
    let chosen = choose(all, &options.items)?;
    let with_roles = options.roles.unwrap_or(true);
    if with_roles && !passwords {
        warnings.push(msg!("pg-warning-no-passwords", user = facts.user));
    }
    if facts.standby {
        warnings.push(msg!("pg-warning-standby"));
    }
    let bytes = chosen.iter().map(|d| d.bytes).sum();
    let facts = Facts {
        unseen,
        bin: server.bin,
        format,
        compression: options.compression,
        admin,
        roles: with_roles,
        databases: chosen,
        compare: false,
    };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("pg-facts").detail(e))?;
    Ok(Planned { facts, warnings, bytes, database_disk: 0 })
}

/// What a backup of everything does not hold, although a person may think so.
fn left_out(all: &[inspect::Database], warnings: &mut Vec<Msg>) {
    let invalid = listed(all, |d| d.invalid);
    if !invalid.is_empty() {
        warnings.push(msg!("pg-warning-invalid", databases = invalid));
    }
    // Zelo's own side databases and those every cluster is born with are nobody's loss.
    let own = |name: &str| is_side(name) || ["template0", "template1"].contains(&name);
    let left = listed(all, |d| !d.invalid && !d.is_subject() && !own(&d.name));
    if !left.is_empty() {
        warnings.push(msg!("pg-warning-left-out", databases = left));
    }
}

fn listed(all: &[inspect::Database], wanted: impl Fn(&&inspect::Database) -> bool) -> String {
    all.iter().filter(wanted).map(|d| d.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The databases asked for, each with a file name of its own.
fn choose(all: Vec<inspect::Database>, items: &[String]) -> Result<Vec<Database>, Problem> {
    let found: Vec<inspect::Database> = if items.is_empty() {
        all.into_iter().filter(inspect::Database::is_subject).collect()
    } else {
        let find = |name: &String| {
            let found = all.iter().find(|d| d.name == *name).cloned();
            let found = found.ok_or_else(|| problem!("pg-no-database", database = name))?;
            match found {
                found if found.open => Ok(found),
                found if found.invalid => Err(problem!("pg-database-invalid", database = name)),
                _ => Err(problem!("pg-database-closed", database = name)),
            }
        };
        let mut asked = BTreeSet::new();
        items.iter().filter(|name| asked.insert(*name)).map(find).collect::<Result<_, Problem>>()?
    };
    if found.is_empty() {
        return Err(problem!("pg-nothing-to-dump"));
    }
    let mut taken: Vec<String> = ["roles", "manifest", "recover"].map(str::to_owned).to_vec();
    let mut named = Vec::new();
    for database in found {
        let base = slug(&database.name);
        let mut file = base.clone();
        let mut count = 1;
        // File systems may not tell upper case from lower.
        while taken.contains(&file.to_lowercase()) {
            count += 1;
            file = format!("{base}-{count}");
        }
        taken.push(file.to_lowercase());
        named.push(Database { name: database.name, bytes: database.bytes, file });
    }
    Ok(named)
}
