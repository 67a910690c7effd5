//! Whether a database can be read, backed up and restored, and precisely what is
//! wrong if not.

use std::path::Path;

use rustix::fs::{Access as Right, access};

use super::{conn, contents, names, work::Work};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Check, Verdict},
    msg, problem,
};

/// The checks could not even begin.
pub(super) fn broken(problem: Problem) -> Vec<Check> {
    vec![Check { id: "file".to_owned(), title: msg!("sqlite-check-file"), verdict: Verdict::Bad(problem) }]
}

/// Looks at everything in turn; what cannot be looked at after a failure is
/// skipped.
pub(super) fn check(work: &Work, live: Result<std::path::PathBuf, Problem>) -> Vec<Check> {
    let titles = [
        ("file", msg!("sqlite-check-file")),
        ("read", msg!("sqlite-check-read")),
        ("format", msg!("sqlite-check-format")),
        ("integrity", msg!("sqlite-check-integrity")),
        ("write", msg!("sqlite-check-write")),
        ("folder", msg!("sqlite-check-folder")),
    ];
    let mut verdicts = Vec::new();
    match live {
        Err(problem) => verdicts.push(Verdict::Bad(problem)),
        Ok(live) => look(work, &live, &mut verdicts),
    }
    let pair = |(index, (id, title)): (usize, (&str, Msg))| Check {
        id: id.to_owned(),
        title,
        verdict: verdicts.get(index).cloned().unwrap_or(Verdict::Skipped),
    };
    titles.into_iter().enumerate().map(pair).collect()
}

fn look(work: &Work, live: &Path, verdicts: &mut Vec<Verdict>) {
    let steps: [&dyn Fn() -> Verdict; 6] = [
        &|| bad(exists(live)),
        &|| bad(readable(live)),
        &|| format(work, live),
        &|| bad(whole(work, live)),
        // A file that may only be read can be backed up all the same.
        &|| caution(writable(live)),
        &|| caution(folder(live)),
    ];
    for step in steps {
        let verdict = step();
        let stop = matches!(verdict, Verdict::Bad(_));
        verdicts.push(verdict);
        if stop {
            return;
        }
    }
}

fn bad(result: Result<(), Problem>) -> Verdict {
    result.map_or_else(Verdict::Bad, |()| Verdict::Good(None))
}

fn caution(result: Result<(), Problem>) -> Verdict {
    result.map_or_else(Verdict::Caution, |()| Verdict::Good(None))
}

fn exists(live: &Path) -> Result<(), Problem> {
    let meta = std::fs::metadata(live).map_err(|e| conn::file_problem(&e, live))?;
    if meta.is_file() {
        return Ok(());
    }
    Err(problem!("sqlite-not-a-file", path = live.display().to_string()))
}

fn readable(live: &Path) -> Result<(), Problem> {
    access(live, Right::READ_OK).map_err(|e| conn::file_problem(&e.into(), live))
}

fn writable(live: &Path) -> Result<(), Problem> {
    access(live, Right::WRITE_OK)
        .map_err(|e| problem!("sqlite-file-readonly", path = live.display().to_string()).detail(e))
}

/// A restore makes its side files there.
pub(super) fn folder(live: &Path) -> Result<(), Problem> {
    let folder = names::folder(live);
    access(folder, Right::WRITE_OK | Right::EXEC_OK)
        .map_err(|e| problem!("sqlite-folder-readonly", folder = folder.display().to_string()).detail(e))
}

/// SQLite reads the header: garbage and an encrypted file look the same to it.
fn format(work: &Work, live: &Path) -> Verdict {
    let seen = || -> Result<String, Problem> {
        let conn = conn::reading(live, work)?;
        work.patiently(|| {
            conn::pragma_number(&conn, "schema_version")
                .and_then(|_| conn::pragma(&conn, "journal_mode"))
                .map_err(|e| conn::named(&e, live))
        })
    };
    match seen() {
        Ok(mode) => Verdict::Good(Some(msg!("sqlite-seen-mode", mode = mode))),
        Err(problem) => Verdict::Bad(problem),
    }
}

fn whole(work: &Work, live: &Path) -> Result<(), Problem> {
    let conn = conn::reading(live, work)?;
    contents::check(work, &conn, live, "quick_check")
}
