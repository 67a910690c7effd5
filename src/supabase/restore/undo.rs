//! Undoing a finished restore: what was live before it and what is live now change places
//! again, so that this can be undone in its turn.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    super::{
        live::Live,
        order::start_order,
        steps::{LookBefore, Stop, Target, TellFindings},
    },
    exchange::{Exchange, Locator},
    ready::Pair,
    side_name,
    up::Up,
    volumes::{Contents, Refill, Refilled},
    workspace::{Inode, blocking, inner},
};
use crate::{
    domain::{clock::Moment, id::OperationId, msg::Msg, problem::Problem},
    engine::{Access, Aside, Planned, Replace, RestoreSteps},
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, AnyStep},
        step::{Limits, Reads, Step, UndoRule},
    },
};

/// How long the database may take to say what was written since.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an undo was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    host: String,
    helper: String,
    project: String,
    image: String,
    /// The Compose files it runs by now.
    files: Vec<PathBuf>,
    services: Vec<String>,
    kept: Locator,
    /// The same volumes, with where their present contents will be kept.
    volumes: Vec<Refilled>,
}

/// Reads where something set aside lies.
pub(super) fn locator(aside: &Aside) -> Result<Locator, Problem> {
    serde_json::from_value(aside.locator.clone()).map_err(|e| problem!("plan-changed").detail(e))
}

/// Looks once. Problem: `restore-kept-gone`.
pub(in crate::supabase) async fn plan_undo(
    live: &Live,
    access: &Access,
    asides: &[Aside],
    op: &OperationId,
) -> Result<Planned, Problem> {
    let instance = live.instance(access).await?;
    let aside = asides.first().ok_or_else(|| problem!("plan-changed"))?;
    let kept = locator(aside)?;
    still_there(&kept).await?;
    let again = |r: &Refilled| {
        let former = kept.work.join(format!("{}.{}.tar", r.name, op.short()));
        Refilled { former, ..r.clone() }
    };
    let facts = Facts {
        host: instance.host.clone(),
        helper: format!("{}-volume", side_name(op)),
        project: instance.project.clone(),
        image: instance.db()?.image.clone(),
        files: instance.files.clone(),
        services: start_order(&instance, &[]),
        volumes: kept.volumes.iter().map(again).collect(),
        kept,
    };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("internal-journal").detail(e))?;
    let warnings = vec![msg!("restore-warn-away"), msg!("restore-warn-undo")];
    Ok(Planned { facts, warnings, bytes: aside.bytes, database_disk: 0 })
}

/// Whether exactly what was set aside lies where it should. Problem: `restore-kept-gone`.
pub(super) async fn still_there(kept: &Locator) -> Result<(), Problem> {
    let path = inner(&kept.work);
    let there = blocking(&kept.work, move || Inode::of(&path)).await?;
    if there == Some(kept.inode) {
        return Ok(());
    }
    Err(problem!("restore-kept-gone", path = inner(&kept.work).display().to_string()))
}

/// The steps.
pub(in crate::supabase) fn undo(
    live: &Live,
    access: &Access,
    facts: &Value,
) -> Result<RestoreSteps, Problem> {
    let facts: Facts =
        serde_json::from_value(facts.clone()).map_err(|e| problem!("plan-changed").detail(e))?;
    let target = Target { live: live.clone(), access: access.clone() };
    let look = LookBefore { target: target.clone() };
    let before = look.slot();
    let pairing = Pairing { kept: facts.kept.clone() };
    let pair = pairing.slot();
    let stop = Stop { target: target.clone(), services: facts.services.clone(), before: before.clone() };
    let former = facts.kept.volumes.iter().map(|r| (r.name.clone(), r.former.clone()));
    let contents = Contents::Kept(former.collect());
    let refill = || Refill {
        live: live.clone(),
        host: facts.host.clone(),
        image: facts.image.clone(),
        helper: facts.helper.clone(),
        volumes: facts.volumes.clone(),
        contents: contents.clone(),
    };
    let swap = Exchange {
        target: target.clone(),
        item: facts.project.clone(),
        folder: facts.kept.folder.clone(),
        work: facts.kept.work.clone(),
        files: facts.files.clone(),
        pair,
        before: before.clone(),
        refill: refill(),
        refilled: refill().slot(),
    };
    let swapped = swap.slot();
    let up = Up { target: target.clone(), files: facts.kept.files.clone(), before };
    // What was live before may have been sick: that it is no worse now is no condition.
    Ok(RestoreSteps::Replacing {
        before: vec![AnyStep::new(look)],
        prepare: vec![
            Replace::Beside(AnyStep::from(AnyStep::new(pairing))),
            Replace::Destroy(AnyStep::new(stop)),
            Replace::Destroy(AnyStep::new(refill())),
        ],
        commit: AnyCommit::new(swap),
        swapped,
        settle: vec![AnyStep::new(up), AnyStep::from(AnyStep::new(TellFindings { target }))],
        confirm: Vec::new(),
    })
}

/// Whose rows say when they came.
const DATED: [&str; 2] = ["auth.users", "storage.objects"];

/// How many people signed up and how many objects were stored since; a row that was changed
/// or is gone says nothing of it.
pub(in crate::supabase) async fn written_since(live: &Live, access: &Access, since: Moment) -> Msg {
    match timeout(PATIENCE, counted(live, access, since)).await {
        Ok(Ok([users, objects])) => {
            msg!("restore-warn-since", known = "yes", users = users, objects = objects)
        }
        // The same message: a plan that was looked at stays the same plan.
        _ => msg!("restore-warn-since", known = "no", users = 0, objects = 0),
    }
}

async fn counted(live: &Live, access: &Access, since: Moment) -> Result<[i64; 2], Problem> {
    let mut ask = live.ask(&live.instance(access).await?, "postgres", None).await?;
    let mut counts = [0; 2];
    for (count, table) in counts.iter_mut().zip(DATED) {
        let sql = format!("SELECT count(*) FROM {table} WHERE created_at > '{}'", since.to_rfc3339());
        let said = ask.text(&sql).await?;
        *count = said.parse().map_err(|_| problem!("internal-journal").detail(said))?;
    }
    ask.close().await;
    Ok(counts)
}

/// Writes down which folder is which.
struct Pairing {
    kept: Locator,
}

#[async_trait]
impl Step for Pairing {
    type Effect = Reads;
    type Output = Pair;

    fn name(&self) -> String {
        "ready".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-kept", folder = inner(&self.kept.work).display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short()
    }

    async fn run(&self, _: &Cx) -> Result<Pair, Problem> {
        still_there(&self.kept).await?;
        let folder = self.kept.folder.clone();
        let live = blocking(&self.kept.folder, move || Inode::of(&folder)).await?;
        let gone = || problem!("restore-folder-gone", folder = self.kept.folder.display().to_string());
        Ok(Pair { live: live.ok_or_else(gone)?, next: self.kept.inode })
    }
}
