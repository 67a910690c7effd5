//! Files in and out of a container as tar, also while it is stopped. Bounded
//! memory: both ways are streams.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bollard::{
    body_try_stream,
    query_parameters::{DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::{ReaderStream, StreamReader};

use super::{Docker, error, lifecycle::check_name};
use crate::host::{HostError, Reader};

/// The answer to an upload comes after its last byte: the step's own limits end
/// it, not the call's.
const UPLOAD: Duration = Duration::from_secs(7 * 24 * 3600);
/// Bytes handed to the connection at once.
const CHUNK: usize = 256 * 1024;
/// A tar ends with two blocks of zeros.
const TRAILER: usize = 1024;

impl Docker {
    pub(super) async fn read_archive(&self, name: &str, path: &str) -> Result<Reader, HostError> {
        check_name(name)?;
        let options = DownloadFromContainerOptionsBuilder::new().path(path).build();
        let client = self.client().await?;
        let mut chunks = Box::pin(client.download_from_container(name, Some(options)));
        // The first chunk brings the answer's head, and with it every refusal.
        let first = match chunks.next().await {
            Some(Ok(first)) => first,
            Some(Err(error)) => return Err(self.explain(name, &error)),
            None => {
                return Err(HostError::Broken { place: name.to_owned(), why: "an empty answer".to_owned() });
            }
        };
        let first = stream::iter([Ok(first)]);
        let rest = chunks.map_err(|e| io::Error::new(io::ErrorKind::ConnectionAborted, error::words(&e)));
        Ok(Box::pin(Whole { inner: StreamReader::new(first.chain(rest)), zeros: 0, total: 0 }))
    }

    pub(super) async fn write_archive(&self, name: &str, folder: &str, tar: Reader) -> Result<(), HostError> {
        check_name(name)?;
        let options = UploadToContainerOptionsBuilder::new().path(folder).build();
        let client = self.client().await?.clone().with_timeout(UPLOAD);
        // What stopped the source is lost on its way through the connection.
        let stopped = Arc::new(Mutex::new(None));
        let seen = stopped.clone();
        let body = ReaderStream::with_capacity(tar, CHUNK).inspect_err(move |error| {
            let again = io::Error::new(error.kind(), error.to_string());
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
        });
        let done = client.upload_to_container(name, Some(options), body_try_stream(body)).await;
        if let Some(error) = stopped.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error.into());
        }
        done.map_err(|e| self.explain(name, &e))
    }
}

/// A tar on its way out. The engine ends its answer the same way when it failed
/// to read a file, so an end without the archive's own end is an error.
struct Whole<R> {
    inner: R,
    zeros: usize,
    total: u64,
}

impl<R: AsyncRead + Unpin> AsyncRead for Whole<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let new = buf.filled().get(before..).unwrap_or_default();
        if !new.is_empty() {
            self.total += new.len() as u64;
            let zeros = new.iter().rev().take(TRAILER).take_while(|b| **b == 0).count();
            self.zeros = if zeros == new.len() { self.zeros + zeros } else { zeros };
        } else if buf.remaining() > 0 && (self.zeros < TRAILER || !self.total.is_multiple_of(512)) {
            let words = "the archive ends in the middle";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, words)));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn read(bytes: &[u8], chunk: usize) -> io::Result<Vec<u8>> {
        let chunks = bytes.chunks(chunk).map(|c| Ok::<_, io::Error>(bytes::Bytes::copy_from_slice(c)));
        let inner = StreamReader::new(futures_util::stream::iter(chunks.collect::<Vec<_>>()));
        let mut all = Vec::new();
        Whole { inner, zeros: 0, total: 0 }.read_to_end(&mut all).await?;
        Ok(all)
    }

    #[tokio::test]
    async fn only_a_whole_archive_ends_well() {
        let mut tar = vec![7; 1536];
        tar.extend([0; 1024]);
        for chunk in [1, 100, 512, 1000, 4096] {
            assert_eq!(read(&tar, chunk).await.unwrap(), tar, "{chunk}");
            for cut in [1, 511, 512, 1024, 2000] {
                let error = read(&tar[..tar.len() - cut], chunk).await.unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{chunk} {cut}");
            }
        }
    }
}
