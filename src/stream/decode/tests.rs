//! Any mixture of members, any damage to them, any lie about their length: right
//! bytes or [`DecodeError::Corrupt`], in bounded memory, and nothing left running.

use std::{
    io::{Read as _, Write as _},
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use flate2::{GzBuilder, bufread::MultiGzDecoder};
use proptest::prelude::*;
use tokio::io::ReadBuf;

use super::*;
use crate::stream::{BLOCK, digest as of, member::HEADER};

/// Gives `bytes` in pieces of these lengths, over and over; counts them.
struct Pieces {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
    turn: usize,
    at: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

impl Pieces {
    fn of(bytes: &[u8], lengths: &[usize]) -> Self {
        let (at, gone) = Default::default();
        Self { bytes: bytes.to_vec(), lengths: lengths.to_vec(), turn: 0, at, gone }
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = self.lengths[self.turn % self.lengths.len()];
        self.turn += 1;
        if length == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let at = self.at.load(Ordering::Relaxed);
        let end = (at + length.min(buf.remaining())).min(self.bytes.len());
        buf.put_slice(&self.bytes[at..end]);
        self.at.store(end, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

/// What came out, and the clean end or why there is none.
async fn read(file: &[u8], lengths: &[usize]) -> (Vec<u8>, Result<Ended, DecodeError>) {
    let mut decoded = decode(Codec::Gzip, Pieces::of(file, lengths), Hasher::default());
    let mut raw = Vec::new();
    loop {
        match decoded.next().await {
            Ok(Next::Bytes(bytes)) => raw.extend_from_slice(&bytes),
            Ok(Next::End(ended)) => return (raw, Ok(ended)),
            Err(error) => return (raw, Err(error)),
        }
    }
}

/// The same at one go, by a decoder that knows of no labels.
fn plainly(file: &[u8]) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    MultiGzDecoder::new(file).read_to_end(&mut raw).is_ok().then_some(raw)
}

fn run_on_two<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// A member as Zelo writes it.
fn ours(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let length = member::compress(&mut libdeflater::Compressor::default(), raw, &mut out).unwrap();
    out.truncate(length);
    out
}

/// A member as another tool may write it, with an extra field of its own.
fn theirs(raw: &[u8], named: bool) -> Vec<u8> {
    let builder =
        if named { GzBuilder::new().filename("a.sql").extra(*b"XY\x02\x00ab") } else { GzBuilder::new() };
    let mut writer = builder.write(Vec::new(), flate2::Compression::fast());
    writer.write_all(raw).unwrap();
    writer.finish().unwrap()
}

/// Another text for each `seed`.
fn text(length: usize, seed: u8) -> Vec<u8> {
    static ALL: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let lines = (0_u32..).flat_map(|n| format!("{n}\t{}\n", n.wrapping_mul(2_654_435_761)).into_bytes());
        lines.take(9 * BLOCK).collect()
    });
    let from = usize::from(seed) * 1000;
    ALL[from..from + length].to_vec()
}

/// Writes into a member's label what it says of its length.
fn relabel(member: &mut [u8], length: u32) {
    member[HEADER - 4..HEADER].copy_from_slice(&length.to_le_bytes());
}

/// Raw bytes, and the member they are in.
fn any_member() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let lengths = prop_oneof![Just(0), 1_usize..3000, Just(BLOCK - 1), Just(BLOCK)];
    (lengths, any::<u8>(), prop_oneof![4 => Just(None), 1 => any::<bool>().prop_map(Some)]).prop_map(
        |(length, seed, other)| {
            let raw = if seed % 4 == 0 { vec![seed; length] } else { text(length, seed) };
            let member = other.map_or_else(|| ours(&raw), |named| theirs(&raw, named));
            (raw, member)
        },
    )
}

fn any_lengths() -> impl Strategy<Value = Vec<usize>> {
    let some = prop::collection::vec(prop_oneof![0_usize..64, 1000_usize..400_000], 1..6);
    some.prop_filter("some bytes must come", |lengths| lengths.iter().sum::<usize>() > 500)
}

/// A file is never empty.
fn any_file() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    prop::collection::vec(any_member(), 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_mixture_of_members_is_read(members in any_file(), lengths in any_lengths()) {
        let raw: Vec<u8> = members.iter().flat_map(|(raw, _)| raw.clone()).collect();
        let file: Vec<u8> = members.iter().flat_map(|(_, member)| member.clone()).collect();
        assert!(plainly(&file).unwrap() == raw);
        let (found, ended) = run_on_two(read(&file, &lengths));
        let ended = ended.unwrap();
        assert!(found == raw);
        assert_eq!((ended.raw.finish(), ended.stored), (of::of(&raw), of::of(&file)));
    }

    #[test]
    fn damage_gives_the_right_bytes_or_none(
        members in any_file(),
        lengths in any_lengths(),
        place in any::<prop::sample::Index>(),
        how in 0..5,
        bit in 0..8,
        near in any::<bool>(),
    ) {
        let raw: Vec<u8> = members.iter().flat_map(|(raw, _)| raw.clone()).collect();
        let mut file: Vec<u8> = members.iter().flat_map(|(_, member)| member.clone()).collect();
        // Half of it where it hurts most: in a header.
        let which = &members[..place.index(members.len())];
        let start: usize = which.iter().map(|(_, member)| member.len()).sum();
        let at = if near { start + place.index(HEADER) } else { place.index(file.len()) };
        match how {
            0 => file.truncate(at),
            1 => file.insert(at, 0x1f),
            2 => drop(file.remove(at)),
            3 => file.extend_from_within(..at),
            _ => file[at] ^= 1_u8 << bit,
        }
        let (found, ended) = run_on_two(read(&file, &lengths));
        match ended {
            Ok(ended) => {
                assert!(plainly(&file).is_some_and(|plain| plain == found));
                assert_eq!((ended.raw.finish(), ended.stored), (of::of(&found), of::of(&file)));
            }
            Err(DecodeError::Corrupt { stored, .. }) => assert_eq!(stored, of::of(&file)),
            Err(error) => panic!("{error}"),
        }
        if how != 3 && members.iter().all(|(_, member)| matches!(member::length(member), Ok(Some(_)))) && start <= at {
            // What came before the damage was given, or what is there cannot be told from it.
            let before: usize = which.iter().map(|(raw, _)| raw.len()).sum();
            assert!(found.len() >= before && found[..before] == raw[..before]);
        }
    }

    #[test]
    fn a_lie_about_the_length_is_found(
        members in prop::collection::vec(any::<u8>(), 1..5),
        liar in any::<prop::sample::Index>(),
        lie in prop_oneof![
            Just(0_u32), 1_u32..64, any::<u32>(), Just(u32::MAX),
            (0_u32..3000).prop_map(|n| n + 30),
        ],
        lengths in any_lengths(),
    ) {
        let raws: Vec<Vec<u8>> = members.iter().map(|seed| text(2000, seed % 2)).collect();
        let mut members: Vec<Vec<u8>> = raws.iter().map(|raw| ours(raw)).collect();
        let liar = liar.index(members.len());
        prop_assume!(lie as usize != members[liar].len());
        relabel(&mut members[liar], lie);
        found_out(&raws[..liar], &members, &lengths);
    }

    #[test]
    fn a_length_up_to_the_end_of_another_member_is_found(
        members in prop::collection::vec(any::<u8>(), 2..5),
        liar in any::<prop::sample::Index>(),
        more in 1_usize..4,
        lengths in any_lengths(),
    ) {
        // Often equal: then their trailers are too.
        let raws: Vec<Vec<u8>> = members.iter().map(|seed| text(2000, seed % 2)).collect();
        let mut members: Vec<Vec<u8>> = raws.iter().map(|raw| ours(raw)).collect();
        let liar = liar.index(members.len() - 1);
        let end = (liar + more).min(members.len() - 1);
        let length: usize = members[liar..=end].iter().map(Vec::len).sum();
        relabel(&mut members[liar], u32::try_from(length).unwrap());
        found_out(&raws[..liar], &members, &lengths);
    }
}

/// Given is what came before the lie, and nothing else.
fn found_out(before: &[Vec<u8>], members: &[Vec<u8>], lengths: &[usize]) {
    let file = members.concat();
    let (found, ended) = run_on_two(read(&file, lengths));
    assert!(matches!(ended, Err(DecodeError::Corrupt { stored, .. }) if stored == of::of(&file)));
    assert!(found == before.concat());
}

#[tokio::test]
async fn an_empty_file_is_no_gzip_file() {
    let (_, ended) = read(b"", &[1]).await;
    assert!(matches!(ended, Err(DecodeError::Corrupt { .. })));
}

#[tokio::test]
async fn more_than_a_block_in_one_member_is_refused() {
    let raw = vec![0; BLOCK + 1];
    let mut out = Vec::new();
    let length = member::compress(&mut libdeflater::Compressor::default(), &raw, &mut out).unwrap();
    assert!(length < 2000);
    let (found, ended) = read(&out[..length], &[64]).await;
    assert!(found.is_empty());
    assert!(matches!(ended, Err(DecodeError::Corrupt { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_slowly_holds_all_of_it_back() {
    let member = ours(&text(BLOCK, 1));
    let source = Pieces::of(&member.repeat(60), &[usize::MAX]);
    let at = source.at.clone();
    let mut decoded = decode(Codec::Gzip, source, Hasher::default());
    assert!(matches!(decoded.next().await, Ok(Next::Bytes(_))));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Taken and waiting to be taken, digested, in its place, decompressed and cut; chunks before that.
    let members = 1 + QUEUE + 1 + QUEUE.max(bench().workers()) + 1 + 1;
    let most = members * member.len() + (QUEUE + 3) * CHUNK;
    assert!(at.load(Ordering::Relaxed) <= most, "{} of at most {most}", at.load(Ordering::Relaxed));
    let mut left = 59;
    while let Next::Bytes(bytes) = decoded.next().await.unwrap() {
        assert_eq!(bytes.len(), BLOCK);
        left -= 1;
    }
    assert_eq!(left, 0);
}

#[test]
fn whoever_lets_go_ends_it_all() {
    let file = [ours(&text(BLOCK, 1)).repeat(20), theirs(&text(8 * BLOCK, 2), true)].concat();
    for taken in [0, 1, 5, 19, 21] {
        // Dropping a runtime waits for all of its threads that are at work.
        let gone = run_on_two(async {
            let source = Pieces::of(&file, &[100_000]);
            let gone = source.gone.clone();
            let mut decoded = decode(Codec::Gzip, source, Hasher::default());
            for _ in 0..taken {
                assert!(matches!(decoded.next().await, Ok(Next::Bytes(_))));
            }
            drop(decoded);
            gone
        });
        assert!(gone.load(Ordering::Relaxed), "{taken}");
    }
    // The bench is free again: no permit was lost, and none is held.
    let all = run_on_two(read(&file, &[usize::MAX]));
    assert!(all.1.is_ok());
}
