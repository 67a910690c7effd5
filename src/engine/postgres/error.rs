//! What can go wrong between Zelo and a PostgreSQL server, and how libpq's and
//! the server's words become named problems.

use crate::{domain::problem::Problem, host::HostError, problem, saga::context::LaunchError};

/// Why a statement or tool did not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum PgError {
    /// The server refused a statement.
    #[error("{message} (SQLSTATE {state})")]
    Sql {
        /// Its five characters.
        state: String,
        /// The primary message.
        message: String,
    },
    /// Named already: no connection, no permission, a tool's own failure.
    #[error(transparent)]
    Named(#[from] Problem),
    /// The client answered with something else than was asked for.
    #[error("unexpected answer: {0}")]
    Answer(String),
}

impl PgError {
    /// Whether the server said this SQLSTATE.
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Sql { state, .. } if state == wanted)
    }
}

impl From<LaunchError> for PgError {
    fn from(error: LaunchError) -> Self {
        Self::Named(match error {
            LaunchError::Host(error) => Problem::from(error),
            LaunchError::Journal(problem) => problem,
        })
    }
}

impl From<HostError> for PgError {
    fn from(error: HostError) -> Self {
        Self::Named(Problem::from(error))
    }
}

impl From<PgError> for Problem {
    fn from(error: PgError) -> Self {
        match error {
            PgError::Named(problem) => problem,
            PgError::Answer(words) => problem!("pg-answer").detail(words),
            PgError::Sql { state, message } => sql_problem(&state, &message),
        }
    }
}

/// A refused statement by its SQLSTATE.
fn sql_problem(state: &str, message: &str) -> Problem {
    let problem = match state {
        "42501" => problem!("pg-permission"),
        "53200" if message.contains("shared memory") => problem!("pg-locks-short"),
        "53100" => problem!("pg-disk-full"),
        "53300" | "57P03" => problem!("pg-busy").transient(),
        "55P03" => problem!("pg-locked").transient(),
        "55006" => problem!("pg-in-use").transient(),
        "57014" => problem!("pg-statement-timeout").transient(),
        "57P01" | "57P02" | "57P05" => problem!("pg-lost").transient(),
        "40001" | "40P01" => problem!("pg-conflict").transient(),
        "XX001" | "XX002" => problem!("pg-corrupt"),
        other => problem!("pg-statement", state = other),
    };
    problem.detail(message)
}

/// Who was to be reached: what connection problems mention.
#[derive(Debug, Clone, Default)]
pub(super) struct Whom {
    /// Host name, address or container.
    pub(super) host: String,
    /// Port, or 5432.
    pub(super) port: String,
    /// The role.
    pub(super) user: String,
    /// The database.
    pub(super) database: String,
}

/// What libpq's words mean; `None` if they are not about a connection.
pub(super) fn connection(words: &str, whom: &Whom) -> Option<Problem> {
    named_connection(words, whom).map(|problem| problem.detail(redact(words)))
}

fn named_connection(words: &str, whom: &Whom) -> Option<Problem> {
    let says = |any: &[&str]| any.iter().any(|w| words.contains(w));
    let Whom { host, port, user, database } = whom;
    let problem = if says(&["could not translate host name"]) {
        problem!("pg-name-lookup", host = host)
    } else if says(&["does not match host name"]) {
        problem!("pg-tls-name", host = host)
    } else if says(&["root certificate file", "could not read root certificate"]) {
        problem!("pg-tls-ca")
    } else if says(&["certificate verify failed", "self-signed certificate", "unable to get local issuer"]) {
        problem!("pg-tls-untrusted", host = host)
    } else if says(&["server does not support SSL", "server does not support TLS"]) {
        problem!("pg-tls-unsupported", host = host)
    } else if says(&["SSL error", "sslmode", "SSL connection has been closed"]) {
        problem!("pg-tls", host = host)
    } else if says(&["no pg_hba.conf entry", "pg_hba.conf rejects"]) {
        problem!("pg-hba", host = host, user = user, database = database)
    } else if says(&["no password supplied"]) {
        problem!("pg-password-missing", user = user)
    } else if says(&["password authentication failed", "authentication failed for user"]) {
        problem!("pg-password", user = user)
    } else if says(&["is not permitted to log in", "permission denied for database"]) {
        problem!("pg-login-forbidden", user = user, database = database)
    } else if says(&["is not currently accepting connections"]) {
        problem!("pg-database-closed", database = database)
    } else if words.contains("role \"") && says(&["does not exist"]) {
        problem!("pg-no-role", user = user)
    } else if words.contains("database \"") && says(&["does not exist"]) {
        problem!("pg-no-database", database = database)
    } else if says(&["too many clients", "too many connections", "remaining connection slots"]) {
        problem!("pg-busy").transient()
    } else if says(&[
        "is starting up",
        "is shutting down",
        "in recovery mode",
        "not yet accepting connections",
    ]) {
        problem!("pg-starting", host = host).transient()
    } else if says(&["timeout expired", "Connection timed out", "timed out"]) {
        problem!("pg-timeout", host = host, port = port).transient()
    } else if says(&["Connection refused", "Is the server running", "No such file or directory"]) {
        problem!("pg-refused", host = host, port = port).transient()
    } else if says(&["No route to host", "Network is unreachable", "Host is down"]) {
        problem!("pg-unreachable", host = host).transient()
    } else if says(&[
        "server closed the connection",
        "terminating connection",
        "connection to server was lost",
        "could not receive data from server",
        "could not send data to server",
    ]) {
        problem!("pg-lost").transient()
    } else if says(&["connection to server"]) {
        problem!("pg-connect", host = host, port = port)
    } else {
        return None;
    };
    Some(problem)
}

/// What a server says before the name and the value of a setting it does not take.
const NOT_TAKEN: &str = "invalid value for parameter \"";

/// A tool's own words without the rows people keep in their tables, and without the
/// values of settings.
pub(super) fn redact(words: &str) -> String {
    let keep = |line: &str| {
        let bare = line.trim_start();
        // `DETAIL:  Failing row contains (…)`, `Key (email)=(…) already exists`.
        if bare.contains("Failing row contains") || bare.contains("Key (") {
            return None;
        }
        if let Some(at) = line.find("CONTEXT:  COPY") {
            // `CONTEXT:  COPY t, line 3, column c: "…"`: the value is a person's.
            let end = line[at + 14..].find(':').map_or(line.len(), |colon| at + 14 + colon);
            return Some(line[..end].to_owned());
        }
        if let Some(at) = line.find(NOT_TAKEN).map(|at| at + NOT_TAKEN.len()) {
            let end = line[at..].find('"').map_or(line.len(), |quote| at + quote + 1);
            return Some(line[..end].to_owned());
        }
        Some(line.to_owned())
    };
    words.lines().filter_map(keep).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(words: &str) -> Option<String> {
        connection(words, &Whom::default()).map(|p| p.code)
    }

    #[test]
    fn each_failure_to_connect_has_its_own_name() {
        let known = [
            ("could not translate host name \"x\" to address: Name or service not known", "pg-name-lookup"),
            ("connection to server at \"h\" (1.2.3.4), port 5432 failed: Connection refused", "pg-refused"),
            ("connection to server at \"h\", port 1 failed: timeout expired", "pg-timeout"),
            ("failed: server does not support SSL, but SSL was required", "pg-tls-unsupported"),
            ("failed: SSL error: certificate verify failed", "pg-tls-untrusted"),
            (
                "failed: server certificate for \"a\" (and 1 other name) does not match host name \"b\"",
                "pg-tls-name",
            ),
            ("failed: root certificate file \"/x\" does not exist", "pg-tls-ca"),
            ("failed: FATAL:  password authentication failed for user \"u\"", "pg-password"),
            ("failed: fe_sendauth: no password supplied", "pg-password-missing"),
            ("failed: FATAL:  database \"d\" does not exist", "pg-no-database"),
            ("failed: FATAL:  role \"r\" does not exist", "pg-no-role"),
            ("failed: FATAL:  the database system is starting up", "pg-starting"),
            ("failed: FATAL:  sorry, too many clients already", "pg-busy"),
            (
                "FATAL:  no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", no encryption",
                "pg-hba",
            ),
        ];
        for (words, expected) in known {
            assert_eq!(code(words).as_deref(), Some(expected), "{words}");
        }
        assert_eq!(code("ERROR:  division by zero"), None);
    }

    #[test]
    fn rows_are_not_repeated() {
        let words =
            "ERROR: bad\nCONTEXT:  COPY t, line 3, column c: \"secret\"\nDETAIL:  Key (a)=(secret) exists";
        assert_eq!(redact(words), "ERROR: bad\nCONTEXT:  COPY t, line 3, column c");
        let words = "WARNING:  invalid value for parameter \"work_mem\": \"secret\"\nHINT: units";
        assert_eq!(redact(words), "WARNING:  invalid value for parameter \"work_mem\"\nHINT: units");
    }
}
