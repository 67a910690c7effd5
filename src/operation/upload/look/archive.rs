//! A backup of a Zelo as it is downloaded: its manifest, and the files the manifest
//! names. Nothing in it is believed: every digest is computed, every part read.

use std::io::Read;

use super::{FileFact, Looking, Own, Set};
use crate::{
    domain::{
        manifest::{FILE, Manifest, Part},
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
        let mut readers: Box<dyn Read> = Box::new(std::io::empty());
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
            let stored = self.looking.file(self.set, found)?;
            let raw = decoded(file.codec, stored).map_err(|e| self.looking.broken(&e))?;
            readers = Box::new(readers.chain(raw));
            files.push(found.name.clone());
        }
        let report = self.read(part, readers)?;
        Ok(Own { files, report })
    }

    /// Reads a part to its end; what a kind that knows it says of it.
    fn read(&self, part: &Part, raw: Box<dyn Read>) -> Result<Option<OutsideReport>, Problem> {
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
