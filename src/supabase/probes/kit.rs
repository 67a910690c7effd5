//! What probes are made of: how one is declared, what keeps it from knowing, and the
//! few things most of them look at.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use futures_util::future::BoxFuture;

use super::Probe;
use crate::{
    domain::{
        finding::{Finding, Next, Outcome, Severity},
        msg::Msg,
        problem::Problem,
    },
    engine::postgres::{AskError, shell},
    host::Condition,
    msg,
    supabase::{instance::Part, live::Said, scene::Scene},
};

/// A run this short may be one turn of a crash loop: the run before is read too.
const YOUNG: TimeDelta = TimeDelta::seconds(10);
/// How far before its end that run is read.
const TURN: TimeDelta = TimeDelta::seconds(15);

/// Why a probe has nothing to tell.
pub(super) enum Gap {
    /// There is nothing of the kind here.
    NotHere,
    /// It could not know.
    Unknown(Msg),
}

/// What a probe saw: nothing wrong if empty.
pub(super) type Seen = Result<Vec<Finding>, Gap>;

impl From<AskError> for Gap {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Sql { state, message } => {
                Self::Unknown(msg!("probe-refused", state = state, message = message))
            }
            AskError::Named(problem) => problem.into(),
        }
    }
}

impl From<Problem> for Gap {
    fn from(problem: Problem) -> Self {
        Self::Unknown(msg!("probe-problem", why = problem.to_string()))
    }
}

/// A probe that is a function.
pub(super) struct Look {
    pub(super) id: &'static str,
    pub(super) row: &'static str,
    pub(super) see: for<'a> fn(&'a Scene) -> BoxFuture<'a, Seen>,
}

#[async_trait]
impl Probe for Look {
    fn id(&self) -> &'static str {
        self.id
    }

    fn row(&self) -> &'static str {
        self.row
    }

    async fn look(&self, scene: &Scene) -> Outcome {
        match (self.see)(scene).await {
            Ok(findings) if findings.is_empty() => Outcome::Fine,
            Ok(findings) => Outcome::Found { findings },
            Err(Gap::NotHere) => Outcome::NotHere,
            Err(Gap::Unknown(why)) => Outcome::Unknown { why },
        }
    }
}

/// A finding without evidence yet.
pub(super) fn finding(probe: &str, severity: Severity, title: Msg, meaning: Msg, next: Next) -> Finding {
    let probe = probe.to_owned();
    Finding { probe, severity, title, meaning, evidence: Vec::new(), next, restart_harms: false }
}

/// A repair of Zelo's.
pub(super) fn repair(what: Msg) -> Next {
    Next::Repair { what }
}

/// A person's to do.
pub(super) fn advice(what: Msg, commands: Vec<String>) -> Next {
    Next::Advice { what, commands }
}

/// Names in one line.
pub(super) fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    names.into_iter().map(|n| n.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

impl Scene {
    /// A command of Compose as a person runs it for this instance.
    pub(super) fn compose_line(&self, rest: &str) -> String {
        let mut line = format!("docker compose -p {}", shell(&self.instance.project));
        line.push_str(&format!(
            " --project-directory {}",
            shell(&self.instance.folder.display().to_string())
        ));
        for file in &self.instance.files {
            line.push_str(&format!(" -f {}", shell(&file.display().to_string())));
        }
        format!("{line} {rest}")
    }

    /// A statement as a person runs it in the database.
    pub(super) fn psql_line(&self, sql: &str) -> String {
        let db = self.instance.service_of(Part::Db).unwrap_or("db");
        self.compose_line(&format!(
            "exec -T {} psql -h 127.0.0.1 -U supabase_admin -d postgres -c {}",
            shell(db),
            shell(sql)
        ))
    }

    /// A command of Zelo's about this instance: `config set`, then what follows its name.
    pub(super) fn zelo_line(&self, verb: &str, rest: &str) -> String {
        format!("zelo instance {verb} {} {rest}", shell(&self.called)).trim_end().to_owned()
    }

    /// The part's service, where there is one.
    pub(super) fn service(&self, part: Part) -> Result<&str, Gap> {
        self.instance.service_of(part).ok_or(Gap::NotHere)
    }

    /// That the database runs: nothing can be asked of it otherwise.
    pub(super) fn with_db(&self) -> Result<(), Gap> {
        self.service(Part::Db)?;
        if self.runs(Part::Db) { Ok(()) } else { Err(Gap::Unknown(msg!("probe-db-down"))) }
    }

    /// That a part is here and runs.
    pub(super) fn with(&self, part: Part) -> Result<&str, Gap> {
        let service = self.service(part)?;
        if self.runs(part) {
            Ok(service)
        } else {
            Err(Gap::Unknown(msg!("probe-part-down", service = service)))
        }
    }

    /// What a part wrote since its last start; of a part that crash-loops also what it
    /// wrote in the turn before. They may hold secrets.
    pub(super) async fn lines(&self, part: Part) -> Result<Vec<String>, Gap> {
        let since = self.condition(part).and_then(|condition| since(condition, self.at));
        let lines = self.log(part).await?;
        let fresh = lines.into_iter().filter(|line| match (since, time(&line.at)) {
            (Some(since), Some(at)) => at >= since,
            _ => false,
        });
        Ok(fresh.map(|line| line.text).collect())
    }

    /// Whether a part keeps dying.
    pub(super) fn loops(&self, part: Part) -> bool {
        self.condition(part).is_some_and(|c| c.state == "restarting" || turns(c, self.at))
    }
}

fn time(text: &str) -> Option<DateTime<chrono::Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

fn young(condition: &Condition, now: DateTime<chrono::Utc>) -> bool {
    condition.started_at.as_deref().and_then(time).is_some_and(|at| now - at < YOUNG)
}

/// Whether this run may be one turn of a loop: it follows one that ended, is short, and
/// has passed no health check yet.
fn turns(condition: &Condition, now: DateTime<chrono::Utc>) -> bool {
    condition.restarts > 0 && condition.health.as_deref() != Some("healthy") && young(condition, now)
}

/// From when on lines are of the last start.
fn since(condition: &Condition, now: DateTime<chrono::Utc>) -> Option<DateTime<chrono::Utc>> {
    let started = condition.started_at.as_deref().and_then(time)?;
    let ended = condition.finished_at.as_deref().and_then(time);
    match ended {
        Some(ended) if turns(condition, now) => Some(started.min(ended - TURN)),
        _ => Some(started),
    }
}

/// What psql said of the statement that failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Failure {
    /// Five characters; empty if it was no statement but the connection.
    pub(crate) state: String,
    /// The primary message.
    pub(crate) message: String,
    /// Where in functions it happened.
    pub(crate) context: String,
}

/// Reads psql's verbose words. `None` if all went well.
pub(crate) fn failure(said: &Said) -> Option<Failure> {
    if said.ok() {
        return None;
    }
    let from = said.err.find("ERROR:  ").map(|at| &said.err[at + 8..]);
    let Some(from) = from else {
        let fatal = said.err.rsplit("FATAL:  ").next().unwrap_or_default();
        let message = fatal.lines().next().unwrap_or_default().trim().to_owned();
        return Some(Failure { message, ..Failure::default() });
    };
    let (state, rest) = from.split_once(": ").unwrap_or(("", from));
    let message = rest.lines().next().unwrap_or_default().trim().to_owned();
    let context = rest.split_once("CONTEXT:  ").map_or("", |(_, context)| context);
    let context = context.split("LOCATION:  ").next().unwrap_or_default().trim().to_owned();
    Some(Failure { state: state.trim().to_owned(), message, context })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_is_read() {
        let said = |code, err: &str| Said { code, out: String::new(), err: err.to_owned() };
        assert_eq!(failure(&said(0, "")), None);
        let err = "psql:<stdin>:3: ERROR:  42P01: relation \"profiles\" does not exist\nLINE 1: INSERT\nQUERY:  INSERT INTO profiles\nCONTEXT:  PL/pgSQL function public.handle_new_user() line 3 at SQL statement\nLOCATION:  parserOpenTable, parse_relation.c:1392\n";
        let seen = failure(&said(3, err)).unwrap();
        assert_eq!(
            (seen.state.as_str(), seen.message.as_str()),
            ("42P01", "relation \"profiles\" does not exist")
        );
        assert_eq!(seen.context, "PL/pgSQL function public.handle_new_user() line 3 at SQL statement");
        let err = "psql: error: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  role \"x\" is not permitted to log in\n";
        let seen = failure(&said(2, err)).unwrap();
        assert_eq!(
            (seen.state.as_str(), seen.message.as_str()),
            ("", "role \"x\" is not permitted to log in")
        );
    }

    #[test]
    fn only_the_last_start_counts_except_in_a_loop() {
        let at = |text: &str| time(text).unwrap();
        let mut condition = Condition {
            started_at: Some("2026-01-01T00:01:00.5Z".to_owned()),
            finished_at: Some("2026-01-01T00:00:59Z".to_owned()),
            ..Condition::default()
        };
        assert_eq!(since(&condition, at("2026-01-01T00:01:02Z")), Some(at("2026-01-01T00:01:00.5Z")));
        condition.restarts = 3;
        assert_eq!(since(&condition, at("2026-01-01T00:01:02Z")), Some(at("2026-01-01T00:00:44Z")));
        condition.health = Some("healthy".to_owned());
        assert_eq!(since(&condition, at("2026-01-01T00:01:02Z")), Some(at("2026-01-01T00:01:00.5Z")));
        condition.health = None;
        assert_eq!(since(&condition, at("2026-01-01T00:02:00Z")), Some(at("2026-01-01T00:01:00.5Z")));
    }
}
