//! A recovery point over the instance it was taken of.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    super::{
        capture::bind,
        instance::{Instance, Part},
        live::Live,
        order::start_order,
        steps::{LookBefore, NothingWorse, Sick, Stop, Target},
    },
    Facts, Making, Way,
    blueprint::{Blueprint, DATA},
    exchange::Exchange,
    laid_out,
    ready::Ready,
    side_name,
    up::Up,
    volumes::{Contents, Refill, Refilled, VolumePart},
    workspace::{beside, inner},
};
use crate::{
    domain::{id::OperationId, manifest::Manifest, msg::Msg, problem::Problem},
    engine::{Access, Planned, Replace, RestoreSteps},
    msg, problem,
    saga::{
        plan::{AnyCommit, AnyStep},
        step::Step as _,
    },
};

/// What is particular to this way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct InPlace {
    /// The Compose files it runs by now.
    pub(super) files: Vec<PathBuf>,
    /// Its services, in the order they start.
    pub(super) services: Vec<String>,
    /// The database's image.
    pub(super) image: String,
    pub(super) volumes: Vec<Refilled>,
}

/// Looks once. Problems: `restore-other-instance`, `restore-data-volume`, `restore-outside-folder`,
/// `restore-folder-moved`.
pub(super) async fn plan(
    live: &Live,
    access: &Access,
    manifest: &Manifest,
    blueprint: &Blueprint,
    op: &OperationId,
) -> Result<Planned, Problem> {
    let instance = live.instance(access).await?;
    if instance.project != blueprint.project {
        let (of, into) = (blueprint.project.as_str(), instance.project.as_str());
        return Err(problem!("restore-other-instance", of = of, into = into));
    }
    let (data, objects) = (blueprint.data()?, blueprint.objects()?);
    lies_there(&instance, Part::Db, DATA, &data)?;
    let work = beside(&instance.folder, op);
    let bytes = laid_out(manifest);
    let way = InPlace {
        files: instance.files.clone(),
        services: start_order(&instance, &[]),
        image: instance.db()?.image.clone(),
        volumes: refilled(&instance, manifest, &work)?,
    };
    let facts = Facts {
        host: instance.host.clone(),
        side: side_name(op),
        project: instance.project.clone(),
        files: blueprint.files_in(&instance.folder),
        next: inner(&work),
        folder: instance.folder.clone(),
        work,
        data,
        objects,
        bytes,
        logical: false,
        way: Way::InPlace(way),
    };
    let warnings = warnings(live, &instance, manifest, blueprint).await;
    let facts = serde_json::to_value(facts).map_err(|e| problem!("internal-journal").detail(e))?;
    Ok(Planned { facts, warnings, bytes, database_disk: bytes })
}

/// Data that lies elsewhere today would stay behind in the swap.
fn lies_there(
    instance: &Instance,
    part: Part,
    target: &str,
    inside: &std::path::Path,
) -> Result<(), Problem> {
    let there = instance.folder.join(inside);
    match bind(instance, part, target) {
        Some(now) if now != there => {
            let (now, then) = (now.display().to_string(), there.display().to_string());
            Err(problem!("restore-folder-moved", now = now, then = then))
        }
        _ => Ok(()),
    }
}

/// The volumes of the point as the instance has them now. Problem:
/// `restore-volume-gone`.
fn refilled(
    instance: &Instance,
    manifest: &Manifest,
    work: &std::path::Path,
) -> Result<Vec<Refilled>, Problem> {
    let volumes = VolumePart::all(manifest).into_iter().map(|volume| {
        let found = instance.containers().find_map(|(_, container)| {
            let mount = container.mounts.iter().find(|m| m.kind == "volume" && m.target == volume.target)?;
            Some((mount.source.clone(), container.name.clone()))
        });
        let (name, container) =
            found.ok_or_else(|| problem!("restore-volume-gone", volume = &volume.volume))?;
        let former = work.join(format!("{name}.former.tar"));
        Ok(Refilled { volume, name, container, former })
    });
    volumes.collect()
}

async fn warnings(live: &Live, instance: &Instance, manifest: &Manifest, blueprint: &Blueprint) -> Vec<Msg> {
    let folder = instance.folder.display().to_string();
    let mut warnings = vec![msg!("restore-warn-away"), msg!("restore-warn-whole-folder", folder = folder)];
    if manifest.part("files:outside").is_some() {
        warnings.push(msg!("restore-warn-outside"));
    }
    let Ok(engine) = live.engine(&instance.host) else { return warnings };
    for (image, then) in &blueprint.images {
        let now = engine.image_record(image).await.ok();
        let id = now.as_ref().and_then(|record| record.get("Id")).and_then(|id| id.as_str());
        match id {
            Some(id) if id != then => warnings.push(msg!("restore-warn-image-changed", image = image)),
            Some(_) => {}
            None => warnings.push(msg!("restore-warn-image-gone", image = image)),
        }
    }
    warnings
}

/// The steps.
pub(super) fn steps(making: &Making<'_>, access: &Access, way: &InPlace) -> Result<RestoreSteps, Problem> {
    let facts = making.facts;
    let target = Target { live: making.live.clone(), access: access.clone() };
    let (look, sick) = (LookBefore { target: target.clone() }, Sick { target: target.clone() });
    let (before, known) = (look.slot(), sick.slot());

    let mut prepare = vec![
        Replace::Beside(making.workspace(Some(facts.folder.clone()))),
        Replace::Beside(making.unpack(super::FILES, facts.next.clone())?),
    ];
    prepare.extend(making.database()?.into_iter().map(Replace::Beside));
    prepare.extend(making.objects()?.into_iter().map(Replace::Beside));
    let ready = Ready {
        live: making.live.clone(),
        project: making.project(&facts.next),
        next: facts.next.clone(),
        folder: facts.folder.clone(),
    };
    let pair = ready.slot();
    prepare.push(Replace::Beside(AnyStep::from(AnyStep::new(ready))));
    prepare.push(Replace::Destroy(AnyStep::new(Stop {
        target: target.clone(),
        services: way.services.clone(),
        before: before.clone(),
    })));
    let refill = || Refill {
        live: making.live.clone(),
        host: facts.host.clone(),
        image: way.image.clone(),
        helper: format!("{}-volume", facts.side),
        volumes: way.volumes.clone(),
        contents: Contents::Part(making.shelf.clone(), Box::new(making.manifest.clone())),
    };
    let refilled = refill().slot();
    prepare.push(Replace::Destroy(AnyStep::new(refill())));

    let swap = Exchange {
        target: target.clone(),
        item: facts.project.clone(),
        folder: facts.folder.clone(),
        work: facts.work.clone(),
        files: way.files.clone(),
        pair,
        before: before.clone(),
        refill: refill(),
        refilled,
    };
    let swapped = swap.slot();
    let up = Up { target: target.clone(), files: facts.files.clone(), before };
    Ok(RestoreSteps::Replacing {
        before: vec![AnyStep::new(look), AnyStep::new(sick)],
        prepare,
        commit: AnyCommit::new(swap),
        swapped,
        settle: vec![AnyStep::new(up)],
        confirm: vec![AnyStep::new(NothingWorse {
            target,
            known: Vec::new(),
            seen: Some(known),
            outside: false,
        })],
    })
}
