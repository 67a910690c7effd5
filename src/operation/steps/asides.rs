//! What a swap set aside enters the catalogue, with the day until which it is
//! kept: that row is what makes an undo possible.

use async_trait::async_trait;
use chrono::Duration;

use crate::{
    db::{AsideState, NewAside},
    domain::{
        id::{AsideId, ResourceId},
        msg::Msg,
        problem::Problem,
    },
    engine::{Aside, Swapped},
    msg,
    operation::World,
    saga::{
        Cx,
        step::{Adds, Limits, Slot, Step, UndoRule},
    },
};

pub(in crate::operation) struct KeepAsides {
    pub(in crate::operation) world: World,
    pub(in crate::operation) resource: ResourceId,
    pub(in crate::operation) swapped: Slot<Swapped>,
}

#[async_trait]
impl Step for KeepAsides {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "set-aside".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-keep", days = self.world.rules.aside_days)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-keep"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let keep_until = cx.now() + Duration::days(self.world.rules.aside_days);
        let swapped = cx.get(&self.swapped)?;
        let new = |aside: Aside| NewAside {
            item: aside.item,
            locator: aside.locator,
            bytes: aside.bytes,
            keep_until,
        };
        let asides = swapped.asides.into_iter().map(new).collect();
        self.world.db.add_asides(&self.resource, cx.operation(), asides).await.map(drop)
    }

    /// The swap is about to be undone: what was set aside is live again.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        for aside in self.world.db.asides_of(cx.operation()).await? {
            self.world.db.end_aside(&aside.id, AsideState::Used, "system").await?;
        }
        Ok(())
    }
}

/// The last step of an undo: what it put back is live again and no longer kept.
/// Nothing after it can fail, so it never has to be undone itself.
pub(in crate::operation) struct RetireAsides {
    pub(in crate::operation) world: World,
    pub(in crate::operation) used: Vec<AsideId>,
}

#[async_trait]
impl Step for RetireAsides {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "retire".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-retire")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-retire"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        for aside in &self.used {
            self.world.db.end_aside(aside, AsideState::Used, "system").await?;
        }
        Ok(())
    }
}
