//! `zelo instance copy`: the instance as it is now, beside itself under another name.

use super::{named, restore::PlaceArgs};
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        run,
    },
    operation::{CopyRequest, Request},
};

/// Of what, and where to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// The copy's Compose project.
    pub name: String,
    /// Where it goes.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = named(&world, &self.resource).await?.id;
        let request = Request::Copy(CopyRequest { resource, name: self.name, place: self.place.place() });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}
