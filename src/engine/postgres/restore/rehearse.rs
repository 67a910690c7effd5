//! Before anything is dropped in place: whether this server takes what it will be
//! given, the safety backup and the backup. Structure only, in a database of its
//! own, which is small on a disk that cannot hold two copies.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    super::{
        dress::{self, Dress},
        dump::Format,
        session::Session,
    },
    Work,
    in_place::safety_part,
    load::{Extent, load},
    side::{create, drop_database, made_as},
};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::{Backups, Shelf},
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, step::Adds},
};

/// Tries both.
pub(super) struct Rehearse {
    pub(super) work: Work,
    pub(super) part: Part,
    pub(super) shelf: Shelf,
    pub(super) backups: Arc<dyn Backups>,
}

#[async_trait]
impl Step for Rehearse {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("rehearse:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-rehearse", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-create", side = &self.work.target.new))
    }

    fn limits(&self) -> Limits {
        // Tens of thousands of tables take their time, and move no bytes.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let name = self.work.target.name.as_str();
        let mut session = self.work.admin(cx).await?;
        if self.work.target.old.is_some() {
            let (shelf, part) = safety_part(cx, &*self.backups, name).await?;
            let dress = dress::read(&mut session, name).await?;
            let dress = dress.ok_or_else(|| problem!("pg-no-database", database = name))?;
            let tried = self.attempt(cx, &mut session, &dress, &part, &shelf).await;
            tried.map_err(|why| named(problem!("pg-safety-unloadable", database = name), why))?;
        }
        let dress = made_as(&mut session, &self.work, &self.part).await?;
        let tried = self.attempt(cx, &mut session, &dress, &self.part, &self.shelf).await;
        tried.map_err(|why| named(problem!("pg-backup-unloadable", database = name), why))?;
        session.close().await;
        Ok(())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.work.undoing(cx).await?;
        drop_database(&mut session, &self.work.target.new, self.work.major).await?;
        session.close().await;
        Ok(())
    }
}

impl Rehearse {
    /// Makes the side database, gives it the structure of `part`, drops it again.
    async fn attempt(
        &self,
        cx: &Cx,
        session: &mut Session,
        dress: &Dress,
        part: &Part,
        shelf: &Shelf,
    ) -> Result<(), Problem> {
        let Work { target, major, .. } = &self.work;
        create(session, &self.work, &target.new, dress).await?;
        match Format::of(part)? {
            Format::Custom => load(cx, &self.work, &target.new, part, shelf, Extent::Structure).await?,
            // Its structure cannot be told from its rows without loading all of it.
            Format::Plain => cx.log(msg!("pg-log-not-rehearsed", database = &target.name)).await,
        }
        Ok(drop_database(session, &target.new, *major).await?)
    }
}

/// What could not be loaded; what passes by itself keeps its own name, so that it
/// is tried again.
fn named(problem: Problem, why: Problem) -> Problem {
    if why.transient { why } else { problem.detail(why) }
}
