//! Whether an instance's containers are what its files would give now.

use super::{resource, target};
use crate::{
    db::ResourceRow,
    domain::{msg::Msg, problem::Problem},
    msg,
    operation::World,
    supabase::drift::{Drift, drift as compare},
};

/// Compares an instance's containers with its files; Compose is asked. Problems:
/// `instance-gone`, `instance-no-containers`, `compose-refused`, `compose-missing`.
pub async fn drift(world: &World, row: &ResourceRow) -> Result<Drift, Problem> {
    let row = resource(world, &row.id).await?;
    let target = target(world, &row)?;
    compare(&target.live, &target.now().await?).await
}

/// The same in a sentence, with what puts the files in force.
pub fn drift_said(drift: &Drift) -> Msg {
    let names: Vec<&str> = drift.services.keys().map(String::as_str).collect();
    match names.len() {
        0 => msg!("instance-agrees"),
        count => {
            msg!("instance-drifted", count = count, services = names.join(", "), command = drift.command())
        }
    }
}
