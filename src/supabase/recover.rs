//! RECOVER.md of a recovery point: how an instance is put back by hand, with tar,
//! Docker and PostgreSQL's own client. In this way an instance of the lab was put back.

use std::fmt::Write;

use super::capture::{CLUSTER, HELD_AFTER, TAR, Way, cluster_facts};
use crate::{
    domain::manifest::{Codec, Manifest, Part},
    store::objects,
};

/// The prefixes of a database's part, and of the one with its settings.
const DATABASE: &str = "database:";
const SETTINGS: &str = "settings:";
/// The part with the stored objects.
const OBJECTS: &str = "storage";
/// Tables whose rows tell whether an instance came back whole.
const TELLING: [&str; 4] = ["auth.users", "auth.identities", "storage.buckets", "storage.objects"];

/// The whole text.
pub(super) fn recover(manifest: &Manifest) -> String {
    let mut out = format!(
        "# How to put this instance back without Zelo\n\n\
         Recovery point `{}` of the Supabase instance `{}`, taken {}.\n\n\
         Work as root on the machine that shall run it, in the folder this file is in. You need Docker with Compose,\n\
         GNU tar and gunzip or zstd. Never run `docker compose down -v`: it destroys the vault's key.\n\n\
         In this order: files, volumes, the database, stored objects.\n\n",
        manifest.id,
        manifest.resource.name,
        manifest.taken_at.format("%Y-%m-%d %H:%M:%S UTC"),
    );
    shared(&mut out, manifest);
    digests(&mut out, manifest);
    let tars = || manifest.parts.iter().filter(|part| part.media_type == TAR);
    tars().filter(|part| part.name != OBJECTS && part.name != CLUSTER).for_each(|part| tar(&mut out, part));
    if let Some(part) = manifest.part("containers") {
        let _ = write!(
            out,
            "## What ran\n\n```sh\n{} > containers.json\n```\n\nis what Docker knew of each container and image: compare image ids, \
             mounts, networks and restart\npolicies with what you are about to start.\n\n",
            decoded(part)
        );
    }
    let dumps = manifest.parts.iter().any(|part| part.name.starts_with(DATABASE));
    if let Some(part) = manifest.part("instance") {
        let _ = write!(
            out,
            "## What it was set to\n\n```sh\n{} > instance.json\n```\n\nis how Zelo reached it, and what its databases and roles were set to \
             (`ALTER DATABASE … SET`,\n`ALTER ROLE … SET`): compare, where a setting is not what it was.\n\n",
            decoded(part)
        );
        for (what, count) in &part.counts {
            let _ = writeln!(out, "- {what}: {count}");
        }
        if !part.counts.is_empty() {
            out.push('\n');
        }
    }
    if let Some(part) = manifest.part(CLUSTER) {
        cluster(&mut out, part, dumps);
    }
    if let Some(part) = manifest.part(HELD_AFTER) {
        let _ = write!(
            out,
            "## What it held\n\n```sh\n{} > held-after.json\n```\n\nsays how many rows each table had when the copy had ended \
             (`held-before`: before it began), where\nsequences stood, and a digest of every owner, policy, trigger \
             and function: compare.\n\n",
            decoded(part)
        );
    }
    if dumps {
        databases(&mut out, manifest);
    }
    tars().filter(|part| part.name == OBJECTS).for_each(|part| tar(&mut out, part));
    out.push_str(
        "## At last\n\nStart everything (`docker compose up -d --wait`), sign in, open a stored object.\n",
    );
    out
}

/// Where the parts lie that it has in common with others.
fn shared(out: &mut String, manifest: &Manifest) {
    if manifest.parts.iter().flat_map(|part| &part.files).any(objects::is_shared) {
        out.push_str(
            "Parts lie in `../objects`, beside this folder, each under its sha256: recovery points share those that did\n\
             not change. Take that folder along when you copy this one; a download has it.\n\n",
        );
    }
}

/// The digests of all files, so that what is put back is what was written.
fn digests(out: &mut String, manifest: &Manifest) {
    out.push_str("## Check the files first\n\n```sh\nsha256sum -c <<'END'\n");
    for file in manifest.parts.iter().flat_map(|part| &part.files) {
        let _ = writeln!(out, "{}  {}", file.stored.sha256, here(&file.path));
    }
    out.push_str("END\n```\n\n");
}

/// A fresh cluster whose services have made their tables, roles first, then `--clean
/// --if-exists`: one error is left, and no more.
fn databases(out: &mut String, manifest: &Manifest) {
    out.push_str(
        "## Roles and databases\n\nIn the project's folder, start everything once from an empty data folder, so that the services make their\n\
         tables; then stop all but the database, and copy this folder (`HERE`) into its container. `DB` is that container,\n\
         `SERVICES` are all services but it:\n\n\
         ```sh\ndocker compose up -d --wait\ndocker compose stop SERVICES\ndocker cp HERE DB:/tmp/recovery\n",
    );
    carry(out, manifest);
    out.push_str(
        "docker exec -it -w /tmp/recovery -e PGHOST=127.0.0.1 -e PGUSER=supabase_admin DB bash\n```\n\n\
         In it. Roles that exist already are changed to what they were, passwords included: keep the `.env` that came with\n\
         them. Errors about roles that exist or are reserved may be passed over; of `pg_restore` the one about the owner of\n\
         the event trigger `issue_pg_net_access`, and no other.\n\n```sh\n",
    );
    for part in &manifest.parts {
        let decoded = decoded(part);
        let _ = match part.name.strip_prefix(DATABASE) {
            Some(name) => writeln!(out, "{decoded} | pg_restore --clean --if-exists -d '{name}'"),
            None if is_of_database(&part.name) => {
                writeln!(out, "{decoded} | psql -X -d postgres")
            }
            None => Ok(()),
        };
    }
    out.push_str("rm -r /tmp/recovery /tmp/objects\n```\n\nRows at that moment, to compare with:\n\n");
    for part in manifest.parts.iter().filter(|part| part.name.starts_with(DATABASE)) {
        for table in TELLING {
            if let Some(rows) = part.counts.get(&format!("table:{table}")) {
                let _ = writeln!(out, "- {rows} in `{table}`");
            }
        }
    }
    out.push('\n');
}

/// Brings the shared files of the database into its container, where the commands look
/// for them: beside the folder.
fn carry(out: &mut String, manifest: &Manifest) {
    out.push_str("docker exec DB mkdir -p /tmp/objects\n");
    for part in manifest.parts.iter().filter(|part| is_of_database(&part.name)) {
        for file in part.files.iter().filter(|file| objects::is_shared(file)) {
            let _ = writeln!(out, "docker cp 'HERE/{0}' DB:/tmp/{1}", here(&file.path), file.path);
        }
    }
}

/// Whether `psql` or `pg_restore` reads it.
fn is_of_database(part: &str) -> bool {
    part == "roles" || part.starts_with(DATABASE) || part.starts_with(SETTINGS)
}

/// The data directory as it was: roles, settings and all databases.
fn cluster(out: &mut String, part: &Part, dumps: bool) {
    let Ok(facts) = cluster_facts(part) else { return };
    let folder = facts.folder.as_ref().map_or("DATA".to_owned(), |folder| folder.display().to_string());
    let kind = match facts.way {
        Way::BaseBackup => "It was taken while the database ran: it replays its WAL when it first starts.",
        Way::Cold if facts.clean == Some(true) => "The database had been shut down in order.",
        Way::Cold => "The database had not been shut down in order: it recovers when it starts.",
    };
    let _ = write!(
        out,
        "## The cluster\n\nAll of PostgreSQL {}: roles, passwords, settings and every database. {kind} It needs that major version, best the\n\
         same image (`{}`), and the `.env` that came with it. `{folder}` is the folder that is bound to `{}`\n\
         in the database's container; what is there now is kept beside it, until you remove it. In the project's folder; `HERE` is this one, `DB`\n\
         the database's service:\n\n```sh\ndocker compose stop DB\n\
         [ ! -e '{folder}' ] || mv '{folder}' '{folder}.before'\nmkdir -p '{folder}'\n\
         (cd HERE && {}) | tar --extract --xattrs --xattrs-include='user.*' --numeric-owner --preserve-permissions --directory='{folder}'\n\
         chown -R {}:{} '{folder}'\nchmod {:o} '{folder}'\ndocker compose up -d --no-deps --wait DB\n```\n\n",
        facts.major,
        facts.image,
        facts.data_directory,
        decoded(part),
        facts.uid,
        facts.gid,
        facts.mode,
    );
    if facts.way == Way::BaseBackup {
        let _ = write!(
            out,
            "To look before it starts: `pg_verifybackup '{folder}'`, with the tools of version {}.\n\n",
            facts.major
        );
    }
    if dumps {
        out.push_str("The dumps below hold the same databases: use them instead, not as well.\n\n");
    }
}

fn tar(out: &mut String, part: &Part) {
    let said = |name: &str| part.facts.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let decoded = decoded(part);
    let _ = match part.name.strip_prefix("volume:") {
        Some(volume) => write!(
            out,
            "## Volume {volume}\n\nBefore the database first starts. `CONTAINER` is one that has the volume at `{}` and is not running\n\
             (`docker compose create` makes it):\n\n```sh\n{decoded} | docker cp --archive - CONTAINER:{}\n```\n\n",
            said("target"),
            parent(&said("target")),
        ),
        None => write!(
            out,
            "## {}\n\n```sh\nmkdir -p '{folder}'\n{decoded} | tar --extract --xattrs --xattrs-include='user.*' --numeric-owner \
             --preserve-permissions --directory='{folder}'\n```\n\n",
            part.name,
            folder = said("folder"),
        ),
    };
}

/// A pipeline's beginning that writes a part as it was.
fn decoded(part: &Part) -> String {
    let files: Vec<String> = part.files.iter().map(|file| here(&file.path)).collect();
    let reader = match part.files.first().map(|file| file.codec) {
        Some(Codec::Zstd) => "zstd -dc",
        Some(Codec::Gzip) => "gunzip -c",
        _ => "cat",
    };
    format!("{reader} {}", files.join(" "))
}

/// A path relative to the resource's folder, seen from the backup's own: the same in the
/// store and in a download.
fn here(path: &str) -> String {
    match path.split_once('/') {
        Some((objects::FOLDER, _)) => format!("../{path}"),
        Some((_, rest)) => rest.to_owned(),
        None => path.to_owned(),
    }
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}
