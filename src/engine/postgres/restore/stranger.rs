//! Planning the restore of what came from elsewhere: what must not be, what will be
//! different from a backup of Zelo's own, and the role that is to load it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    super::{
        dress,
        dump::Format,
        inspect,
        outside::is_unsafe_extension,
        quote::{literal, literals},
        roles,
        session::Session,
    },
    PartFacts,
    names::Target,
};
use crate::{
    domain::{
        backup::Origin,
        manifest::{Manifest, Part},
        msg::Msg,
        names::side_own,
        outside::OutsideReport,
        problem::Problem,
    },
    engine::RestoreOptions,
    msg, problem,
};

/// The role that loads a dump from elsewhere into one side database, and nothing
/// else is its.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stranger {
    /// Its name.
    pub(super) role: String,
    /// Whom all it made is given to in the end; `None`: it stays the role's, which
    /// then cannot log in.
    pub(super) heir: Option<String>,
    /// Extensions that only a superuser can make, and that give nobody anything
    /// beyond the database.
    pub(super) extensions: Vec<String>,
}

/// Extensions that need a superuser for reasons of their own, but open neither
/// files nor programs nor other servers to SQL.
const HARMLESS: [&str; 14] = [
    "address_standardizer",
    "address_standardizer_data_us",
    "amcheck",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_visibility",
    "pgrouting",
    "pgstattuple",
    "postgis",
    "postgis_raster",
    "postgis_topology",
    "vector",
];

/// Whether a backup came from elsewhere.
pub(super) fn is_outside(manifest: &Manifest) -> bool {
    manifest.origin == Origin::Uploaded
}

/// What cannot be done with a backup from elsewhere, whatever is in it.
pub(super) fn options(options: &RestoreOptions) -> Result<(), Problem> {
    if options.in_place {
        return Err(problem!("pg-outside-in-place"));
    }
    if options.replace_roles {
        return Err(problem!("pg-outside-replace-roles"));
    }
    Ok(())
}

/// Looks whether this server takes these parts from elsewhere.
pub(super) async fn server(
    server: &super::super::access::Server,
    seen: &inspect::Facts,
    manifest: &Manifest,
    parts: &[&Part],
) -> Result<(), Problem> {
    if !seen.superuser {
        return Err(problem!("pg-outside-not-superuser", user = seen.user.as_str()));
    }
    for part in parts {
        let report = OutsideReport::of(part);
        let from = report.map_or_else(|| manifest.engine.server.clone(), |r| r.engine.server);
        if inspect::major(&from) > seen.major() {
            return Err(problem!("pg-outside-newer", from = from, to = seen.version.as_str()));
        }
    }
    if parts.iter().any(|p| Format::of(p) == Ok(Format::Plain)) {
        let by = super::super::session::By::Look;
        let psql = inspect::tool_version(server, "psql", by).await?;
        if !knows_restrict(&psql) {
            return Err(problem!("pg-outside-psql-old", version = psql));
        }
    }
    Ok(())
}

/// Whether a psql can be kept from running a file's own commands.
fn knows_restrict(version: &str) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match major {
        13 => minor >= 22,
        14 => minor >= 19,
        15 => minor >= 14,
        16 => minor >= 10,
        17 => minor >= 6,
        _ => major >= 18,
    }
}

/// Gives each target the role that is to load it.
pub(super) async fn roles(
    session: &mut Session,
    parts: &[&Part],
    targets: &mut [Target],
) -> Result<(), Problem> {
    for (part, target) in parts.iter().zip(targets) {
        let live = match target.old {
            Some(_) => dress::read(session, &target.name).await?.map(|d| d.owner),
            None => None,
        };
        // What a superuser owns runs with all its rights: functions, triggers, the
        // expressions of indexes. Nothing from elsewhere may become that.
        let heir = match live {
            Some(owner) if !is_superuser(session, &owner).await? => Some(owner),
            _ => None,
        };
        let extensions = extensions(session, part).await?;
        let role = side_own(&target.new);
        target.stranger = Some(Stranger { role, heir, extensions });
    }
    Ok(())
}

async fn is_superuser(session: &mut Session, role: &str) -> Result<bool, Problem> {
    let sql = format!("SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname = {}", literal(role));
    Ok(session.text(&sql).await? != "0")
}

/// Those of a part's extensions that have to be made for it.
async fn extensions(session: &mut Session, part: &Part) -> Result<Vec<String>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        anyone: bool,
    }
    let mut wanted: BTreeSet<String> = PartFacts::of(part).extensions.into_keys().collect();
    wanted.extend(OutsideReport::of(part).into_iter().flat_map(|r| r.extensions.listed));
    wanted.remove("plpgsql");
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    // `trusted` came with 13; before it only a superuser made any.
    let sql = format!(
        "SELECT e.name, bool_or(coalesce((to_jsonb(v) ->> 'trusted')::boolean, false) OR NOT v.superuser) AS anyone \
         FROM pg_available_extensions e JOIN pg_available_extension_versions v ON v.name = e.name \
         AND v.version = e.default_version WHERE e.name IN ({}) GROUP BY e.name",
        literals(&wanted)
    );
    let have: Vec<Row> = session.rows(&sql).await?;
    let missing: Vec<&str> =
        wanted.iter().filter(|w| !have.iter().any(|h| h.name == **w)).map(String::as_str).collect();
    if !missing.is_empty() {
        return Err(problem!("pg-extensions-missing", extensions = missing.join(", ")));
    }
    let ours: Vec<String> = have.into_iter().filter(|e| !e.anyone).map(|e| e.name).collect();
    let harmful = |e: &&String| !HARMLESS.contains(&e.as_str()) || is_unsafe_extension(e);
    let refused: Vec<&str> = ours.iter().filter(harmful).map(String::as_str).collect();
    if refused.is_empty() {
        Ok(ours)
    } else {
        Err(problem!("pg-outside-extension", extensions = refused.join(", ")))
    }
}

/// What a person should know first.
pub(super) fn warnings(manifest: &Manifest, parts: &[&Part], targets: &[Target], warnings: &mut Vec<Msg>) {
    for (part, target) in parts.iter().zip(targets) {
        let Some(stranger) = &target.stranger else { continue };
        let database = target.name.as_str();
        warnings.push(match &stranger.heir {
            Some(owner) => msg!("pg-warning-outside-owner", database = database, owner = owner),
            None => msg!("pg-warning-outside-role", database = database, role = &stranger.role),
        });
        if part.counts.is_empty() {
            warnings.push(msg!("pg-warning-outside-counts", database = database));
        }
    }
    if manifest.part(roles::PART).is_some() {
        warnings.push(msg!("pg-warning-outside-roles"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_psql_that_can_be_restricted_is_used() {
        for good in ["15.14", "15.18", "16.10", "17.6", "18.0", "18beta2", "13.22", "14.20 (Debian)"] {
            assert!(knows_restrict(good), "{good}");
        }
        for old in ["", "9.6.24", "12.22", "13.21", "14.18", "15.13", "15.3", "16.9", "17.5", "17"] {
            assert!(!knows_restrict(old), "{old}");
        }
    }
}
