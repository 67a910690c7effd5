//! What a server is and holds: version, databases, rights of the role Zelo uses,
//! and the marker that tells whether anything was written.

use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::{
    access::{Server, best_bin, local_bins},
    error::{PgError, redact},
    session::{By, Purpose, Session},
};
use crate::{
    domain::{
        manifest::{ChangeMarker, EngineRef},
        names::is_side,
        problem::Problem,
    },
    host::{Command, Exit, Hosts},
    problem,
};

/// A server at one moment.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Facts {
    /// `17.6 (Debian 17.6-0+deb13u1)`.
    pub(super) version: String,
    /// `170006`.
    pub(super) number: u32,
    pub(super) user: String,
    pub(super) superuser: bool,
    pub(super) createdb: bool,
    pub(super) standby: bool,
    pub(super) data_directory: Option<String>,
    /// It carries Supabase's roles.
    pub(super) supabase: bool,
}

impl Facts {
    /// `17`.
    pub(super) fn major(&self) -> u32 {
        self.number / 10_000
    }

    /// Whether this role may turn event triggers off for its sessions: they can run
    /// at login from 17 on, and so can the setting.
    pub(super) fn can_be_unseen(&self) -> bool {
        self.superuser && self.major() >= 17
    }
}

/// One database of a server.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Database {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// Whether it accepts connections.
    pub(super) open: bool,
    /// An interrupted DROP DATABASE left it: nothing can be done with it.
    pub(super) invalid: bool,
    pub(super) template: bool,
}

impl Database {
    /// Whether it is one of the person's own that can be dumped.
    pub(super) fn is_subject(&self) -> bool {
        self.open && !self.template && !is_side(&self.name)
    }
}

/// Reads the server's facts.
pub(super) async fn facts(session: &mut Session) -> Result<Facts, PgError> {
    session
        .row(
            "SELECT current_setting('server_version') AS version, \
             current_setting('server_version_num')::int AS number, current_user AS user, \
             r.rolsuper AS superuser, r.rolcreatedb OR r.rolsuper AS createdb, \
             pg_is_in_recovery() AS standby, \
             (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory, \
             (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('supabase_admin', 'supabase_auth_admin')) \
             AS supabase FROM pg_roles r WHERE r.rolname = current_user",
        )
        .await
}

/// All databases; the size of one that may not be looked at is 0.
pub(super) async fn databases(session: &mut Session) -> Result<Vec<Database>, PgError> {
    session
        .rows(
            "SELECT d.datname AS name, d.datallowconn AND d.datconnlimit <> -2 AS open, \
             d.datconnlimit = -2 AS invalid, d.datistemplate AS template, coalesce(CASE WHEN has_database_privilege(d.oid, 'CONNECT') \
             OR pg_has_role('pg_read_all_stats', 'MEMBER') THEN pg_database_size(d.oid) END, 0) AS bytes \
             FROM pg_database d ORDER BY d.datname",
        )
        .await
}

/// System id, timeline and WAL insert position; `None` where that cannot be read.
pub(super) async fn marker(session: &mut Session) -> Option<ChangeMarker> {
    let sql = "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || \
               (SELECT timeline_id FROM pg_control_checkpoint()) || '/' || pg_current_wal_insert_lsn()";
    session.text(sql).await.ok().filter(|t| t.contains('/')).map(ChangeMarker)
}

/// The databases worth trying for a session that works on the cluster, in order:
/// the person's, then those every cluster has. None of `avoid`.
pub(super) async fn admin(
    server: &Server,
    purpose: Purpose,
    by: By<'_>,
    avoid: &[String],
) -> Result<(Session, String), PgError> {
    let named = server.database.as_deref();
    let mut last = None;
    for name in ["postgres", "template1"].into_iter().chain(named) {
        if avoid.iter().any(|a| a == name) {
            continue;
        }
        match Session::open(server, name, purpose, by).await {
            Ok(session) => return Ok((session, name.to_owned())),
            Err(PgError::Named(p))
                if ["pg-no-database", "pg-database-closed", "pg-login-forbidden", "pg-hba"]
                    .iter()
                    .any(|code| p.is(code)) =>
            {
                last = Some(p);
            }
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| problem!("pg-no-other-database")).into())
}

/// Runs a program to its end; its output must be small.
pub(super) async fn run_tool(
    server: &Server,
    command: Command,
    by: By<'_>,
) -> Result<(String, Exit), PgError> {
    let mut running = by.launch(server, command).await?;
    drop(running.stdin.take());
    let mut out = Vec::new();
    // Not an error by itself: the exit says more.
    let _ = (&mut running.stdout).take(1 << 20).read_to_end(&mut out).await;
    let exit = running.exit.wait().await?;
    Ok((String::from_utf8_lossy(&out).into_owned(), exit))
}

/// `17.6` of `pg_dump (PostgreSQL) 17.6 (Debian …)`.
pub(super) async fn tool_version(server: &Server, program: &str, by: By<'_>) -> Result<String, PgError> {
    let (out, exit) = run_tool(server, server.tool(program).arg("--version"), by).await?;
    let missing = exit.code == 126 || exit.code == 127;
    if missing {
        let place = server.whom("").host;
        return Err(problem!("tool-missing", program = program, place = place).detail(exit.stderr).into());
    }
    match out.split(") ").nth(1).and_then(|v| v.split_whitespace().next()) {
        Some(version) if exit.ok() => Ok(version.to_owned()),
        _ => Err(PgError::Answer(redact(&exit.stderr))),
    }
}

/// The major of a tool's version: `17` of `17.6` and `18devel`.
pub(super) fn major(version: &str) -> u32 {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// A server reached over the network is worked on with this machine's programs:
/// finds those that fit it. A container brings its own.
pub(super) async fn with_tools(server: Server) -> Result<Server, Problem> {
    if server.container.is_some() {
        return Ok(server);
    }
    let bins = tokio::task::spawn_blocking(local_bins).await.unwrap_or_default();
    let Some((_, newest)) = bins.last() else { return Ok(server) };
    let server = server.with_bin(newest);
    if bins.len() == 1 {
        return Ok(server);
    }
    let (mut session, _) = admin(&server, Purpose::Look, By::Look, &[]).await?;
    let number = session.text("SHOW server_version_num").await?;
    session.close().await;
    let wanted = number.parse::<u32>().unwrap_or(0) / 10_000;
    match best_bin(&bins, wanted) {
        Some(bin) => Ok(server.with_bin(bin)),
        None => Ok(server),
    }
}

/// Versions for a manifest.
pub(super) async fn engine_ref(server: &Server, facts: &Facts, hosts: &Hosts) -> Result<EngineRef, Problem> {
    let tool = tool_version(server, "pg_dump", By::Look).await?;
    Ok(EngineRef { server: facts.version.clone(), tool, image: image(server, hosts).await? })
}

async fn image(server: &Server, hosts: &Hosts) -> Result<Option<String>, Problem> {
    let Some((host, name)) = &server.container else { return Ok(None) };
    let Some(engine) = hosts.engine(host) else { return Ok(None) };
    Ok(Some(engine.container(name).await.map_err(Problem::from)?.image_id))
}
