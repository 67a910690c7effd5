//! A PostgreSQL server of our own from the machine's binaries: on a free port of
//! the loopback address, its data in the demo's folder.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use tokio::io::AsyncWriteExt;

use super::{
    postgres::{PostgresSample, USER},
    remains::{End, Remains},
};
use crate::{
    domain::problem::Problem,
    engine::Access,
    host::{Command, Place},
    problem,
    secret::Secret,
};

/// Starts one with its data below `folder`; as an unprivileged user when Zelo runs
/// as root, which PostgreSQL refuses.
pub(super) async fn start(
    place: Arc<dyn Place>,
    bin: &Path,
    folder: &Path,
    password: &Secret,
    remains: &Arc<Remains>,
) -> Result<PostgresSample, Problem> {
    let user = unprivileged(folder)?;
    let data = folder.join("postgres");
    let tool = |name: &str| {
        let tool = Command::new([bin.join(name).display().to_string()]).user(user.as_deref());
        tool.arg("-D").arg(data.display().to_string())
    };
    let pwfile = folder.join("password");
    write_secret(&pwfile, password, user.as_deref()).await?;
    let initdb = tool("initdb").arg("-U").arg(USER).arg("--auth=scram-sha-256").arg("-E").arg("UTF8");
    let initdb = initdb.arg("--locale=C").arg(format!("--pwfile={}", pwfile.display()));
    remains.run(&place, initdb, "").await?;
    let port = free_port().await?;
    let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
    let pg_ctl = tool("pg_ctl").arg("-w");
    let log = folder.join("postgres.log").display().to_string();
    let start = pg_ctl.clone().arg("-l").arg(log).arg("-o").arg(options).arg("start");
    remains.note(End::Server { place: place.clone(), pg_ctl, data });
    remains.run_whole(&place, start).await?;
    Ok(sample(place, bin, port, password, remains))
}

fn sample(
    place: Arc<dyn Place>,
    bin: &Path,
    port: u16,
    password: &Secret,
    remains: &Arc<Remains>,
) -> PostgresSample {
    let psql = Command::new([bin.join("psql").display().to_string()])
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", port.to_string())
        .env("PGUSER", USER)
        .secret_env("PGPASSWORD", password.clone());
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let values = [value("host", "127.0.0.1"), value("port", &port.to_string()), value("user", USER)];
    let access = Access {
        values: BTreeMap::from(values),
        secrets: BTreeMap::from([("password".to_owned(), password.clone())]),
    };
    PostgresSample { place, psql, access, remains: remains.clone() }
}

/// The user a server started by root must run as, made owner of `folder`.
fn unprivileged(folder: &Path) -> Result<Option<String>, Problem> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((name.to_owned(), fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let (name, uid, gid): (String, u32, u32) =
        find("postgres").or_else(|| find("nobody")).ok_or_else(|| problem!("demo-no-user"))?;
    std::os::unix::fs::chown(folder, Some(uid), Some(gid)).map_err(|e| problem!("demo-sample").detail(e))?;
    Ok(Some(name))
}

async fn write_secret(path: &Path, secret: &Secret, user: Option<&str>) -> Result<(), Problem> {
    let failed = |e: std::io::Error| problem!("demo-sample").detail(e);
    let mut file = tokio::fs::OpenOptions::new();
    let mut file = file.write(true).create_new(true).mode(0o600).open(path).await.map_err(failed)?;
    file.write_all(secret.expose().as_bytes()).await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    if user.is_some() {
        let owner = std::fs::metadata(path.parent().unwrap_or(path)).map_err(failed)?;
        use std::os::unix::fs::MetadataExt;
        std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid())).map_err(failed)?;
    }
    Ok(())
}

async fn free_port() -> Result<u16, Problem> {
    let failed = |e: std::io::Error| problem!("demo-sample").detail(e);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    Ok(listener.local_addr().map_err(failed)?.port())
}
