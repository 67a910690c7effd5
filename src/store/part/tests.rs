//! Round trips, damage, faults, dropping and memory, on a real folder.
#![allow(clippy::print_stdout, clippy::print_stderr)] // what was skipped, what was measured

mod faults;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use proptest::prelude::*;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};

use super::*;
use crate::{
    store::{LocalStore, Reserve},
    stream::{BLOCK, digest},
};

const ALL: [Compression; 6] = [
    Compression::Auto,
    Compression::Gzip(1),
    Compression::Gzip(9),
    Compression::Zstd(1),
    Compression::Zstd(9),
    Compression::None,
];

async fn fresh() -> (TempDir, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path(), Reserve::none());
    store.init().await.unwrap();
    (folder, Arc::new(store))
}

fn resource() -> StorePath {
    StorePath::new("databases/shop/orders").unwrap()
}

fn quiet() -> OnBytes {
    Arc::new(|_| ())
}

/// Text that compresses about as well as a dump's.
fn text(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 64);
    let mut x = 88_172_645_463_325_252_u64;
    while bytes.len() < length {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bytes.extend_from_slice(
            format!("{}\tpending\t{}.{:02}\n", x % 1_000_000, x % 977, x % 100).as_bytes(),
        );
    }
    bytes.truncate(length);
    bytes
}

/// Gives `bytes` in pieces of these lengths, over and over.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    lengths: Vec<usize>,
    turn: usize,
}

impl Pieces {
    fn of(bytes: &[u8], lengths: &[usize]) -> Reader {
        Box::pin(Self { bytes: bytes.to_vec(), at: 0, lengths: lengths.to_vec(), turn: 0 })
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let turn = self.turn;
        self.turn += 1;
        let length = self.lengths[turn % self.lengths.len()];
        if length == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let end = (self.at + length.min(buf.remaining())).min(self.bytes.len());
        buf.put_slice(&self.bytes[self.at..end]);
        self.at = end;
        Poll::Ready(Ok(()))
    }
}

fn whole(bytes: &[u8]) -> Reader {
    Pieces::of(bytes, &[usize::MAX])
}

async fn write(store: &dyn Store, compression: Compression, source: Reader) -> Result<Written, Problem> {
    let resource = resource();
    let part = WritePart {
        store,
        resource: &resource,
        path: "staging/orders.dump",
        compression,
        expect: 0,
        tap: None,
        on_bytes: quiet(),
    };
    part.from(source).await
}

fn part_of(written: &[Written], raw: Digest) -> Part {
    Part {
        name: "database:orders".to_owned(),
        files: written.iter().map(|w| w.file.clone()).collect(),
        media_type: "application/octet-stream".to_owned(),
        raw,
        counts: Default::default(),
        facts: serde_json::Value::Null,
    }
}

fn part(written: &Written) -> Part {
    part_of(std::slice::from_ref(written), written.raw.clone())
}

/// Reads a part to its end: its bytes, or the problem found.
async fn read(store: &Arc<dyn Store>, part: &Part) -> Result<Vec<u8>, Problem> {
    let mut reader = open_part(store.clone(), &resource(), part, quiet()).await?;
    let mut bytes = Vec::new();
    match reader.read_to_end(&mut bytes).await {
        Ok(_) => Ok(bytes),
        Err(error) => Err(problem_in(&error).expect("every error of a part wraps a problem").clone()),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else if entry.file_name() != ".zelo-store" {
                found.push(entry.path());
            }
        }
    }
    found
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let lengths = prop_oneof![
        Just(0),
        1_usize..5000,
        Just(BLOCK - 1),
        Just(BLOCK),
        Just(BLOCK + 1),
        BLOCK..5 * BLOCK / 2,
    ];
    (lengths, any::<u8>()).prop_map(|(length, kind)| match kind % 3 {
        0 => vec![kind; length],
        1 => text(length),
        _ => noise(length, u64::from(kind)),
    })
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut x = seed | 1;
    let mut next = || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (x >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_goes_in_comes_out(
        bytes in any_bytes(),
        lengths in prop::collection::vec(0_usize..100_000, 1..8),
        which in 0..ALL.len(),
    ) {
        prop_assume!(lengths.iter().sum::<usize>() > 1000);
        run(async {
            let (folder, store) = fresh().await;
            let written = write(&*store, ALL[which], Pieces::of(&bytes, &lengths)).await.unwrap();
            assert_eq!(written.raw, digest::of(&bytes));
            let stored = std::fs::read(folder.path().join("databases/shop/orders").join(&written.file.path)).unwrap();
            assert_eq!(written.file.stored, digest::of(&stored));
            assert!(read(&store, &part(&written)).await.unwrap() == bytes);
            check_part(store, &resource(), &part(&written), quiet()).await.unwrap();
            assert_eq!(files(folder.path()).len(), 1);
        });
    }

    #[test]
    fn damage_is_never_a_clean_end(
        which in 0..ALL.len(),
        position in any::<prop::sample::Index>(),
        bit in 0..8,
        how in 0..4,
        length in prop_oneof![Just(0_usize), 1_usize..2000, BLOCK..2 * BLOCK],
    ) {
        run(async {
            let (folder, store) = fresh().await;
            let written = write(&*store, ALL[which], whole(&text(length))).await.unwrap();
            let at = folder.path().join("databases/shop/orders").join(&written.file.path);
            let mut stored = std::fs::read(&at).unwrap();
            let place = if stored.is_empty() { 0 } else { position.index(stored.len()) };
            match how {
                0 if !stored.is_empty() => stored[place] ^= 1_u8 << bit,
                1 if !stored.is_empty() => stored.truncate(place),
                2 => stored.push(0),
                _ => stored.insert(place, 0x41),
            }
            std::fs::write(&at, &stored).unwrap();
            let mut damaged = part(&written);
            let problem = read(&store, &damaged).await.unwrap_err();
            assert!(problem.is("part-digest"), "{problem}");
            // Even if the lengths agreed, the digests do not.
            damaged.files[0].stored.bytes = stored.len() as u64;
            let problem = read(&store, &damaged).await.unwrap_err();
            assert!(problem.is("part-digest"), "{problem}");
            assert!(check_part(store.clone(), &resource(), &damaged, quiet()).await.is_err());
            // And if all of the stored digest did, the raw one does not, unless
            // the damage decodes to the very same bytes.
            damaged.files[0].stored = digest::of(&stored);
            match read(&store, &damaged).await {
                Ok(bytes) => assert_eq!(digest::of(&bytes), written.raw),
                Err(problem) => assert!(problem.is("part-decode") || problem.is("part-digest"), "{problem}"),
            }
        });
    }

    #[test]
    fn a_dropped_write_leaves_nothing(micros in 0_u64..40_000, which in 0..ALL.len()) {
        run(async {
            let (folder, store) = fresh().await;
            let writing = write(&*store, ALL[which], whole(&text(4 * BLOCK)));
            let done = tokio::time::timeout(Duration::from_micros(micros), writing).await.is_ok();
            // What was running on another thread when it was dropped ends by itself.
            let mut calm = 0;
            for _ in 0..200 {
                calm = if files(folder.path()).len() == usize::from(done) { calm + 1 } else { 0 };
                if calm == 3 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(calm, 3, "{:?}", files(folder.path()));
        });
    }
}

/// Tools that need not be there, wherever the tests run.
const RARE: [&str; 3] = ["pigz", "busybox", "bsdcat"];

/// Decodes with the tool a person has when Zelo is gone.
fn by_tool(program: &str, args: &[&str], file: &Path) -> Option<Vec<u8>> {
    let stdin = Stdio::from(std::fs::File::open(file).unwrap());
    let output = match Command::new(program).args(args).stdin(stdin).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let needed = std::env::var_os("CI").is_some() && !RARE.contains(&program);
            assert!(!needed, "{program} is not installed");
            eprintln!("SKIPPED: {program} is not installed");
            return None;
        }
        other => other.unwrap(),
    };
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[tokio::test]
async fn the_common_tools_read_it() {
    for length in [0, 100, 3 * BLOCK + 7] {
        for compression in ALL {
            let (folder, store) = fresh().await;
            let bytes = text(length);
            let written = write(&*store, compression, whole(&bytes)).await.unwrap();
            let at = folder.path().join("databases/shop/orders").join(&written.file.path);
            let (tools, suffix): (&[&[&str]], _) = match written.file.codec {
                Codec::Gzip => (
                    &[
                        &["gzip", "-dc"],
                        &["pigz", "-dc"],
                        &["busybox", "gunzip", "-c"],
                        &["bsdcat"],
                        &["python3", "-c", PYTHON],
                    ],
                    "dump.gz",
                ),
                Codec::Zstd => (&[&["zstd", "-dcq"]], "dump.zst"),
                Codec::None => (&[&["cat"]], "dump"),
            };
            assert!(written.file.path.ends_with(suffix), "{}", written.file.path);
            for tool in tools {
                if let Some(decoded) = by_tool(tool[0], &tool[1..], &at) {
                    assert!(decoded == bytes, "{tool:?}, {compression:?}, {length} bytes");
                }
            }
            if written.file.codec == Codec::Gzip {
                by_tool("gzip", &["-t"], &at);
            }
        }
    }
}

const PYTHON: &str =
    "import gzip, sys; sys.stdout.buffer.write(gzip.GzipFile(fileobj=sys.stdin.buffer).read())";

#[tokio::test]
async fn what_other_tools_wrote_is_read() {
    let (folder, store) = fresh().await;
    let bytes = text(BLOCK);
    let raw = folder.path().join("raw");
    std::fs::write(&raw, &bytes).unwrap();
    for (program, codec) in [("gzip", Codec::Gzip), ("zstd", Codec::Zstd)] {
        let Some(stored) = by_tool(program, &["-c"], &raw) else { continue };
        let path = format!("uploaded{}", codec.suffix());
        crate::store::contract::put(&*store, &format!("{}/{path}", resource()), &stored).await.unwrap();
        let file = PartFile { path, codec, key: None, stored: digest::of(&stored) };
        let part = part_of(&[Written { file, raw: digest::of(&bytes) }], digest::of(&bytes));
        assert!(read(&store, &part).await.unwrap() == bytes, "{program}");
    }
}

#[tokio::test]
async fn several_files_are_one_part() {
    let (_folder, store) = fresh().await;
    let bytes = text(2 * BLOCK);
    let (one, two) = bytes.split_at(BLOCK + 5);
    let resource = resource();
    let mut written = Vec::new();
    for (name, piece, compression) in
        [("a", one, Compression::Auto), ("b", &[][..], Compression::Zstd(3)), ("c", two, Compression::None)]
    {
        let part = WritePart {
            store: &*store,
            resource: &resource,
            path: name,
            compression,
            expect: piece.len() as u64,
            tap: None,
            on_bytes: quiet(),
        };
        written.push(part.from(whole(piece)).await.unwrap());
    }
    let mut part = part_of(&written, digest::of(&bytes));
    assert!(read(&store, &part).await.unwrap() == bytes);
    // In another order they are another part, whatever each digest says.
    part.files.swap(0, 2);
    assert!(read(&store, &part).await.unwrap_err().is("part-digest"));
    part.files.swap(0, 2);
    part.files.pop();
    assert!(read(&store, &part).await.unwrap_err().is("part-digest"));
}

#[tokio::test]
async fn a_missing_or_encrypted_file_is_named() {
    let (_folder, store) = fresh().await;
    let written = write(&*store, Compression::Auto, whole(b"x")).await.unwrap();
    let mut lost = part(&written);
    lost.files[0].path = "elsewhere".to_owned();
    let problem = read(&store, &lost).await.unwrap_err();
    assert!(problem.is("part-missing"), "{problem}");
    lost.files[0].path = "../../escape".to_owned();
    assert!(read(&store, &lost).await.unwrap_err().is("store-path"));
    let mut sealed = part(&written);
    sealed.files[0].key = Some("k1".to_owned());
    assert!(read(&store, &sealed).await.unwrap_err().is("part-encrypted"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_waits_holds_the_decoder_back() {
    let (_folder, store) = fresh().await;
    let length = 64_u64 << 20;
    let source = tokio::io::repeat(0).take(length);
    let written = write(&*store, Compression::Zstd(1), Box::pin(source)).await.unwrap();
    let passed = Arc::new(AtomicU64::new(0));
    let counter = passed.clone();
    let on_bytes: OnBytes = Arc::new(move |n| {
        counter.fetch_add(n, Ordering::Relaxed);
    });
    let mut reader = open_part(store, &resource(), &part(&written), on_bytes).await.unwrap();
    reader.read_u8().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(passed.load(Ordering::Relaxed) <= 1 << 20);
    assert_eq!(tokio::io::copy(&mut reader, &mut tokio::io::sink()).await.unwrap(), length - 1);
    assert_eq!(passed.load(Ordering::Relaxed), length);
}

/// The peak memory of a process that only streams. In a process of its own: the
/// other tests' memory is not counted.
#[test]
fn memory_does_not_grow_with_the_length() {
    let peak = |megabytes: u64| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--ignored",
                "--nocapture",
                "store::part::tests::streams_in_a_process_of_its_own",
            ])
            .env("ZELO_TEST_MEGABYTES", megabytes.to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let peak = said.split("peak KiB: ").nth(1).unwrap().split_whitespace().next().unwrap();
        peak.parse::<u64>().unwrap()
    };
    let (small, large) = (peak(32), peak(256));
    eprintln!("peak memory: {small} KiB for 32 MiB, {large} KiB for 256 MiB");
    assert!(large < 40 * 1024, "{large} KiB");
    assert!(large < small + 12 * 1024, "{small} → {large} KiB");
}

#[test]
#[ignore = "run by memory_does_not_grow_with_the_length"]
fn streams_in_a_process_of_its_own() {
    let megabytes: usize = std::env::var("ZELO_TEST_MEGABYTES").unwrap().parse().unwrap();
    run(async {
        for compression in [Compression::Auto, Compression::Zstd(3), Compression::None] {
            let (_folder, store) = fresh().await;
            let source = Repeated { block: text(1 << 20), at: 0, left: megabytes << 20 };
            let written = write(&*store, compression, Box::pin(source)).await.unwrap();
            assert_eq!(written.raw.bytes, (megabytes as u64) << 20);
            check_part(store, &resource(), &part(&written), quiet()).await.unwrap();
        }
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |what: &str| -> u64 {
        let line = status.lines().find_map(|l| l.strip_prefix(what)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    // Without the pages of this program's own file, of which a test binary has many.
    println!("peak KiB: {}", of("VmHWM:") - of("RssFile:"));
}

struct Repeated {
    block: Vec<u8>,
    at: usize,
    left: usize,
}

impl AsyncRead for Repeated {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = buf.remaining().min(self.block.len() - self.at).min(self.left).min(64 * 1024);
        let at = self.at;
        buf.put_slice(&self.block[at..at + length]);
        self.at = (at + length) % self.block.len();
        self.left -= length;
        Poll::Ready(Ok(()))
    }
}
