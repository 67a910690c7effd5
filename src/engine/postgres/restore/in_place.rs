//! Restoring in place, for a disk that cannot hold both: the live database is
//! dropped first. Where its undo finds the safety backup, and the commit point.

use std::time::Duration;

use async_trait::async_trait;

use super::{
    super::{
        dump::{PREFIX, counted},
        error::PgError,
        session::Session,
        settings::{Settings, Source},
    },
    Work,
    beside::named,
    names::{Target, existing},
    roles::{Changed, role_asides},
    swap::{allow, close, rename, rename_all},
};
use crate::{
    domain::{
        id::BackupId,
        manifest::{Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{Backups, Replace, RestoreSteps, Shelf, Swapped},
    msg, problem,
    saga::{
        Commit, Cx, Limits, SafetyProof, Slot, Step, UndoRule,
        plan::{AnyCommit, AnyStep},
        step::{Destroys, Reads},
    },
};

/// The name of the step that leaves the [`SafetyProof`] in any plan that restores
/// in place.
pub const SAFETY_STEP: &str = "safety";

/// No way back to a backup: restoring in place is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBackups;

#[async_trait]
impl Backups for NoBackups {
    fn available(&self) -> bool {
        false
    }

    async fn open(&self, _: &BackupId) -> Result<(Shelf, Manifest), Problem> {
        Err(problem!("pg-in-place-unavailable"))
    }
}

/// The safety backup's part of a database.
pub(super) async fn safety_part(
    cx: &Cx,
    backups: &dyn Backups,
    database: &str,
) -> Result<(Shelf, Part), Problem> {
    let (shelf, _, part) = safety(cx, backups, database).await?;
    Ok((shelf, part))
}

/// The settings a database has in its safety backup.
pub(super) async fn safety_settings(
    cx: &Cx,
    backups: &dyn Backups,
    database: &str,
) -> Result<Vec<Settings>, Problem> {
    let (shelf, manifest, part) = safety(cx, backups, database).await?;
    Source::of(&shelf, &manifest, &part).read(counted(cx)).await
}

async fn safety(cx: &Cx, backups: &dyn Backups, database: &str) -> Result<(Shelf, Manifest, Part), Problem> {
    let gone = || problem!("pg-drop-without-safety", database = database);
    let proof = cx.find(&Slot::<SafetyProof>::named(SAFETY_STEP))?.ok_or_else(gone)?;
    for id in &proof.backups {
        let (shelf, manifest) = backups.open(id).await?;
        if let Some(part) = manifest.part(&format!("{PREFIX}{database}")).cloned() {
            return Ok((shelf, manifest, part));
        }
    }
    Err(gone())
}

/// How often a name is tried for that somebody takes again and again.
const TRIES: u32 = 5;

/// Gives the new databases their names, all at once. While a name was free an
/// application may have made a database of its own under it: that one is set
/// aside, never dropped.
pub(super) async fn take(cx: &Cx, session: &mut Session, works: &[Work]) -> Result<(), PgError> {
    let Some(drain) = works.first().map(|w| w.server.tuning.drain) else { return Ok(()) };
    let mut tried = 0;
    loop {
        tried += 1;
        let there = existing(session).await?;
        let targets = || works.iter().map(|w| &w.target);
        // A name nobody had when this was planned was never ours to take.
        let strange: Vec<&Target> =
            targets().filter(|t| t.old.is_some() && there.contains(&t.name)).collect();
        match replace(session, targets(), &strange, drain).await {
            Err(error) if changed(&error) && tried < TRIES => {}
            Err(error) => return Err(error),
            Ok(()) => {
                for Target { name, since, .. } in strange {
                    cx.log(msg!("pg-log-name-taken", database = name, aside = since)).await;
                }
                return Ok(());
            }
        }
    }
}

/// Whether the names were no longer as they had just been seen.
fn changed(error: &PgError) -> bool {
    ["42P04", "23505", "3D000"].iter().any(|state| error.is(state))
}

async fn replace<'a>(
    session: &mut Session,
    targets: impl Iterator<Item = &'a Target>,
    strange: &[&Target],
    drain: Duration,
) -> Result<(), PgError> {
    let mut names: Vec<&str> = strange.iter().map(|t| t.name.as_str()).collect();
    close(session, &names, drain).await?;
    let mut renames: Vec<String> = strange.iter().map(|t| rename(&t.name, &t.since)).collect();
    for target in targets {
        renames.push(rename(&target.new, &target.name));
        names.push(&target.new);
    }
    rename_all(session, &renames, &names, drain).await
}

/// Opens what [`take`] had to close to set it aside.
pub(super) async fn reopen(session: &mut Session, works: &[Work]) -> Result<(), PgError> {
    let there = existing(session).await?;
    for aside in works.iter().map(|w| &w.target.since).filter(|s| there.contains(*s)) {
        session.run(&allow(aside, true)).await?;
    }
    Ok(())
}

/// The end of a plan that restores in place.
pub(super) fn finish(before: Vec<AnyStep<Reads>>, prepare: Vec<Replace>, name: Name) -> RestoreSteps {
    let swapped = name.slot();
    RestoreSteps::Replacing {
        before,
        prepare,
        commit: AnyCommit::new(name),
        swapped,
        settle: Vec::new(),
        confirm: Vec::new(),
    }
}

/// The commit point of a restore in place.
pub(super) struct Name {
    pub(super) works: Vec<Work>,
    /// The roles that were changed.
    pub(super) roles: Option<Slot<Vec<Changed>>>,
}

#[async_trait]
impl Step for Name {
    type Effect = Destroys;
    type Output = Swapped;

    fn name(&self) -> String {
        "name".to_owned()
    }

    fn title(&self) -> Msg {
        let names: Vec<&str> = self.works.iter().map(|w| w.target.name.as_str()).collect();
        msg!("pg-step-name", databases = names.join(", "))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-in-place"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(180)).tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<Swapped, Problem> {
        if let Some(work) = self.works.first() {
            let mut session = work.admin(cx).await?;
            if !named(&mut session, &self.works).await? {
                take(cx, &mut session, &self.works).await?;
            }
            reopen(&mut session, &self.works).await?;
            session.close().await;
        }
        Ok(Swapped { asides: role_asides(cx, self.roles.as_ref())? })
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.undoing(cx).await?;
        let happened = named(&mut session, &self.works).await?;
        session.close().await;
        // The former contents are in the safety backup only: putting them back
        // would take away what people wrote since, and a person decides that.
        if happened { Err(problem!("pg-in-place-done")) } else { Ok(()) }
    }
}

#[async_trait]
impl Commit for Name {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let Some(work) = self.works.first() else { return Ok(true) };
        let mut session = work.undoing(cx).await?;
        let happened = named(&mut session, &self.works).await?;
        session.close().await;
        Ok(happened)
    }
}
