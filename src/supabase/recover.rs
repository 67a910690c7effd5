//! RECOVER.md of a recovery point: how an instance is put back by hand, with tar,
//! Docker and PostgreSQL's own client.

use std::fmt::Write;

use super::capture::TAR;
use crate::domain::manifest::{Codec, Manifest, Part};

/// The whole text; `databases` is what PostgreSQL's own engine says of its parts.
pub(super) fn recover(manifest: &Manifest, databases: &str) -> String {
    let mut out = format!(
        "# How to put this instance back without Zelo\n\n\
         Recovery point `{}` of the Supabase instance `{}`, taken {}.\n\n\
         Work as root on the machine that shall run it, in the folder this file is in. You need Docker with Compose,\n\
         GNU tar and gunzip or zstd. Never run `docker compose down -v`: it destroys the vault's key.\n\n\
         In this order: files, volumes, the database's container alone, roles and databases, stored objects, all else.\n\n",
        manifest.id,
        manifest.resource.name,
        manifest.taken_at.format("%Y-%m-%d %H:%M:%S UTC"),
    );
    for part in manifest.parts.iter().filter(|part| part.media_type == TAR) {
        tar(&mut out, part);
    }
    if manifest.part("containers").is_some() {
        out.push_str(
            "## What ran\n\n`containers.json` (decompress it first) is what Docker knew of each container and image: compare\n\
             image ids, mounts, networks and restart policies with what you are about to start.\n\n",
        );
    }
    if manifest.parts.iter().any(|part| part.name.starts_with("database:")) {
        out.push_str(
            "## Roles and databases\n\nStart the database alone (`docker compose up -d --wait db`) from an empty data folder, let the services make\n\
             their tables once (`docker compose up -d --wait`, then `docker compose stop` all but `db`), and copy this folder\n\
             into its container. There, `PGHOST=127.0.0.1 PGUSER=supabase_admin` needs no password.\n\
             Errors about the event trigger `issue_pg_net_access` may be passed over.\n\n",
        );
        // One heading less: it is a part of this text.
        let rest = databases.split_once("\n\n").map_or(databases, |(_, rest)| rest);
        out.push_str(rest);
        out.push_str("\n\n");
    }
    out.push_str(
        "## At last\n\nStart everything (`docker compose up -d --wait`), sign in, open a stored object.\n",
    );
    out
}

fn tar(out: &mut String, part: &Part) {
    let said = |name: &str| part.facts.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let files: Vec<&str> = part.files.iter().map(|f| f.path.rsplit('/').next().unwrap_or(&f.path)).collect();
    let reader = match part.files.first().map(|f| f.codec) {
        Some(Codec::Zstd) => "zstd -dc",
        Some(Codec::Gzip) => "gunzip -c",
        _ => "cat",
    };
    let files = files.join(" ");
    let _ = match part.name.strip_prefix("volume:") {
        Some(volume) => write!(
            out,
            "## Volume {volume}\n\nBefore the database first starts. `CONTAINER` is one that has the volume at `{}` and is not running\n\
             (`docker compose create` makes it):\n\n```sh\n{reader} {files} | docker cp --archive - CONTAINER:{}\n```\n\n",
            said("target"),
            parent(&said("target")),
        ),
        None => write!(
            out,
            "## {}\n\n```sh\nmkdir -p '{folder}'\n{reader} {files} | tar --extract --xattrs --xattrs-include='user.*' --numeric-owner \
             --preserve-permissions --directory='{folder}'\n```\n\n",
            part.name,
            folder = said("folder"),
        ),
    };
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}
