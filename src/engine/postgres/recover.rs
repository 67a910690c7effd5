//! RECOVER.md: how to restore a backup by hand, on any machine with gunzip (or
//! zstd) and PostgreSQL's own client, command by command. A test runs these
//! commands.

use std::fmt::Write;

use super::{
    dress::Dress,
    dump::{Format, PREFIX},
    inspect::major,
    quote::{ident, shell},
    raw, roles,
    settings::SETTINGS,
};
use crate::domain::{
    backup::Origin,
    manifest::{Codec, Manifest, Part, PartFile},
};

/// The whole text.
pub(super) fn recover(manifest: &Manifest) -> String {
    let mut out = head(manifest);
    let databases: Vec<(&str, &Part)> =
        manifest.parts.iter().filter_map(|p| Some((p.name.strip_prefix(PREFIX)?, p))).collect();
    check(&mut out, manifest);
    if let Some(part) = manifest.part(roles::PART) {
        let _ = write!(
            out,
            "## Roles\n\nMissing roles are made; **those that exist are changed to what they were**, passwords\n\
             included. Leave this out if the server has its own. Errors about roles that are in use or reserved\n\
             may be passed over.\n\n```sh\n{} | psql -X -d postgres\n```\n\n",
            decoded(part)
        );
    }
    for (name, part) in databases {
        database(&mut out, name, part, manifest);
    }
    out
}

fn head(manifest: &Manifest) -> String {
    // A trigger that runs at login would run for these commands, too.
    let quiet = major(&manifest.engine.server) >= 17;
    let options = if quiet { " PGOPTIONS='-c event_triggers=off'" } else { "" };
    let told =
        |version: &str| if version.is_empty() { "of an unknown version".to_owned() } else { shown(version) };
    let strange = if manifest.origin == Origin::Uploaded { STRANGE } else { "" };
    format!(
        "# How to restore this backup without Zelo\n\n\
         Backup `{}` of PostgreSQL {}, taken {} with pg_dump {}.\n\n{strange}\
         You need a PostgreSQL server of that version or a newer one, its client programs (`psql`, `createdb`,\n\
         `pg_restore`) not older than {}, and {}. Work in the folder this file is in. Say how the server is\n\
         reached and as which superuser:\n\n\
         ```sh\nexport PGHOST=localhost PGPORT=5432 PGUSER=postgres{options}\n```\n\n\
         In a container: copy this folder into it (`docker cp . CONTAINER:/tmp/backup`), then run the commands there.\n\n",
        manifest.id,
        told(&manifest.engine.server),
        manifest.taken_at.format("%Y-%m-%d %H:%M:%S UTC"),
        told(&manifest.engine.tool),
        told(&manifest.engine.tool),
        unpackers(manifest),
    )
}

/// What came from elsewhere may do anything a superuser may.
const STRANGE: &str = "**This came from elsewhere and was not made by Zelo.** Look through it before you run it. \
    Better than as\na superuser, load it as a role that owns the new database and nothing else \
    (`createdb -O`, and `--no-owner\n--no-acl` for `pg_restore`).\n\n";

fn unpackers(manifest: &Manifest) -> &'static str {
    let has = |codec| manifest.parts.iter().flat_map(|p| &p.files).any(|f| f.codec == codec);
    match (has(Codec::Gzip), has(Codec::Zstd)) {
        (_, false) => "`gunzip`",
        (false, true) => "`zstd`",
        (true, true) => "`gunzip` and `zstd`",
    }
}

/// The digests of all files, so that what is restored is what was written.
fn check(out: &mut String, manifest: &Manifest) {
    out.push_str("## Check the files first\n\n```sh\nsha256sum -c <<'END'\n");
    for file in manifest.parts.iter().flat_map(|p| &p.files) {
        let _ = writeln!(out, "{}  {}", file.stored.sha256, here(&file.path));
    }
    out.push_str("END\n```\n\n");
}

/// A path relative to the resource's folder, seen from the backup's own.
fn here(path: &str) -> String {
    match path.split_once('/') {
        Some(("objects", rest)) => format!("../objects/{rest}"),
        Some((_, rest)) => rest.to_owned(),
        None => path.to_owned(),
    }
}

/// A pipeline's beginning that writes a part as it was dumped.
fn decoded(part: &Part) -> String {
    let one = |file: &PartFile| {
        let path = here(&file.path);
        let path = if path.starts_with('-') { format!("./{path}") } else { path };
        let path = shell(&path);
        match file.codec {
            Codec::Gzip => format!("gunzip -c {path}"),
            Codec::Zstd => format!("zstd -dc {path}"),
            Codec::None => format!("cat {path}"),
        }
    };
    let commands: Vec<String> = part.files.iter().map(one).collect();
    match commands.as_slice() {
        [one] => one.clone(),
        many => format!("{{ {}; }}", many.join(" && ")),
    }
}

/// A name in running text: control characters and backticks would break out.
fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect()
}

fn database(out: &mut String, name: &str, part: &Part, manifest: &Manifest) {
    let (dress, version) = (Dress::of(part), major(&manifest.engine.server));
    let target = shell(&super::quote::conninfo(name));
    let _ = write!(
        out,
        "## Database `{}`\n\nMake it empty (with its encoding and locale), load it, collect statistics. \
         If a database of this\nname exists, rename or drop it first. If the load ends with an error, \
         drop the database and begin again.\n\n```sh\n",
        shown(name)
    );
    let create = match dress.encoding.as_str() {
        "" => format!("CREATE DATABASE {} TEMPLATE template0", ident(name)),
        _ => dress.create(name, false, version),
    };
    let _ = writeln!(out, "psql -X -v ON_ERROR_STOP=1 -d postgres -c {}", shell(&create));
    let _ = match Format::of(part) {
        Ok(Format::Plain) => {
            writeln!(out, "{} | psql -X -q -o /dev/null -v ON_ERROR_STOP=1 -d {target}", decoded(part))
        }
        // Not in one transaction: it would need a lock for every object at once, more
        // than many servers have.
        _ => writeln!(out, "{} | pg_restore --exit-on-error -d {target}", decoded(part)),
    };
    let _ = writeln!(out, "psql -X -d {target} -c ANALYZE");
    out.push_str("```\n\n");
    if manifest.origin != Origin::Uploaded {
        worn(out, name, &dress, manifest);
    }
    counts(out, part);
}

/// What goes on the database itself. The values of settings are secrets and stay in
/// their file.
fn worn(out: &mut String, name: &str, dress: &Dress, manifest: &Manifest) {
    let statements = dress.statements(name, |role| !role.is_empty());
    let _ = writeln!(
        out,
        "What no dump carries: owner, grants on the database, comment, settings.\n\n\
         ```sh\npsql -X -v ON_ERROR_STOP=0 -d postgres <<'END'\n{};\nEND",
        statements.join(";\n")
    );
    if let Some(settings) = manifest.part(&format!("{SETTINGS}{name}")) {
        let _ = writeln!(out, "{} | psql -X -v ON_ERROR_STOP=0 -d postgres", decoded(settings));
    }
    out.push_str("```\n\n");
}

fn counts(out: &mut String, part: &Part) {
    if part.counts.is_empty() {
        return;
    }
    let rows: Vec<(&String, &i64)> = part.counts.iter().filter(|(k, _)| k.starts_with("table:")).collect();
    let total: i64 = rows.iter().map(|(_, n)| **n).sum();
    let _ = writeln!(out, "It had {} tables with {total} rows in all; compare a few:\n", rows.len());
    out.push_str("```sql\n");
    for (key, count) in rows.iter().take(20) {
        let table = key.strip_prefix("table:").unwrap_or(key);
        if !table.contains(|c: char| c.is_control() || raw::is_raw(c)) {
            let _ = writeln!(out, "SELECT count(*) = {count} FROM ONLY {table};");
        }
    }
    out.push_str("```\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_backups_own_folder() {
        assert_eq!(here("backup-2026/orders.dump.gz"), "orders.dump.gz");
        assert_eq!(here("objects/abc"), "../objects/abc");
    }
}
