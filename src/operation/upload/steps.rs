//! The steps of an upload that only it has once the file was looked through: unpack,
//! take in, check, put the received file away.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use async_trait::async_trait;

use super::{
    files::{Agreed, Lie, opened},
    look::{Found, Own, Set, Take},
    source::{Seal, blocking, changed},
};
use crate::{
    domain::{
        backup::Compression,
        clock::Moment,
        manifest::{Codec, Digest, Manifest, Part, PartFile},
        msg::Msg,
        names::slug,
        outside::OutsideReport,
        problem::Problem,
    },
    engine::{
        Access, Captured, Engine, Shelf,
        outside::{Files as _, Sketch, with_report},
    },
    host::Reader,
    msg,
    operation::steps::counted,
    saga::{
        Cx,
        step::{Adds, Limits, Reads, Slot, Step, UndoRule},
    },
    store::{
        StorePath,
        part::{OnBytes, WritePart, Written, open_part},
    },
    stream::{
        decode::{DecodeError, Next, decode},
        digest::Hasher,
    },
};

/// The decoded archive in the staging folder.
const UNPACKED: &str = "unpacked.tar";

/// Decodes a compressed archive into the staging folder, so that its files can be
/// read in any order.
pub(super) struct Unpack {
    pub(super) shelf: Shelf,
    pub(super) path: PathBuf,
    pub(super) found: Slot<Found>,
}

/// Where the decoded archive lies.
fn unpacked(shelf: &Shelf) -> Result<StorePath, Problem> {
    Ok(shelf.resource.join(&format!("{}/{UNPACKED}", shelf.folder))?)
}

#[async_trait]
impl Step for Unpack {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "unpack".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-unpack")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-staged"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let found = cx.get(&self.found)?;
        let Some((wrap, bytes)) = found.take.wrapped() else { return Err(changed(&self.path)) };
        cx.progress().expect(bytes);
        let file = opened(self.path.clone()).await?;
        let mut decoded = decode(wrap, file, Hasher::default());
        let at = unpacked(&self.shelf)?;
        let mut writer = self.shelf.store.create(&at, bytes).await?;
        let mut left = bytes;
        loop {
            match decoded.next().await.map_err(|e| undecoded(&self.path, e))? {
                Next::Bytes(bytes) => {
                    // More than was agreed is not written, however long it goes on.
                    left = left.checked_sub(bytes.len() as u64).ok_or_else(|| changed(&self.path))?;
                    cx.progress().add(bytes.len() as u64);
                    writer.write(bytes).await?;
                }
                Next::End(ended) if found.whole.as_ref() == Some(&ended.stored) => break,
                Next::End(_) => return Err(changed(&self.path)),
            }
        }
        writer.finish().await?;
        Ok(())
    }
}

fn undecoded(path: &std::path::Path, error: DecodeError) -> Problem {
    match error {
        DecodeError::Source(error) => super::source::missing(path, &error),
        // It could be decoded when it was looked at.
        DecodeError::Corrupt { .. } => changed(path),
    }
}

/// Writes the parts into the staging folder.
pub(super) struct TakeIn {
    pub(super) shelf: Shelf,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) path: PathBuf,
    pub(super) found: Slot<Found>,
    /// When the upload was asked for.
    pub(super) made_at: Moment,
}

#[async_trait]
impl Step for TakeIn {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        "store".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-store")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-staged"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let found = cx.get(&self.found)?;
        cx.progress().expect(found.bytes());
        let parts = match &found.take {
            Take::Stream { codec, raw, sketch, report } => {
                vec![self.stream(cx, *codec, (found.whole.as_ref(), raw), sketch, report).await?]
            }
            Take::Woven { set, index, sketch, report } => {
                vec![self.woven(cx, set, index, sketch, report).await?]
            }
            Take::Zelo { set, manifest, parts } => self.own(cx, set, manifest, parts).await?,
        };
        self.shelf.store.remove(&unpacked(&self.shelf)?).await?;
        // Of a strange clock nothing later than now is believed.
        let (taken_at, snapshots) = match &found.take {
            Take::Zelo { manifest, .. } => {
                (manifest.taken_at.min(self.made_at), manifest.consistency.snapshots.clone())
            }
            _ => (self.made_at, BTreeMap::new()),
        };
        Ok(Captured { parts, taken_at, until: None, snapshots })
    }
}

impl TakeIn {
    /// The file as it is; one that is not compressed is compressed on its way.
    async fn stream(
        &self,
        cx: &Cx,
        codec: Codec,
        (whole, raw): (Option<&Digest>, &Digest),
        sketch: &Sketch,
        report: &OutsideReport,
    ) -> Result<Part, Problem> {
        let source = opened(self.path.clone()).await?;
        let compression = compression(codec == Codec::None && sketch.compress);
        let name = format!("{}{}", file_name(report, sketch), codec.suffix());
        let written = self.write(cx, &name, compression, raw.bytes, Box::pin(source)).await?;
        if whole != Some(&written.raw) {
            return Err(changed(&self.path));
        }
        let file = if codec == Codec::None { written.file } else { PartFile { codec, ..written.file } };
        sketch.part(report, vec![file], raw.clone())
    }

    /// What the engine makes of several files.
    async fn woven(
        &self,
        cx: &Cx,
        set: &Set,
        index: &str,
        sketch: &Sketch,
        report: &OutsideReport,
    ) -> Result<Part, Problem> {
        let source = self.engine.weave(index, Arc::new(self.files(set)?))?;
        let name = file_name(report, sketch);
        let bytes = set.files.iter().map(|file| file.digest.bytes).sum();
        let written = self.write(cx, &name, compression(sketch.compress), bytes, source).await?;
        sketch.part(report, vec![written.file], written.raw)
    }

    /// The parts of a Zelo's backup, byte by byte.
    async fn own(&self, cx: &Cx, set: &Set, manifest: &Manifest, own: &[Own]) -> Result<Vec<Part>, Problem> {
        let files = self.files(set)?;
        let mut parts = Vec::new();
        for (at, (part, Own { files: names, report })) in manifest.parts.iter().zip(own).enumerate() {
            let mut taken = Vec::new();
            for (file, name) in part.files.iter().zip(names) {
                let source = files.open(name).await?;
                // Ours may be called what theirs was; the number keeps them apart.
                let base = file.path.rsplit('/').next().unwrap_or_default();
                let target = format!("{at}-{}-{}", taken.len(), slug(base));
                let written = self.write(cx, &target, Compression::None, file.stored.bytes, source).await?;
                if written.raw != file.stored {
                    return Err(changed(&self.path));
                }
                taken.push(PartFile { codec: file.codec, ..written.file });
            }
            let facts = match report {
                Some(report) => with_report(part.facts.clone(), report)?,
                None => part.facts.clone(),
            };
            parts.push(Part { files: taken, facts, ..part.clone() });
        }
        Ok(parts)
    }

    fn files(&self, set: &Set) -> Result<Agreed, Problem> {
        let lie = match set.archive {
            None => Lie::Folder(self.path.clone()),
            Some((Codec::None, _)) => Lie::Archive(self.path.clone()),
            Some(_) => Lie::Decoded(self.shelf.store.clone(), unpacked(&self.shelf)?),
        };
        Ok(Agreed::new(lie, self.path.clone(), set))
    }

    async fn write(
        &self,
        cx: &Cx,
        name: &str,
        compression: Compression,
        expect: u64,
        source: Reader,
    ) -> Result<Written, Problem> {
        let path = format!("{}/{name}", self.shelf.folder);
        let to = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &path,
            compression,
            expect,
            tap: None,
            on_bytes: counted(cx),
        };
        to.from(source).await
    }
}

/// What a part's file is called, after what it is of.
fn file_name(report: &OutsideReport, sketch: &Sketch) -> String {
    let item = report.item.strip_suffix(&format!(".{}", sketch.suffix)).unwrap_or(&report.item);
    format!("{}.{}", slug(item), sketch.suffix)
}

fn compression(compress: bool) -> Compression {
    if compress { Compression::Auto } else { Compression::None }
}

/// Reads what was staged to its end and checks its structure, with the engine's own
/// tools where they can be had.
pub(super) struct Structure {
    pub(super) shelf: Shelf,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) access: Option<Access>,
    pub(super) taken: Slot<Captured>,
}

#[async_trait]
impl Step for Structure {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "structure".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-structure")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        for part in cx.get(&self.taken)?.parts {
            let on_bytes: OnBytes = counted(cx);
            let raw = open_part(self.shelf.store.clone(), &self.shelf.resource, &part, on_bytes).await?;
            self.engine.validate(self.access.as_ref(), &part, raw).await?;
        }
        Ok(())
    }
}

/// Removes the received file once its contents are in the store.
pub(super) struct PutAway {
    pub(super) path: PathBuf,
    pub(super) seal: Seal,
}

#[async_trait]
impl Step for PutAway {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "received".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-put-away")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-put-away"))
    }

    /// What stands there by now may be another file: that one stays.
    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let (path, seal) = (self.path.clone(), self.seal.clone());
        let remove = move || {
            if !seal.folder && seal.still(&path).is_ok() && std::fs::remove_file(&path).is_err() {
                tracing::warn!(path = %path.display(), "a received file stays");
            }
            Ok(())
        };
        blocking(remove).await
    }
}
