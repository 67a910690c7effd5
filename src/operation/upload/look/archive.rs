//! A backup of a Zelo as it is downloaded: its manifest, and the files the manifest
//! names. Nothing in it is believed: every digest is computed, every part read.

use std::{
    collections::BTreeSet,
    io::{self, Read},
};

use super::{FileFact, Looking, Own, Set};
use crate::{
    domain::{
        manifest::{Codec, FILE, Manifest, Part},
        outside::OutsideReport,
        problem::Problem,
    },
    engine::outside::Inspector,
    problem,
    stream::sniff::HEAD,
};

use super::super::source::{CHUNK, Seen, decoded};

/// A manifest is not longer.
const LONGEST: u64 = 32 << 20;
/// More parts no backup has.
const PARTS: usize = 10_000;

/// A set of files being looked at.
pub(super) struct Archive<'a> {
    pub(super) looking: &'a Looking,
    pub(super) set: &'a Set,
}

impl Archive<'_> {
    /// Its manifest, if it has one. Problem `upload-manifest`.
    pub(super) fn manifest(&self) -> Result<Option<Manifest>, Problem> {
        let is_manifest = |file: &&FileFact| file.name.rsplit('/').next() == Some(FILE);
        let mut manifests = self.set.files.iter().filter(is_manifest);
        let (Some(file), None) = (manifests.next(), manifests.next()) else { return Ok(None) };
        let bad = |why: &str| problem!("upload-manifest", file = &self.looking.name).detail(why);
        let mut bytes = Vec::new();
        let read = self.looking.file(self.set, file)?.take(LONGEST + 1).read_to_end(&mut bytes);
        read.map_err(|e| self.looking.broken(&e))?;
        if bytes.len() as u64 > LONGEST {
            return Err(bad("it is too long"));
        }
        let manifest = Manifest::parse(&bytes).map_err(|e| bad(&e.to_string()))?;
        if manifest.resource.kind != self.looking.kind {
            return Err(self.looking.other_kind(&manifest.resource.kind));
        }
        let files: usize = manifest.parts.iter().map(|part| part.files.len()).sum();
        if manifest.parts.is_empty() || manifest.parts.len() > PARTS || files > PARTS {
            return Err(bad("it names no parts, or too many"));
        }
        // Each byte is read once: a small file named often would take for ever.
        let mut named = BTreeSet::new();
        let all = manifest.parts.iter().flat_map(|part| &part.files);
        let mut found = all.filter_map(|file| self.find(&file.path));
        if !found.all(|file| named.insert(&file.name)) {
            return Err(bad("it names a file twice"));
        }
        Ok(Some(manifest))
    }

    /// Opens one of its files.
    pub(super) fn open(&self, name: &str) -> Result<Box<dyn Read>, Problem> {
        let file = self.set.files.iter().find(|file| file.name == name);
        let file = file.ok_or_else(|| problem!("upload-missing", file = self.looking.shown()))?;
        self.looking.file(self.set, file)
    }

    /// Reads every part the manifest names. Problems: `upload-part-missing`,
    /// `upload-part-damaged`, `part-encrypted`.
    pub(super) fn parts(&self, manifest: &Manifest) -> Result<Vec<Own>, Problem> {
        manifest.parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Part) -> Result<Own, Problem> {
        let mut files = Vec::new();
        for file in &part.files {
            if let Some(key) = &file.key {
                return Err(problem!("part-encrypted", path = &file.path, key = key));
            }
            let found = self.find(&file.path).ok_or_else(|| {
                problem!("upload-part-missing", file = &self.looking.name, path = &file.path)
            })?;
            if found.digest != file.stored {
                return Err(self.damaged(&file.path));
            }
            files.push((found, file.codec));
        }
        let names = files.iter().map(|(found, _)| found.name.clone()).collect();
        let raw = Pieces { archive: self, files: files.into_iter(), now: None };
        // More than the manifest says is wrong, and not worth reading.
        let report = self.read(part, raw.take(part.raw.bytes.saturating_add(1)))?;
        Ok(Own { files: names, report })
    }

    /// Reads a part to its end; what a kind that knows it says of it.
    fn read(&self, part: &Part, raw: impl Read) -> Result<Option<OutsideReport>, Problem> {
        let mut seen = Seen::new(raw, self.looking.stop.clone());
        let mut head = Vec::new();
        (&mut seen).take(HEAD as u64).read_to_end(&mut head).map_err(|e| self.looking.broken(&e))?;
        let engine = self.looking.engines.get(&self.looking.kind)?;
        let mut inspector: Option<Box<dyn Inspector>> = engine.recognise(&part.name, &head);
        let named = |p: Problem| self.looking.named(p);
        if let Some(inspector) = &mut inspector {
            inspector.see(&head).map_err(named)?;
        }
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = seen.read(&mut chunk).map_err(|e| self.looking.broken(&e))?;
            if read == 0 {
                break;
            }
            if let Some(inspector) = &mut inspector {
                inspector.see(&chunk[..read]).map_err(named)?;
            }
        }
        if seen.end().map_err(|e| self.looking.broken(&e))? != part.raw {
            return Err(self.damaged(&part.name));
        }
        let Some(inspector) = inspector else { return Ok(None) };
        let looked = inspector.finish().map_err(named)?;
        let item = if looked.sketch.per_item {
            part.name.strip_prefix(&looked.sketch.name)
        } else {
            looked.sketch.item.as_deref()
        };
        let codec = part.files.first().map_or(looked.report.codec, |file| file.codec);
        let item = item.unwrap_or_default().to_owned();
        Ok(Some(OutsideReport { item, ..self.looking.signed(looked.report, codec) }))
    }

    /// The file a manifest's path stands for. Its paths begin at the resource's
    /// folder; an archive or a copied folder may begin at the backup's own.
    fn find(&self, path: &str) -> Option<&FileFact> {
        let own = path.split_once('/').map_or(path, |(_, rest)| rest);
        let name = path.rsplit('/').next().unwrap_or(path);
        let at = self.set.files.iter().find(|file| file.name.rsplit('/').next() == Some(FILE));
        let folder = at.and_then(|file| file.name.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let inside =
            |rest: &str| if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") };
        [path.to_owned(), inside(own), own.to_owned(), inside(name)]
            .iter()
            .find_map(|wanted| self.set.files.iter().find(|file| file.name == *wanted))
    }

    fn damaged(&self, path: &str) -> Problem {
        problem!("upload-part-damaged", file = &self.looking.name, path = path)
    }
}

/// A part's files decoded one after another, each opened when it is its turn: a
/// manifest may name more than can be open at once.
struct Pieces<'a> {
    archive: &'a Archive<'a>,
    files: std::vec::IntoIter<(&'a FileFact, Codec)>,
    now: Option<Box<dyn Read>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(now) = &mut self.now {
                let read = now.read(into)?;
                if read > 0 || into.is_empty() {
                    return Ok(read);
                }
            }
            let Some((file, codec)) = self.files.next() else { return Ok(0) };
            let Archive { looking, set } = self.archive;
            let stored = looking.file(set, file).map_err(|problem| io::Error::other(problem.to_string()))?;
            self.now = Some(decoded(codec, stored)?);
        }
    }
}
