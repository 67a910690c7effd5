//! `zelo doctor`: whether Zelo can work on this machine, and what exactly is in
//! the way. It changes nothing: on a machine where Zelo never ran it makes
//! neither folder nor database nor key.

use std::{path::Path, sync::Arc};

use serde_json::json;

use super::{
    desk::{Desk, Done},
    exit::Exit,
    words,
};
use crate::{
    config::{self, Settings},
    db::{AuditFilter, Db, Schema},
    domain::{
        clock::{Clock, SystemClock},
        id::SystemIds,
        msg::Msg,
        problem::Problem,
    },
    engine::{Check, Verdict},
    host::{ContainerHost, Docker, Local, Place, Space},
    jobs::RunnerLock,
    msg, problem,
    secret::{KeyError, SystemRandom, open_key},
    store::Reserve,
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Audit entries may be so much ahead of the clock: less than any step a person
/// would notice.
const CLOCK_SLACK_SECONDS: i64 = 60;

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let settings = &desk.settings;
        let mut checks = vec![file(settings), data_folder(settings)];
        let db = database(settings).await;
        let (opened, database) = match db {
            // What these tables hold cannot be read before they are up to date.
            Ok(Some((_, schema))) if schema.pending => (None, older(&schema)),
            Ok(Some((db, schema))) => {
                let version = schema.version.unwrap_or_default();
                (Some(db), Verdict::Good(Some(msg!("doctor-schema", version = version))))
            }
            Ok(None) => (None, Verdict::Good(Some(msg!("doctor-not-yet")))),
            Err(problem) => (None, Verdict::Bad(problem)),
        };
        checks.push(check("database", msg!("doctor-database"), database));
        checks.push(check("key", msg!("doctor-key"), key(settings, opened.as_ref()).await));
        checks.push(check("audit", msg!("doctor-audit"), audit(opened.as_ref()).await));
        checks.push(check("clock", msg!("doctor-clock"), clock(opened.as_ref()).await));
        checks.push(check("server", msg!("doctor-server"), server(settings).await));
        checks.extend(disks(settings).await);
        checks.push(check("docker", msg!("doctor-docker"), docker(settings).await));
        for tool in ["pg_dump", "pg_restore", "psql"] {
            checks.push(check(&format!("tool-{tool}"), msg!("doctor-tool", tool = tool), client(tool)));
        }
        let good = words::checks(desk, &checks);
        desk.out.json(&json!({ "ok": good, "checks": checks }));
        Ok(if good { Exit::Done } else { Exit::Environment })
    }
}

fn check(id: &str, title: Msg, verdict: Verdict) -> Check {
    Check { id: id.to_owned(), title, verdict }
}

/// The settings themselves were read before this.
fn file(settings: &Settings) -> Check {
    let seen = match &settings.file {
        Some(path) => msg!("doctor-file", path = path.display().to_string()),
        None => msg!("doctor-no-file"),
    };
    check("settings", msg!("doctor-settings"), Verdict::Good(Some(seen)))
}

fn data_folder(settings: &Settings) -> Check {
    let path = settings.data.display().to_string();
    let verdict = match std::fs::metadata(&settings.data) {
        Ok(found) if !found.is_dir() => Verdict::Bad(problem!("data-folder", path = path)),
        Ok(_) if rustix::fs::access(&settings.data, rustix::fs::Access::WRITE_OK).is_err() => {
            Verdict::Bad(problem!("data-folder", path = path))
        }
        Ok(_) => Verdict::Good(Some(msg!("doctor-path", path = path))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Verdict::Good(Some(msg!("doctor-not-yet")))
        }
        Err(error) => Verdict::Bad(problem!("data-folder", path = path).detail(error)),
    };
    check("data", msg!("doctor-data"), verdict)
}

/// The tables are those of an older Zelo, or not made yet.
fn older(schema: &Schema) -> Verdict {
    match &schema.version {
        Some(version) => Verdict::Caution(problem!("db-older", version = version, known = &schema.known)),
        None => Verdict::Good(Some(msg!("doctor-not-yet"))),
    }
}

/// The database, opened only to look; `None` if it is a file that does not exist
/// yet.
async fn database(settings: &Settings) -> Result<Option<(Db, Schema)>, Problem> {
    if let config::Database::Sqlite(path) = &settings.database
        && !path.exists()
    {
        return Ok(None);
    }
    let target = crate::app::target(settings);
    Db::look(target, Arc::new(SystemClock), Arc::new(SystemIds)).await.map(Some)
}

/// The key opens, or is missing where it may be. Never made here.
async fn key(settings: &Settings, db: Option<&Db>) -> Verdict {
    let path = settings.key_file();
    let sealed = match db {
        Some(db) => db.has_sealed().await,
        None => Ok(false),
    };
    match sealed {
        Err(problem) => return Verdict::Bad(problem),
        Ok(false) if !path.exists() => return Verdict::Good(Some(msg!("doctor-not-yet"))),
        Ok(_) => {}
    }
    // It exists, or is missed: either way nothing is made.
    let opened = tokio::task::spawn_blocking(move || open_key(&path, true, Arc::new(SystemRandom))).await;
    match opened {
        Ok(Ok(sealer)) => Verdict::Good(Some(msg!("doctor-key-id", key = sealer.key_id()))),
        Ok(Err(error)) => Verdict::Bad(KeyError::into(error)),
        Err(error) => Verdict::Bad(problem!("key-unusable", path = "").detail(error)),
    }
}

/// The audit log's chain is whole.
async fn audit(db: Option<&Db>) -> Verdict {
    let Some(db) = db else { return Verdict::Skipped };
    match db.verify_audit().await {
        Ok((entries, _)) => Verdict::Good(Some(msg!("doctor-entries", count = entries))),
        Err(problem) => Verdict::Bad(problem),
    }
}

/// The clock has not gone back behind what was recorded.
async fn clock(db: Option<&Db>) -> Verdict {
    let now = SystemClock.now();
    let Some(db) = db else { return Verdict::Good(Some(msg!("doctor-now", now = now.to_rfc3339()))) };
    match db.audit_log(AuditFilter { limit: Some(1), ..AuditFilter::default() }).await {
        Err(problem) => Verdict::Bad(problem),
        Ok(rows) => match rows.first().map(|row| row.at) {
            Some(at) if (at - now).num_seconds() > CLOCK_SLACK_SECONDS => {
                Verdict::Caution(problem!("clock-behind", now = now.to_rfc3339(), last = at.to_rfc3339()))
            }
            _ => Verdict::Good(Some(msg!("doctor-now", now = now.to_rfc3339()))),
        },
    }
}

/// Who runs operations in this data folder, if anyone does.
async fn server(settings: &Settings) -> Verdict {
    match RunnerLock::holder(&settings.data).await {
        Ok(Some(holder)) => {
            let pid = i64::from(holder.pid);
            Verdict::Good(Some(msg!("doctor-server-runs", what = holder.what, pid = pid)))
        }
        Ok(None) => Verdict::Good(Some(msg!("doctor-server-off"))),
        Err(problem) => Verdict::Bad(problem),
    }
}

/// Free space where Zelo writes, against the reserve.
async fn disks(settings: &Settings) -> Vec<Check> {
    let reserve = Reserve { percent: settings.store.reserve_percent, bytes: settings.store.reserve_bytes };
    let mut checks = Vec::new();
    for (id, title, path) in [
        ("disk-data", msg!("doctor-disk-data"), &settings.data),
        ("disk-store", msg!("doctor-disk-store"), &settings.store.folder),
    ] {
        checks.push(check(id, title, disk(path, &reserve).await));
    }
    checks
}

async fn disk(path: &Path, reserve: &Reserve) -> Verdict {
    // A folder that is not there yet will be made on its nearest parent's disk.
    let Some(there) = path.ancestors().find(|folder| folder.exists()) else { return Verdict::Skipped };
    let shown = there.display().to_string();
    match Local::new().space(&shown).await {
        Ok(space) => room(space, reserve, shown),
        Err(error) => Verdict::Bad(error.into()),
    }
}

fn room(space: Space, reserve: &Reserve, path: String) -> Verdict {
    let keep = reserve.of(space.total);
    if space.free > keep {
        Verdict::Good(Some(msg!("doctor-free", free = space.free, total = space.total)))
    } else {
        Verdict::Bad(problem!("disk-reserve", path = path, free = space.free, reserve = keep))
    }
}

async fn docker(settings: &Settings) -> Verdict {
    let config::Docker::Socket(socket) = &settings.docker else {
        return Verdict::Good(Some(msg!("doctor-docker-off")));
    };
    match Docker::new("local", Some(socket)).info().await {
        Ok(info) => Verdict::Good(Some(msg!("doctor-docker-version", version = info.version))),
        Err(error) => Verdict::Caution(error.into()),
    }
}

/// A client program on this machine's path; needed only for servers reached by
/// network, so its absence is no more than a caution.
fn client(tool: &str) -> Verdict {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
    match found {
        Some(file) => Verdict::Good(Some(msg!("doctor-path", path = file.display().to_string()))),
        None => Verdict::Caution(problem!("client-missing", tool = tool)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_below_its_reserve_is_bad() {
        let reserve = Reserve { percent: 5, bytes: 1000 };
        let verdict = |free| room(Space { free, total: 100_000 }, &reserve, "/".to_owned());
        assert!(matches!(verdict(5_001), Verdict::Good(_)));
        assert!(matches!(verdict(5_000), Verdict::Bad(problem) if problem.is("disk-reserve")));
    }

    #[test]
    fn a_client_that_is_not_there_is_a_caution() {
        assert!(matches!(client("no-such-client-anywhere"), Verdict::Caution(_)));
        assert!(matches!(client("sh"), Verdict::Good(_)));
    }
}
