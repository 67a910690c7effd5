//! Planning a restore: everything that could stop it is looked for before
//! anything runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Deserialize;

use super::{
    super::{
        access::Server,
        detect, dress,
        dump::{Format, PREFIX},
        error::PgError,
        inspect::{self, Database},
        quote::{literal, literals},
        roles,
        session::{By, Purpose, Session},
        settings::Source,
    },
    Facts, Mode, PartFacts,
    kept::kept,
    names::{Target, existing, sides},
    room, stranger,
};
use crate::{
    domain::{
        id::OperationId,
        manifest::{Manifest, Part},
        msg::Msg,
        names::is_side,
        problem::Problem,
    },
    engine::{Planned, RestoreOptions, Shelf},
    msg, problem,
};

/// The server to restore into, and what is known of it.
pub(in super::super) struct Way {
    pub(in super::super) server: Server,
    /// It is a Supabase stack's own database.
    pub(in super::super) supabase: bool,
    /// A dropped database can be brought back.
    pub(in super::super) can_undo_drops: bool,
}

/// Looks once, for a restore.
pub(in super::super) async fn plan(
    way: Way,
    shelf: &Shelf,
    manifest: &Manifest,
    options: &RestoreOptions,
    op: &OperationId,
) -> Result<Planned, Problem> {
    if way.supabase {
        return Err(detect::refusal());
    }
    let outside = stranger::is_outside(manifest);
    if outside {
        stranger::options(options)?;
    }
    let parts = chosen(manifest, options)?;
    let names = final_names(&parts, options)?;
    let server = inspect::with_tools(way.server).await?;
    let (mut session, admin) = inspect::admin(&server, Purpose::Look, By::Look, &names).await?;
    let seen = inspect::facts(&mut session).await?;
    if seen.supabase {
        return Err(detect::refusal());
    }
    if seen.standby {
        return Err(problem!("pg-standby"));
    }
    if outside {
        stranger::server(&server, &seen, manifest, &parts).await?;
    }
    let mut warnings = Vec::new();
    let tool = tools(&server, &parts, manifest, &seen, &mut warnings).await?;
    let databases = inspect::databases(&mut session).await?;
    let mut targets = targets(&mut session, &parts, &names, &databases, options, op).await?;
    let replaces = targets.iter().any(|t| t.old.is_some());
    if outside {
        stranger::roles(&mut session, &parts, &mut targets).await?;
        stranger::warnings(manifest, &parts, &targets, &mut warnings);
    } else {
        rights(&seen, replaces, options)?;
        extensions(&mut session, &parts).await?;
        roles_missing(&mut session, manifest, &mut warnings).await?;
    }
    dresses(&mut session, shelf, manifest, &parts, &targets, &mut warnings).await?;
    let disk = needed(&parts, &targets);
    let mode = mode(&server, &seen, &targets, options, disk, way.can_undo_drops).await?;
    session.close().await;
    notices(mode, &targets, &mut warnings);
    let has_roles = manifest.part(roles::PART).is_some() && seen.superuser && !outside;
    let replace_roles = has_roles && options.replace_roles;
    if options.replace_roles {
        warnings.push(replacing(manifest));
    }
    // Changing roles takes something away, even where no database is replaced.
    let mode = if mode == Mode::Beside && replace_roles { Mode::Swap } else { mode };
    let watched = mode != Mode::InPlace && server.shares_disk();
    let data = seen.data_directory.clone().filter(|_| watched);
    let facts = Facts {
        bin: server.bin,
        admin,
        major: seen.major(),
        tool,
        data,
        mode,
        owners: seen.superuser,
        unseen: seen.can_be_unseen(),
        create_roles: has_roles,
        replace_roles,
        targets,
    };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("pg-facts").detail(e))?;
    let bytes = parts.iter().map(|p| p.raw.bytes).sum();
    let database_disk = if mode == Mode::InPlace { 0 } else { disk };
    Ok(Planned { facts, warnings, bytes, database_disk })
}

/// The parts asked for.
fn chosen<'a>(manifest: &'a Manifest, options: &RestoreOptions) -> Result<Vec<&'a Part>, Problem> {
    let databases: BTreeMap<&str, &Part> =
        manifest.parts.iter().filter_map(|p| Some((p.name.strip_prefix(PREFIX)?, p))).collect();
    if databases.is_empty() {
        return Err(problem!("pg-nothing-to-restore"));
    }
    let parts: Vec<&Part> = if options.items.is_empty() {
        databases.into_values().collect()
    } else {
        let items: BTreeSet<&String> = options.items.iter().collect();
        let find = |name: &&String| {
            databases
                .get(name.as_str())
                .copied()
                .ok_or_else(|| problem!("pg-not-in-backup", database = *name))
        };
        items.iter().map(find).collect::<Result<_, _>>()?
    };
    for part in &parts {
        Format::of(part)?;
    }
    Ok(parts)
}

/// What the restored databases are called in the end.
fn final_names(parts: &[&Part], options: &RestoreOptions) -> Result<Vec<String>, Problem> {
    let own = |p: &&Part| p.name.strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let bad = |name: &str| name.is_empty() || name.len() > 63 || name.contains('\0') || is_side(name);
    let Some(name) = &options.new_name else {
        let names: Vec<String> = parts.iter().map(own).collect();
        return match names.iter().find(|name| bad(name)) {
            Some(name) => Err(problem!("pg-name-bad", database = name)),
            None => Ok(names),
        };
    };
    if parts.len() != 1 {
        return Err(problem!("pg-new-name-one", count = parts.len()));
    }
    if bad(name) {
        return Err(problem!("pg-name-bad", database = name));
    }
    if options.in_place {
        return Err(problem!("pg-new-name-in-place"));
    }
    Ok(vec![name.clone()])
}

/// The tools can read the dump, and the server is not older than the one dumped;
/// the tool's major version.
async fn tools(
    server: &Server,
    parts: &[&Part],
    manifest: &Manifest,
    seen: &inspect::Facts,
    warnings: &mut Vec<Msg>,
) -> Result<u32, Problem> {
    let custom = parts.iter().any(|p| Format::of(p) == Ok(Format::Custom));
    let tool = inspect::tool_version(server, if custom { "pg_restore" } else { "psql" }, By::Look).await?;
    let dumped_by = manifest.engine.tool.as_str();
    if custom && inspect::major(&tool) < inspect::major(dumped_by) {
        return Err(problem!("pg-restore-tool-old", tool = tool, dump = dumped_by));
    }
    if inspect::major(&manifest.engine.server) > seen.major() {
        let (from, to) = (manifest.engine.server.as_str(), seen.version.as_str());
        warnings.push(msg!("pg-warning-older-server", from = from, to = to));
    }
    Ok(inspect::major(&tool))
}

/// The targets with their side names; nothing of theirs may be taken.
async fn targets(
    session: &mut Session,
    parts: &[&Part],
    names: &[String],
    databases: &[Database],
    options: &RestoreOptions,
    op: &OperationId,
) -> Result<Vec<Target>, Problem> {
    let taken = existing(session).await?;
    let mut targets = Vec::new();
    for ((part, name), [new, old, since]) in parts.iter().zip(names).zip(sides(names, &taken, op)) {
        let live = databases.iter().find(|d| d.name == *name);
        if let Some(live) = live {
            if options.new_name.is_some() {
                return Err(problem!("pg-name-taken", database = name));
            }
            if live.invalid {
                return Err(problem!("pg-database-invalid", database = name));
            }
            if live.template || !(live.open || options.closed) {
                return Err(problem!("pg-database-closed", database = name));
            }
            blockers(session, name).await?;
        }
        targets.push(Target {
            part: part.name.clone(),
            name: name.clone(),
            new,
            old: live.map(|_| old),
            since,
            bytes: live.map_or(0, |d| d.bytes),
            stranger: None,
        });
    }
    Ok(targets)
}

/// What keeps a database from being renamed.
pub(super) async fn blockers(session: &mut Session, database: &str) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Row {
        prepared: i64,
        slots: i64,
        subscriptions: i64,
    }
    let name = literal(database);
    let found: Row = session
        .row(&format!(
            "SELECT (SELECT count(*) FROM pg_prepared_xacts WHERE database = {name}) AS prepared, \
             (SELECT count(*) FROM pg_replication_slots WHERE database = {name}) AS slots, \
             (SELECT count(*) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid \
             WHERE d.datname = {name}) AS subscriptions"
        ))
        .await?;
    if found.prepared > 0 {
        return Err(problem!("pg-prepared-transactions", database = database, count = found.prepared));
    }
    if found.slots > 0 {
        return Err(problem!("pg-replication-slots", database = database, count = found.slots));
    }
    if found.subscriptions > 0 {
        return Err(problem!("pg-subscriptions", database = database, count = found.subscriptions));
    }
    Ok(())
}

/// Owners, grants and roles take a superuser; a new database of one's own does not.
fn rights(seen: &inspect::Facts, replaces: bool, options: &RestoreOptions) -> Result<(), Problem> {
    let user = seen.user.as_str();
    if seen.superuser {
        Ok(())
    } else if !seen.createdb {
        Err(problem!("pg-no-createdb", user = user))
    } else if replaces || options.replace_roles {
        Err(problem!("pg-not-superuser", user = user))
    } else {
        Ok(())
    }
}

/// Every extension of the backup can be had here.
async fn extensions(session: &mut Session, parts: &[&Part]) -> Result<(), Problem> {
    let wanted: BTreeSet<String> =
        parts.iter().flat_map(|p| PartFacts::of(p).extensions.into_keys()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    let sql = format!("SELECT name FROM pg_available_extensions WHERE name IN ({})", literals(&wanted));
    let have: BTreeSet<String> = session.rows::<Row>(&sql).await?.into_iter().map(|r| r.name).collect();
    let missing: Vec<String> = wanted.difference(&have).cloned().collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(problem!("pg-extensions-missing", extensions = missing.join(", ")))
    }
}

/// What the live databases keep instead of taking it from the backup.
async fn dresses(
    session: &mut Session,
    shelf: &Shelf,
    manifest: &Manifest,
    parts: &[&Part],
    targets: &[Target],
    warnings: &mut Vec<Msg>,
) -> Result<(), Problem> {
    for (part, target) in parts.iter().zip(targets).filter(|(_, target)| target.old.is_some()) {
        let mut then = PartFacts::of(part).dress;
        // A backup from elsewhere may say nothing of it.
        if let (Some(now), false) = (dress::read(session, &target.name).await?, then.owner.is_empty()) {
            then.settings = Source::of(shelf, manifest, part).read(Arc::new(|_| {})).await?;
            warnings.extend(kept(&target.name, &now, &then));
        }
    }
    Ok(())
}

/// Which roles of the backup are not here: they will be made.
async fn roles_missing(
    session: &mut Session,
    manifest: &Manifest,
    warnings: &mut Vec<Msg>,
) -> Result<(), PgError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Known {
        names: Vec<String>,
    }
    let Some(part) = manifest.part(roles::PART) else { return Ok(()) };
    let known: Known = serde_json::from_value(part.facts.clone()).unwrap_or_default();
    let here = roles::read(session).await?.names();
    let missing: Vec<&str> = known.names.iter().filter(|n| !here.contains(*n)).map(String::as_str).collect();
    if !missing.is_empty() {
        warnings.push(msg!("pg-warning-roles-made", roles = missing.join(", ")));
    }
    Ok(())
}

/// Bytes the new databases take.
fn needed(parts: &[&Part], targets: &[Target]) -> u64 {
    parts.iter().zip(targets).map(|(part, target)| room::takes(part, target)).sum()
}

/// Swap where there is something live and room for both; in place only if asked.
async fn mode(
    server: &Server,
    seen: &inspect::Facts,
    targets: &[Target],
    options: &RestoreOptions,
    need: u64,
    can_undo_drops: bool,
) -> Result<Mode, Problem> {
    let replaces = targets.iter().any(|t| t.old.is_some());
    let live: u64 = targets.iter().map(|t| t.bytes).sum();
    let in_place = options.in_place && replaces;
    let need = if in_place { need.saturating_sub(live) } else { need };
    if let Some(directory) = seen.data_directory.as_deref().filter(|_| server.shares_disk()) {
        let space = server.place.space(directory).await.map_err(Problem::from)?;
        let reserve = server.tuning.reserve(space);
        if space.free < need.saturating_add(reserve) {
            let free = space.free;
            return Err(if replaces && !in_place {
                problem!("pg-disk-two-copies", bytes = need, free = free, reserve = reserve)
            } else {
                problem!("pg-disk-short", bytes = need, free = free, reserve = reserve)
            });
        }
    }
    if in_place && !can_undo_drops {
        return Err(problem!("pg-in-place-unavailable"));
    }
    Ok(match (in_place, replaces) {
        (true, _) => Mode::InPlace,
        (false, true) => Mode::Swap,
        (false, false) => Mode::Beside,
    })
}

/// What a person should know before it runs.
fn notices(mode: Mode, targets: &[Target], warnings: &mut Vec<Msg>) {
    let live: Vec<&str> = targets.iter().filter(|t| t.old.is_some()).map(|t| t.name.as_str()).collect();
    let live = live.join(", ");
    match mode {
        Mode::Beside => {}
        Mode::Swap => {
            warnings.push(msg!("pg-warning-sessions", databases = live.as_str()));
            warnings.push(msg!("pg-warning-writes-stay", databases = live));
        }
        Mode::InPlace => {
            warnings.push(msg!("pg-warning-in-place", databases = live.as_str()));
            warnings.push(msg!("pg-warning-in-place-writes", databases = live));
        }
    }
}

/// What replacing roles changes: a backup may have been made by someone who could
/// not read their passwords.
fn replacing(manifest: &Manifest) -> Msg {
    let passwords = manifest.part(roles::PART).and_then(|p| p.facts.get("passwords")?.as_bool());
    match passwords {
        Some(false) => msg!("pg-warning-replace-roles-only"),
        _ => msg!("pg-warning-replace-roles"),
    }
}
