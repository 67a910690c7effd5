//! The index of a tar that a stranger made. Everything in it is hostile until it is
//! proven plain: links, devices, paths that lead elsewhere, two entries of one name,
//! names of a gigabyte. The `tar` crate reads single headers here; it would keep
//! such a name in memory whole.

use std::{
    collections::BTreeSet,
    io::{self, Read},
};

use super::digest::Hasher;
use crate::domain::manifest::{Digest, is_inner_path};

const BLOCK: usize = 512;
/// The longest name, and the longest block of attributes.
const NAME: u64 = 4096;
const ATTRIBUTES: u64 = 64 * 1024;
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// A plain file in a tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, without a leading `./`.
    pub name: String,
    /// Where its bytes begin.
    pub at: u64,
    /// They themselves.
    pub digest: Digest,
}

/// Why a tar was refused.
#[derive(Debug, thiserror::Error)]
pub enum Bad {
    /// It could not be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It ends in the middle.
    #[error("it ends too early")]
    Short,
    /// A header that is none.
    #[error("a damaged header at byte {0}")]
    Header(u64),
    /// It holds more than plain files and folders, or something doubtful; in a word
    /// the catalogues know, and the entry.
    #[error("{0}: {1}")]
    Hostile(&'static str, String),
}

/// Whether it begins like a tar.
pub fn is_tar(head: &[u8]) -> bool {
    head.get(..BLOCK)
        .and_then(|block| <&[u8; BLOCK]>::try_from(block).ok())
        .is_some_and(|block| block.iter().any(|b| *b != 0) && is_whole(block))
}

/// Reads a tar to its end and says what is in it, at most `most` files. `beat` is
/// called now and then; its error ends the reading.
pub fn index(
    source: &mut dyn Read,
    most: usize,
    beat: &mut dyn FnMut() -> io::Result<()>,
) -> Result<Vec<Entry>, Bad> {
    let mut walk = Walk { source, at: 0, beat, names: BTreeSet::new(), entries: Vec::new(), most };
    let mut next = Next::default();
    while let Some(block) = walk.block()? {
        if block.iter().all(|b| *b == 0) {
            break;
        }
        walk.entry(&block, &mut next)?;
    }
    Ok(walk.entries)
}

/// What an entry before it says of the next one.
#[derive(Default)]
struct Next {
    name: Option<Vec<u8>>,
    bytes: Option<u64>,
}

struct Walk<'a> {
    source: &'a mut dyn Read,
    at: u64,
    beat: &'a mut dyn FnMut() -> io::Result<()>,
    names: BTreeSet<String>,
    entries: Vec<Entry>,
    most: usize,
}

impl Walk<'_> {
    /// The next block; `None` at the end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Bad> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.source.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(Bad::Short),
                read => filled += read,
            }
        }
        self.at += BLOCK as u64;
        Ok(Some(block))
    }

    fn entry(&mut self, block: &[u8; BLOCK], next: &mut Next) -> Result<(), Bad> {
        if !is_whole(block) {
            return Err(Bad::Header(self.at - BLOCK as u64));
        }
        let header = tar::Header::from_byte_slice(block);
        let bytes = header.entry_size().map_err(|_| Bad::Header(self.at - BLOCK as u64))?;
        let name = header.path_bytes().into_owned();
        let shown = || String::from_utf8_lossy(&name).into_owned();
        match header.entry_type().as_byte() {
            b'L' => {
                next.name =
                    Some(self.short(bytes, NAME)?.split(|b| *b == 0).next().unwrap_or_default().to_vec())
            }
            b'x' => self.attributes(bytes, next)?,
            b'g' => drop(self.short(bytes, ATTRIBUTES)?),
            b'0' | 0 | b'7' => {
                let Next { name: long, bytes: true_bytes } = std::mem::take(next);
                self.file(&long.unwrap_or(name), true_bytes.unwrap_or(bytes))?;
            }
            b'5' => {
                let folder = std::mem::take(next).name.unwrap_or(name);
                self.pass(bytes)?;
                inner(&folder)?;
            }
            b'1' | b'2' | b'K' => return Err(Bad::Hostile("link", shown())),
            b'3' | b'4' | b'6' => return Err(Bad::Hostile("device", shown())),
            _ => return Err(Bad::Hostile("kind", shown())),
        }
        Ok(())
    }

    fn file(&mut self, name: &[u8], bytes: u64) -> Result<(), Bad> {
        let Some(name) = inner(name)? else { return Err(Bad::Hostile("path", String::new())) };
        if !self.names.insert(name.clone()) {
            return Err(Bad::Hostile("twice", name));
        }
        if self.entries.len() == self.most {
            return Err(Bad::Hostile("count", self.most.to_string()));
        }
        let at = self.at;
        let digest = self.pass(bytes)?;
        self.entries.push(Entry { name, at, digest });
        Ok(())
    }

    /// Reads so many bytes and what fills their last block.
    fn pass(&mut self, bytes: u64) -> Result<Digest, Bad> {
        let mut hasher = Hasher::default();
        let mut chunk = vec![0; CHUNK];
        let mut left = bytes;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let read = self.source.read(&mut chunk[..room])?;
            if read == 0 {
                return Err(Bad::Short);
            }
            hasher.update(&chunk[..read]);
            left -= read as u64;
            (self.beat)()?;
        }
        let fill = (BLOCK as u64 - bytes % BLOCK as u64) % BLOCK as u64;
        let mut rest = [0; BLOCK];
        let mut filled = 0;
        while filled < fill as usize {
            match self.source.read(&mut rest[filled..fill as usize])? {
                0 => return Err(Bad::Short),
                read => filled += read,
            }
        }
        self.at = self.at.checked_add(bytes).and_then(|at| at.checked_add(fill)).ok_or(Bad::Short)?;
        Ok(hasher.finish())
    }

    /// A short entry's bytes.
    fn short(&mut self, bytes: u64, most: u64) -> Result<Vec<u8>, Bad> {
        if bytes > most {
            return Err(Bad::Hostile("name", bytes.to_string()));
        }
        let whole = bytes.div_ceil(BLOCK as u64);
        let mut all = Vec::new();
        for _ in 0..whole {
            all.extend_from_slice(&self.block()?.ok_or(Bad::Short)?);
        }
        all.truncate(usize::try_from(bytes).unwrap_or(0));
        Ok(all)
    }

    fn attributes(&mut self, bytes: u64, next: &mut Next) -> Result<(), Bad> {
        let block = self.short(bytes, ATTRIBUTES)?;
        for attribute in tar::PaxExtensions::new(&block) {
            let attribute = attribute?;
            match attribute.key_bytes() {
                b"path" => next.name = Some(attribute.value_bytes().to_vec()),
                b"size" => {
                    let size = attribute.value().ok().and_then(|v| v.parse().ok());
                    next.bytes = Some(size.ok_or_else(|| Bad::Hostile("name", "size".to_owned()))?);
                }
                b"linkpath" => return Err(Bad::Hostile("link", String::new())),
                key if key.starts_with(b"GNU.sparse") => {
                    return Err(Bad::Hostile("kind", "sparse".to_owned()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a header's sum is right.
fn is_whole(block: &[u8; BLOCK]) -> bool {
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) })
        .sum();
    tar::Header::from_byte_slice(block).cksum().is_ok_and(|told| told == sum)
}

/// A path that stays inside; `None` for the folder itself.
fn inner(name: &[u8]) -> Result<Option<String>, Bad> {
    let hostile = || Bad::Hostile("path", String::from_utf8_lossy(name).chars().take(200).collect());
    let text = std::str::from_utf8(name).map_err(|_| hostile())?;
    let mut path = text.trim_end_matches('/');
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    if text.starts_with('/') || path.is_empty() && text.is_empty() {
        return Err(hostile());
    }
    if path.is_empty() || path == "." {
        return Ok(None);
    }
    if is_inner_path(path) && !path.chars().any(char::is_control) {
        Ok(Some(path.to_owned()))
    } else {
        Err(hostile())
    }
}

#[cfg(test)]
mod tests;
