//! One archive in the custom format from the files of a directory or tar dump: the
//! same table of contents, the data of its entries in its order, nothing compressed.
//! So such a dump is restored by the same one way, from a pipe, as all others, and
//! nothing of it is ever unpacked beside a server.

use std::{io, sync::Arc};

use bytes::Bytes;
use tokio::{io::AsyncReadExt, sync::mpsc};
use tokio_util::{io::StreamReader, task::AbortOnDropHandle};

use super::{
    TEXT,
    files::{LONGEST, named, objects},
};
use crate::{
    domain::{manifest::Codec, problem::Problem},
    engine::{
        outside::Files,
        postgres::{
            toc::{CUSTOM, Cursor, Sizes, Tail, int},
            validate::unread,
        },
    },
    host::Reader,
    problem,
    stream::{
        decode::{DecodeError, Next, decode},
        digest::Hasher,
    },
};

/// Where the header says which format it is of.
const FORMAT: usize = 10;
/// Blocks of data, and those of large objects.
const DATA: u8 = 1;
const OBJECTS: u8 = 3;
/// What an entry says of its data's place: unknown, or there is none.
const SOMEWHERE: u8 = 1;
const NOWHERE: u8 = 3;

/// What the weaver hands on. A channel that just closes is no end.
enum Piece {
    Bytes(Bytes),
    End,
    Failed(Problem),
}

/// The archive, as it is woven.
pub(in super::super) fn weave(index: &str, files: Arc<dyn Files>) -> Reader {
    let (give, take) = mpsc::channel(4);
    let index = index.to_owned();
    let task = AbortOnDropHandle::new(tokio::spawn(async move {
        let loom = Loom { folder: index.strip_suffix("toc.dat").unwrap_or_default().to_owned(), files, give };
        let last = match loom.all(&index).await {
            Ok(()) => Piece::End,
            Err(problem) => Piece::Failed(problem),
        };
        let _ = loom.give.send(last).await;
    }));
    let stream = futures_util::stream::try_unfold((take, task), |(mut take, task)| async move {
        match take.recv().await {
            Some(Piece::Bytes(bytes)) => Ok(Some((bytes, (take, task)))),
            Some(Piece::End) => Ok(None),
            Some(Piece::Failed(problem)) => Err(io::Error::other(problem)),
            None => Err(io::Error::other("the weaver is gone")),
        }
    });
    Box::pin(StreamReader::new(Box::pin(stream)))
}

struct Loom {
    /// With a slash behind it; empty for none.
    folder: String,
    files: Arc<dyn Files>,
    give: mpsc::Sender<Piece>,
}

/// An entry with data.
struct Wanted {
    id: i64,
    file: String,
    objects: bool,
}

impl Loom {
    async fn all(&self, index: &str) -> Result<(), Problem> {
        let toc = self.small(index, LONGEST as u64).await?;
        let (head, wanted, sizes) = contents(&toc)?;
        drop(toc);
        self.bytes(head).await?;
        for Wanted { id, file, objects } in wanted {
            let mut begin = vec![if objects { OBJECTS } else { DATA }];
            begin.extend(int(sizes, id));
            self.bytes(begin).await?;
            if objects {
                self.objects(id, &file, sizes).await?
            } else {
                self.data(&file, sizes).await?
            }
            self.bytes(int(sizes, 0)).await?;
        }
        Ok(())
    }

    /// A file's bytes as pieces with their lengths.
    async fn data(&self, file: &str, sizes: Sizes) -> Result<(), Problem> {
        let (stored, codec) = self.open(file).await?;
        let mut decoded = decode(codec, stored, Hasher::default());
        let broken = |e: DecodeError| match e {
            DecodeError::Source(error) => unread(&error),
            other => problem!("upload-broken").detail(other),
        };
        while let Next::Bytes(bytes) = decoded.next().await.map_err(broken)? {
            self.bytes(int(sizes, i64::try_from(bytes.len()).unwrap_or(0))).await?;
            self.send(bytes).await?;
        }
        Ok(())
    }

    /// Large objects: a list of their numbers and files.
    async fn objects(&self, id: i64, file: &str, sizes: Sizes) -> Result<(), Problem> {
        let has = |name: &str| self.files.has(&format!("{}{name}", self.folder));
        let missing = || problem!("upload-truncated").detail(format!("{file} is missing"));
        let list = objects(id, file, has).ok_or_else(missing)?;
        let broken = || problem!("pg-archive-broken").detail(format!("{list} is no list of large objects"));
        let list_text = self.small(&format!("{}{list}", self.folder), LONGEST as u64).await?;
        let text = String::from_utf8(list_text).map_err(|_| broken())?;
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (oid, file) = line.split_once(' ').ok_or_else(broken)?;
            let oid: u32 = oid.parse().ok().filter(|oid| *oid > 0).ok_or_else(broken)?;
            self.bytes(int(sizes, oid.into())).await?;
            self.data(file, sizes).await?;
            self.bytes(int(sizes, 0)).await?;
        }
        Ok(())
    }

    /// A file of the set, and how it is compressed.
    async fn open(&self, file: &str) -> Result<(Reader, Codec), Problem> {
        for (end, codec) in [("", Codec::None), (".gz", Codec::Gzip), (".zst", Codec::Zstd)] {
            let name = format!("{}{file}{end}", self.folder);
            if self.files.has(&name) {
                return Ok((self.files.open(&name).await?, codec));
            }
        }
        Err(problem!("upload-truncated").detail(format!("{file} is missing")))
    }

    /// A short file, whole.
    async fn small(&self, name: &str, most: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let reader = self.files.open(name).await?;
        reader.take(most + 1).read_to_end(&mut bytes).await.map_err(|e| unread(&e))?;
        if bytes.len() as u64 > most {
            return Err(problem!("pg-outside-toc-long", bytes = most));
        }
        Ok(bytes)
    }

    async fn bytes(&self, bytes: Vec<u8>) -> Result<(), Problem> {
        self.send(Bytes::from(bytes)).await
    }

    async fn send(&self, bytes: Bytes) -> Result<(), Problem> {
        let sent = self.give.send(Piece::Bytes(bytes)).await;
        sent.map_err(|_| problem!("pg-answer").detail("nobody takes the archive"))
    }
}

/// The table of contents as the custom format has it, and the entries with data.
fn contents(toc: &[u8]) -> Result<(Vec<u8>, Vec<Wanted>, Sizes), Problem> {
    let mut at = Cursor::new(toc, Sizes { limit: TEXT, ..Sizes::default() });
    let header = at.header().map_err(named)?;
    let sizes = at.sizes;
    let mut out = toc[..header.compression.0].to_vec();
    out[FORMAT] = CUSTOM;
    if sizes.version.1 >= 15 {
        out.push(0)
    } else {
        out.extend(int(sizes, 0))
    }
    out.extend_from_slice(&toc[header.compression.1..at.at]);
    let count = at.count().map_err(named)?;
    out.extend(int(sizes, i64::try_from(count).unwrap_or(0)));
    let mut wanted = Vec::new();
    for _ in 0..count {
        let start = at.at;
        let entry = at.entry().map_err(named)?;
        out.extend_from_slice(&toc[start..start + entry.tail_at]);
        let file = match entry.tail {
            Tail::File(file) => String::from_utf8_lossy(file).into_owned(),
            Tail::Offset(_) => String::new(),
        };
        out.push(if file.is_empty() { NOWHERE } else { SOMEWHERE });
        out.resize(out.len() + sizes.offset, 0);
        if !file.is_empty() {
            wanted.push(Wanted { id: entry.id, file, objects: entry.kind == b"BLOBS" });
        }
    }
    Ok((out, wanted, sizes))
}

#[cfg(test)]
mod tests;
