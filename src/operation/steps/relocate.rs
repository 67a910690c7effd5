//! One rename of a backup's folder, into the trash or out of it: the commit point
//! of both, and undone by the reverse.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    domain::{msg::Msg, problem::Problem},
    saga::{
        Cx,
        step::{Adds, Commit, Step, UndoRule},
    },
    store::{Store, StorePath},
};

pub(in crate::operation) struct Relocate {
    pub(in crate::operation) name: &'static str,
    pub(in crate::operation) title: Msg,
    pub(in crate::operation) undo: Msg,
    pub(in crate::operation) store: Arc<dyn Store>,
    pub(in crate::operation) from: StorePath,
    pub(in crate::operation) to: StorePath,
}

#[async_trait]
impl Step for Relocate {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn title(&self) -> Msg {
        self.title.clone()
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(self.undo.clone())
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(self.store.rename(&self.from, &self.to).await?)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        if self.happened(cx).await? {
            self.store.rename(&self.to, &self.from).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Commit for Relocate {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(self.store.stat(&self.to).await?.is_some())
    }
}
