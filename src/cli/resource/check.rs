//! `zelo resource check`.

use serde_json::json;

use crate::cli::{
    desk::{Desk, Done},
    exit::Exit,
    find, words,
};

/// Which to look at.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    pub resource: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::resource(&world, &self.resource).await?;
        let access = world.access(&row)?;
        let checks = world.engine(&row)?.check(&access).await;
        let good = words::checks(desk, &checks);
        desk.out.json(&json!({ "resource": row, "ok": good, "checks": checks }));
        Ok(if good { Exit::Done } else { Exit::Failed })
    }
}
