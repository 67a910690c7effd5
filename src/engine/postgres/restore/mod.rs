//! Restore: load beside, compare, swap by renames, keep the old one.

mod beside;
pub(super) mod free;
pub(super) mod in_place;
mod kept;
mod load;
mod names;
pub(super) mod plan;
mod roles;
mod room;
mod side;
mod swap;
pub(super) mod undo;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::names::Target;
use super::{access::Server, dress::Dress, roles as role_file};
use crate::{
    domain::{
        manifest::{Manifest, Part},
        problem::Problem,
    },
    engine::{Backups, Replace, RestoreSteps, Shelf},
    problem,
    saga::{
        Step,
        plan::{AnyCommit, AnyStep},
    },
};

/// How a restore takes the place of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// Nothing is there.
    Beside,
    /// Swapped by renames; the old one stays.
    Swap,
    /// Dropped first.
    InPlace,
}

/// What a restore was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    bin: String,
    /// The database from which the cluster is worked on: none of the targets.
    admin: String,
    /// The server's major version.
    major: u32,
    /// pg_restore's major version.
    #[serde(default)]
    tool: u32,
    /// The server's data directory, if its disk is to be watched. Not in place: there
    /// the undo needs all the space there is.
    #[serde(default)]
    data: Option<String>,
    mode: Mode,
    /// Whether owners and grants are restored: only a superuser can.
    owners: bool,
    /// Whether its sessions may turn event triggers off.
    #[serde(default)]
    unseen: bool,
    create_roles: bool,
    replace_roles: bool,
    targets: Vec<Target>,
}

/// What every step of a restore works with.
#[derive(Clone)]
struct Work {
    server: Server,
    admin: String,
    major: u32,
    /// pg_restore's major version; 0 where nothing is loaded.
    tool: u32,
    /// The server's data directory, if its disk is watched.
    data: Option<String>,
    owners: bool,
    target: Target,
}

impl Facts {
    fn work(&self, server: &Server, target: &Target) -> Work {
        Work {
            server: server.clone().with_bin(&self.bin).unseen(self.unseen),
            admin: self.admin.clone(),
            major: self.major,
            tool: self.tool,
            data: self.data.clone(),
            owners: self.owners,
            target: target.clone(),
        }
    }
}

/// What the manifest says of a database besides its counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PartFacts {
    dress: Dress,
    extensions: std::collections::BTreeMap<String, String>,
    moved: super::counts::Counts,
}

impl PartFacts {
    fn of(part: &Part) -> Self {
        serde_json::from_value(part.facts.clone()).unwrap_or_default()
    }
}

/// The steps of a restore.
pub(super) fn steps(
    server: &Server,
    facts: Facts,
    shelf: &Shelf,
    manifest: &Manifest,
    backups: &Arc<dyn Backups>,
) -> Result<RestoreSteps, Problem> {
    let part_of = |target: &Target| {
        manifest.part(&target.part).cloned().ok_or_else(|| problem!("pg-part-gone", part = &target.part))
    };
    let mut prepare = Vec::new();
    let mut change = None;
    if let Some(part) = manifest.part(role_file::PART).filter(|_| facts.create_roles) {
        let source = roles::Source { shelf: shelf.clone(), part: part.clone() };
        let cluster = roles::Cluster::new(server, &facts.bin, &facts.admin, facts.major);
        prepare.push(Replace::Beside(AnyStep::new(roles::Create {
            cluster: cluster.clone(),
            source: source.clone(),
        })));
        if facts.replace_roles {
            change = Some(roles::Change { cluster, source });
        }
    }
    let works: Vec<Work> = facts.targets.iter().map(|t| facts.work(server, t)).collect();
    if facts.mode == Mode::InPlace {
        prepare.push(Replace::Destroy(AnyStep::new(swap::Close { works: works.clone() })));
    }
    let mut activities = Vec::new();
    for work in &works {
        let part = part_of(&work.target)?;
        let mut dressed = None;
        if facts.mode == Mode::InPlace && work.target.old.is_some() {
            let drop = in_place::Drop { work: work.clone(), backups: backups.clone() };
            dressed = Some(drop.slot());
            prepare.push(Replace::Destroy(AnyStep::new(drop)));
        }
        let analyze = side::Analyze { work: work.clone() };
        activities.push(analyze.slot());
        let create = side::Create { work: work.clone(), part: part.clone() };
        let load = load::Load { work: work.clone(), part: part.clone(), shelf: shelf.clone() };
        let compare = side::Compare { work: work.clone(), part: part.clone() };
        let carry = side::Carry { work: work.clone(), part, dressed };
        prepare.extend([
            Replace::Beside(AnyStep::new(create)),
            Replace::Beside(AnyStep::new(load)),
            Replace::Beside(AnyStep::new(compare)),
            Replace::Beside(AnyStep::new(analyze)),
            Replace::Beside(AnyStep::new(carry)),
        ]);
    }
    // As late as can be: a load may take hours, and people use these roles.
    let changed = change.as_ref().map(Step::slot);
    prepare.extend(change.map(|change| Replace::Destroy(AnyStep::new(change))));
    Ok(match facts.mode {
        Mode::Beside => RestoreSteps::Beside {
            prepare: prepare.into_iter().filter_map(harmless).collect(),
            commit: AnyCommit::new(beside::Name { works }),
            settle: Vec::new(),
        },
        Mode::InPlace => {
            let commit = in_place::Name { works, roles: changed };
            let swapped = commit.slot();
            RestoreSteps::Replacing {
                prepare,
                commit: AnyCommit::new(commit),
                swapped,
                settle: Vec::new(),
                confirm: Vec::new(),
            }
        }
        Mode::Swap => {
            prepare.push(Replace::Destroy(AnyStep::new(swap::Close { works: works.clone() })));
            swap::finish(prepare, swap::Swap { works, activities, roles: changed })
        }
    })
}

/// A restore beside changes nothing that is there: planning never puts such a
/// step into one.
fn harmless(step: Replace) -> Option<AnyStep<crate::saga::step::Adds>> {
    match step {
        Replace::Beside(step) => Some(step),
        Replace::Destroy(_) => None,
    }
}
