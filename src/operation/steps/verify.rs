//! Reads what was just staged back from the store, to its end: every digest must
//! be that of what went in.

use async_trait::async_trait;

use super::counted;
use crate::{
    domain::{clock::Moment, msg::Msg, problem::Problem},
    engine::{Captured, Shelf},
    msg,
    saga::{
        Cx,
        step::{Limits, Reads, Slot, Step, UndoRule},
    },
    store::part::check_part,
};

pub(in crate::operation) struct VerifyStaged {
    pub(in crate::operation) shelf: Shelf,
    pub(in crate::operation) captured: Vec<Slot<Captured>>,
}

#[async_trait]
impl Step for VerifyStaged {
    type Effect = Reads;
    /// When it was verified.
    type Output = Moment;

    fn name(&self) -> String {
        "verify".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-verify")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Moment, Problem> {
        for slot in &self.captured {
            for part in cx.get(slot)?.parts {
                check_part(self.shelf.store.clone(), &self.shelf.resource, &part, counted(cx)).await?;
            }
        }
        Ok(cx.now())
    }
}
