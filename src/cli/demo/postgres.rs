//! The sample as a real PostgreSQL: a private server from the machine's own
//! binaries, or a container where a Docker Engine has a PostgreSQL image.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::sample::{DAMAGE, ROWS, Sample, TABLES};
use crate::{
    domain::{kind::Kind, problem::Problem},
    engine::Access,
    host::{Command, Container, ContainerHost, Hosts, NewContainer, Place},
    problem,
    secret::Secret,
};

/// The sample's superuser and database.
const USER: &str = "zelo";
const DATABASE: &str = "shop";

/// Everything, by content, in order: rows of both tables as text.
const DIGEST: &str = "\
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT 'c' || c::text AS line FROM customers c UNION ALL SELECT 'o' || o::text FROM orders o) all_rows;";

/// A running PostgreSQL that the demo may do with as it likes.
pub(super) struct PostgresSample {
    place: Arc<dyn Place>,
    /// psql with everything but the database's name.
    psql: Command,
    access: Access,
    end: End,
}

enum End {
    /// Stop the server and remove nothing else: its folder is the demo's.
    Server { pg_ctl: Command },
    /// Remove the container with its volumes.
    Container { host: Arc<dyn ContainerHost>, name: String },
}

impl PostgresSample {
    /// The best the machine offers; `None` if it offers none.
    pub(super) async fn start(
        hosts: &Hosts,
        folder: &Path,
        password: Secret,
    ) -> Result<Option<Self>, Problem> {
        if let Some(bin) = server_binaries() {
            return Self::local(hosts, &bin, folder, password).await.map(Some);
        }
        for (name, engine) in hosts.engines() {
            if let Some(sample) = Self::container(name, engine.clone(), &password).await? {
                return Ok(Some(sample));
            }
        }
        Ok(None)
    }

    /// A server of our own on a free port of the loopback address, its data below
    /// `folder`; as an unprivileged user when Zelo runs as root, which PostgreSQL
    /// refuses.
    async fn local(hosts: &Hosts, bin: &Path, folder: &Path, password: Secret) -> Result<Self, Problem> {
        let place = hosts.local().clone();
        let user = unprivileged(folder)?;
        let tool = |name: &str| Command::new([bin.join(name).display().to_string()]).user(user.as_deref());
        let data = folder.join("postgres");
        let data = data.display().to_string();
        let pwfile = folder.join("password");
        write_secret(&pwfile, &password, user.as_deref()).await?;
        let initdb = tool("initdb").arg("-D").arg(&data).arg("-U").arg(USER).arg("--auth=scram-sha-256");
        let initdb =
            initdb.arg(format!("--pwfile={}", pwfile.display())).arg("-E").arg("UTF8").arg("--locale=C");
        run(&*place, initdb, "").await?;
        let port = free_port().await?;
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
        let pg_ctl = tool("pg_ctl").arg("-D").arg(&data).arg("-w");
        let log = folder.join("postgres.log").display().to_string();
        run(&*place, pg_ctl.clone().arg("-l").arg(log).arg("-o").arg(options).arg("start"), "").await?;
        let psql = Command::new([bin.join("psql").display().to_string()])
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port.to_string())
            .env("PGUSER", USER)
            .secret_env("PGPASSWORD", password.clone());
        let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let values = [value("host", "127.0.0.1"), value("port", &port.to_string()), value("user", USER)];
        let access = Access {
            values: BTreeMap::from_iter(values),
            secrets: BTreeMap::from([("password".to_owned(), password)]),
        };
        let end = End::Server { pg_ctl: pg_ctl.arg("-m").arg("fast").arg("stop") };
        Ok(Self { place, psql, access, end })
    }

    /// A container from the newest PostgreSQL image the engine already has.
    async fn container(
        host: &str,
        engine: Arc<dyn ContainerHost>,
        password: &Secret,
    ) -> Result<Option<Self>, Problem> {
        let Ok(images) = engine.images().await else { return Ok(None) };
        let postgres = |image: &&String| {
            let name = image.split(':').next().unwrap_or_default();
            name == "postgres" || name.ends_with("/postgres") && !name.starts_with("supabase/")
        };
        let Some(image) = images.iter().filter(postgres).max() else { return Ok(None) };
        let name = "zelo-demo".to_owned();
        let new = NewContainer {
            name: name.clone(),
            image: image.clone(),
            env: vec![
                ("POSTGRES_USER".to_owned(), Secret::new(USER)),
                ("POSTGRES_PASSWORD".to_owned(), password.clone()),
            ],
            labels: BTreeMap::from([("zelo.demo".to_owned(), "1".to_owned())]),
        };
        let _: Container = engine.run(&new).await?;
        let place = engine.place(&name);
        let psql = Command::new(["psql"]).env("PGUSER", USER).env("PGHOST", "127.0.0.1");
        let sample = Self {
            psql: psql.secret_env("PGPASSWORD", password.clone()),
            place,
            access: Access {
                values: BTreeMap::from([
                    ("container".to_owned(), name.clone()),
                    ("docker".to_owned(), host.to_owned()),
                    ("user".to_owned(), USER.to_owned()),
                ]),
                secrets: BTreeMap::new(),
            },
            end: End::Container { host: engine, name },
        };
        sample.answers().await?;
        Ok(Some(sample))
    }

    /// Waits until the server takes connections over TCP: the temporary server of
    /// a container's first start does not.
    async fn answers(&self) -> Result<(), Problem> {
        let mut tried = 0;
        while let Err(problem) = self.sql("postgres", "SELECT 1;").await {
            tried += 1;
            if tried == 120 {
                return Err(problem);
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        Ok(())
    }

    async fn sql(&self, database: &str, sql: &str) -> Result<String, Problem> {
        let psql = self.psql.clone().arg("-X").arg("-q").arg("-A").arg("-t").arg("-v").arg("ON_ERROR_STOP=1");
        run(&*self.place, psql.arg("-d").arg(database), sql).await
    }
}

#[async_trait]
impl Sample for PostgresSample {
    fn kind(&self) -> Kind {
        Kind::of("postgres")
    }

    fn access(&self) -> Access {
        self.access.clone()
    }

    async fn fill(&self) -> Result<(), Problem> {
        self.sql("postgres", &format!("CREATE DATABASE {DATABASE};")).await?;
        self.sql(DATABASE, &format!("BEGIN;\n{TABLES}{ROWS}COMMIT;\nANALYZE;")).await?;
        Ok(())
    }

    async fn damage(&self) -> Result<(), Problem> {
        self.sql(DATABASE, DAMAGE).await.map(drop)
    }

    async fn digest(&self) -> Result<String, Problem> {
        Ok(self.sql(DATABASE, DIGEST).await?.trim().to_owned())
    }

    async fn remove(&self) -> Result<(), Problem> {
        match &self.end {
            End::Server { pg_ctl } => run(&*self.place, pg_ctl.clone(), "").await.map(drop),
            End::Container { host, name } => Ok(host.discard(name).await?),
        }
    }
}

/// Runs a command to its end and returns what it said; anything but exit 0 is a
/// problem with its words.
async fn run(place: &dyn Place, command: Command, input: &str) -> Result<String, Problem> {
    let program = command.program().to_owned();
    let failed = |words: String| problem!("demo-sample-command", program = &program).detail(words);
    let mut running = place.start(command).await?.release().await?;
    if let Some(mut stdin) = running.stdin.take() {
        // A program that ends early closes its input: its exit code says why.
        let _ = stdin.write_all(input.as_bytes()).await;
        let _ = stdin.shutdown().await;
    }
    let mut said = String::new();
    running.stdout.read_to_string(&mut said).await.map_err(|e| failed(e.to_string()))?;
    let exit = running.exit.wait().await?;
    if exit.ok() { Ok(said) } else { Err(failed(exit.stderr)) }
}

/// The newest folder with a PostgreSQL server, where Debian and others put them,
/// else where PATH has one.
fn server_binaries() -> Option<PathBuf> {
    let whole =
        |folder: &PathBuf| ["initdb", "pg_ctl", "psql", "pg_dump"].iter().all(|t| folder.join(t).is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok();
    let mut found: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| whole(folder))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| std::env::split_paths(&path).find(|folder| whole(folder)))
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
