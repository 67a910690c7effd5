//! A psql session as a library of SQL: one process that lives as long as the
//! session, asked one statement at a time. Rows come back as JSON lines. psql is
//! on every server and knows every way of authenticating; a driver of our own
//! would have to be carried into the container.

use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    time::timeout,
};

use super::{
    access::Server,
    error::{PgError, connection, redact},
    quote, raw,
};
use crate::{
    domain::problem::Problem,
    host::{Command, Ending, Reader, Running, Writer},
    problem,
    saga::{Cx, context::LaunchError},
};

/// How a process is started: journalled by a step, or by someone who only looks.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// A step of an operation: recovery will know its processes.
    Step(&'a Cx),
    /// A look from outside any operation.
    Look,
}

impl By<'_> {
    /// Starts a command on the server's place.
    pub(super) async fn launch(self, server: &Server, command: Command) -> Result<Running, PgError> {
        let held = server.place.start(command).await;
        match self {
            Self::Step(cx) => Ok(cx.launch(held).await?),
            Self::Look => Ok(held.map_err(LaunchError::Host)?.release().await?),
        }
    }
}

/// What a session is for: decides how long it waits for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Short looks: half a minute a statement.
    Look,
    /// Work that may take as long as its step.
    Work,
}

/// One open session.
pub(super) struct Session {
    input: Writer,
    output: BufReader<Reader>,
    exit: Box<dyn Ending>,
    marker: String,
    /// The database knows no encoding: its names may be any bytes.
    raw: bool,
    whom: super::error::Whom,
}

/// How long a lock is waited for by statements that change something.
const LOCK_TIMEOUT: &str = "10s";
/// The encoding of a database that has none.
const NO_ENCODING: &str = "SQL_ASCII";
/// One answer of psql to a statement it ran is never longer (a row of ours).
const LINE_LIMIT: u64 = 64 << 20;

impl Session {
    /// Connects to `database`.
    pub(super) async fn open(
        server: &Server,
        database: &str,
        purpose: Purpose,
        by: By<'_>,
    ) -> Result<Self, PgError> {
        let command = server
            .tool("psql")
            .arg("-XAtqw")
            .env("PGCLIENTENCODING", "UTF8")
            .arg("--set=ON_ERROR_STOP=0")
            .arg(format!("--dbname={}", quote::conninfo(database)));
        let running = by.launch(server, command).await?;
        let Some(input) = running.stdin else { return Err(PgError::Answer("psql without input".into())) };
        let mut session = Self {
            input,
            output: BufReader::new(running.stdout),
            exit: running.exit,
            marker: format!("zelo:{}", server.ids.next()),
            raw: false,
            whom: server.whom(database),
        };
        let settings = settings(purpose);
        // A connection that hangs is cut by PGCONNECT_TIMEOUT; this is for a psql
        // that does not even start to talk.
        match timeout(server.tuning.connect * 2 + Duration::from_secs(5), session.lines(&settings)).await {
            Ok(Ok(answer)) => {
                session.raw = answer.iter().any(|line| line.ends_with(NO_ENCODING));
                Ok(session)
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                let problem =
                    problem!("pg-timeout", host = &session.whom.host, port = &session.whom.port).transient();
                Err(problem.into())
            }
        }
    }

    /// Runs one statement (without a final semicolon) for its effect.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), PgError> {
        self.lines(sql).await.map(drop)
    }

    /// Runs one query; each row becomes a `T` by its column names.
    pub(super) async fn rows<T: DeserializeOwned>(&mut self, sql: &str) -> Result<Vec<T>, PgError> {
        let sql = format!("SELECT pg_catalog.row_to_json(zelo_row) FROM ({sql}) AS zelo_row");
        let lines = self.lines(&sql).await?;
        let row = |line: &String| serde_json::from_str(line).map_err(|e| PgError::Answer(e.to_string()));
        lines.iter().map(row).collect()
    }

    /// The only row of a query.
    pub(super) async fn row<T: DeserializeOwned>(&mut self, sql: &str) -> Result<T, PgError> {
        let mut rows = self.rows(sql).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            _ => Err(PgError::Answer("not exactly one row".into())),
        }
    }

    /// The only value of a query of one row and one column, cast to text by psql.
    pub(super) async fn text(&mut self, sql: &str) -> Result<String, PgError> {
        Ok(self.lines(sql).await?.join("\n"))
    }

    /// Several statements in one transaction: all or none.
    pub(super) async fn transaction(&mut self, statements: &[String]) -> Result<(), PgError> {
        self.run("BEGIN").await?;
        for statement in statements {
            if let Err(error) = self.run(statement).await {
                // If even this fails the session is gone, and the transaction with it.
                let _ = self.run("ROLLBACK").await;
                return Err(error);
            }
        }
        self.run("COMMIT").await
    }

    /// Ends the session and waits for psql to go.
    pub(super) async fn close(mut self) {
        let _ = self.input.write_all(b"\\q\n").await;
        let _ = self.input.shutdown().await;
        let _ = timeout(Duration::from_secs(5), async {
            let mut rest = Vec::new();
            let _ = self.output.read_to_end(&mut rest).await;
            let _ = self.exit.wait().await;
        })
        .await;
    }

    /// Sends one statement and reads what it printed, up to the marker.
    async fn lines(&mut self, sql: &str) -> Result<Vec<String>, PgError> {
        let marker = self.marker.clone();
        let script = format!(
            "{sql}\n;\n\\echo {marker} :ERROR :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo {marker}.\n"
        );
        let script = if self.raw { raw::bytes(&script) } else { script.into_bytes() };
        if self.input.write_all(&script).await.is_err() || self.input.flush().await.is_err() {
            return Err(self.ended().await);
        }
        let mut lines = Vec::new();
        let state = loop {
            let Some(line) = self.line().await? else { return Err(self.ended().await) };
            match line.strip_prefix(&marker) {
                Some(state) => break state.trim().to_owned(),
                None => lines.push(line),
            }
        };
        let end = format!("{marker}.");
        let mut message: Vec<String> = Vec::new();
        loop {
            match self.line().await? {
                None => return Err(self.ended().await),
                Some(line) if line == end => break,
                Some(line) => message.push(line),
            }
        }
        match state.split_once(' ') {
            Some(("false", _)) => Ok(lines),
            Some(("true", state)) => {
                Err(PgError::Sql { state: state.to_owned(), message: redact(&message.join("\n")) })
            }
            _ => Err(PgError::Answer(state)),
        }
    }

    async fn line(&mut self) -> Result<Option<String>, PgError> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.output).take(LINE_LIMIT);
        let read = limited.read_until(b'\n', &mut bytes).await;
        match read {
            Ok(0) | Err(_) => Ok(None),
            Ok(_) if bytes.last() == Some(&b'\n') => {
                bytes.pop();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Ok(Some(if self.raw { raw::text(&bytes) } else { text }))
            }
            Ok(_) if bytes.len() as u64 >= LINE_LIMIT => Err(PgError::Answer("a line too long".into())),
            Ok(_) => Ok(None),
        }
    }

    /// psql is gone: what it said.
    async fn ended(&mut self) -> PgError {
        let exit = std::mem::replace(&mut self.exit, Box::new(Gone));
        let exit = match timeout(Duration::from_secs(10), exit.wait()).await {
            Ok(Ok(exit)) => exit,
            Ok(Err(error)) => return error.into(),
            Err(_) => return problem!("pg-lost").transient().into(),
        };
        let words = exit.stderr.trim();
        match connection(words, &self.whom) {
            Some(problem) => problem.into(),
            None => problem!("pg-client", code = exit.code).detail(redact(words)).into(),
        }
    }
}

/// Stands in for an exit that was read already.
struct Gone;

#[async_trait::async_trait]
impl Ending for Gone {
    async fn wait(self: Box<Self>) -> Result<crate::host::Exit, crate::host::HostError> {
        Ok(crate::host::Exit { code: -1, stderr: String::new() })
    }
}

/// What every session of ours wants, whatever the database or role has set. One
/// that this server does not know is left out. Answers with the database's
/// encoding; without one, bytes must come and go as they are.
fn settings(purpose: Purpose) -> String {
    let statement = if purpose == Purpose::Look { "30s" } else { "0" };
    let wanted = [
        ("search_path", ""),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO"),
        ("TimeZone", "UTC"),
        ("standard_conforming_strings", "on"),
        ("client_min_messages", "warning"),
        ("statement_timeout", statement),
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", "0"),
        ("idle_session_timeout", "0"),
        ("transaction_timeout", "0"),
        ("default_transaction_read_only", "off"),
        ("row_security", "off"),
        // A backend whose client died notices within this time, even while it works.
        ("client_connection_check_interval", "10s"),
    ];
    let values: Vec<String> =
        wanted.iter().map(|(n, v)| format!("({}, {})", quote::literal(n), quote::literal(v))).collect();
    format!(
        "SELECT pg_catalog.count(pg_catalog.set_config(w.name, CASE WHEN \
         w.name OPERATOR(pg_catalog.=) 'client_encoding' \
         AND pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.=) '{NO_ENCODING}' THEN '{NO_ENCODING}' \
         ELSE w.value END, false)), pg_catalog.current_setting('server_encoding') \
         FROM (VALUES {}) AS w(name, value) WHERE pg_catalog.current_setting(w.name, true) IS NOT NULL",
        values.join(", ")
    )
}

impl Session {
    /// Connects, waiting for a server that is just starting or restarting.
    pub(super) async fn open_patiently(server: &Server, database: &str, by: By<'_>) -> Result<Self, PgError> {
        let until = tokio::time::Instant::now() + server.tuning.patience;
        let mut pause = Duration::from_millis(200);
        loop {
            match Self::open(server, database, Purpose::Work, by).await {
                Err(PgError::Named(problem)) if passing(&problem) && tokio::time::Instant::now() < until => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(3));
                }
                other => return other,
            }
        }
    }
}

/// Whether a server that restarts may have answered so.
fn passing(problem: &Problem) -> bool {
    problem.transient || problem.is("container-stopped")
}
