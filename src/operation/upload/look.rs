//! Looking at a file from elsewhere once, on a thread that may block: what it is,
//! what is in it, and every digest by which it is known again.

mod archive;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use self::archive::Archive;
use super::source::{CHUNK, Seal, Seen, Stop, decoded, listed, missing, open, shown};
use crate::{
    domain::{
        kind::Kind,
        manifest::{Codec, Digest, EngineRef, Manifest},
        outside::OutsideReport,
        problem::Problem,
    },
    engine::{
        Engine, Engines,
        outside::{Inspector, Looked, Sketch},
    },
    problem,
    saga::Progress,
    stream::{
        sniff::{self, HEAD},
        tar,
    },
};

/// Files in one archive or folder, at most.
const FILES: usize = 65_536;
/// So many times the limit a compressed dump may be long: a text of nothing but one
/// letter is no dump, and would be read for days.
const SWELLS: u64 = 64;

/// What is to be looked at, and by whom.
#[derive(Clone)]
pub(super) struct Looking {
    pub(super) engines: Engines,
    /// The kind of the resource it is to be a backup of.
    pub(super) kind: Kind,
    pub(super) path: PathBuf,
    pub(super) seal: Seal,
    /// The file's name where it came from.
    pub(super) name: String,
    /// The longest a file may be.
    pub(super) limit: u64,
    pub(super) stop: Stop,
    pub(super) progress: Progress,
}

/// What its beginning shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Glance {
    /// How it is compressed.
    pub(super) codec: Codec,
    /// Whether it is an archive.
    pub(super) archive: bool,
}

impl Glance {
    /// Whether its files can only be read in order.
    pub(super) fn wrapped(self) -> bool {
        self.archive && self.codec != Codec::None
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Found {
    /// The whole file; `None` for a folder.
    pub(super) whole: Option<Digest>,
    pub(super) take: Take,
    /// Versions for the manifest.
    pub(super) engine: EngineRef,
}

/// How it is taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Take {
    /// The file itself is the part.
    Stream { codec: Codec, raw: Digest, sketch: Sketch, report: OutsideReport },
    /// The part is made of several files.
    Woven { set: Set, index: String, sketch: Sketch, report: OutsideReport },
    /// A backup of a Zelo, with its manifest.
    Zelo { set: Set, manifest: Box<Manifest>, parts: Vec<Own> },
}

/// Files of an archive or a folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Set {
    /// Of an archive: how it is compressed, and its length decoded.
    pub(super) archive: Option<(Codec, u64)>,
    pub(super) files: Vec<FileFact>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FileFact {
    pub(super) name: String,
    /// Where it begins in the decoded archive.
    pub(super) at: u64,
    pub(super) digest: Digest,
}

/// A part of a Zelo's own backup: in which files of the set it lies, and its report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Own {
    pub(super) files: Vec<String>,
    pub(super) report: Option<OutsideReport>,
}

impl Found {
    /// All reports.
    pub(super) fn reports(&self) -> Vec<&OutsideReport> {
        match &self.take {
            Take::Stream { report, .. } | Take::Woven { report, .. } => vec![report],
            Take::Zelo { parts, .. } => parts.iter().filter_map(|part| part.report.as_ref()).collect(),
        }
    }

    /// Bytes that are written, before they are compressed.
    pub(super) fn bytes(&self) -> u64 {
        let all = |set: &Set| -> u64 { set.files.iter().map(|file| file.digest.bytes).sum() };
        match &self.take {
            Take::Stream { codec: Codec::None, raw, .. } => raw.bytes,
            Take::Stream { .. } => self.whole.as_ref().map_or(0, |whole| whole.bytes),
            Take::Woven { set, .. } | Take::Zelo { set, .. } => {
                let unpacked = match set.archive {
                    Some((Codec::None, _)) | None => 0,
                    Some((_, bytes)) => bytes,
                };
                unpacked + all(set)
            }
        }
    }
}

impl Found {
    /// What that takes in the store at least. Deliberately low: a refusal must not be
    /// wrong, and the reserve is watched while writing.
    pub(super) fn least(&self) -> u64 {
        match &self.take {
            Take::Stream { codec: Codec::None, sketch, .. } if sketch.compress => self.bytes() / 4,
            Take::Woven { .. } => self.bytes() / 4,
            _ => self.bytes(),
        }
    }
}

impl Take {
    /// How an archive is compressed that must be unpacked first, and its length then.
    pub(super) fn wrapped(&self) -> Option<(Codec, u64)> {
        match self {
            Self::Woven { set, .. } | Self::Zelo { set, .. } => {
                set.archive.filter(|(wrap, _)| *wrap != Codec::None)
            }
            Self::Stream { .. } => None,
        }
    }
}

impl Looking {
    /// Looks at its beginning. Problems: `upload-…`.
    pub(super) fn glance(&self) -> Result<Glance, Problem> {
        if self.seal.folder {
            return Ok(Glance { codec: Codec::None, archive: false });
        }
        let (codec, inner) = self.head()?;
        let archive = tar::is_tar(&inner);
        if !archive {
            self.inspector(&inner)?;
        }
        Ok(Glance { codec, archive })
    }

    /// Looks through it. Problems: `upload-…`, and those of the engines.
    pub(super) fn look(&self) -> Result<Found, Problem> {
        if self.seal.folder {
            return self.folder();
        }
        let (codec, inner) = self.head()?;
        if tar::is_tar(&inner) { self.archive(codec) } else { self.stream(codec, &inner) }
    }

    /// How it is compressed, and how what is in it begins.
    fn head(&self) -> Result<(Codec, Vec<u8>), Problem> {
        if self.seal.bytes == 0 {
            return Err(self.unknown(&[]));
        }
        self.within(self.seal.bytes, self.limit)?;
        let mut head = Vec::new();
        open(&self.path)?.take(HEAD as u64).read_to_end(&mut head).map_err(|e| missing(&self.path, &e))?;
        let codec = sniff::codec(&head);
        let mut inner = Vec::new();
        let file = decoded(codec, open(&self.path)?).map_err(|e| self.broken(&e))?;
        let read = file.take(HEAD as u64).read_to_end(&mut inner);
        // A short file that cannot be decoded to its end is told what it looks like.
        if let (Err(error), true) = (read, inner.is_empty()) {
            return Err(self.broken(&error));
        }
        Ok((codec, inner))
    }

    /// All of the file, from its beginning.
    fn whole(&self) -> Result<Seen<File>, Problem> {
        Ok(Seen::new(open(&self.path)?, self.stop.clone()).told(&self.progress))
    }

    fn within(&self, bytes: u64, most: u64) -> Result<(), Problem> {
        if bytes <= most {
            return Ok(());
        }
        Err(problem!("upload-too-large", file = &self.name, bytes = bytes, total = most))
    }

    fn stream(&self, codec: Codec, head: &[u8]) -> Result<Found, Problem> {
        let mut inspector = self.inspector(head)?;
        let mut seen = self.whole()?;
        let (whole, raw) = if codec == Codec::None {
            // One and the same: digested once.
            let raw = self.inspect(seen, &mut *inspector)?;
            (raw.clone(), raw)
        } else {
            let source = decoded(codec, &mut seen).map_err(|e| self.broken(&e))?;
            let most = self.limit.saturating_mul(SWELLS);
            let source = Seen::new(source.take(most.saturating_add(1)), self.stop.clone());
            let raw = self.inspect(source, &mut *inspector)?;
            self.within(raw.bytes, most)?;
            (seen.end().map_err(|e| self.broken(&e))?, raw)
        };
        let Looked { report, sketch } = inspector.finish().map_err(|p| self.named(p))?;
        let report = self.signed(report, codec);
        let engine = report.engine.clone();
        Ok(Found { whole: Some(whole), take: Take::Stream { codec, raw, sketch, report }, engine })
    }

    /// Gives all of a stream to an inspector.
    fn inspect<R: Read>(&self, mut seen: Seen<R>, inspector: &mut dyn Inspector) -> Result<Digest, Problem> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = seen.read(&mut chunk).map_err(|e| self.broken(&e))?;
            if read == 0 {
                return seen.end().map_err(|e| self.broken(&e));
            }
            inspector.see(&chunk[..read]).map_err(|p| self.named(p))?;
        }
    }

    fn archive(&self, wrap: Codec) -> Result<Found, Problem> {
        let mut seen = self.whole()?;
        let (entries, length) = {
            let source = decoded(wrap, &mut seen).map_err(|e| self.broken(&e))?;
            let source = source.take(self.limit.saturating_add(1));
            let mut counted = Seen::new(source, self.stop.clone());
            let stop = self.stop.clone();
            let entries = tar::index(&mut counted, FILES, &mut || stop.check());
            let length = counted.end().map_err(|e| self.broken(&e))?.bytes;
            // Before what is wrong with it: of one that is too long the end is missing.
            self.within(length, self.limit)?;
            (entries.map_err(|bad| self.hostile(bad))?, length)
        };
        let whole = seen.end().map_err(|e| self.broken(&e))?;
        let fact = |e: tar::Entry| FileFact { name: e.name, at: e.at, digest: e.digest };
        let files = entries.into_iter().map(fact).collect();
        let set = Set { archive: Some((wrap, length)), files };
        self.set(set, Some(whole), wrap)
    }

    fn folder(&self) -> Result<Found, Problem> {
        let mut files = Vec::new();
        let mut all = 0;
        for name in listed(&self.path, FILES)? {
            let path = self.path.join(&name);
            let seen = Seen::new(open(&path)?, self.stop.clone()).told(&self.progress);
            let digest = seen.end().map_err(|e| missing(&path, &e))?;
            all += digest.bytes;
            self.within(all, self.limit)?;
            files.push(FileFact { name, at: 0, digest });
        }
        self.set(Set { archive: None, files }, None, Codec::None)
    }

    /// A set of files: a backup of a Zelo, or what a kind recognises.
    fn set(&self, set: Set, whole: Option<Digest>, codec: Codec) -> Result<Found, Problem> {
        let archive = Archive { looking: self, set: &set };
        if let Some(manifest) = archive.manifest()? {
            let parts = archive.parts(&manifest)?;
            let engine = manifest.engine.clone();
            return Ok(Found {
                whole,
                take: Take::Zelo { set, manifest: Box::new(manifest), parts },
                engine,
            });
        }
        let names: Vec<&str> = set.files.iter().map(|file| file.name.as_str()).collect();
        let engine = self.engines.get(&self.kind)?;
        let Some(mut keyed) = engine.recognise_files(&names) else {
            let other = self.others().find(|other| other.recognise_files(&names).is_some());
            return Err(match other {
                Some(other) => self.other_kind(&other.kind()),
                None => problem!(
                    "upload-unknown",
                    file = &self.name,
                    looks = if set.archive.is_some() { "tar" } else { "folder" }
                ),
            });
        };
        let file = Seen::new(archive.open(&keyed.index)?, self.stop.clone());
        self.inspect(file, &mut *keyed.inspector)?;
        let Looked { report, sketch } = keyed.inspector.finish().map_err(|p| self.named(p))?;
        let report = self.signed(report, codec);
        let engine = report.engine.clone();
        Ok(Found { whole, take: Take::Woven { set, index: keyed.index, sketch, report }, engine })
    }

    /// Who reads a stream that begins like this. Problems: `upload-other-kind`,
    /// `upload-unknown`.
    fn inspector(&self, head: &[u8]) -> Result<Box<dyn Inspector>, Problem> {
        if let Some(inspector) = self.engines.get(&self.kind)?.recognise(&self.name, head) {
            return Ok(inspector);
        }
        match self.others().find(|other| other.recognise(&self.name, head).is_some()) {
            Some(other) => Err(self.other_kind(&other.kind())),
            None => Err(self.unknown(head)),
        }
    }

    fn others(&self) -> impl Iterator<Item = &std::sync::Arc<dyn Engine>> {
        self.engines.all().filter(|engine| engine.kind() != self.kind)
    }

    fn signed(&self, report: OutsideReport, codec: Codec) -> OutsideReport {
        OutsideReport { file: crate::domain::outside::shown(&self.name), codec, ..report }
    }

    fn unknown(&self, head: &[u8]) -> Problem {
        problem!("upload-unknown", file = &self.name, looks = sniff::looks(head))
    }

    fn other_kind(&self, found: &Kind) -> Problem {
        problem!("upload-other-kind", file = &self.name, found = found.as_str(), wanted = self.kind.as_str())
    }

    fn broken(&self, error: &io::Error) -> Problem {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.named(problem!("upload-truncated").detail(error)),
            _ => self.named(problem!("upload-broken").detail(error)),
        }
    }

    fn hostile(&self, bad: tar::Bad) -> Problem {
        match bad {
            tar::Bad::Io(error) => self.broken(&error),
            tar::Bad::Short => self.named(problem!("upload-truncated")),
            tar::Bad::Header(_) => self.named(problem!("upload-broken").detail(bad)),
            tar::Bad::Hostile(why, entry) => self.named(problem!(
                "upload-archive",
                why = why,
                entry = crate::domain::outside::shown(&entry)
            )),
        }
    }

    /// The same with the file's name, which engines do not know.
    fn named(&self, problem: Problem) -> Problem {
        if problem.args.contains_key("file") { problem } else { problem.with("file", &self.name) }
    }

    /// Opens a file of a set.
    fn file(&self, set: &Set, file: &FileFact) -> Result<Box<dyn Read>, Problem> {
        let Some((wrap, _)) = set.archive else {
            return Ok(Box::new(open(&self.path.join(&file.name))?));
        };
        let mut source = open(&self.path)?;
        if wrap == Codec::None {
            source.seek(SeekFrom::Start(file.at)).map_err(|e| missing(&self.path, &e))?;
            return Ok(Box::new(source.take(file.digest.bytes)));
        }
        let mut source = decoded(wrap, source).map_err(|e| self.broken(&e))?;
        let passed =
            io::copy(&mut (&mut source).take(file.at), &mut io::sink()).map_err(|e| self.broken(&e))?;
        if passed < file.at {
            return Err(self.named(problem!("upload-truncated")));
        }
        Ok(Box::new(source.take(file.digest.bytes)))
    }

    /// The path in a message.
    fn shown(&self) -> String {
        shown(&self.path)
    }
}

#[cfg(test)]
mod tests;
