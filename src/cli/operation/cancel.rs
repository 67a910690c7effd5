//! `zelo operation cancel`.

use crate::cli::{
    desk::{Desk, Done},
    find, run,
};

/// Which to cancel.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::operation`].
    pub operation: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let id = find::operation(&world, &self.operation).await?.id;
        run::cancel(desk, &world, &id).await
    }
}
