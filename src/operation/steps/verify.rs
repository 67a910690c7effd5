//! Reads what was just staged back from the store, to its end: every digest must
//! be that of what went in.

use async_trait::async_trait;

use super::{counted, share::Shared};
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
    /// Parts that are not kept, since an earlier backup's were read and found right.
    pub(in crate::operation) shared: Option<Slot<Shared>>,
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
        let shared = self.shared.as_ref().map(|slot| cx.get(slot)).transpose()?.unwrap_or_default();
        for slot in &self.captured {
            for part in cx.get(slot)?.parts.into_iter().filter(|part| !shared.has(part)) {
                check_part(self.shelf.store.clone(), &self.shelf.resource, &part, counted(cx)).await?;
            }
        }
        Ok(cx.now())
    }
}
