//! Restore: load beside, compare, swap by renames, keep the old one.

mod beside;
mod drop;
pub(super) mod free;
pub(super) mod in_place;
mod kept;
mod load;
mod names;
mod outside;
pub(super) mod plan;
mod quiet;
mod rehearse;
pub(super) mod reload;
mod roles;
mod room;
mod side;
mod stranger;
mod swap;
pub(super) mod undo;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::names::Target;
use super::{access::Server, dress::Dress, roles as role_file, settings::Source};
use crate::{
    domain::{
        manifest::{Manifest, Part},
        problem::Problem,
    },
    engine::{Backups, Replace, RestoreSteps, Shelf},
    problem,
    saga::{
        Slot, Step,
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
    shape: super::shape::Shape,
}

impl PartFacts {
    fn of(part: &Part) -> Self {
        serde_json::from_value(part.facts.clone()).unwrap_or_default()
    }

    /// What a database is made with; of one from elsewhere nothing but its encoding
    /// and locale: owners, grants and settings would be given by a superuser.
    fn dress(self, target: &Target) -> Dress {
        if target.stranger.is_none() { self.dress } else { self.dress.bare() }
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
    let works: Vec<Work> = facts.targets.iter().map(|t| facts.work(server, t)).collect();
    let making = Making { server, facts: &facts, shelf, manifest, backups };
    let (mut before, mut prepare, mut activities) = (Vec::new(), Vec::new(), Vec::new());
    let in_place = facts.mode == Mode::InPlace;
    making.roles_made(&mut prepare);
    if in_place {
        making.rehearsals(&works, &mut prepare)?;
    }
    if in_place {
        let count = quiet::Count { works: works.clone() };
        let close = quiet::Close { works: works.clone(), before: count.slot() };
        before.push(AnyStep::new(count));
        prepare.push(Replace::Destroy(AnyStep::new(close)));
    }
    for work in &works {
        activities.push(making.database(work, &mut prepare)?);
    }
    // As late as can be: a load may take hours, and people use these roles.
    let roles = making.roles_changed(&mut prepare);
    Ok(match facts.mode {
        Mode::Beside => RestoreSteps::Beside {
            prepare: prepare.into_iter().filter_map(harmless).collect(),
            commit: AnyCommit::new(beside::Name { works }),
            settle: Vec::new(),
        },
        Mode::InPlace => in_place::finish(before, prepare, in_place::Name { works, roles }),
        Mode::Swap => {
            prepare.push(Replace::Destroy(AnyStep::new(swap::Close { works: works.clone() })));
            swap::finish(prepare, swap::Swap { works, activities, roles })
        }
    })
}

/// What the steps of a restore are made from.
struct Making<'a> {
    server: &'a Server,
    facts: &'a Facts,
    shelf: &'a Shelf,
    manifest: &'a Manifest,
    backups: &'a Arc<dyn Backups>,
}

impl Making<'_> {
    fn part(&self, target: &Target) -> Result<Part, Problem> {
        let part = self.manifest.part(&target.part).cloned();
        part.ok_or_else(|| problem!("pg-part-gone", part = &target.part))
    }

    fn roles(&self) -> Option<(roles::Cluster, roles::Source)> {
        let part = self.manifest.part(role_file::PART).filter(|_| self.facts.create_roles)?;
        let source = roles::Source { shelf: self.shelf.clone(), part: part.clone() };
        let Facts { bin, admin, major, .. } = self.facts;
        Some((roles::Cluster::new(self.server, bin, admin, *major), source))
    }

    fn roles_made(&self, prepare: &mut Vec<Replace>) {
        if let Some((cluster, source)) = self.roles() {
            prepare.push(Replace::Beside(AnyStep::new(roles::Create { cluster, source })));
        }
    }

    fn roles_changed(&self, prepare: &mut Vec<Replace>) -> Option<Slot<Vec<roles::Changed>>> {
        let (cluster, source) = self.roles().filter(|_| self.facts.replace_roles)?;
        let change = roles::Change { cluster, source };
        let changed = change.slot();
        prepare.push(Replace::Destroy(AnyStep::new(change)));
        Some(changed)
    }

    /// Before anyone is sent away, and after the roles a load needs were made.
    fn rehearsals(&self, works: &[Work], prepare: &mut Vec<Replace>) -> Result<(), Problem> {
        for work in works {
            let rehearse = rehearse::Rehearse {
                work: work.clone(),
                part: self.part(&work.target)?,
                shelf: self.shelf.clone(),
                backups: self.backups.clone(),
            };
            prepare.push(Replace::Beside(AnyStep::new(rehearse)));
        }
        Ok(())
    }

    /// One side database, made, loaded, compared and dressed.
    fn database(&self, work: &Work, prepare: &mut Vec<Replace>) -> Result<Slot<side::Activity>, Problem> {
        let part = self.part(&work.target)?;
        let mut dropped = None;
        if self.facts.mode == Mode::InPlace && work.target.old.is_some() {
            let drop = drop::Drop { work: work.clone(), backups: self.backups.clone() };
            dropped = Some(side::Dropped { dress: drop.slot(), backups: self.backups.clone() });
            prepare.push(Replace::Destroy(AnyStep::new(drop)));
        }
        let analyze = side::Analyze { work: work.clone() };
        let activity = analyze.slot();
        let create = AnyStep::new(side::Create { work: work.clone(), part: part.clone() });
        let shelf = self.shelf.clone();
        let compare = AnyStep::new(side::Compare { work: work.clone(), part: part.clone() });
        let settings = Source::of(self.shelf, self.manifest, &part);
        let carry = AnyStep::new(side::Carry { work: work.clone(), part: part.clone(), settings, dropped });
        let analyze = AnyStep::new(analyze);
        let steps = match &work.target.stranger {
            None => {
                let load = load::Load { work: work.clone(), part, shelf };
                vec![create, AnyStep::new(load), compare, analyze, carry]
            }
            Some(stranger) => {
                let guest = outside::Guest { work: work.clone(), stranger: stranger.clone() };
                let look =
                    if part.counts.is_empty() { AnyStep::new(outside::Count(work.clone())) } else { compare };
                vec![
                    AnyStep::new(outside::Admit(guest.clone())),
                    create,
                    AnyStep::new(outside::Prepare(guest.clone())),
                    AnyStep::new(outside::Load { guest: guest.clone(), part, shelf }),
                    look,
                    analyze,
                    AnyStep::new(outside::Own(guest)),
                    carry,
                ]
            }
        };
        prepare.extend(steps.into_iter().map(Replace::Beside));
        Ok(activity)
    }
}

/// A restore beside changes nothing that is there: planning never puts such a
/// step into one.
fn harmless(step: Replace) -> Option<AnyStep<crate::saga::step::Adds>> {
    match step {
        Replace::Beside(step) => Some(step),
        Replace::Destroy(_) => None,
    }
}
