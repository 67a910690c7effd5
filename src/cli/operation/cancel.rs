//! `zelo operation cancel`.

use crate::{
    cli::{
        desk::{Desk, Done},
        find, run,
    },
    operation,
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
        operation::cancel(&world, &id, &desk.actor()).await?;
        desk.out.note(&desk.out.words().label("cli-cancelling"));
        run::watch(desk, &world, &id).await
    }
}
