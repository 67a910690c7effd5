//! Restoring in place, for a disk that cannot hold both: the live database is
//! dropped first. What undoes that is the safety backup, loaded again.

use std::time::Duration;

use async_trait::async_trait;

use super::{
    super::{
        dress::{self, Dress},
        dump::PREFIX,
        quote::ident,
    },
    Work,
    beside::{name, named},
    load::load,
    names::existing,
    roles::{Changed, role_asides},
    side::{compare, create, drop_database, put_on},
};
use crate::{
    domain::{
        id::BackupId,
        manifest::{Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{Backups, Shelf, Swapped},
    msg, problem,
    saga::{Commit, Cx, Limits, SafetyProof, Slot, Step, UndoRule, step::Destroys},
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

/// Drops the live database.
pub(super) struct Drop {
    pub(super) work: Work,
    pub(super) backups: std::sync::Arc<dyn Backups>,
}

#[async_trait]
impl Step for Drop {
    type Effect = Destroys;
    type Output = Dress;

    fn name(&self) -> String {
        format!("drop:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-drop", database = &self.work.target.name, bytes = self.work.target.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-drop"))
    }

    fn limits(&self) -> Limits {
        // Its undo loads a whole database.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<Dress, Problem> {
        let live = self.work.target.name.as_str();
        if cx.find(&Slot::<SafetyProof>::named(SAFETY_STEP))?.is_none_or(|proof| proof.backups.is_empty()) {
            return Err(problem!("pg-drop-without-safety", database = live));
        }
        let mut session = self.work.admin(cx).await?;
        let dress = dress::read(&mut session, live).await?;
        let dress = dress.ok_or_else(|| problem!("pg-no-database", database = live))?;
        cx.note(&dress).await?;
        drop_database(&mut session, live, self.work.major).await?;
        session.close().await;
        Ok(dress)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Work { target, major, .. } = &self.work;
        let mut session = self.work.undoing(cx).await?;
        if existing(&mut session).await?.contains(&target.name) {
            session.close().await;
            return Ok(());
        }
        let dress: Dress =
            cx.notes().pop().ok_or_else(|| problem!("pg-notes-missing", database = &target.name))?;
        let (shelf, part) = self.safety(cx).await?;
        // What an earlier try of this undo left.
        drop_database(&mut session, &target.new, *major).await?;
        create(&mut session, &self.work, &target.new, &dress).await?;
        load(cx, &self.work, &target.new, &part, &shelf).await?;
        compare(cx, &self.work, &target.new, &part).await?;
        put_on(cx, &mut session, &self.work, &target.new, &dress).await?;
        let rename = format!("ALTER DATABASE {} RENAME TO {}", ident(&target.new), ident(&target.name));
        super::swap::rename_all(&mut session, &[rename], &[&target.new], self.work.server.tuning.drain)
            .await?;
        session.close().await;
        Ok(())
    }
}

impl Drop {
    /// The safety backup's part of this database.
    async fn safety(&self, cx: &Cx) -> Result<(Shelf, Part), Problem> {
        let name = self.work.target.name.as_str();
        let gone = || problem!("pg-drop-without-safety", database = name);
        let proof = cx.find(&Slot::<SafetyProof>::named(SAFETY_STEP))?.ok_or_else(gone)?;
        for id in &proof.backups {
            let (shelf, manifest) = self.backups.open(id).await?;
            if let Some(part) = manifest.part(&format!("{PREFIX}{name}")) {
                return Ok((shelf, part.clone()));
            }
        }
        Err(gone())
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
        name(cx, &self.works).await?;
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
