//! A recovery point as an instance of its own: another project, folder and ports, cut off
//! until it is released. It touches nothing that is there, and needs no instance to be.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    super::{live::Live, steps::Done},
    Facts, Making, Way,
    adapt::Adapt,
    blueprint::Blueprint,
    laid_out, side_name,
    sign_in::SignIn,
    stack::{Create, Fill, Unused, UpAll, unused},
    workspace::{Workspace, beside, blocking},
};
use crate::{
    domain::{id::OperationId, manifest::Manifest, msg::Msg, problem::Problem},
    engine::{Access, Planned, RestoreOptions, RestoreSteps},
    msg, problem,
    saga::plan::{AnyCommit, AnyStep},
};

/// Where a new instance goes: names of [`RestoreOptions::place`].
const FOLDER: &str = "folder";
const PORT: &str = "port";

/// What is particular to this way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Beside {
    /// The folder it was taken of.
    original: PathBuf,
    /// The first of its ports, if one was named.
    port: Option<u16>,
}

/// Looks once. Problems: `restore-project-name`, `restore-place-unknown`,
/// `restore-folder-bad`, `restore-folder-taken`, `restore-name-taken`.
pub(super) async fn plan(
    live: &Live,
    access: &Access,
    manifest: &Manifest,
    blueprint: &Blueprint,
    name: &str,
    options: &RestoreOptions,
    op: &OperationId,
) -> Result<Planned, Problem> {
    let host = access.value("host").unwrap_or("local").to_owned();
    let (folder, port) = place(live, &host, &blueprint.folder, name, options).await?;
    let bytes = laid_out(manifest);
    let mut warnings = warnings(name);
    if manifest.part("files:outside").is_some() {
        warnings.push(msg!("restore-warn-outside"));
    }
    let facts = Facts {
        side: side_name(op),
        project: name.to_owned(),
        files: blueprint.files_in(&folder),
        next: folder.clone(),
        work: beside(&folder, op),
        data: blueprint.data()?,
        objects: blueprint.objects()?,
        bytes,
        logical: false,
        way: Way::Beside(Beside { original: blueprint.folder.clone(), port }),
        host,
        folder,
    };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("internal-journal").detail(e))?;
    Ok(Planned { facts, warnings, bytes, database_disk: bytes })
}

/// Whether a copy of an instance could get this name and place; what a person should
/// know before. Problems: as of a restore under a new name.
pub async fn check_copy(
    live: &Live,
    access: &Access,
    name: &str,
    options: &RestoreOptions,
) -> Result<Vec<Msg>, Problem> {
    let instance = live.instance(access).await?;
    place(live, &instance.host, &instance.folder, name, options).await?;
    Ok(warnings(name))
}

fn warnings(name: &str) -> Vec<Msg> {
    vec![msg!("restore-warn-cut-off", project = name), msg!("restore-warn-same-secrets", project = name)]
}

/// The folder and first port of a new instance, if they can be had.
async fn place(
    live: &Live,
    host: &str,
    original: &Path,
    name: &str,
    options: &RestoreOptions,
) -> Result<(PathBuf, Option<u16>), Problem> {
    check_name(name)?;
    if let Some(unknown) = options.place.keys().find(|key| ![FOLDER, PORT].contains(&key.as_str())) {
        return Err(problem!("restore-place-unknown", name = unknown));
    }
    let folder = folder(original, name, options)?;
    let there = folder.clone();
    let parent = blocking(&folder, move || {
        Ok((there.parent().is_some_and(Path::is_dir), there.symlink_metadata().is_ok()))
    });
    match parent.await? {
        (_, true) => return Err(problem!("restore-folder-taken", folder = folder.display().to_string())),
        (false, _) => return Err(problem!("restore-folder-bad", folder = folder.display().to_string())),
        _ => {}
    }
    unused(live, host, name).await?;
    let port = options.place.get(PORT).map(|text| {
        text.parse().ok().filter(|p| *p > 0).ok_or_else(|| problem!("restore-port-bad", port = text))
    });
    Ok((folder, port.transpose()?))
}

/// Compose's own rule for the name of a project, and Docker's for names made from it.
fn check_name(name: &str) -> Result<(), Problem> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let rest = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if first && rest && name.len() <= 40 {
        Ok(())
    } else {
        Err(problem!("restore-project-name", name = name))
    }
}

/// Beside the original's folder, if no other is named.
fn folder(original: &Path, name: &str, options: &RestoreOptions) -> Result<PathBuf, Problem> {
    let Some(named) = options.place.get(FOLDER) else {
        let parent = original.parent().unwrap_or(Path::new("/"));
        return Ok(parent.join(name));
    };
    let path = PathBuf::from(named);
    let plain = path
        .components()
        .all(|c| matches!(c, std::path::Component::RootDir | std::path::Component::Normal(_)));
    if path.is_absolute() && plain && path.file_name().is_some() && !named.contains(char::is_control) {
        return Ok(path);
    }
    Err(problem!("restore-folder-bad", folder = named))
}

/// How the new instance is reached.
pub(super) fn access(facts: &Facts) -> Access {
    let mut access = Access::default();
    access.values.insert("host".to_owned(), facts.host.clone());
    access.values.insert("project".to_owned(), facts.project.clone());
    access
}

/// The steps.
pub(super) fn steps(making: &Making<'_>, way: &Beside) -> Result<RestoreSteps, Problem> {
    let facts = making.facts;
    let (live, access) = (making.live.clone(), access(facts));
    let project = making.project(&facts.folder);
    let unused = Unused { live: live.clone(), host: facts.host.clone(), project: facts.project.clone() };
    let folder = Workspace {
        live: live.clone(),
        name: "folder",
        work: facts.folder.clone(),
        new: true,
        swap: None,
        bytes: facts.bytes,
        volumes: None,
    };
    let adapt = Adapt {
        live: live.clone(),
        project: project.clone(),
        original: way.original.clone(),
        port: way.port,
    };
    let mut prepare = vec![
        AnyStep::from(AnyStep::new(unused)),
        AnyStep::new(folder),
        making.workspace(None),
        making.unpack(super::FILES, facts.folder.clone())?,
        AnyStep::new(adapt),
    ];
    prepare.extend(making.database()?);
    prepare.extend(making.objects()?);
    let (shelf, manifest) = (making.shelf.clone(), making.manifest.clone());
    prepare.push(AnyStep::new(Create { live: live.clone(), project: project.clone() }));
    prepare.push(AnyStep::new(Fill { live: live.clone(), access: access.clone(), shelf, manifest }));
    prepare.push(AnyStep::new(UpAll { live: live.clone(), access: access.clone(), project }));
    prepare.push(AnyStep::new(SignIn { live: live.clone(), access }));
    let tidy = super::workspace::Tidy { work: facts.work.clone() };
    Ok(RestoreSteps::Beside { prepare, commit: AnyCommit::new(Done), settle: vec![AnyStep::new(tidy)] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_compose_takes() {
        for good in ["staging", "a", "0-x_y"] {
            check_name(good).unwrap();
        }
        for bad in ["", "Staging", "-x", "a/b", "a b", "ü", &"x".repeat(41)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
