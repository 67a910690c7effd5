//! The undo of a finished restore, as an operation of its own: what was set aside
//! takes its place again, what is live now is set aside in turn.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        access::Server,
        inspect,
        quote::literal,
        session::{By, Purpose, Session},
    },
    Replace, Work,
    names::{Target, existing, sides},
    plan::blockers,
    side::{Activity, activity, drop_database},
    swap,
};
use crate::{
    domain::{id::OperationId, msg::Msg, names::is_side, problem::Problem},
    engine::{Aside, Planned, RestoreSteps},
    msg, problem,
    saga::plan::AnyStep,
};

/// Where an aside lies.
#[derive(Debug, Deserialize)]
struct Locator {
    database: String,
    /// Rows written to what replaced it, at the moment of the swap.
    then: Option<Activity>,
}

impl Locator {
    fn of(aside: &Aside) -> Result<Self, Problem> {
        let found: Self = super::super::facts(&aside.locator)?;
        // The only names ever dropped or swapped in are those Zelo made.
        if is_side(&found.database) {
            Ok(found)
        } else {
            Err(problem!("pg-not-aside", database = found.database))
        }
    }
}

/// What an undo was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Facts {
    bin: String,
    admin: String,
    major: u32,
    targets: Vec<Target>,
}

/// Looks once, for an undo.
pub(in super::super) async fn plan(
    server: Server,
    asides: &[Aside],
    op: &OperationId,
) -> Result<Planned, Problem> {
    if asides.is_empty() {
        return Err(problem!("pg-nothing-aside"));
    }
    let server = inspect::with_tools(server).await?;
    let names: Vec<String> = asides.iter().map(|a| a.item.clone()).collect();
    let (mut session, admin) = inspect::admin(&server, Purpose::Look, By::Look, &names).await?;
    let seen = inspect::facts(&mut session).await?;
    let databases = inspect::databases(&mut session).await?;
    let taken = existing(&mut session).await?;
    let mut targets = Vec::new();
    let mut warnings = vec![msg!("pg-warning-sessions", databases = names.join(", "))];
    for (aside, [_, old, _]) in asides.iter().zip(sides(&names, &taken, op)) {
        let locator = Locator::of(aside)?;
        if !taken.contains(&locator.database) {
            return Err(problem!("pg-aside-gone", database = &aside.item, aside = locator.database));
        }
        let live = databases.iter().find(|d| d.name == aside.item);
        if live.is_some() {
            blockers(&mut session, &aside.item).await?;
        }
        if let Some(live) = live.filter(|d| d.open) {
            warnings.push(written(&server, &live.name, locator.then).await?);
        }
        targets.push(Target {
            part: String::new(),
            name: aside.item.clone(),
            // Should the swap be undone, the aside lies where it lay.
            since: locator.database.clone(),
            new: locator.database,
            old: live.map(|_| old),
            bytes: live.map_or(0, |d| d.bytes),
        });
    }
    session.close().await;
    let facts = Facts { bin: server.bin, admin, major: seen.major(), targets };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("pg-facts").detail(e))?;
    Ok(Planned { facts, warnings, bytes: 0, database_disk: 0 })
}

/// What was written to a live database since it came there.
async fn written(server: &Server, database: &str, then: Option<Activity>) -> Result<Msg, Problem> {
    let mut session = Session::open(server, database, Purpose::Look, By::Look).await?;
    let now = activity(&mut session).await?;
    session.close().await;
    let Some(then) = then.filter(|t| t.inserted <= now.inserted && t.deleted <= now.deleted) else {
        // Statistics begin anew after a crash of the server.
        return Ok(msg!("pg-warning-written-unknown", database = database));
    };
    Ok(msg!(
        "pg-warning-written",
        database = database,
        inserted = now.inserted - then.inserted,
        updated = now.updated.saturating_sub(then.updated),
        deleted = now.deleted - then.deleted,
    ))
}

/// The steps of an undo.
pub(in super::super) fn steps(server: &Server, facts: Facts) -> Result<RestoreSteps, Problem> {
    let work = |target: &Target| Work {
        server: server.clone().with_bin(&facts.bin),
        admin: facts.admin.clone(),
        major: facts.major,
        owners: true,
        target: target.clone(),
    };
    let works: Vec<Work> = facts.targets.iter().map(work).collect();
    let close = Replace::Destroy(AnyStep::new(swap::Close { works: works.clone() }));
    Ok(swap::finish(works, vec![close], Vec::new()))
}

/// Drops what was set aside, for good.
pub(in super::super) async fn free(server: &Server, aside: &Aside) -> Result<(), Problem> {
    let locator = Locator::of(aside)?;
    let (mut session, _) = inspect::admin(server, Purpose::Work, By::Look, &[]).await?;
    let seen = inspect::facts(&mut session).await?;
    let sql = format!("SELECT count(*) FROM pg_database WHERE datname = {}", literal(&locator.database));
    if session.text(&sql).await? == "1" {
        drop_database(&mut session, &locator.database, seen.major()).await?;
    }
    session.close().await;
    Ok(())
}
