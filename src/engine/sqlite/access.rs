//! What a SQLite resource needs to be known: one path.

use std::path::{Path, PathBuf};

use super::{conn::file_problem, facts::utf8, names};
use crate::{
    domain::problem::Problem,
    engine::{Access, Field},
    msg, problem,
};

/// The one field.
pub(super) const PATH: &str = "path";

pub(super) fn fields() -> Vec<Field> {
    vec![Field { name: PATH, label: msg!("sqlite-field-path"), secret: false, required: true, choices: &[] }]
}

/// Keeps the path only; says everything that is wrong with what was typed.
pub(super) fn accept(input: Access) -> Result<Access, Vec<Problem>> {
    let mut problems = Vec::new();
    for name in input.values.keys().chain(input.secrets.keys()).filter(|name| *name != PATH) {
        problems.push(problem!("sqlite-field-unknown", field = name));
    }
    match input.value(PATH) {
        None => problems.push(problem!("sqlite-path-required")),
        Some(path) => problems
            .extend(names::path_fault(path).map(|why| problem!("sqlite-path", path = path, why = why))),
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let values = input.values.into_iter().filter(|(name, _)| name == PATH).collect();
    Ok(Access { values, ..Access::default() })
}

/// The file as the file system knows it: links resolved, so that side files lie
/// where SQLite puts its own. A file that is gone is named in its real folder.
pub(super) fn live(access: &Access) -> Result<PathBuf, Problem> {
    let path = access.value(PATH).ok_or_else(|| problem!("sqlite-path-required"))?;
    if let Some(why) = names::path_fault(path) {
        return Err(problem!("sqlite-path", path = path, why = why));
    }
    let path = Path::new(path);
    let live = match path.canonicalize() {
        Ok(live) => live,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => {
            let folder = names::folder(path);
            let folder = folder.canonicalize().map_err(|e| file_problem(&e, folder))?;
            folder.join(names::file_name(path))
        }
        Err(error) => return Err(file_problem(&error, path)),
    };
    utf8(&live)?;
    Ok(live)
}
