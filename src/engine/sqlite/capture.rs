//! The one step of a backup: an online copy into Zelo's own folder, checked and
//! counted there, then streamed into the store.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

use super::{
    conn, contents, copy,
    facts::{self, BackupFacts, PartFacts},
    files::{self, Rights},
    names, temp,
    tools::Tools,
    work::Work,
};
use crate::{
    domain::{clock::Moment, manifest::Part, msg::Msg, names::slug, problem::Problem},
    engine::{Captured, Shelf},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::part::{WritePart, Written},
};

/// Copies, checks and stores the file.
pub(super) struct Dump {
    pub(super) tools: Tools,
    pub(super) facts: BackupFacts,
    pub(super) shelf: Shelf,
}

/// What the copy holds, taken from the copy.
struct Taken {
    at: Moment,
    counts: BTreeMap<String, i64>,
    facts: PartFacts,
    bytes: u64,
}

#[async_trait]
impl Step for Dump {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        "dump".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-dump", file = names::file_name(&self.facts.live))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-dump"))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let temp = self.temp(cx);
        let (live, to, clock) = (self.facts.live.clone(), temp.clone(), cx.clone());
        let taken = self.tools.step(cx, move |work| take(work, &live, &to, &|| clock.now())).await?;
        let written = self.write(cx, &temp, taken.bytes).await?;
        self.tools.step(cx, move |_| files::remove(&temp)).await?;
        captured(taken, written)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        // What reached the store lies in the staging folder, which goes as a whole.
        let temp = self.temp(cx);
        self.tools.step(cx, move |_| files::remove(&temp)).await
    }
}

impl Dump {
    fn temp(&self, cx: &Cx) -> PathBuf {
        temp::of(&self.tools.folder, cx.operation())
    }

    async fn write(&self, cx: &Cx, temp: &Path, bytes: u64) -> Result<Written, Problem> {
        let stem = Path::new(&names::file_name(&self.facts.live)).file_stem().map(PathBuf::from);
        let stem = slug(&stem.unwrap_or_default().to_string_lossy());
        let source = tokio::fs::File::open(temp).await.map_err(|e| conn::file_problem(&e, temp))?;
        let progress = cx.progress().clone();
        let to = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{stem}.sqlite", self.shelf.folder),
            compression: self.facts.compression,
            expect: bytes,
            tap: None,
            on_bytes: Arc::new(move |more| progress.add(more)),
        };
        let written = to.from(Box::pin(source)).await?;
        if written.raw.bytes == bytes {
            return Ok(written);
        }
        Err(problem!("sqlite-io", path = temp.display().to_string()))
    }
}

/// Copies the live file to `to` and looks at what is in the copy.
fn take(work: &Work, live: &Path, to: &Path, now: &dyn Fn() -> Moment) -> Result<Taken, Problem> {
    temp::ensure(names::folder(to))?;
    let size = files::length(live) + files::length(&names::companion(live, "-wal"));
    let room = files::Room::of(names::folder(to), work.reserve)?;
    if !room.holds(size) {
        let (path, free, reserve) = (to.display().to_string(), room.free, room.reserve);
        return Err(problem!("sqlite-temp-full", path = path, bytes = size, free = free, reserve = reserve));
    }
    let from = conn::reading(live, work)?;
    let journal_mode =
        work.patiently(|| conn::pragma(&from, "journal_mode").map_err(|e| conn::named(&e, live)))?;
    let page_size = copy::page_size(work, &from, live)?;
    // In WAL mode the copy is of its beginning, else of its end: see `copy`.
    let before = now();
    copy::copy(work, &from, live, to)?;
    let at = if journal_mode == "wal" { before } else { now() };
    drop(from);
    copy::settle_modes(work, to)?;
    let found = contents::examine(work, to)?;
    let facts = PartFacts {
        file: names::file_name(live),
        journal_mode,
        page_size,
        schema: found.schema,
        digests: found.digests,
        rights: Rights::of(live),
    };
    let counts = found.rows.into_iter().map(|(table, rows)| (format!("table:{table}"), rows)).collect();
    Ok(Taken { at, counts, facts, bytes: files::length(to) })
}

fn captured(taken: Taken, written: Written) -> Result<Captured, Problem> {
    let proof = format!("schema {}", taken.facts.schema);
    let part = Part {
        name: facts::PART.to_owned(),
        files: vec![written.file],
        media_type: facts::MEDIA_TYPE.to_owned(),
        raw: written.raw,
        counts: taken.counts,
        facts: facts::store(&taken.facts)?,
    };
    let snapshots = BTreeMap::from([(facts::PART.to_owned(), proof)]);
    Ok(Captured { parts: vec![part], taken_at: taken.at, until: None, snapshots })
}
