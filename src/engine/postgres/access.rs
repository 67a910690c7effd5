//! How a server is reached: in its own container by exec, with the container's
//! tools, or over the network with this machine's. Passwords go by environment
//! only, never in a command line.

use std::{path::Path, sync::Arc, time::Duration};

use super::{error::Whom, quote};
use crate::{
    domain::{
        id::{OperationId, SharedIds},
        problem::Problem,
    },
    engine::{Access, Field},
    host::{Command, Hosts, Place, Space},
    msg, problem,
    secret::Secret,
};

/// libpq's TLS modes.
const TLS: &[&str] = &["disable", "prefer", "require", "verify-ca", "verify-full"];
/// Where Debian and its children keep each major's programs.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Waits and reserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// For a connection to be made.
    pub connect: Duration,
    /// For a server that is just starting, where something must be undone.
    pub patience: Duration,
    /// For a table lock, by pg_dump.
    pub lock_wait: Duration,
    /// For sessions of a database to be gone after they were told to end.
    pub drain: Duration,
    /// Bytes that stay free on the database's disk, at least.
    pub reserve_bytes: u64,
    /// Percent of the database's disk that stays free, at least.
    pub reserve_percent: u64,
    /// Between two looks at the database's disk while something is loaded.
    pub watch: Duration,
    /// `maintenance_work_mem` of a load, in MiB: how fast indexes are built.
    pub load_memory: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            patience: Duration::from_secs(45),
            lock_wait: Duration::from_secs(60),
            drain: Duration::from_secs(20),
            reserve_bytes: 2 << 30,
            reserve_percent: 5,
            watch: Duration::from_secs(3),
            load_memory: 256,
        }
    }
}

impl Tuning {
    /// What must stay free on a disk.
    pub(super) fn reserve(&self, space: Space) -> u64 {
        self.reserve_bytes.max(space.total / 100 * self.reserve_percent)
    }
}

/// A server and the way to it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) place: Arc<dyn Place>,
    pub(super) ids: SharedIds,
    pub(super) tuning: Tuning,
    /// Docker host and container, if it runs in one.
    pub(super) container: Option<(String, String)>,
    /// Folder of the programs; empty: by PATH.
    pub(super) bin: String,
    /// The database named by the person, for the first connection.
    pub(super) database: Option<String>,
    host: Option<String>,
    port: Option<String>,
    user: String,
    password: Option<Secret>,
    tls: Option<String>,
    ca: Option<String>,
    exec_user: Option<String>,
    application: String,
    /// `PGOPTIONS` of every session.
    options: String,
}

/// The server an access leads to: its container, else the address it is reached by. One
/// that is reached both ways has two names.
pub(super) fn target(access: &Access) -> String {
    let value = |name: &str, or: &str| access.value(name).unwrap_or(or).to_lowercase();
    match access.value("container") {
        Some(name) => format!("container:{}/{name}", access.value("host").unwrap_or("local")),
        None => format!("server:{}:{}", value("host", "").trim_end_matches('.'), value("port", "5432")),
    }
}

impl Server {
    /// From a stored access.
    pub(super) fn new(
        access: &Access,
        hosts: &Hosts,
        ids: &SharedIds,
        tuning: Tuning,
    ) -> Result<Self, Problem> {
        let owned = |name: &str| access.value(name).map(str::to_owned);
        let (place, container, host) = match access.value("container") {
            Some(name) => {
                let engine = access.value("host").unwrap_or("local");
                let found =
                    hosts.engine(engine).ok_or_else(|| problem!("pg-docker-unknown", host = engine))?;
                (found.place(name), Some((engine.to_owned(), name.to_owned())), owned("socket"))
            }
            None => (hosts.local().clone(), None, owned("host")),
        };
        Ok(Self {
            place,
            ids: ids.clone(),
            tuning,
            container,
            bin: String::new(),
            database: owned("database"),
            host,
            port: owned("port"),
            user: owned("user").unwrap_or_else(|| "postgres".to_owned()),
            password: access.secret("password").cloned(),
            tls: owned("tls"),
            ca: owned("ca"),
            exec_user: owned("exec_user"),
            application: "zelo".to_owned(),
            options: String::new(),
        })
    }

    /// The same with its programs in `bin`.
    #[must_use]
    pub(super) fn with_bin(mut self, bin: &str) -> Self {
        bin.clone_into(&mut self.bin);
        self
    }

    /// The same with one more `-c name=value` for every session.
    #[must_use]
    pub(super) fn with_options(mut self, options: &str) -> Self {
        if !self.options.is_empty() {
            self.options.push(' ');
        }
        self.options.push_str(options);
        self
    }

    /// The same, firing no event trigger, if that can be had: one that runs at login
    /// may refuse Zelo, or write a row into the very database that is compared.
    #[must_use]
    pub(super) fn unseen(self, can: bool) -> Self {
        if can { self.with_options("-c event_triggers=off") } else { self }
    }

    /// The same, its sessions named after an operation, so that they can be
    /// found and ended.
    #[must_use]
    pub(super) fn during(&self, operation: &OperationId) -> Self {
        let mut server = self.clone();
        server.application = application(operation);
        server
    }

    /// The same as another role, with nothing set that takes more than that role has.
    #[must_use]
    pub(super) fn as_role(&self, role: &str, password: Secret) -> Self {
        let mut server = self.clone();
        role.clone_into(&mut server.user);
        server.password = Some(password);
        server.options = String::new();
        server
    }

    /// The same over the loopback address, if it is reached through a socket: there a
    /// role may be taken for the system's user of its name.
    pub(super) fn at_loopback(&self) -> Option<Self> {
        let by_socket = self.host.as_deref().is_none_or(|host| host.starts_with('/'));
        by_socket.then(|| Self { host: Some("127.0.0.1".to_owned()), ..self.clone() })
    }

    /// The same for an undo, which must not end itself.
    #[must_use]
    pub(super) fn undoing(&self, operation: &OperationId) -> Self {
        let mut server = self.clone();
        server.application = undo_application(operation);
        server
    }

    /// Who is connected to, for messages.
    pub(super) fn whom(&self, database: &str) -> Whom {
        let container = self.container.as_ref().map(|(_, name)| name.clone());
        Whom {
            host: self.host.clone().or(container).unwrap_or_else(|| "localhost".to_owned()),
            port: self.port.clone().unwrap_or_else(|| "5432".to_owned()),
            user: self.user.clone(),
            database: database.to_owned(),
        }
    }

    /// The role Zelo connects as.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// A PostgreSQL program with the environment that connects it.
    pub(super) fn tool(&self, program: &str) -> Command {
        let path = if self.bin.is_empty() { program.to_owned() } else { format!("{}/{program}", self.bin) };
        let mut command = Command::new([path])
            .env("LC_ALL", "C")
            .env("PGUSER", self.user.as_str())
            .env("PGAPPNAME", self.application.as_str())
            .env("PGCONNECT_TIMEOUT", self.tuning.connect.as_secs().max(2).to_string())
            .env("PGGSSENCMODE", "disable")
            .user(self.exec_user.as_deref());
        if !self.options.is_empty() {
            command = command.env("PGOPTIONS", self.options.as_str());
        }
        let plain = [
            ("PGHOST", &self.host),
            ("PGPORT", &self.port),
            ("PGSSLMODE", &self.tls),
            ("PGSSLROOTCERT", &self.ca),
        ];
        for (name, value) in plain {
            if let Some(value) = value {
                command = command.env(name, value.as_str());
            }
        }
        match &self.password {
            Some(password) => command.secret_env("PGPASSWORD", password.clone()),
            None => command,
        }
    }

    /// `--dbname=…` for a program.
    pub(super) fn dbname(database: &str) -> String {
        format!("--dbname={}", quote::conninfo(database))
    }

    /// Whether the server's files are on the place its tools run on, so that its
    /// disk can be measured.
    pub(super) fn shares_disk(&self) -> bool {
        self.container.is_some() || self.host.as_deref().is_some_and(|h| h.starts_with('/'))
    }
}

/// The application name of an operation's sessions.
pub(super) fn application(operation: &OperationId) -> String {
    format!("zelo-{}", operation.short())
}

/// The application name of the sessions that undo it.
pub(super) fn undo_application(operation: &OperationId) -> String {
    format!("zelo-undo-{}", operation.short())
}

/// The folders of this machine that hold PostgreSQL programs, by major.
pub(super) fn local_bins() -> Vec<(u32, String)> {
    let Ok(entries) = std::fs::read_dir(DEBIAN) else { return Vec::new() };
    let bin = |entry: std::fs::DirEntry| {
        let major = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        Path::new(&bin).join("pg_dump").exists().then(|| (major, bin.to_string_lossy().into_owned()))
    };
    let mut bins: Vec<_> = entries.flatten().filter_map(bin).collect();
    bins.sort();
    bins
}

/// The best of them for a server: its own major, because what a newer pg_restore
/// sends an older server may not know; else the next newer one; else the newest.
pub(super) fn best_bin(bins: &[(u32, String)], server: u32) -> Option<&str> {
    let fitting = bins.iter().find(|(major, _)| *major >= server);
    fitting.or_else(|| bins.last()).map(|(_, bin)| bin.as_str())
}

/// What `resource add` asks for.
pub(super) fn fields() -> Vec<Field> {
    let open = |name, label| Field { name, label, secret: false, required: false, choices: &[] };
    vec![
        open("container", msg!("pg-field-container")),
        open("host", msg!("pg-field-host")),
        open("port", msg!("pg-field-port")),
        open("user", msg!("pg-field-user")),
        Field { secret: true, ..open("password", msg!("pg-field-password")) },
        open("database", msg!("pg-field-database")),
        Field { choices: TLS, ..open("tls", msg!("pg-field-tls")) },
        open("ca", msg!("pg-field-ca")),
        open("exec_user", msg!("pg-field-exec-user")),
        Field { secret: true, ..open("url", msg!("pg-field-url")) },
    ]
}

/// Turns what a person typed into an access: a URL is taken apart, everything
/// that is wrong is said at once.
pub(super) fn accept(mut input: Access) -> Result<Access, Vec<Problem>> {
    let mut wrong = Vec::new();
    if let Some(url) = input.secrets.remove("url").or_else(|| input.values.remove("url").map(Secret::new)) {
        match take_apart(url.expose(), &mut input) {
            Ok(()) => {}
            Err(problem) => wrong.push(problem),
        }
    }
    input.values.retain(|_, value| !value.trim().is_empty());
    if let Some(unknown) = input.values.keys().find(|k| !known(k)) {
        wrong.push(problem!("pg-field-unknown", field = unknown));
    }
    if input.value("container").is_none() && input.value("host").is_none() {
        wrong.push(problem!("pg-where"));
    }
    if let Some(port) = input.value("port").filter(|p| !p.parse::<u16>().is_ok_and(|p| p > 0)) {
        wrong.push(problem!("pg-port", port = port));
    }
    if let Some(tls) = input.value("tls").filter(|t| !TLS.contains(t)) {
        wrong.push(problem!("pg-tls-mode", tls = tls));
    }
    let verifies = input.value("tls").is_some_and(|t| t.starts_with("verify"));
    if verifies && input.value("ca").is_none() {
        // libpq would look for ~/.postgresql/root.crt of whoever runs Zelo.
        input.values.insert("ca".to_owned(), "/etc/ssl/certs/ca-certificates.crt".to_owned());
    }
    if wrong.is_empty() { Ok(input) } else { Err(wrong) }
}

fn known(field: &str) -> bool {
    matches!(
        field,
        "container" | "host" | "port" | "user" | "database" | "tls" | "ca" | "exec_user" | "socket" | "stack"
    )
}

/// `postgres://user:password@host:port/database?sslmode=…` into fields.
fn take_apart(text: &str, into: &mut Access) -> Result<(), Problem> {
    let bad = || problem!("pg-url");
    let url = url::Url::parse(text).map_err(|e| bad().detail(e))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(bad());
    }
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            into.values.insert(name.to_owned(), value.to_owned());
        }
    };
    put("host", url.host_str().map(|h| h.trim_matches(['[', ']'])).unwrap_or_default());
    if let Some(port) = url.port() {
        put("port", &port.to_string());
    }
    put("user", &decode(url.username()).ok_or_else(bad)?);
    put("database", &decode(url.path().trim_start_matches('/')).ok_or_else(bad)?);
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" => put("tls", &value),
            "sslrootcert" => put("ca", &value),
            "host" | "port" | "user" => put(&name, &value),
            "dbname" => put("database", &value),
            // Harmless to leave out: they change nothing about what is reached.
            "application_name" | "connect_timeout" | "fallback_application_name" => {}
            other => return Err(problem!("pg-url-option", option = other)),
        }
    }
    if let Some(password) = url.password() {
        let password = decode(password).ok_or_else(bad)?;
        into.secrets.insert("password".to_owned(), Secret::new(password));
    }
    Ok(())
}

/// Undoes `%41`.
fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok().filter(|s| !s.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_url(url: &str) -> Result<Access, Vec<Problem>> {
        let mut access = Access::default();
        access.secrets.insert("url".to_owned(), Secret::new(url));
        accept(access)
    }

    #[test]
    fn one_server_has_one_name_however_it_is_written() {
        let of = |values: &[(&str, &str)]| {
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            target(&Access { values: values.collect(), ..Access::default() })
        };
        assert_eq!(of(&[("host", "DB.example.")]), of(&[("host", "db.example"), ("port", "5432")]));
        assert_ne!(of(&[("host", "db.example"), ("port", "5433")]), of(&[("host", "db.example")]));
        let shop = of(&[("container", "shop")]);
        assert_eq!(of(&[("container", "shop"), ("host", "local"), ("user", "ana")]), shop);
        assert_ne!(of(&[("container", "shop"), ("host", "far")]), shop);
    }

    #[test]
    fn a_url_is_taken_apart_and_its_password_sealed() {
        let access = from_url(
            "postgres://al%40ice:p%2Fw%20d@db.example:6432/or%20ders?sslmode=verify-full&sslrootcert=/ca.pem",
        )
        .unwrap();
        assert_eq!(access.value("host"), Some("db.example"));
        assert_eq!(access.value("port"), Some("6432"));
        assert_eq!(access.value("user"), Some("al@ice"));
        assert_eq!(access.value("database"), Some("or ders"));
        assert_eq!(access.value("tls"), Some("verify-full"));
        assert_eq!(access.value("ca"), Some("/ca.pem"));
        assert_eq!(access.secret("password").map(Secret::expose), Some("p/w d"));
        assert!(!access.secrets.contains_key("url"));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut access = Access::default();
        for (name, value) in [("port", "70000"), ("tls", "maybe"), ("colour", "red")] {
            access.values.insert(name.to_owned(), value.to_owned());
        }
        let codes: Vec<String> = accept(access).unwrap_err().into_iter().map(|p| p.code).collect();
        assert_eq!(codes, ["pg-field-unknown", "pg-where", "pg-port", "pg-tls-mode"]);
    }

    #[test]
    fn the_servers_own_major_is_preferred() {
        let bins: Vec<_> = [14, 15, 17].map(|m| (m, format!("/{m}"))).to_vec();
        assert_eq!(best_bin(&bins, 15), Some("/15"));
        assert_eq!(best_bin(&bins, 16), Some("/17"));
        assert_eq!(best_bin(&bins, 18), Some("/17"));
        assert_eq!(best_bin(&[], 15), None);
    }
}
