//! `zelo operation watch`.

use crate::cli::{
    desk::{Desk, Done},
    find, run,
};

/// Which to follow.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::operation`].
    pub operation: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let id = find::operation(&world, &self.operation).await?.id;
        run::watch(desk, &world, &id).await
    }
}
