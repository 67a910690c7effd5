//! The commit point of what is done to an instance: from here on it counts as done. It
//! changes nothing itself; all before it is undone after a failure or a crash.

use async_trait::async_trait;

use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
    saga::{
        Cx,
        step::{Adds, Commit, Step, UndoRule},
    },
};

/// Done.
pub struct Done;

#[async_trait]
impl Step for Done {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "done".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-done")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-done"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(())
    }
}

#[async_trait]
impl Commit for Done {
    /// Everything before it has gone well, so it may always be taken as done.
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(true)
    }
}
