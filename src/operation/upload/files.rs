//! Files of an archive or folder, opened one by one while it is taken in. Each is
//! read only to its agreed length, and its digest must be the one that was agreed.

use std::{
    collections::BTreeMap,
    io::{self, SeekFrom},
    path::PathBuf,
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::StreamReader;

use super::{
    look::{FileFact, Set},
    source::{blocking, changed, missing, open},
};
use crate::{
    domain::{
        manifest::{Codec, Digest},
        problem::Problem,
    },
    engine::outside::Files,
    host::Reader,
    store::{Store, StorePath},
    stream::{
        decode::{Decoded, Next, decode},
        digest::Hasher,
    },
};

/// Where they lie.
#[derive(Clone)]
pub(super) enum Lie {
    /// One beside the other.
    Folder(PathBuf),
    /// In an archive that is not compressed.
    Archive(PathBuf),
    /// In one that was decoded into the store.
    Decoded(Arc<dyn Store>, StorePath),
}

/// The files of a set.
pub(super) struct Agreed {
    lie: Lie,
    path: PathBuf,
    files: BTreeMap<String, FileFact>,
}

impl Agreed {
    /// `path`: what they came from, for messages.
    pub(super) fn new(lie: Lie, path: PathBuf, set: &Set) -> Self {
        let files = set.files.iter().map(|file| (file.name.clone(), file.clone())).collect();
        Self { lie, path, files }
    }
}

#[async_trait]
impl Files for Agreed {
    fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    async fn open(&self, name: &str) -> Result<Reader, Problem> {
        let file = self.files.get(name).ok_or_else(|| changed(&self.path))?.clone();
        let bytes: Reader = match &self.lie {
            Lie::Folder(folder) => Box::pin(opened(folder.join(name)).await?),
            Lie::Archive(path) => {
                let mut archive = opened(path.clone()).await?;
                archive.seek(SeekFrom::Start(file.at)).await.map_err(|e| missing(path, &e))?;
                Box::pin(archive)
            }
            Lie::Decoded(store, path) => store.read(path, file.at).await?,
        };
        // One more than agreed shows that it has grown; in an archive another file follows.
        let most = if matches!(self.lie, Lie::Folder(_)) {
            file.digest.bytes.saturating_add(1)
        } else {
            file.digest.bytes
        };
        Ok(checked(Box::pin(bytes.take(most)), file.digest, changed(&self.path)))
    }
}

/// Opens a plain file for reading.
pub(super) async fn opened(path: PathBuf) -> Result<tokio::fs::File, Problem> {
    let file = blocking(move || open(&path)).await?;
    Ok(tokio::fs::File::from_std(file))
}

/// What `source` reads, and `otherwise` in place of its end if it was not what was
/// agreed.
fn checked(source: Reader, agreed: Digest, otherwise: Problem) -> Reader {
    let decoded = decode(Codec::None, source, Hasher::default());
    let stream = futures_util::stream::try_unfold((decoded, agreed, otherwise), next);
    Box::pin(StreamReader::new(Box::pin(stream)))
}

type Checking = (Decoded, Digest, Problem);

async fn next((mut decoded, agreed, otherwise): Checking) -> io::Result<Option<(Bytes, Checking)>> {
    match decoded.next().await.map_err(io::Error::other)? {
        Next::Bytes(bytes) => Ok(Some((bytes, (decoded, agreed, otherwise)))),
        Next::End(ended) if ended.stored == agreed => Ok(None),
        Next::End(_) => Err(io::Error::other(otherwise)),
    }
}
