//! The commit point of a restore that takes nobody's place: the side database
//! gets its final name.

use std::time::Duration;

use async_trait::async_trait;

use super::{
    super::{error::PgError, quote::ident, session::Session},
    Work,
    names::existing,
    swap::rename_all,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::Swapped,
    msg,
    saga::{Commit, Cx, Limits, Step, UndoRule, step::Adds},
};

/// Gives the side databases their names.
pub(super) struct Name {
    pub(super) works: Vec<Work>,
}

/// Whether all have their names.
pub(super) async fn named(session: &mut Session, works: &[Work]) -> Result<bool, PgError> {
    let there = existing(session).await?;
    Ok(works.iter().all(|w| there.contains(&w.target.name) && !there.contains(&w.target.new)))
}

/// Renames them, all at once, unless that has happened.
pub(super) async fn name(cx: &Cx, works: &[Work]) -> Result<(), Problem> {
    let Some(work) = works.first() else { return Ok(()) };
    let mut session = work.admin(cx).await?;
    if !named(&mut session, works).await? {
        let rename =
            |w: &Work| format!("ALTER DATABASE {} RENAME TO {}", ident(&w.target.new), ident(&w.target.name));
        let renames: Vec<String> = works.iter().map(rename).collect();
        let sides: Vec<&str> = works.iter().map(|w| w.target.new.as_str()).collect();
        rename_all(&mut session, &renames, &sides, work.server.tuning.drain).await?;
    }
    session.close().await;
    Ok(())
}

#[async_trait]
impl Step for Name {
    type Effect = Adds;
    type Output = Swapped;

    fn name(&self) -> String {
        "name".to_owned()
    }

    fn title(&self) -> Msg {
        let names: Vec<&str> = self.works.iter().map(|w| w.target.name.as_str()).collect();
        msg!("pg-step-name", databases = names.join(", "))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-name"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(180)).tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<Swapped, Problem> {
        name(cx, &self.works).await?;
        Ok(Swapped::default())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(work) = self.works.first() else { return Ok(()) };
        let mut session = work.undoing(cx).await?;
        if named(&mut session, &self.works).await? {
            let names: Vec<&str> = self.works.iter().map(|w| w.target.name.as_str()).collect();
            let rename = |w: &Work| {
                format!("ALTER DATABASE {} RENAME TO {}", ident(&w.target.name), ident(&w.target.new))
            };
            let renames: Vec<String> = self.works.iter().map(rename).collect();
            super::swap::close(&mut session, &names, work.server.tuning.drain).await?;
            rename_all(&mut session, &renames, &names, work.server.tuning.drain).await?;
        }
        session.close().await;
        Ok(())
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
