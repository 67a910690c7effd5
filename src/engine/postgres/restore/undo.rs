//! The undo of a finished restore, as an operation of its own: what was set aside
//! takes its place again, what is live now is set aside in turn.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        access::Server,
        inspect,
        session::{By, Purpose, Session},
    },
    Replace, Work,
    names::{Target, existing, sides},
    plan::blockers,
    roles::{Changed, Cluster, Exchange, Release},
    side::{Activity, activity},
    swap,
};
use crate::{
    domain::{id::OperationId, msg::Msg, names::is_side, problem::Problem},
    engine::{Aside, Planned, RestoreSteps},
    msg, problem,
    saga::{Step, plan::AnyStep},
};

/// Where an aside lies.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Locator {
    Database {
        database: String,
        /// Rows written to what replaced it, at the moment of the swap.
        then: Option<Activity>,
        /// The server's own number of it, which no other database ever bears at
        /// the same time.
        #[serde(default)]
        oid: Option<u32>,
    },
    Role {
        role: Changed,
    },
}

impl Locator {
    pub(super) fn of(aside: &Aside) -> Result<Self, Problem> {
        let found: Self = super::super::facts(&aside.locator)?;
        let name = match &found {
            Self::Database { database, .. } => database,
            Self::Role { role } => &role.holder,
        };
        // The only names ever dropped or swapped in are those Zelo made.
        if is_side(name) { Ok(found) } else { Err(problem!("pg-not-aside", database = name)) }
    }
}

/// What an undo was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Facts {
    bin: String,
    admin: String,
    major: u32,
    /// Whether its sessions may turn event triggers off.
    #[serde(default)]
    unseen: bool,
    targets: Vec<Target>,
    roles: Vec<Changed>,
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
    let mut roles = Vec::new();
    let mut found = Vec::new();
    for aside in asides {
        match Locator::of(aside)? {
            Locator::Database { database, then, .. } => found.push((aside.item.clone(), database, then)),
            Locator::Role { role } => roles.push(role),
        }
    }
    let names: Vec<String> = found.iter().map(|(item, _, _)| item.clone()).collect();
    let (mut session, admin) = inspect::admin(&server, Purpose::Look, By::Look, &names).await?;
    let seen = inspect::facts(&mut session).await?;
    let server = server.unseen(seen.can_be_unseen());
    let databases = inspect::databases(&mut session).await?;
    let taken = existing(&mut session).await?;
    let mut targets = Vec::new();
    let mut warnings = vec![msg!("pg-warning-sessions", databases = names.join(", "))];
    for ((name, aside, then), [_, old, _]) in found.into_iter().zip(sides(&names, &taken, op)) {
        if !taken.contains(&aside) {
            return Err(problem!("pg-aside-gone", database = name, aside = aside));
        }
        let live = databases.iter().find(|d| d.name == name);
        if let Some(live) = live {
            if live.invalid {
                return Err(problem!("pg-database-invalid", database = name));
            }
            blockers(&mut session, &live.name).await?;
            if live.open {
                warnings.push(written(&server, &live.name, then).await?);
            }
        }
        targets.push(Target {
            part: String::new(),
            name,
            // Should the swap be undone, the aside lies where it lay.
            since: aside.clone(),
            new: aside,
            old: live.map(|_| old),
            bytes: live.map_or(0, |d| d.bytes),
            stranger: None,
        });
    }
    session.close().await;
    let (major, unseen) = (seen.major(), seen.can_be_unseen());
    let facts = Facts { bin: server.bin, admin, major, unseen, targets, roles };
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
        server: server.clone().with_bin(&facts.bin).unseen(facts.unseen),
        admin: facts.admin.clone(),
        major: facts.major,
        tool: 0,
        data: None,
        owners: true,
        target: target.clone(),
    };
    let works: Vec<Work> = facts.targets.iter().map(work).collect();
    let mut prepare = Vec::new();
    let mut changed = None;
    let cluster = Cluster::new(server, &facts.bin, &facts.admin, facts.major);
    let holders: Vec<String> = facts.roles.iter().map(|r| r.holder.clone()).collect();
    if !facts.roles.is_empty() {
        let exchange = Exchange { cluster: cluster.clone(), changed: facts.roles };
        changed = Some(exchange.slot());
        prepare.push(Replace::Destroy(AnyStep::new(exchange)));
    }
    prepare.push(Replace::Destroy(AnyStep::new(swap::Close { works: works.clone() })));
    let mut steps = swap::finish(prepare, swap::Swap { works, activities: Vec::new(), roles: changed });
    if let RestoreSteps::Replacing { settle, confirm, .. } = &mut steps
        && !holders.is_empty()
    {
        // Only once every look was good: a swap that is taken back leaves the asides
        // as they were, and these are among them.
        settle.extend(confirm.drain(..).map(AnyStep::from));
        settle.push(AnyStep::new(Release { cluster, holders }));
    }
    Ok(steps)
}
