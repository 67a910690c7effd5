//! Whether a base backup is what its manifest says, in one pass over its tar: what
//! `pg_verifybackup` looks at, without unpacking anything. The manifest comes last, so
//! digests are kept (a file's path and 40 bytes) until it is there.

use std::{
    collections::{HashMap, HashSet},
    io,
};

use sha2::{Digest as _, Sha256};
use tar::Header;
use tokio::io::AsyncReadExt;

use super::{
    MANIFEST,
    manifest::{Manifest, Seen},
};
use crate::{
    domain::{manifest::is_inner_path, problem::Problem},
    host::Reader,
    problem,
};

const BLOCK: usize = 512;
/// Bytes read at a time.
const CHUNK: usize = 1 << 20;
/// The longest manifest that is read.
const MANIFEST_MOST: u64 = 512 << 20;
/// Where the WAL lies: the manifest does not list its segments.
const WAL: &str = "pg_wal/";

/// What was found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Files with a digest.
    pub files: u64,
    /// Segments of WAL.
    pub segments: u64,
}

/// Reads a tar to its end. Problems: `structure-cluster`, whatever `unread` makes of an
/// error of the reader.
pub async fn verify(mut raw: Reader, unread: fn(&io::Error) -> Problem) -> Result<Verified, Problem> {
    let (mut walk, mut chunk) = (Walk::default(), vec![0; CHUNK]);
    loop {
        let mut filled = 0;
        while filled < CHUNK {
            let read = raw.read(chunk.get_mut(filled..).unwrap_or_default()).await;
            match read.map_err(|e| unread(&e))? {
                0 => break,
                read => filled += read,
            }
        }
        // Digests of a mebibyte at a time would hold up everything else.
        let fed = tokio::task::spawn_blocking(move || {
            let fed = walk.feed(chunk.get(..filled).unwrap_or_default());
            (walk, chunk, fed)
        });
        let fed = fed.await.map_err(|e| broken(e.to_string()))?;
        (walk, chunk) = (fed.0, fed.1);
        fed.2.map_err(broken)?;
        if filled < CHUNK {
            return walk.end().map_err(broken);
        }
    }
}

fn broken(why: String) -> Problem {
    problem!("structure-cluster").detail(why)
}

/// A tar as the server writes it: plain headers, files and folders.
#[derive(Default)]
struct Walk {
    /// What of the next header has come.
    block: Vec<u8>,
    file: Option<File>,
    /// Bytes that fill the last block of a file, still to come.
    fill: u64,
    zeros: u32,
    seen: HashMap<Vec<u8>, Seen>,
    /// Names of WAL segments, with their bytes.
    wal: HashMap<String, u64>,
    manifest: Option<Vec<u8>>,
}

/// The file that is being read.
struct File {
    path: Vec<u8>,
    bytes: u64,
    left: u64,
    digest: Sha256,
}

impl Walk {
    fn feed(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            if let Some(file) = &mut self.file {
                let now = first(&mut bytes, file.left);
                file.left -= now.len() as u64;
                file.digest.update(now);
                if let Some(manifest) = self.manifest.as_mut().filter(|_| file.path == MANIFEST.as_bytes()) {
                    manifest.extend_from_slice(now);
                }
                if file.left == 0 {
                    self.close();
                }
            } else if self.fill > 0 {
                self.fill -= first(&mut bytes, self.fill).len() as u64;
            } else {
                self.block.extend_from_slice(first(&mut bytes, (BLOCK - self.block.len()) as u64));
                if self.block.len() == BLOCK {
                    self.header()?;
                    self.block.clear();
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(file) = self.file.take() else { return };
        self.fill = file.bytes.next_multiple_of(BLOCK as u64) - file.bytes;
        match std::str::from_utf8(&file.path).ok().and_then(segment) {
            Some(name) => drop(self.wal.insert(name.to_owned(), file.bytes)),
            None if file.path == MANIFEST.as_bytes() => {}
            None => drop(self.seen.insert(file.path, (file.bytes, file.digest.finalize().into()))),
        }
    }

    fn header(&mut self) -> Result<(), String> {
        if self.block.iter().all(|byte| *byte == 0) {
            self.zeros += 1;
            return Ok(());
        }
        if self.zeros > 0 {
            return Err("something comes after the archive's end".to_owned());
        }
        let header = Header::from_byte_slice(&self.block);
        let sum: u32 = self.block.iter().map(|byte| u32::from(*byte)).sum::<u32>()
            - self.block.iter().skip(148).take(8).map(|byte| u32::from(*byte)).sum::<u32>()
            + 8 * 32;
        let bytes = header.entry_size().map_err(|_| "a header that is none")?;
        if header.cksum().map_err(|_| "a header that is none")? != sum {
            return Err("a damaged header".to_owned());
        }
        let path = header.path_bytes().into_owned();
        let shown = String::from_utf8_lossy(&path).into_owned();
        let kind = header.entry_type();
        if kind.is_dir() {
            return Ok(());
        }
        if !kind.is_file() || !is_inner_path(&shown) {
            return Err(format!("\"{shown}\" is no plain file"));
        }
        self.open(path, &shown, bytes)
    }

    fn open(&mut self, path: Vec<u8>, shown: &str, bytes: u64) -> Result<(), String> {
        let known = segment(shown).is_some_and(|name| self.wal.contains_key(name));
        let is_manifest = path == MANIFEST.as_bytes();
        if known || self.seen.contains_key(&path) || (is_manifest && self.manifest.is_some()) {
            return Err(format!("\"{shown}\" is there twice"));
        }
        if is_manifest {
            if bytes > MANIFEST_MOST {
                return Err(format!("a manifest of {bytes} bytes"));
            }
            self.manifest = Some(Vec::new());
        }
        self.file = Some(File { path, bytes, left: bytes, digest: Sha256::new() });
        if bytes == 0 {
            self.close();
        }
        Ok(())
    }

    fn end(self) -> Result<Verified, String> {
        if self.file.is_some() || self.fill > 0 || !self.block.is_empty() || self.zeros < 2 {
            return Err("it ends in the middle".to_owned());
        }
        let manifest = Manifest::parse(&self.manifest.ok_or("it has no manifest")?)?;
        compare(&manifest.files, &self.seen)?;
        let segment = self.wal.values().next().copied().unwrap_or(0);
        let mut needed = HashSet::new();
        for range in &manifest.wal {
            needed.extend(range.segments(segment)?);
        }
        if needed.is_empty() {
            return Err("it names no WAL".to_owned());
        }
        if let Some(name) = needed.iter().find(|name| self.wal.get(*name) != Some(&segment)) {
            return Err(format!("the WAL segment {name} is missing or short"));
        }
        Ok(Verified { files: manifest.files.len() as u64, segments: needed.len() as u64 })
    }
}

/// In the words of `pg_verifybackup`.
fn compare(wanted: &HashMap<Vec<u8>, Seen>, seen: &HashMap<Vec<u8>, Seen>) -> Result<(), String> {
    let shown = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    for (path, (bytes, digest)) in wanted {
        match seen.get(path) {
            None => return Err(format!("\"{}\" is in the manifest but not in the archive", shown(path))),
            Some((found, _)) if found != bytes => {
                return Err(format!("\"{}\" has {found} bytes instead of {bytes}", shown(path)));
            }
            Some((_, found)) if found != digest => {
                return Err(format!("checksum mismatch for file \"{}\"", shown(path)));
            }
            Some(_) => {}
        }
    }
    match seen.keys().find(|path| !wanted.contains_key(*path) && !path.starts_with(WAL.as_bytes())) {
        Some(extra) => Err(format!("\"{}\" is in the archive but not in the manifest", shown(extra))),
        None => Ok(()),
    }
}

/// The name of a WAL segment, if the path is one's.
fn segment(path: &str) -> Option<&str> {
    let name = path.strip_prefix(WAL)?;
    (name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

/// Takes at most so many bytes off the front.
fn first<'a>(bytes: &mut &'a [u8], most: u64) -> &'a [u8] {
    let (now, rest) = bytes.split_at(usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len()));
    *bytes = rest;
    now
}
