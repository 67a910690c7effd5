//! What is there right before the dump: versions for the manifest, and the change
//! marker. Taken before the snapshot, so equal markers later mean that nothing was
//! written since the dump began.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Access, Engine, Inspection},
    msg,
    saga::{
        Cx,
        step::{Limits, Reads, Step, UndoRule},
    },
};

pub(in crate::operation) struct Look {
    engine: Arc<dyn Engine>,
    access: Access,
}

impl Look {
    pub(in crate::operation) fn new(engine: Arc<dyn Engine>, access: Access) -> Self {
        Self { engine, access }
    }
}

#[async_trait]
impl Step for Look {
    type Effect = Reads;
    type Output = Inspection;

    fn name(&self) -> String {
        "look".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-look")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::short()
    }

    async fn run(&self, _: &Cx) -> Result<Inspection, Problem> {
        self.engine.inspect(&self.access).await
    }
}
