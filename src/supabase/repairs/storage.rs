//! The storage API gets its tables, the use of its schema and its `search_path` back.

use async_trait::async_trait;

use super::{
    Mend, Remedy, Repair,
    kit::{gone, lead, open, own, sql},
};
use crate::{
    domain::{finding::Finding, problem::Problem},
    msg,
    supabase::{
        instance::Part,
        probes::storage::{ROLE, wrong},
        scene::Scene,
    },
};

const SCHEMA: &str = "storage";

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let wrong = wrong(scene).await?.ok_or_else(gone)?;
        let (mut apply, mut back) = own(scene, SCHEMA, ROLE, &wrong.tables).await?;
        let mut add = |more: (Vec<String>, Vec<String>)| {
            apply.extend(more.0);
            back.extend(more.1);
        };
        if wrong.shut {
            add(open(scene, SCHEMA, ROLE).await?);
        }
        if wrong.astray {
            add(lead(scene, ROLE, SCHEMA).await?);
        }
        if apply.is_empty() {
            return Err(gone());
        }
        let mut mends = vec![sql(apply, back)];
        // Its next start runs the migrations it could not.
        if let Some(service) = scene.instance.service_of(Part::Storage) {
            mends.push(Mend::Restart { service: service.to_owned() });
        }
        Ok(Remedy { what: msg!("repair-storage-tables", role = ROLE), mends })
    }
}
