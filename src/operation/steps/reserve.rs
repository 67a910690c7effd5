//! Before anything is written: is there room, with the reserve left over?

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Reads, Step, UndoRule},
    },
    store::{Store, StoreError},
};

pub(in crate::operation) struct Reserve {
    pub(in crate::operation) store: Arc<dyn Store>,
    /// Foreseen, after compression.
    pub(in crate::operation) bytes: u64,
}

#[async_trait]
impl Step for Reserve {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "reserve".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-reserve")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        match self.store.room(self.bytes).await {
            Err(StoreError::Full { free, reserve }) => {
                Err(problem!("store-too-small", free = free, reserve = reserve, bytes = self.bytes))
            }
            looked => Ok(looked?),
        }
    }
}
