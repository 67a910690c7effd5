//! Sources and stores that go wrong while a part is written or read.

use super::*;
use crate::store::faulty::{At, Call, FaultyReader, FaultyStore, How};

#[tokio::test]
async fn a_failing_source_leaves_nothing_and_is_named() {
    for compression in ALL {
        for at in [0, 10, BLOCK as u64 + 1] {
            let (folder, store) = fresh().await;
            let source = FaultyReader::new(whole(&text(2 * BLOCK)), at, How::Fail);
            let problem = write(&*store, compression, Box::pin(source)).await.unwrap_err();
            assert!(problem.is("part-source"), "{problem}");
            assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
        }
    }
}

/// Fails with a problem of its own after some bytes.
struct Telling(bool);

impl AsyncRead for Telling {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(Err(io::Error::other(Problem::new("its-own").with("n", 1))));
        }
        buf.put_slice(b"some");
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_sources_own_problem_comes_through() {
    let (folder, store) = fresh().await;
    let problem = write(&*store, Compression::Auto, Box::pin(Telling(false))).await.unwrap_err();
    assert_eq!(problem, Problem::new("its-own").with("n", 1));
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

struct Witness {
    seen: Arc<std::sync::Mutex<Vec<u8>>>,
    verdict: Result<(), Problem>,
}

impl Tap for Witness {
    fn see(&mut self, bytes: &[u8]) {
        self.seen.lock().unwrap().extend_from_slice(bytes);
    }

    fn finish(self: Box<Self>) -> Result<(), Problem> {
        self.verdict
    }
}

#[tokio::test]
async fn a_tap_sees_all_and_may_refuse() {
    for verdict in [Ok(()), Err(Problem::new("torn"))] {
        let (folder, store) = fresh().await;
        let (bytes, resource) = (text(3 * BLOCK + 1), resource());
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let counted = Arc::new(AtomicU64::new(0));
        let counter = counted.clone();
        let part = WritePart {
            store: &*store,
            resource: &resource,
            path: "a",
            compression: Compression::Auto,
            expect: 0,
            tap: Some(Box::new(Witness { seen: seen.clone(), verdict: verdict.clone() })),
            on_bytes: Arc::new(move |n| {
                counter.fetch_add(n, Ordering::Relaxed);
            }),
        };
        let result = part.from(Pieces::of(&bytes, &[1000, 0, 333_333])).await;
        assert_eq!(result.clone().map(|_| ()), verdict);
        assert!(*seen.lock().unwrap() == bytes);
        assert_eq!(counted.load(Ordering::Relaxed), bytes.len() as u64);
        assert_eq!(files(folder.path()).len(), usize::from(result.is_ok()));
    }
}

/// Every fault of a store, at every kind of place, is either survived (a delay)
/// or noticed: by the writer, or at the latest by whoever reads.
#[tokio::test]
async fn no_fault_goes_unnoticed() {
    let bytes = text(3 * BLOCK);
    let hows = [
        How::Fail,
        How::Full,
        How::Disconnect,
        How::Truncate,
        How::Flip,
        How::Delay(Duration::from_millis(30)),
    ];
    let mut places = vec![At::Call(Call::Create, 1), At::Call(Call::Finish, 1)];
    places.extend([At::Call(Call::Stat, 1), At::Call(Call::Read, 1)]);
    places.extend([0, 1, 5000, 200_000].map(At::Written));
    places.extend([0, 1, 5000, 200_000].map(At::Read));
    for compression in [Compression::Auto, Compression::Zstd(1), Compression::None] {
        for &at in &places {
            for how in hows {
                let of_bytes = matches!(how, How::Truncate | How::Flip);
                if of_bytes && matches!(at, At::Call(..)) {
                    continue;
                }
                let (folder, real) = fresh().await;
                let faulty = Arc::new(FaultyStore::new(real, at, how));
                let store: Arc<dyn Store> = faulty.clone();
                let told = format!("{compression:?} {at:?} {how:?}");
                let written = write(&*store, compression, whole(&bytes)).await;
                let noticed = match written {
                    Err(_) => {
                        assert_eq!(files(folder.path()), Vec::<PathBuf>::new(), "{told}");
                        true
                    }
                    Ok(written) => match read(&store, &part(&written)).await {
                        Ok(read) => {
                            assert!(read == bytes, "{told}: wrong bytes and a clean end");
                            false
                        }
                        Err(_) => true,
                    },
                };
                assert!(faulty.struck(), "{told}: never happened");
                assert_eq!(noticed, !matches!(how, How::Delay(_)), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn a_full_store_is_named() {
    let (folder, real) = fresh().await;
    let store = FaultyStore::new(real, At::Written(1000), How::Full);
    let problem = write(&store, Compression::Auto, whole(&text(2 * BLOCK))).await.unwrap_err();
    assert!(problem.is("store-full"), "{problem}");
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

/// A store whose files are shorter than it says.
struct Shrinking(Arc<dyn Store>);

struct ShrinkingWriter(Box<dyn FileWriter>);

#[async_trait::async_trait]
impl FileWriter for ShrinkingWriter {
    async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        self.0.write(chunk.slice(..chunk.len() / 2)).await
    }

    async fn finish(self: Box<Self>) -> Result<u64, StoreError> {
        self.0.finish().await
    }
}

#[async_trait::async_trait]
impl Store for Shrinking {
    async fn create(&self, path: &StorePath, expect: u64) -> Result<Box<dyn FileWriter>, StoreError> {
        Ok(Box::new(ShrinkingWriter(self.0.create(path, expect).await?)))
    }
    async fn read(&self, path: &StorePath, from: u64) -> Result<Reader, StoreError> {
        self.0.read(path, from).await
    }
    async fn stat(&self, path: &StorePath) -> Result<Option<crate::store::Entry>, StoreError> {
        self.0.stat(path).await
    }
    async fn list(&self, folder: Option<&StorePath>) -> Result<Vec<crate::store::Entry>, StoreError> {
        self.0.list(folder).await
    }
    async fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StoreError> {
        self.0.rename(from, to).await
    }
    async fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.0.remove(path).await
    }
    async fn space(&self) -> Result<Option<crate::host::Space>, StoreError> {
        self.0.space().await
    }
    async fn room(&self, bytes: u64) -> Result<(), StoreError> {
        self.0.room(bytes).await
    }
}

#[tokio::test]
async fn a_length_that_differs_is_noticed_at_once() {
    let (folder, real) = fresh().await;
    let problem = write(&Shrinking(real), Compression::Auto, whole(&text(BLOCK))).await.unwrap_err();
    assert!(problem.is("part-short"), "{problem}");
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}
