//! Whether a decoded part is a whole SQLite database.

use std::{fs::File, io::Read, path::Path};

use super::{
    contents, files,
    restore::matches,
    temp::{self, Passing},
    tools::Tools,
    work::Work,
};
use crate::{
    domain::{manifest::Part, problem::Problem},
    host::Reader,
    problem,
};

/// What every SQLite database begins with.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Writes the part to a passing file and looks at it there: SQLite needs a file.
pub(super) async fn validate(tools: &Tools, part: &Part, raw: Reader) -> Result<(), Problem> {
    let folder = tools.folder.clone();
    tools.look(move |_| temp::ensure(&folder)).await?;
    let passing = Passing::new(&tools.folder);
    let bytes = tools.spill(raw, passing.0.clone()).await?;
    let part = part.clone();
    tools
        .look(move |work| {
            let found = examine(work, &passing.0, bytes)?;
            matches(&part, &found)
        })
        .await
}

fn examine(work: &Work, path: &Path, bytes: u64) -> Result<contents::Contents, Problem> {
    header(path, bytes)?;
    contents::examine(work, path)
}

/// The header against the length. The file is ours alone, so it may be read
/// beside SQLite.
pub(super) fn header(path: &Path, bytes: u64) -> Result<(), Problem> {
    let mut head = [0; 100];
    let read = File::open(path).and_then(|mut f| f.read_exact(&mut head));
    if read.is_err() || !head.starts_with(MAGIC) {
        return Err(problem!("sqlite-part-not-a-database", bytes = bytes));
    }
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
    if page < 512 || !page.is_power_of_two() || bytes != page * pages || bytes != files::length(path) {
        return Err(problem!("sqlite-part-length", bytes = bytes, page = page, pages = pages));
    }
    Ok(())
}
