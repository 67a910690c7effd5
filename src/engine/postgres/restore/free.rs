//! Removing for good what was set aside: exactly the database (or the role that
//! keeps a former password) which the catalogue names, and nothing that only
//! looks like it.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        access::{Server, application},
        dump::terminate,
        error::PgError,
        inspect,
        quote::{ident, literal},
        session::{By, Purpose, Session},
    },
    undo::Locator,
};
use crate::{
    domain::{
        id::OperationId,
        msg::Msg,
        names::{is_old_of, is_own},
        problem::Problem,
    },
    engine::{Aside, Planned},
    msg, problem,
    saga::{
        Cx,
        plan::AnyCommit,
        step::{Commit, Destroys, Limits, Step, UndoRule},
    },
};

/// What is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Database {
        name: String,
        /// The one that bore the name when it was looked at; `None`: it was gone.
        oid: Option<u32>,
    },
    Role(String),
}

/// What a removal was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Facts {
    bin: String,
    admin: String,
    what: What,
}

/// Looks once. Problems: `pg-not-aside` (the name is not the one operation `by`
/// gave), `pg-aside-other` (another database bears the name by now).
pub(in super::super) async fn plan(
    server: Server,
    aside: &Aside,
    by: &OperationId,
) -> Result<Planned, Problem> {
    let locator = guarded(aside, by)?;
    let server = inspect::with_tools(server).await?;
    let (mut session, admin) = inspect::admin(&server, Purpose::Look, By::Look, &[]).await?;
    let mut warnings = Vec::new();
    let what = match locator {
        Locator::Role { role } => What::Role(role.holder),
        Locator::Database { database, oid, .. } => {
            let there = found(&mut session, &database).await?;
            match &there {
                None => warnings.push(msg!("pg-warning-aside-gone", aside = &database)),
                Some(there) if oid.is_some_and(|oid| oid != there.oid) => {
                    return Err(problem!("pg-aside-other", aside = database));
                }
                Some(_) => {}
            }
            What::Database { name: database, oid: there.map(|there| there.oid) }
        }
    };
    session.close().await;
    let facts = Facts { bin: server.bin, admin, what };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("pg-facts").detail(e))?;
    Ok(Planned { facts, warnings, bytes: 0, database_disk: 0 })
}

/// Where an aside lies, if that bears exactly the name which `by` gave it.
fn guarded(aside: &Aside, by: &OperationId) -> Result<Locator, Problem> {
    let locator = Locator::of(aside)?;
    let (name, of) = match &locator {
        Locator::Database { database, .. } => (database, aside.item.as_str()),
        Locator::Role { role } => (&role.holder, role.old.name.as_str()),
    };
    if is_old_of(name, of, by) { Ok(locator) } else { Err(problem!("pg-not-aside", database = name)) }
}

/// A database by its name.
#[derive(Deserialize)]
struct There {
    oid: u32,
    /// The server was stopped in the middle of dropping it: it can only go on.
    doomed: bool,
}

async fn found(session: &mut Session, name: &str) -> Result<Option<There>, PgError> {
    let sql = format!(
        "SELECT oid::bigint AS oid, datconnlimit = -2 AS doomed FROM pg_database WHERE datname = {}",
        literal(name)
    );
    Ok(session.rows(&sql).await?.pop())
}

/// The roles of ours, made to load what came from elsewhere, that own anything in a
/// database.
async fn own_roles(session: &mut Session, oid: u32) -> Result<Vec<String>, PgError> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    let sql = format!(
        "SELECT DISTINCT r.rolname AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid \
         WHERE d.refclassid = 'pg_authid'::regclass \
         AND (d.dbid = {oid} OR (d.classid = 'pg_database'::regclass AND d.objid = {oid}))"
    );
    let rows: Vec<Row> = session.rows(&sql).await?;
    Ok(rows.into_iter().map(|row| row.name).filter(|name| is_own(name)).collect())
}

/// The step that removes it.
pub(in super::super) fn step(server: &Server, facts: Facts) -> AnyCommit<Destroys> {
    let Facts { bin, admin, what } = facts;
    AnyCommit::new(Free { server: server.clone().with_bin(&bin), admin, what })
}

struct Free {
    server: Server,
    admin: String,
    what: What,
}

impl Free {
    /// A session that first ends whatever the operation's earlier ones still do.
    async fn session(&self, cx: &Cx) -> Result<Session, PgError> {
        let server = self.server.undoing(cx.operation());
        let mut session = Session::open_patiently(&server, &self.admin, By::Step(cx)).await?;
        terminate(&mut session, &application(cx.operation())).await?;
        Ok(session)
    }

    /// Whether it is gone, or half gone.
    async fn is_gone(&self, session: &mut Session) -> Result<bool, Problem> {
        match &self.what {
            What::Database { name, oid } => match found(session, name).await? {
                None => Ok(true),
                Some(there) => Ok(Some(there.oid) == *oid && there.doomed),
            },
            What::Role(name) => {
                let sql = format!("SELECT count(*) FROM pg_roles WHERE rolname = {}", literal(name));
                Ok(session.text(&sql).await? == "0")
            }
        }
    }

    async fn remove(&self, session: &mut Session) -> Result<(), Problem> {
        match &self.what {
            What::Database { name, oid } => {
                let Some(there) = found(session, name).await? else { return Ok(()) };
                if Some(there.oid) != *oid {
                    return Err(problem!("pg-aside-other", aside = name));
                }
                let owners = own_roles(session, there.oid).await?;
                // Not by force: somebody who is connected to it still needs it.
                session.run(&format!("DROP DATABASE IF EXISTS {}", ident(name))).await?;
                for role in owners {
                    // One that still owns something stays.
                    let _ = session.run(&format!("DROP ROLE IF EXISTS {}", ident(&role))).await;
                }
                Ok(())
            }
            What::Role(name) => Ok(session.run(&format!("DROP ROLE IF EXISTS {}", ident(name))).await?),
        }
    }
}

#[async_trait]
impl Step for Free {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "free".to_owned()
    }

    fn title(&self) -> Msg {
        match &self.what {
            What::Database { name, .. } => msg!("pg-step-free", aside = name),
            What::Role(name) => msg!("pg-step-free-role", role = name),
        }
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-free"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(600)).tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let server = self.server.during(cx.operation());
        let mut session = Session::open(&server, &self.admin, Purpose::Work, By::Step(cx)).await?;
        self.remove(&mut session).await?;
        session.close().await;
        Ok(())
    }
}

#[async_trait]
impl Commit for Free {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let mut session = self.session(cx).await?;
        let gone = self.is_gone(&mut session).await?;
        session.close().await;
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::id::SystemIds;

    fn aside(item: &str, locator: serde_json::Value) -> Aside {
        Aside { item: item.to_owned(), locator, bytes: 0 }
    }

    #[test]
    fn only_what_the_operation_itself_set_aside_passes() {
        let (op, other) = (OperationId::new(&SystemIds), OperationId::new(&SystemIds));
        let name = |item: &str, op: &OperationId| format!("{item}__zelo_old_{}", op.short());
        let database = |name: String| aside("shop", json!({ "database": name, "then": null, "oid": 7 }));
        assert!(guarded(&database(name("shop", &op)), &op).is_ok());
        for wrong in ["shop".to_owned(), "postgres".to_owned(), name("stock", &op), name("shop", &other)] {
            let refused = guarded(&database(wrong.clone()), &op).map(drop).unwrap_err();
            assert!(refused.is("pg-not-aside"), "{wrong}: {refused}");
        }
    }
}
