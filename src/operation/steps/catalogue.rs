//! A published backup enters the catalogue, by what its own manifest says.

use async_trait::async_trait;

use super::publish::Home;
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
    operation::World,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::manifest,
};

pub(in crate::operation) struct Catalogue {
    pub(in crate::operation) world: World,
    pub(in crate::operation) home: Home,
}

#[async_trait]
impl Step for Catalogue {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "catalogue".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-catalogue")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-catalogue"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let store = self.world.stores.get(&self.home.store)?;
        let path = self.home.folder.join(&self.home.published())?;
        let manifest = manifest::manifest(&*store, &path).await?;
        self.world.db.publish_backup(&manifest, &self.home.store, &path).await?;
        self.world.db.mark_verified(&manifest.id, cx.now()).await.map(drop)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        self.world.db.forget_backup(&self.home.backup, Some(cx.operation()), "system").await
    }
}
