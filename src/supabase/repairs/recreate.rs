//! Services whose containers were given other values than the files give now are
//! recreated from the files.

use async_trait::async_trait;

use super::{Mend, Remedy, Repair, kit::gone};
use crate::{
    domain::{finding::Finding, problem::Problem},
    msg,
    supabase::{
        probes::env_drift::{Matter, stale},
        scene::Scene,
    },
};

pub(super) struct Fix(pub(super) Matter);

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let services: Vec<String> = stale(scene, self.0)?.into_keys().collect();
        if services.is_empty() {
            return Err(gone());
        }
        let what = msg!("repair-recreate", services = services.join(", "));
        Ok(Remedy { what, mends: services.into_iter().map(|service| Mend::Recreate { service }).collect() })
    }
}
