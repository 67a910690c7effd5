//! Looking once, before a backup, a restore or an undo.

use std::path::{Path, PathBuf};

use super::{
    access, check, conn, contents, copy,
    facts::{self, BackupFacts, Locator, RestoreFacts, Way, recorded, store},
    files::{self, Rights, Room},
    names::{self, Sides},
    work::Work,
};
use crate::{
    domain::{backup::Origin, id::OperationId, manifest::Manifest, msg::Msg, problem::Problem},
    engine::{Access, Aside, BackupOptions, Planned, RestoreOptions},
    msg, problem,
};

/// Tables listed one by one before an undo; more are counted.
const LISTED: usize = 20;

/// What a database takes on its disk.
struct Size {
    /// With its write-ahead log.
    bytes: u64,
    wal: bool,
}

pub(super) fn backup(work: &Work, access: &Access, options: &BackupOptions) -> Result<Planned, Problem> {
    let live = access::live(access)?;
    chosen(&live, &options.items)?;
    if let Some(format) = options.format.as_deref().filter(|f| *f != "sqlite") {
        return Err(problem!("sqlite-format", format = format));
    }
    let size = size(work, &live)?;
    let warnings = if size.wal { vec![] } else { vec![msg!("sqlite-warn-rollback-mode")] };
    let facts = store(&BackupFacts { live, compression: options.compression })?;
    Ok(Planned { facts, warnings, bytes: size.bytes, database_disk: 0 })
}

/// The only item is the file itself.
fn chosen(live: &Path, items: &[String]) -> Result<(), Problem> {
    let name = names::file_name(live);
    match items.iter().find(|item| **item != name) {
        Some(item) => Err(problem!("sqlite-item", item = item)),
        None => Ok(()),
    }
}

fn size(work: &Work, live: &Path) -> Result<Size, Problem> {
    let conn = conn::reading(live, work)?;
    let mode = work.patiently(|| conn::pragma(&conn, "journal_mode").map_err(|e| conn::named(&e, live)))?;
    copy::page_size(work, &conn, live)?;
    let bytes = files::length(live) + files::length(&names::companion(live, "-wal"));
    Ok(Size { bytes, wal: mode == "wal" })
}

/// What it takes on its disk, with its write-ahead log.
pub(super) fn bytes(work: &Work, live: &Path) -> Result<u64, Problem> {
    Ok(size(work, live)?.bytes)
}

pub(super) fn restore(
    work: &Work,
    access: &Access,
    manifest: &Manifest,
    options: &RestoreOptions,
    operation: &OperationId,
) -> Result<Planned, Problem> {
    let part = facts::part(manifest)?;
    let (mut known, _) = recorded(part)?;
    if manifest.origin == Origin::Uploaded {
        // A stranger's file does not say whose it is to be.
        known.rights = None;
    }
    let live = access::live(access)?;
    if let Some(item) =
        options.items.iter().find(|item| **item != known.file && **item != names::file_name(&live))
    {
        return Err(problem!("sqlite-item", item = item));
    }
    let target = match &options.new_name {
        Some(name) => new_target(&live, name)?,
        None => live.clone(),
    };
    check::folder(&target)?;
    let raw = part.raw.bytes;
    let mut planned = if files::exists(&target)? {
        replacing(work, &target, raw)?
    } else {
        placing(&live, &target, raw, known.rights)?
    };
    if options.in_place {
        planned.2.push(msg!("sqlite-warn-in-place"));
    }
    let (way, disk, warnings, rights) = planned;
    enough(work, &target, disk)?;
    let facts = restore_facts(operation, target, way, rights);
    Ok(Planned { facts: store(&facts)?, warnings, bytes: raw, database_disk: disk })
}

type Ways = (Way, u64, Vec<Msg>, Option<Rights>);

fn new_target(live: &Path, name: &str) -> Result<PathBuf, Problem> {
    let target = live.with_file_name(name);
    let fault = names::name_fault(name).or_else(|| names::path_fault(target.to_str().unwrap_or_default()));
    if let Some(why) = fault {
        return Err(problem!("sqlite-path", path = name, why = why));
    }
    if files::exists(&target)? || target.is_symlink() {
        return Err(problem!("sqlite-exists", path = target.display().to_string()));
    }
    Ok(target)
}

/// On its disk lie, at the worst moment: the side file, the copy of what is
/// live, and the swap's own journal (the old pages) or log (the new ones).
fn replacing(work: &Work, live: &Path, raw: u64) -> Result<Ways, Problem> {
    let size = size(work, live)?;
    let journal = if size.wal { raw } else { size.bytes };
    let mut warnings = vec![msg!("sqlite-warn-writes"), msg!("sqlite-warn-open")];
    if size.wal {
        warnings.push(msg!("sqlite-warn-log", bytes = raw));
    }
    Ok((Way::Contents, raw + size.bytes + journal, warnings, None))
}

fn placing(live: &Path, target: &Path, raw: u64, known: Option<Rights>) -> Result<Ways, Problem> {
    // A new file is for those who use the old one.
    let rights = Rights::of(live).or(known);
    let mut warnings = Vec::new();
    let leftover = names::COMPANIONS.iter().map(|e| names::companion(target, e)).find(|p| p.exists());
    if let Some(leftover) = leftover {
        warnings.push(msg!("sqlite-warn-leftover", file = names::file_name(&leftover)));
    }
    Ok((Way::Name, raw, warnings, rights))
}

fn enough(work: &Work, target: &Path, bytes: u64) -> Result<(), Problem> {
    let folder = names::folder(target);
    let room = Room::of(folder, work.reserve)?;
    if room.holds(bytes) {
        return Ok(());
    }
    Err(problem!(
        "sqlite-disk-need",
        folder = folder.display().to_string(),
        bytes = bytes,
        free = room.free,
        reserve = room.reserve
    ))
}

fn restore_facts(operation: &OperationId, live: PathBuf, way: Way, rights: Option<Rights>) -> RestoreFacts {
    let Sides { new, old } = Sides::of(&live, operation);
    RestoreFacts { operation: operation.clone(), live, side: new.clone(), keep: old, since: new, way, rights }
}

pub(super) fn undo(
    work: &Work,
    access: &Access,
    asides: &[Aside],
    operation: &OperationId,
) -> Result<Planned, Problem> {
    let live = access::live(access)?;
    let [aside] = asides else { return Err(problem!("sqlite-aside-count", count = asides.len())) };
    let side = aside_file(&live, aside)?;
    if !files::exists(&side)? {
        return Err(problem!("sqlite-aside-gone", path = side.display().to_string()));
    }
    check::folder(&live)?;
    let bytes = files::length(&side);
    let (way, disk, mut warnings, rights) = if files::exists(&live)? {
        let mut ways = replacing(work, &live, bytes)?;
        ways.1 -= bytes; // the aside is there already
        ways.2 = differences(work, &live, &side)?;
        ways
    } else {
        placing(&live, &live, 0, Rights::of(&side))?
    };
    warnings.push(msg!("sqlite-warn-open"));
    enough(work, &live, disk)?;
    let facts = RestoreFacts { side, ..restore_facts(operation, live, way, rights) };
    Ok(Planned { facts: store(&facts)?, warnings, bytes, database_disk: disk })
}

/// Where an aside lies: only ever a file of ours in the database's own folder.
pub(super) fn aside_file(live: &Path, aside: &Aside) -> Result<PathBuf, Problem> {
    let Locator { path } = facts::load(&aside.locator)?;
    if names::is_ours(&path) && names::folder(&path) == names::folder(live) {
        return Ok(path);
    }
    Err(problem!("sqlite-not-ours", path = path.display().to_string()))
}

/// What an undo would change, table by table.
fn differences(work: &Work, live: &Path, side: &Path) -> Result<Vec<Msg>, Problem> {
    let now = {
        let conn = conn::reading(live, work)?;
        contents::contents(work, &conn, live, false)?.rows
    };
    let then = contents::contents(work, &conn::sealed(side, work)?, side, false)?.rows;
    let mut lines = Vec::new();
    let mut more = 0;
    for table in now.keys().chain(then.keys().filter(|t| !now.contains_key(*t))) {
        let (is, was) = (now.get(table).copied(), then.get(table).copied());
        let line = match (is, was) {
            _ if is == was => continue,
            _ if lines.len() == LISTED => {
                more += 1;
                continue;
            }
            (Some(is), Some(was)) => msg!("sqlite-diff-rows", table = table, now = is, then = was),
            (Some(is), None) => msg!("sqlite-diff-goes", table = table, now = is),
            (None, was) => msg!("sqlite-diff-comes", table = table, then = was.unwrap_or(0)),
        };
        lines.push(line);
    }
    if more > 0 {
        lines.push(msg!("sqlite-diff-more", count = more));
    }
    if lines.is_empty() {
        lines.push(msg!("sqlite-diff-none"));
    }
    Ok(lines)
}
