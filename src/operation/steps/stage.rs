//! The staging folder: a backup is written here and appears only by one rename.

use async_trait::async_trait;

use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::Shelf,
    msg,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

pub(in crate::operation) struct Stage {
    pub(in crate::operation) shelf: Shelf,
}

#[async_trait]
impl Step for Stage {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "stage".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-stage")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-stage"))
    }

    fn limits(&self) -> Limits {
        Limits::short()
    }

    /// Empties it: its name carries the backup's id, so whatever lies there is
    /// this backup's own.
    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        self.undo(cx).await
    }

    async fn undo(&self, _: &Cx) -> Result<(), Problem> {
        let folder = self.shelf.resource.join(&self.shelf.folder).map_err(Problem::from)?;
        Ok(self.shelf.store.remove(&folder).await?)
    }
}
