//! What a restart and a stop have in common: services go down, once it is known what
//! that may do harm to, and what there is was saved.

use serde::{Deserialize, Serialize};

use super::{before_a_restart, chosen, examine, harms, locks, resource, savable, waived};
use crate::{
    domain::{finding::Severity, id::ResourceId, msg::Msg, problem::Problem},
    engine::BackupOptions,
    operation::{
        World,
        prepare::{Actor, Inspected, Sight},
    },
    saga::plan::Waiver,
};

/// What was asked for.
pub(super) struct Asked {
    /// Of which instance.
    pub(super) resource: ResourceId,
    /// These services; none: all.
    pub(super) services: Vec<String>,
    /// An owner's reason to go without a safety backup.
    pub(super) without_safety: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    pub(super) resource: ResourceId,
    /// In the order they start.
    pub(super) services: Vec<String>,
    pub(super) save: BackupOptions,
    pub(super) waiver: Option<Waiver>,
    /// The probes that found something grave before.
    #[serde(default)]
    pub(super) known: Vec<String>,
}

/// Looks what would go down. `title`: what is said of an instance of this name. Problems:
/// `not-an-instance`, `service-unknown`, and what keeps it from being saved.
pub(super) async fn inspect(
    world: &World,
    asked: Asked,
    by: &Actor,
    title: impl FnOnce(&str) -> Msg,
) -> Result<Inspected<Facts>, Problem> {
    let row = resource(world, &asked.resource).await?;
    let access = world.access(&row)?;
    let (scene, diagnosis) = examine(world, &row).await?;
    let services = chosen(&scene.instance, &asked.services)?;
    let waiver = waived(world, asked.without_safety, by)?;
    let (save, told) = savable(world, &row, before_a_restart(world, &row).await?, &waiver).await?;
    let grave = diagnosis.findings.iter().filter(|finding| finding.severity >= Severity::Serious);
    let known = grave.map(|finding| finding.probe.clone()).collect();
    let warnings = harms(&diagnosis).into_iter().chain(told).collect();
    Ok(Inspected {
        locks: locks(world, &row, &access, &scene.instance).await?,
        view: Sight { title: Some(title(&row.name)), warnings, ..Sight::default() },
        facts: Facts { resource: row.id.clone(), services, save, waiver, known },
        resource: Some(row.id),
        project: row.project,
        backup: None,
        parent: None,
        holds: vec![],
    })
}
