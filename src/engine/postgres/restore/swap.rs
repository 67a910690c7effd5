//! The swap: connections refused, sessions ended, everything renamed in one
//! transaction, connections allowed again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{
    super::{
        error::PgError,
        quote::{ident, literals},
        session::Session,
    },
    Work,
    names::{Target, existing},
    roles::{Changed, give_back, role_asides},
    side::Activity,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Aside, Replace, RestoreSteps, Swapped},
    msg, problem,
    saga::{
        Commit, Cx, Limits, Slot, Step, UndoRule,
        plan::{AnyCommit, AnyStep},
        step::{Adds, Destroys, Reads},
    },
};

/// The end of a plan that swaps.
pub(super) fn finish(prepare: Vec<Replace>, swap: Swap) -> RestoreSteps {
    let works = swap.works.clone();
    let swapped = swap.slot();
    let answers = works.iter().map(|w| AnyStep::new(Answers { work: w.clone() })).collect();
    RestoreSteps::Replacing {
        before: Vec::new(),
        prepare,
        commit: AnyCommit::new(swap),
        swapped,
        settle: vec![AnyStep::new(Open { works })],
        confirm: answers,
    }
}

/// `ALTER DATABASE … RENAME`.
pub(super) fn rename(from: &str, to: &str) -> String {
    format!("ALTER DATABASE {} RENAME TO {}", ident(from), ident(to))
}

/// Opens or closes a database.
pub(super) fn allow(name: &str, yes: bool) -> String {
    format!("ALTER DATABASE {} ALLOW_CONNECTIONS {yes}", ident(name))
}

/// The names of all targets for a title.
pub(super) fn listed(works: &[Work]) -> String {
    works.iter().map(|w| w.target.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The databases a swap renames. One that took a free name since the plan was made
/// is somebody else's.
fn ours(works: &[Work]) -> impl Iterator<Item = &str> {
    works.iter().flat_map(|Work { target, .. }| {
        let live = target.old.is_some().then_some(target.name.as_str());
        live.into_iter().chain([target.new.as_str()])
    })
}

/// Refuses connections to these databases and ends the sessions there are;
/// returns when none is left.
pub(super) async fn close(session: &mut Session, names: &[&str], drain: Duration) -> Result<(), PgError> {
    for name in names {
        session.run(&allow(name, false)).await?;
    }
    evict(session, names, drain).await
}

/// Ends the sessions in these databases; returns when none is left.
pub(super) async fn evict(session: &mut Session, names: &[&str], drain: Duration) -> Result<(), PgError> {
    if names.is_empty() {
        return Ok(());
    }
    let until = Instant::now() + drain;
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname IN ({}) AND pid <> pg_backend_pid()",
        literals(names)
    );
    while session.text(&sql).await? != "0" {
        if Instant::now() >= until {
            return Err(problem!("pg-sessions-stay", database = names.join(", ")).transient().into());
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Runs renames in one transaction; sessions that came in between are ended.
pub(super) async fn rename_all(
    session: &mut Session,
    renames: &[String],
    names: &[&str],
    drain: Duration,
) -> Result<(), PgError> {
    let until = Instant::now() + drain;
    loop {
        match session.transaction(renames).await {
            Err(error) if (error.is("55006") || error.is("55P03")) && Instant::now() < until => {
                evict(session, names, drain).await?;
                sleep(Duration::from_millis(100)).await;
            }
            other => return other,
        }
    }
}

/// Closes the live databases.
pub(super) struct Close {
    pub(super) works: Vec<Work>,
}

#[async_trait]
impl Step for Close {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "close".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-close", databases = listed(&self.works))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-close"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(120))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.admin(cx).await?;
        let there = existing(&mut session).await?;
        let names: Vec<&str> = ours(&self.works).filter(|n| there.contains(*n)).collect();
        close(&mut session, &names, work.server.tuning.drain).await?;
        session.close().await;
        Ok(())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.undoing(cx).await?;
        let there = existing(&mut session).await?;
        for work in self.works.iter().filter(|w| w.target.old.is_some() && there.contains(&w.target.name)) {
            session.run(&allow(&work.target.name, true)).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// Renames the live databases away and the new ones into their place.
pub(super) struct Swap {
    pub(super) works: Vec<Work>,
    /// What was written to each new database by then.
    pub(super) activities: Vec<Slot<Activity>>,
    /// The roles that were changed.
    pub(super) roles: Option<Slot<Vec<Changed>>>,
}

impl Target {
    /// Whether the swap has happened to it, by the names there are.
    fn is_swapped(&self, there: &BTreeSet<String>) -> bool {
        let live = there.contains(&self.name) && !there.contains(&self.new);
        live && match &self.old {
            Some(old) => there.contains(old),
            None => !there.contains(&self.since),
        }
    }
}

impl Swap {
    fn swapped(&self, there: &BTreeSet<String>) -> bool {
        self.works.iter().all(|w| w.target.is_swapped(there))
    }

    /// The server's own numbers of what was set aside.
    async fn oids(&self, session: &mut Session) -> Result<BTreeMap<String, u32>, PgError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            oid: u32,
        }
        let olds: Vec<&String> = self.works.iter().filter_map(|w| w.target.old.as_ref()).collect();
        if olds.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT datname AS name, oid::bigint AS oid FROM pg_database WHERE datname IN ({})",
            literals(olds)
        );
        let rows: Vec<Row> = session.rows(&sql).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.oid)).collect())
    }

    /// What was set aside; the same whenever it is asked.
    fn output(&self, cx: &Cx, oids: &BTreeMap<String, u32>) -> Result<Swapped, Problem> {
        let mut asides = Vec::new();
        for (at, Work { target, .. }) in self.works.iter().enumerate() {
            let Some(old) = &target.old else { continue };
            let then = match self.activities.get(at) {
                Some(slot) => cx.find(slot)?,
                None => None,
            };
            asides.push(Aside {
                item: target.name.clone(),
                locator: json!({ "database": old, "then": then, "oid": oids.get(old) }),
                bytes: target.bytes,
            });
        }
        asides.extend(role_asides(cx, self.roles.as_ref())?);
        Ok(Swapped { asides })
    }
}

#[async_trait]
impl Step for Swap {
    type Effect = Destroys;
    type Output = Swapped;

    fn name(&self) -> String {
        "swap".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-swap", databases = listed(&self.works))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-swap"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(180)).tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<Swapped, Problem> {
        let Some(work) = self.works.first() else { return self.output(cx, &BTreeMap::new()) };
        let mut session = work.admin(cx).await?;
        let there = existing(&mut session).await?;
        if !self.swapped(&there) {
            let mut renames = Vec::new();
            for Work { target, .. } in &self.works {
                if let Some(old) = &target.old {
                    renames.push(rename(&target.name, old));
                } else if there.contains(&target.name) {
                    return Err(problem!("pg-name-taken", database = &target.name));
                }
                renames.push(rename(&target.new, &target.name));
            }
            let names: Vec<&str> = ours(&self.works).filter(|n| there.contains(*n)).collect();
            rename_all(&mut session, &renames, &names, work.server.tuning.drain).await?;
        }
        let oids = self.oids(&mut session).await?;
        session.close().await;
        self.output(cx, &oids)
    }

    /// Called before the swap happened (nothing to do), or while the operation
    /// still runs: then what was restored, and written since, is set aside.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.undoing(cx).await?;
        let there = existing(&mut session).await?;
        if self.swapped(&there) {
            let live: Vec<&str> = self.works.iter().map(|w| w.target.name.as_str()).collect();
            let mut renames = Vec::new();
            for Work { target, .. } in &self.works {
                renames.push(rename(&target.name, &target.since));
                if let Some(old) = &target.old {
                    renames.push(rename(old, &target.name));
                }
            }
            close(&mut session, &live, work.server.tuning.drain).await?;
            rename_all(&mut session, &renames, &live, work.server.tuning.drain).await?;
            for Work { target, .. } in &self.works {
                let (database, aside) = (target.name.as_str(), target.since.as_str());
                cx.log(msg!("pg-log-set-aside", database = database, aside = aside)).await;
            }
        }
        give_back(cx, &mut session, self.roles.as_ref()).await?;
        // The runner goes no further back than this step: it opens what it brought back.
        let there = existing(&mut session).await?;
        for Work { target, .. } in self.works.iter().filter(|w| w.target.old.is_some()) {
            if there.contains(&target.name) {
                session.run(&allow(&target.name, true)).await?;
            }
        }
        session.close().await;
        Ok(())
    }
}

#[async_trait]
impl Commit for Swap {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let Some(work) = self.works.first() else { return Ok(true) };
        let mut session = work.undoing(cx).await?;
        let there = existing(&mut session).await?;
        session.close().await;
        Ok(self.swapped(&there))
    }
}

/// Lets people in again.
pub(super) struct Open {
    pub(super) works: Vec<Work>,
}

#[async_trait]
impl Step for Open {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "open".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-open", databases = listed(&self.works))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-swap"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.admin(cx).await?;
        for work in &self.works {
            session.run(&allow(&work.target.name, true)).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// Connects as anyone would and looks whether the tables are there.
pub(super) struct Answers {
    pub(super) work: Work,
}

#[async_trait]
impl Step for Answers {
    type Effect = Reads;
    type Output = u64;

    fn name(&self) -> String {
        format!("answers:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-answers", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<u64, Problem> {
        let mut session = self.work.inside(cx, &self.work.target.name).await?;
        let tables = session.text("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')").await?;
        session.close().await;
        tables.parse().map_err(|_| problem!("pg-answer").detail(tables))
    }
}
