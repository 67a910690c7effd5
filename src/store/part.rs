//! One file of a part, written and read in one pass: source → count and digest →
//! compress → count and digest → store, and back with both digests checked.

use std::{io, sync::Arc};

use bytes::Bytes;
use tokio_util::io::StreamReader;

use crate::{
    domain::{
        backup::Compression,
        manifest::{Codec, Digest, Part, PartFile},
        problem::Problem,
    },
    host::Reader,
    problem,
    store::{FileWriter, Store, StoreError, StorePath},
    stream::{
        compress,
        decode::{DecodeError, Decoded, Ended, Next, decode},
        digest::Hasher,
        encode::{EncodeError, Encoded, Watch, encode},
    },
};

/// Sees every raw byte of a part on its way into the store: a format check that
/// costs no second pass.
pub trait Tap: Send {
    /// The next bytes, in order.
    fn see(&mut self, bytes: &[u8]);
    /// The end: is what was seen whole?
    fn finish(self: Box<Self>) -> Result<(), Problem>;
}

/// Told how many more raw bytes have passed.
pub type OnBytes = Arc<dyn Fn(u64) + Send + Sync>;

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The file as it lies in the store.
    pub file: PartFile,
    /// What went in.
    pub raw: Digest,
}

/// Where and how one file of a part is to be written.
pub struct WritePart<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// The resource's folder; `path` is relative to it.
    pub resource: &'a StorePath,
    /// The file, without the codec's suffix: that is added.
    pub path: &'a str,
    /// How to compress.
    pub compression: Compression,
    /// Raw bytes foreseen, 0 if unknown.
    pub expect: u64,
    /// A format check that sees every raw byte on its way.
    pub tap: Option<Box<dyn Tap>>,
    /// Told how many more raw bytes have passed.
    pub on_bytes: OnBytes,
}

impl WritePart<'_> {
    /// Reads `source` to its end into the new file. Finished and durable on `Ok`;
    /// on `Err` or drop nothing stays. An error of `source` is returned as it is
    /// if it wraps a [`Problem`], else as `part-source`. The child's exit status
    /// is the caller's to read after this returns.
    pub async fn from(self, source: Reader) -> Result<Written, Problem> {
        let codec = compress::codec(self.compression);
        let path = format!("{}{}", self.path, codec.suffix());
        let at = self.resource.join(&path).map_err(StoreError::from)?;
        let writer = self.store.create(&at, foreseen(codec, self.expect)).await?;

        let (feed, encoded) = encode(self.compression);
        let feeding = async {
            feed.run(source, Tapped(self.tap), &*self.on_bytes).await.map_err(|e| encode_problem(e, &path))
        };
        // Whichever half fails, the other is dropped with it, and the file vanishes.
        let ((raw, tapped), (stored, writer)) =
            tokio::try_join!(feeding, take(encoded, codec, writer, &path))?;
        if let Some(tap) = tapped.0 {
            tap.finish()?;
        }

        // What is not compressed was digested once, as it came.
        let stored = stored.unwrap_or_else(|| raw.clone());
        let length = writer.finish().await?;
        if length != stored.bytes {
            self.store.remove(&at).await?;
            return Err(problem!("part-short", path = &path, bytes = stored.bytes, size = length));
        }
        Ok(Written { file: PartFile { path, codec, key: None, stored }, raw })
    }
}

/// What a file will roughly take in the store. Deliberately low: a refusal must
/// not be wrong, and the reserve is watched while writing.
fn foreseen(codec: Codec, raw: u64) -> u64 {
    if codec == Codec::None { raw } else { raw / 4 }
}

/// Writes what is compressed. Its digest is computed beside the writing; `None` if
/// the same bytes are digested as raw ones.
async fn take(
    mut encoded: Encoded,
    codec: Codec,
    mut writer: Box<dyn FileWriter>,
    path: &str,
) -> Result<(Option<Digest>, Box<dyn FileWriter>), Problem> {
    let mut hasher = Hasher::default();
    while let Some(block) = encoded.next().await.map_err(|e| encode_problem(e, path))? {
        if codec == Codec::None {
            writer.write(block).await?;
            continue;
        }
        let seen = block.clone();
        let digesting = tokio::task::spawn_blocking(move || {
            hasher.update(&seen);
            hasher
        });
        writer.write(block).await?;
        hasher = digesting.await.map_err(|e| problem!("part-compress", path = path).detail(e))?;
    }
    Ok(((codec != Codec::None).then(|| hasher.finish()), writer))
}

struct Tapped(Option<Box<dyn Tap>>);

impl Watch for Tapped {
    fn see(&mut self, bytes: &[u8]) {
        if let Some(tap) = &mut self.0 {
            tap.see(bytes);
        }
    }
}

fn encode_problem(error: EncodeError, path: &str) -> Problem {
    match error {
        EncodeError::Source(error) => match problem_in(&error) {
            Some(problem) => problem.clone(),
            None => problem!("part-source", path = path).detail(error),
        },
        other => problem!("part-compress", path = path).detail(other),
    }
}

/// The problem an [`io::Error`] wraps, if it wraps one.
pub fn problem_in(error: &io::Error) -> Option<&Problem> {
    error.get_ref()?.downcast_ref()
}

/// Opens a part decoded, its files joined. Reading fails with an error whose
/// source is a [`Problem`] (`part-digest`, `part-decode`, `part-missing`,
/// `part-read`) at the latest in place of the clean end, if any stored or raw byte
/// differs from the manifest's digests: a reader that saw the end has seen
/// exactly the part. A missing file, or one of another length, is found before
/// the first byte.
pub async fn open_part(
    store: Arc<dyn Store>,
    resource: &StorePath,
    part: &Part,
    on_bytes: OnBytes,
) -> Result<Reader, Problem> {
    let reading = Reading::open(store, resource, part, on_bytes).await?;
    let stream = futures_util::stream::try_unfold(reading, |mut reading| async move {
        match reading.next().await {
            Ok(Some(bytes)) => Ok(Some((bytes, reading))),
            Ok(None) => Ok(None),
            Err(problem) => Err(io::Error::other(problem)),
        }
    });
    Ok(Box::pin(StreamReader::new(Box::pin(stream))))
}

/// Reads a part to its end for its digests only.
pub async fn check_part(
    store: Arc<dyn Store>,
    resource: &StorePath,
    part: &Part,
    on_bytes: OnBytes,
) -> Result<(), Problem> {
    let mut reading = Reading::open(store, resource, part, on_bytes).await?;
    while reading.next().await?.is_some() {}
    Ok(())
}

/// A part being read: its files one after the other.
struct Reading {
    store: Arc<dyn Store>,
    /// Still to come, the next one last.
    files: Vec<(StorePath, PartFile)>,
    now: Option<(PartFile, Decoded)>,
    /// Of the files read so far.
    raw: Hasher,
    part: String,
    expected: Digest,
    on_bytes: OnBytes,
}

impl Reading {
    async fn open(
        store: Arc<dyn Store>,
        resource: &StorePath,
        part: &Part,
        on_bytes: OnBytes,
    ) -> Result<Self, Problem> {
        let mut files = Vec::with_capacity(part.files.len());
        for file in part.files.iter().rev() {
            let at = resource.join(&file.path).map_err(StoreError::from)?;
            check_length(&*store, &at, file).await?;
            files.push((at, file.clone()));
        }
        Ok(Self {
            store,
            files,
            now: None,
            raw: Hasher::default(),
            part: part.name.clone(),
            expected: part.raw.clone(),
            on_bytes,
        })
    }

    /// The next raw bytes; `None` once every digest was found right.
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let (file, mut decoded) = match self.now.take() {
                Some(now) => now,
                None => match self.begin().await? {
                    Some(now) => now,
                    None => return self.end(),
                },
            };
            match decoded.next().await.map_err(|e| decode_problem(e, &file))? {
                Next::Bytes(bytes) => {
                    (self.on_bytes)(bytes.len() as u64);
                    self.now = Some((file, decoded));
                    return Ok(Some(bytes));
                }
                Next::End(Ended { stored, raw }) => {
                    check_digest(&file, &stored)?;
                    self.raw = raw;
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<Option<(PartFile, Decoded)>, Problem> {
        let Some((at, file)) = self.files.pop() else { return Ok(None) };
        if let Some(key) = &file.key {
            return Err(problem!("part-encrypted", path = &file.path, key = key));
        }
        let stored = self.store.read(&at, 0).await.map_err(|e| missing(e, &file))?;
        let decoded = decode(file.codec, stored, std::mem::take(&mut self.raw));
        Ok(Some((file, decoded)))
    }

    fn end(&mut self) -> Result<Option<Bytes>, Problem> {
        let found = std::mem::take(&mut self.raw).finish();
        if found == self.expected {
            return Ok(None);
        }
        Err(problem!("part-digest", path = &self.part).detail(format!(
            "decoded: expected {}, found {}",
            words(&self.expected),
            words(&found)
        )))
    }
}

async fn check_length(store: &dyn Store, at: &StorePath, file: &PartFile) -> Result<(), Problem> {
    match store.stat(at).await? {
        Some(entry) if entry.folder => Err(problem!("part-missing", path = &file.path)),
        Some(entry) if entry.bytes == file.stored.bytes => Ok(()),
        Some(entry) => Err(problem!("part-digest", path = &file.path)
            .detail(format!("expected {} bytes, found {}", file.stored.bytes, entry.bytes))),
        None => Err(problem!("part-missing", path = &file.path)),
    }
}

fn check_digest(file: &PartFile, found: &Digest) -> Result<(), Problem> {
    if *found == file.stored {
        return Ok(());
    }
    Err(problem!("part-digest", path = &file.path).detail(format!(
        "stored: expected {}, found {}",
        words(&file.stored),
        words(found)
    )))
}

fn decode_problem(error: DecodeError, file: &PartFile) -> Problem {
    match error {
        DecodeError::Source(error) => problem!("part-read", path = &file.path).detail(error),
        // A damaged file rarely decodes; say that it is damaged.
        DecodeError::Corrupt { stored, why, .. } => match check_digest(file, &stored) {
            Err(problem) => problem,
            Ok(()) => problem!("part-decode", path = &file.path).detail(why),
        },
    }
}

fn missing(error: StoreError, file: &PartFile) -> Problem {
    match error {
        StoreError::Missing(_) => problem!("part-missing", path = &file.path),
        other => other.into(),
    }
}

fn words(digest: &Digest) -> String {
    format!("{} bytes, sha256 {}", digest.bytes, digest.sha256)
}

#[cfg(test)]
mod tests;
