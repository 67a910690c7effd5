//! What a download is made of: one stored file as it lies, or a tar of several with
//! manifest and RECOVER.md. Both have a length known beforehand and can be read
//! from any byte on, so an interrupted download goes on where it stopped.

use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};

use crate::{
    db::BackupRow,
    domain::{
        manifest::{self, Digest, Manifest, PartFile, RECOVER_FILE},
        problem::Problem,
    },
    problem,
    store::{Store, StorePath, layout, objects},
};

/// A download's bytes, in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Content {
    pub(super) segments: Vec<Segment>,
    /// In bytes.
    pub(super) length: u64,
    /// `backup-2026-02-09-18-30.dump.gz`.
    pub(super) name: String,
    pub(super) media_type: &'static str,
    /// Strong: the same bytes have the same tag, other bytes another.
    pub(super) etag: String,
}

/// A piece of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Segment {
    /// Made here.
    Bytes(Bytes),
    /// A file of the store that must have this digest.
    File { path: StorePath, stored: Digest },
}

impl Segment {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { stored, .. } => stored.bytes,
        }
    }
}

const BLOCK: usize = 512;

/// Lays out a backup's download. Problems: of the store.
pub(super) async fn content(
    store: &dyn Store,
    row: &BackupRow,
    manifest: &Manifest,
) -> Result<Content, Problem> {
    let folder = StorePath::new(row.path.clone())?;
    let resource = layout::parent(&folder).ok_or_else(|| problem!("store-path", path = &row.path))?;
    let files: Vec<&PartFile> = manifest.parts.iter().flat_map(|part| &part.files).collect();
    let stem = format!("backup-{}", row.taken_at.format("%Y-%m-%d-%H-%M"));
    let (segments, suffix, media_type) = match files.as_slice() {
        [only] => {
            let part = manifest.parts.iter().find(|part| !part.files.is_empty());
            let suffix = part.map_or_else(String::new, |part| extension(only, &part.media_type));
            (vec![file(&resource, only)?], suffix, "application/octet-stream")
        }
        _ => (tar(store, &folder, &resource, &files).await?, ".tar".to_owned(), "application/x-tar"),
    };
    let length = segments.iter().map(Segment::len).sum();
    let etag = etag(&segments);
    Ok(Content { segments, length, name: format!("{stem}{suffix}"), media_type, etag })
}

fn file(resource: &StorePath, file: &PartFile) -> Result<Segment, Problem> {
    Ok(Segment::File { path: resource.join(&file.path)?, stored: file.stored.clone() })
}

/// `.dump.gz`: what the file is, and what it is compressed with. A database's name
/// may have dots of its own; only plain short words count. A shared file is called by
/// its digest: then what kind it is says it.
fn extension(file: &PartFile, media_type: &str) -> String {
    let codec = file.codec.suffix();
    if objects::is_shared(file) {
        let kind = match media_type {
            "application/x-tar" => ".tar",
            "application/json" => ".json",
            "application/sql" => ".sql",
            "application/vnd.postgresql.custom" => ".dump",
            _ => "",
        };
        return format!("{kind}{codec}");
    }
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let inner = name.strip_suffix(codec).unwrap_or(name);
    let kind = inner.rsplit_once('.').map(|(_, kind)| kind).unwrap_or_default();
    let plain = (1..=8).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { format!(".{kind}{codec}") } else { codec.to_owned() }
}

/// Manifest first: whoever reads the archive as it comes knows what will follow.
async fn tar(
    store: &dyn Store,
    folder: &StorePath,
    resource: &StorePath,
    files: &[&PartFile],
) -> Result<Vec<Segment>, Problem> {
    let inside = layout::last(folder);
    let mut segments = Vec::new();
    for name in [manifest::FILE, RECOVER_FILE] {
        let bytes = whole(store, &folder.join(name)?).await?;
        segments.push(Segment::Bytes(head(&format!("{inside}/{name}"), bytes.len() as u64)?));
        let padding = padding(bytes.len() as u64);
        segments.push(Segment::Bytes(bytes));
        segments.push(padding);
    }
    for part in files {
        segments.push(Segment::Bytes(head(&part.path, part.stored.bytes)?));
        segments.push(file(resource, part)?);
        segments.push(padding(part.stored.bytes));
    }
    segments.push(Segment::Bytes(Bytes::from(vec![0; 2 * BLOCK])));
    Ok(segments)
}

/// Small files of ours, a few kilobytes each.
async fn whole(store: &dyn Store, path: &StorePath) -> Result<Bytes, Problem> {
    use tokio::io::AsyncReadExt;
    const MOST: u64 = 16 << 20;
    let reader = store.read(path, 0).await?;
    let mut bytes = Vec::new();
    reader.take(MOST).read_to_end(&mut bytes).await.map_err(|e| problem!("store-io").detail(e))?;
    Ok(bytes.into())
}

/// The header of one entry, with the extra ones a long path needs.
fn head(path: &str, length: u64) -> Result<Bytes, Problem> {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::Regular);
    // No time: the same backup is the same bytes whenever it is downloaded.
    header.set_mtime(0);
    let mut builder = tar::Builder::new(Vec::new());
    // Writes the header and, for it promised more than it is given, nothing else.
    let written = builder.append_data(&mut header, path, std::io::empty());
    written.map_err(|e| problem!("store-path", path = path).detail(e))?;
    Ok(Bytes::from(std::mem::take(builder.get_mut())))
}

fn padding(length: u64) -> Segment {
    let over = (length % BLOCK as u64) as usize;
    Segment::Bytes(Bytes::from(vec![0; (BLOCK - over) % BLOCK]))
}

fn etag(segments: &[Segment]) -> String {
    let mut hash = Sha256::new();
    for segment in segments {
        match segment {
            Segment::Bytes(bytes) => hash.update(bytes),
            Segment::File { stored, .. } => hash.update(stored.sha256.as_bytes()),
        }
    }
    format!("{:.32}", hex::encode(hash.finalize()))
}

impl Content {
    /// Where byte `from` lies: the segments from there on, and how far into the
    /// first.
    pub(super) fn from(&self, mut from: u64) -> (&[Segment], u64) {
        for (at, segment) in self.segments.iter().enumerate() {
            if from < segment.len() {
                return (&self.segments[at..], from);
            }
            from -= segment.len();
        }
        (&[], 0)
    }
}

/// Bytes of a segment made here, cut.
pub(super) fn cut(bytes: &Bytes, skip: u64, most: u64) -> Bytes {
    let from = usize::try_from(skip).unwrap_or(usize::MAX).min(bytes.len());
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut rest = BytesMut::from(&bytes[from..]);
    rest.truncate(most);
    rest.freeze()
}
