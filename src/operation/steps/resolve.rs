//! The last step of restoring a stuck operation's safety backup: that operation
//! no longer needs a person.

use async_trait::async_trait;

use crate::{
    domain::{id::OperationId, msg::Msg, operation::OpState, problem::Problem},
    msg,
    operation::World,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

pub(in crate::operation) struct Resolve {
    pub(in crate::operation) world: World,
    pub(in crate::operation) operation: OperationId,
}

#[async_trait]
impl Step for Resolve {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "resolve".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-resolve", operation = self.operation.short())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-resolve"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        if self.world.db.operation(&self.operation).await?.state == OpState::Resolved {
            return Ok(());
        }
        let note = format!("safety backup restored by operation {}", cx.operation());
        self.world.db.resolve(&self.operation, Some(cx.operation()), "system", &note).await.map(drop)
    }
}
