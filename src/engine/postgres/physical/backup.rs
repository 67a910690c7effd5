//! `BASE_BACKUP` as one tar: the server's own bytes, with its manifest as the last entry,
//! as `pg_basebackup` writes it. In one pass; the server waits when the store does.

use std::{collections::VecDeque, io, time::Duration};

use bytes::{Bytes, BytesMut};
use postgres_protocol::message::backend::{DataRowBody, Message};
use tar::{EntryType, Header};
use tokio::{sync::oneshot, time::timeout};
use tokio_util::io::StreamReader;

use super::{
    Cluster, MANIFEST, Source, asked, cut,
    manifest::Manifest,
    wire::{Wire, columns},
};
use crate::{
    domain::{clock::Moment, problem::Problem},
    host::Reader,
    problem,
};

/// A tar's end: two blocks of zeros.
const END: usize = 1024;
const BLOCK: usize = 512;
/// The longest manifest that is kept for the end: a million files and more.
const MANIFEST_MOST: usize = 512 << 20;
/// What the server calls the archive of the data directory.
const BASE: &str = "base.tar";
/// How long the server may take to begin: it writes a checkpoint first.
const BEGIN: Duration = Duration::from_secs(280);

/// A base backup on its way.
pub struct BaseBackup {
    /// What it is one of.
    pub cluster: Cluster,
    /// Bytes the server expects it to have, without the WAL at its end; 0 if unknown.
    pub expected: u64,
    /// The tar. It ends cleanly only after the server has said that all went well; an
    /// error wraps a [`Problem`]. Dropped early, the server stops within a second.
    pub tar: Reader,
    /// Filled before the clean end.
    pub taken: oneshot::Receiver<Taken>,
}

/// What was taken, as the server's manifest has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Files with a digest, without those of the WAL.
    pub files: u64,
    /// The timeline.
    pub timeline: u32,
    /// Where replay begins: `0/2000028`.
    pub start: String,
    /// From where on the copy is consistent: that moment is what it holds.
    pub end: String,
}

/// Begins one. `name` goes into its label; `now` is the time of the entry that is added.
/// Problems: as [`super::look`].
pub async fn base_backup(source: &Source, name: &str, now: Moment) -> Result<BaseBackup, Problem> {
    let mut wire = Wire::open(source).await?;
    let cluster = asked(&mut wire).await?;
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    wire.ask(&format!(
        "BASE_BACKUP (LABEL 'zelo {name}', MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', \
         CHECKPOINT 'fast', WAL true, PROGRESS true)"
    ))
    .await?;
    let begun = timeout(BEGIN, begin(&mut wire)).await;
    let expected =
        begun.map_err(|_| cut(format!("not begun within {} s", BEGIN.as_secs())).transient())??;
    let (tell, taken) = oneshot::channel();
    let pulling = Pulling {
        wire,
        stage: Stage::Before,
        held: BytesMut::new(),
        ready: VecDeque::new(),
        manifest: Vec::new(),
        now: u64::try_from(now.timestamp()).unwrap_or(0),
        tell: Some(tell),
    };
    let stream = futures_util::stream::try_unfold(pulling, |mut pulling| async move {
        let next = pulling.next().await.map_err(io::Error::other)?;
        Ok::<_, io::Error>(next.map(|bytes| (bytes, pulling)))
    });
    Ok(BaseBackup { cluster, expected, tar: Box::pin(StreamReader::new(Box::pin(stream))), taken })
}

/// Up to where the archives begin. Two answers come first: where it starts, and the
/// tablespaces (oid, place, KiB), the data directory's without an oid.
async fn begin(wire: &mut Wire) -> Result<u64, Problem> {
    let (mut answers, mut others, mut expected) = (0, 0_u64, 0);
    loop {
        match wire.next().await? {
            Message::RowDescription(_) => answers += 1,
            Message::DataRow(body) if answers == 2 => match tablespace(&body)? {
                (true, kib) => expected = kib * 1024,
                (false, _) => others += 1,
            },
            Message::ErrorResponse(body) => return Err(wire.failed(&body)),
            Message::CopyOutResponse(_) if others > 0 => {
                return Err(problem!("pg-physical-tablespaces", count = others));
            }
            Message::CopyOutResponse(_) => return Ok(expected),
            Message::ReadyForQuery(_) => return Err(cut("an answer without an archive")),
            _ => {}
        }
    }
}

/// Whether a row is the data directory's own, and its size in KiB.
fn tablespace(body: &DataRowBody) -> Result<(bool, u64), Problem> {
    let row = columns(body)?;
    let oid = row.first().cloned().flatten();
    let kib = row.get(2).cloned().flatten().and_then(|text| text.parse().ok());
    Ok((oid.is_none(), kib.unwrap_or(0)))
}

/// Where in the answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Archive,
    Manifest,
    /// The archives are over; the server's last word is still to come.
    After,
    /// It said that it was done.
    Complete,
    Ended,
}

struct Pulling {
    wire: Wire,
    stage: Stage,
    /// The last bytes that came: at the end they are the archive's end.
    held: BytesMut,
    ready: VecDeque<Bytes>,
    manifest: Vec<u8>,
    now: u64,
    tell: Option<oneshot::Sender<Taken>>,
}

impl Pulling {
    /// The next bytes of the tar; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Ok(Some(bytes));
            }
            if self.stage == Stage::Ended {
                return Ok(None);
            }
            self.message().await?;
        }
    }

    async fn message(&mut self) -> Result<(), Problem> {
        match (self.wire.next().await?, self.stage) {
            (Message::CopyData(body), Stage::Before | Stage::Archive | Stage::Manifest) => {
                self.copied(body.into_bytes())
            }
            (Message::CopyDone, Stage::Manifest) => {
                self.stage = Stage::After;
                Ok(())
            }
            (Message::CommandComplete(_), Stage::After) => {
                self.stage = Stage::Complete;
                Ok(())
            }
            (Message::CommandComplete(_) | Message::RowDescription(_) | Message::DataRow(_), _)
                if matches!(self.stage, Stage::After | Stage::Complete) =>
            {
                Ok(())
            }
            (Message::ReadyForQuery(_), Stage::Complete) => self.end(),
            (Message::ErrorResponse(body), _) => Err(self.wire.failed(&body)),
            (Message::NoticeResponse(_) | Message::ParameterStatus(_), _) => Ok(()),
            (_, stage) => Err(cut(format!("an unexpected message ({stage:?})"))),
        }
    }

    /// One message of the copy, by its first byte: a new archive, data, progress, the
    /// manifest.
    fn copied(&mut self, message: Bytes) -> Result<(), Problem> {
        let kind = message.first().copied();
        let rest = message.slice(1.min(message.len())..);
        match (kind, self.stage) {
            (Some(b'n'), Stage::Before) => {
                let name = rest.split(|byte| *byte == 0).next().unwrap_or_default();
                if name != BASE.as_bytes() {
                    return Err(cut(format!("an archive called {}", String::from_utf8_lossy(name))));
                }
                self.stage = Stage::Archive;
            }
            // The data directory comes last: whatever comes besides is another tablespace.
            (Some(b'n'), _) => return Err(problem!("pg-physical-tablespaces", count = 1)),
            (Some(b'd'), Stage::Archive) => self.hold(rest),
            (Some(b'm'), Stage::Archive) => self.stage = Stage::Manifest,
            (Some(b'd'), Stage::Manifest) => {
                if self.manifest.len() + rest.len() > MANIFEST_MOST {
                    return Err(cut(format!("a manifest of more than {MANIFEST_MOST} bytes")));
                }
                self.manifest.extend_from_slice(&rest);
            }
            // How far it is: the bytes that pass say so already.
            (Some(b'p'), _) => {}
            (kind, stage) => return Err(cut(format!("an unexpected piece ({kind:?}, {stage:?})"))),
        }
        Ok(())
    }

    /// Lets bytes go, all but the last ones.
    fn hold(&mut self, mut bytes: Bytes) {
        let too_many = (self.held.len() + bytes.len()).saturating_sub(END);
        let old = self.held.split_to(too_many.min(self.held.len())).freeze();
        let new = bytes.split_to(too_many.saturating_sub(old.len()));
        self.ready.extend([old, new].into_iter().filter(|bytes| !bytes.is_empty()));
        self.held.extend_from_slice(&bytes);
    }

    /// All is said: the manifest goes in before the archive's end.
    fn end(&mut self) -> Result<(), Problem> {
        if self.held.len() != END || self.held.iter().any(|byte| *byte != 0) {
            return Err(cut("the archive has no end"));
        }
        let taken = Manifest::parse(&self.manifest).map_err(cut)?.taken().map_err(cut)?;
        self.ready.push_back(entry(self.manifest.len() as u64, self.now)?);
        let fill = self.manifest.len().next_multiple_of(BLOCK) - self.manifest.len();
        self.manifest.resize(self.manifest.len() + fill, 0);
        self.ready.push_back(Bytes::from(std::mem::take(&mut self.manifest)));
        self.ready.push_back(self.held.split().freeze());
        self.stage = Stage::Ended;
        if let Some(tell) = self.tell.take() {
            // Whoever does not ask need not know.
            let _ = tell.send(taken);
        }
        Ok(())
    }
}

/// The header of the manifest's entry. Owners are set when the archive is unpacked.
fn entry(bytes: u64, now: u64) -> Result<Bytes, Problem> {
    let mut header = Header::new_ustar();
    header.set_path(MANIFEST).map_err(cut)?;
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(now);
    header.set_cksum();
    Ok(Bytes::copy_from_slice(header.as_bytes()))
}
