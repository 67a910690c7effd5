//! The server's manifest of a base backup (PostgreSQL's "Backup Manifest Format",
//! versions 1 and 2): every file with size and digest, the WAL it needs, and its own
//! digest in its last line.

use std::collections::HashMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::backup::Taken;

/// The newest version of the format that is understood.
const NEWEST: u32 = 2;
/// The line before this one is the last that the manifest's own digest covers.
const OWN: &[u8] = b"\"Manifest-Checksum\"";

/// A file as it was sent: its size and SHA-256.
pub(super) type Seen = (u64, [u8; 32]);

/// A manifest, its own digest found right.
#[derive(Debug)]
pub(super) struct Manifest {
    /// By path, in the data directory.
    pub(super) files: HashMap<Vec<u8>, Seen>,
    /// What must be replayed, in order.
    pub(super) wal: Vec<WalRange>,
}

/// A stretch of WAL on one timeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WalRange {
    pub(super) timeline: u32,
    #[serde(rename = "Start-LSN")]
    pub(super) start: String,
    #[serde(rename = "End-LSN")]
    pub(super) end: String,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "PostgreSQL-Backup-Manifest-Version")]
    version: u32,
    #[serde(rename = "Files")]
    files: Vec<File>,
    #[serde(rename = "WAL-Ranges")]
    wal: Vec<WalRange>,
    #[serde(rename = "Manifest-Checksum")]
    own: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    path: Option<String>,
    /// Hexadecimal, for a path that is no UTF-8.
    #[serde(rename = "Encoded-Path")]
    encoded: Option<String>,
    size: u64,
    #[serde(rename = "Checksum-Algorithm")]
    algorithm: Option<String>,
    checksum: Option<String>,
}

impl Manifest {
    /// Reads one. The error says what is wrong with it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let written: Written = serde_json::from_slice(bytes).map_err(|e| format!("manifest: {e}"))?;
        if written.version == 0 || written.version > NEWEST {
            return Err(format!("a manifest of version {}", written.version));
        }
        let before = memchr::memmem::rfind(bytes, OWN).ok_or("a manifest without a digest")?;
        let covered = bytes.get(..before).unwrap_or_default();
        if hex::encode(Sha256::digest(covered)) != written.own {
            return Err("manifest checksum mismatch".to_owned());
        }
        let mut files = HashMap::with_capacity(written.files.len());
        for file in written.files {
            let (path, seen) = file.read()?;
            if files.insert(path.clone(), seen).is_some() {
                return Err(format!("\"{}\" is in the manifest twice", String::from_utf8_lossy(&path)));
            }
        }
        Ok(Self { files, wal: written.wal })
    }

    /// What it says was taken.
    pub(super) fn taken(&self) -> Result<Taken, String> {
        let (Some(first), Some(last)) = (self.wal.first(), self.wal.last()) else {
            return Err("a manifest without WAL".to_owned());
        };
        Ok(Taken {
            files: self.files.len() as u64,
            timeline: last.timeline,
            start: first.start.clone(),
            end: last.end.clone(),
        })
    }
}

impl File {
    fn read(self) -> Result<(Vec<u8>, Seen), String> {
        let path = match (self.path, self.encoded) {
            (Some(path), None) => path.into_bytes(),
            (None, Some(encoded)) => hex::decode(encoded).map_err(|e| e.to_string())?,
            _ => return Err("a file without a path".to_owned()),
        };
        let shown = || String::from_utf8_lossy(&path).into_owned();
        if self.algorithm.as_deref() != Some("SHA256") {
            return Err(format!("no SHA-256 for \"{}\"", shown()));
        }
        let mut digest = [0; 32];
        hex::decode_to_slice(self.checksum.unwrap_or_default(), &mut digest)
            .map_err(|e| format!("checksum of \"{}\": {e}", shown()))?;
        Ok((path, (self.size, digest)))
    }
}

impl WalRange {
    /// The names of the segments it lies in, if they are `segment` bytes long.
    pub(super) fn segments(&self, segment: u64) -> Result<Vec<String>, String> {
        let (start, end) = (position(&self.start)?, position(&self.end)?);
        let per = (1_u64 << 32).checked_div(segment).filter(|per| *per > 0);
        let per = per.ok_or_else(|| format!("WAL segments of {segment} bytes"))?;
        if end <= start {
            return Err(format!("WAL from {} to {}", self.start, self.end));
        }
        let names = start / segment..=(end - 1) / segment;
        Ok(names.map(|n| format!("{:08X}{:08X}{:08X}", self.timeline, n / per, n % per)).collect())
    }
}

/// `16/B374D848` as a number.
fn position(lsn: &str) -> Result<u64, String> {
    let read = |(high, low): (&str, &str)| {
        Some((u64::from_str_radix(high, 16).ok()? << 32) | u64::from(u32::from_str_radix(low, 16).ok()?))
    };
    lsn.split_once('/').and_then(read).ok_or_else(|| format!("no position in the WAL: {lsn}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_named_as_the_server_names_them() {
        let range =
            |start: &str, end: &str| WalRange { timeline: 2, start: start.to_owned(), end: end.to_owned() };
        let names = range("0/FF000028", "1/1000000").segments(16 << 20).unwrap();
        assert_eq!(names, ["0000000200000000000000FF", "000000020000000100000000"]);
        assert!(range("0/2", "0/2").segments(16 << 20).is_err());
        assert!(range("0/1", "0/2").segments(0).is_err());
        assert!(range("0-1", "0/2").segments(16 << 20).is_err());
    }
}
