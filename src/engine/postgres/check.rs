//! Whether a server can be reached, read and dumped, and precisely what is wrong
//! if not. Each check says one thing; what cannot be looked at because an earlier
//! one failed is skipped.

use serde::Deserialize;

use super::{
    access::Server,
    error::PgError,
    inspect,
    session::{By, Purpose, Session},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Check, Verdict},
    host::Hosts,
    msg, problem,
};

/// The checks in order, by id.
const ORDER: [&str; 8] = ["container", "tool", "connect", "tls", "version", "databases", "read", "restore"];

/// All checks of a server.
pub(super) async fn check(server: &Server, hosts: &Hosts) -> Vec<Check> {
    let mut found = Vec::new();
    if let Err(problem) = look(server, hosts, &mut found).await {
        let at = ORDER.get(found.len()).copied().unwrap_or("connect");
        let at = place_of(&problem).filter(|id| !found.iter().any(|c: &Check| c.id == *id)).unwrap_or(at);
        // What came before the failing one and was not looked at did not fail.
        while found.len() < ORDER.len() && ORDER[found.len()] != at {
            push(&mut found, Verdict::Skipped);
        }
        push(&mut found, Verdict::Bad(problem));
    }
    while found.len() < ORDER.len() {
        push(&mut found, Verdict::Skipped);
    }
    found
}

/// Where a problem belongs, whatever was being looked at when it showed.
fn place_of(problem: &Problem) -> Option<&'static str> {
    match problem.code.as_str() {
        "docker-unreachable" | "pg-docker-unknown" | "container-missing" | "container-stopped" => {
            Some("container")
        }
        "tool-missing" => Some("tool"),
        "pg-tool-old" => Some("version"),
        code if code.starts_with("pg-tls") => Some("tls"),
        _ => None,
    }
}

fn push(found: &mut Vec<Check>, verdict: Verdict) {
    let id = ORDER[found.len().min(ORDER.len() - 1)];
    let title = match id {
        "container" => msg!("pg-check-container"),
        "tool" => msg!("pg-check-tool"),
        "connect" => msg!("pg-check-connect"),
        "tls" => msg!("pg-check-tls"),
        "version" => msg!("pg-check-version"),
        "databases" => msg!("pg-check-databases"),
        "read" => msg!("pg-check-read"),
        _ => msg!("pg-check-restore"),
    };
    found.push(Check { id: id.to_owned(), title, verdict });
}

fn good(word: Msg) -> Verdict {
    Verdict::Good(Some(word))
}

async fn look(server: &Server, hosts: &Hosts, found: &mut Vec<Check>) -> Result<(), Problem> {
    container(server, hosts).await?;
    push(found, Verdict::Good(None));
    let server = with_any_tool(server).await?;
    let tool = inspect::tool_version(&server, "pg_dump", By::Look).await?;
    inspect::tool_version(&server, "psql", By::Look).await?;
    inspect::tool_version(&server, "pg_restore", By::Look).await?;
    push(found, good(msg!("pg-seen-tool", version = tool.as_str())));
    let first = server.database.clone();
    let (mut session, admin) = match &first {
        // The database the person named must exist, not just any.
        Some(name) => (Session::open(&server, name, Purpose::Look, By::Look).await?, name.clone()),
        None => inspect::admin(&server, Purpose::Look, By::Look, &[]).await?,
    };
    push(found, good(msg!("pg-seen-connect", user = server.user(), database = admin)));
    push(found, tls(&mut session).await?);
    let facts = inspect::facts(&mut session).await?;
    push(found, version(&facts, &tool));
    let subjects: Vec<inspect::Database> =
        inspect::databases(&mut session).await?.into_iter().filter(inspect::Database::is_subject).collect();
    session.close().await;
    if subjects.is_empty() {
        push(found, Verdict::Bad(problem!("pg-nothing-to-dump")));
        return Ok(());
    }
    let bytes: u64 = subjects.iter().map(|d| d.bytes).sum();
    push(found, good(msg!("pg-seen-databases", count = subjects.len(), bytes = bytes)));
    let verdict = readable(&server, &subjects, facts.superuser).await?;
    push(found, verdict);
    push(found, restorable(&facts));
    Ok(())
}

/// The container exists and runs.
async fn container(server: &Server, hosts: &Hosts) -> Result<(), Problem> {
    let Some((host, name)) = &server.container else { return Ok(()) };
    let engine = hosts.engine(host).ok_or_else(|| problem!("pg-docker-unknown", host = host))?;
    let container = engine.container(name).await.map_err(Problem::from)?;
    if container.state == "running" {
        return Ok(());
    }
    Err(problem!("container-stopped", container = name).detail(container.state))
}

/// With this machine's newest programs, if they are to be used: the server's
/// version is not known yet.
async fn with_any_tool(server: &Server) -> Result<Server, Problem> {
    match inspect::with_tools(server.clone()).await {
        Ok(server) => Ok(server),
        // It will be said again, in its own place, by the connection.
        Err(_) => {
            let bins = tokio::task::spawn_blocking(super::access::local_bins).await.unwrap_or_default();
            Ok(bins.last().map_or_else(|| server.clone(), |(_, bin)| server.clone().with_bin(bin)))
        }
    }
}

async fn tls(session: &mut Session) -> Result<Verdict, Problem> {
    #[derive(Deserialize)]
    struct Tls {
        ssl: Option<bool>,
        version: Option<String>,
        local: bool,
    }
    let tls: Tls = session
        .row(
            "SELECT s.ssl, s.version, inet_server_addr() IS NULL AS local FROM (SELECT 1) one \
             LEFT JOIN pg_stat_ssl s ON s.pid = pg_backend_pid()",
        )
        .await?;
    Ok(match (tls.ssl, tls.version) {
        (Some(true), version) => good(msg!("pg-seen-tls", version = version.unwrap_or_default())),
        _ if tls.local => good(msg!("pg-seen-local")),
        _ => Verdict::Caution(problem!("pg-no-tls")),
    })
}

fn version(facts: &inspect::Facts, tool: &str) -> Verdict {
    let server = facts.version.as_str();
    if facts.major() < 12 {
        return Verdict::Bad(problem!("pg-server-old", server = server));
    }
    if inspect::major(tool) < facts.major() {
        return Verdict::Bad(problem!("pg-tool-old", tool = tool, server = server));
    }
    good(msg!("pg-seen-version", server = server, tool = tool))
}

/// Whether every table, sequence and large object of every database can be read,
/// and the roles with their passwords.
async fn readable(
    server: &Server,
    subjects: &[inspect::Database],
    superuser: bool,
) -> Result<Verdict, Problem> {
    #[derive(Deserialize)]
    struct Unreadable {
        tables: i64,
        example: Option<String>,
        objects: i64,
    }
    if superuser {
        return Ok(Verdict::Good(None));
    }
    for database in subjects {
        let mut session = Session::open(server, &database.name, Purpose::Look, By::Look).await?;
        let lacking: Result<Unreadable, PgError> = session
            .row(
                "SELECT count(*) AS tables, min(format('%I.%I', n.nspname, c.relname)) AS example, \
                 (SELECT count(*) FROM pg_largeobject_metadata l WHERE NOT pg_has_role(l.lomowner, 'USAGE')) \
                 AS objects FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relpersistence <> 't' \
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)' \
                 AND (NOT has_schema_privilege(n.oid, 'USAGE') OR CASE WHEN c.relkind = 'S' \
                 THEN NOT has_sequence_privilege(c.oid, 'SELECT') ELSE NOT has_table_privilege(c.oid, 'SELECT') END)",
            )
            .await;
        session.close().await;
        let lacking = lacking?;
        let (user, name) = (server.user(), database.name.as_str());
        if lacking.tables > 0 {
            let example = lacking.example.unwrap_or_default();
            let tables = lacking.tables;
            let problem =
                problem!("pg-unreadable", user = user, database = name, tables = tables, example = example);
            return Ok(Verdict::Bad(problem));
        }
        if lacking.objects > 0 {
            return Ok(Verdict::Bad(problem!("pg-unreadable-objects", user = user, database = name)));
        }
    }
    let (mut session, _) = inspect::admin(server, Purpose::Look, By::Look, &[]).await?;
    let passwords = super::roles::may_read_passwords(&mut session).await?;
    session.close().await;
    if passwords {
        return Ok(Verdict::Good(None));
    }
    Ok(Verdict::Caution(problem!("pg-no-role-passwords", user = server.user())))
}

fn restorable(facts: &inspect::Facts) -> Verdict {
    if facts.supabase {
        Verdict::Caution(super::detect::refusal())
    } else if facts.standby {
        Verdict::Caution(problem!("pg-standby"))
    } else if facts.superuser {
        Verdict::Good(None)
    } else if facts.createdb {
        Verdict::Caution(problem!("pg-not-superuser", user = &facts.user))
    } else {
        Verdict::Caution(problem!("pg-no-createdb", user = &facts.user))
    }
}

/// All checks of a server there is no way to.
pub(super) fn unreachable(problem: Problem) -> Vec<Check> {
    let mut found = Vec::new();
    push(&mut found, Verdict::Bad(problem));
    while found.len() < ORDER.len() {
        push(&mut found, Verdict::Skipped);
    }
    found
}
