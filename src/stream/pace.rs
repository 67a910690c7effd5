//! How hard to compress: as hard as the machine can afford while the source runs
//! at full speed.
//!
//! A dump and its compression share the cores. So a compressor that keeps up is
//! no proof that it may work harder: it may keep up because it slowed the dump
//! down. The level rises only while cores are **idle**, and falls at once when
//! the source has to wait for the compressor or no core is idle any more.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::compress::Method;
use crate::domain::backup::Compression;

/// The levels `auto` moves between, measured on the text of a dump. The first is
/// 8 % smaller than `gzip -1` at three times its speed; those left out cost nearly
/// as much as the next one up; above the last, half the time again buys 2 %.
const LADDER: [i32; 4] = [1, 3, 5, 6];

/// Between two looks at how idle the machine is.
const LOOK: Duration = Duration::from_millis(250);
/// Idle cores below which the level falls, and above which it may rise.
const BUSY: f64 = 0.05;
const IDLE: f64 = 0.35;
/// Blocks that must pass without a reason to fall before it rises.
const CALM: i32 = 4;

/// What one stream's feeder, compressors and taker tell one another.
#[derive(Debug)]
pub(super) struct Pace {
    compression: Compression,
    workers: usize,
    rung: AtomicUsize,
    /// Blocks handed to the compressor and not yet compressed.
    unfinished: AtomicUsize,
    /// Whether the taker waits for the compressor (not for the store).
    taker_waits: AtomicBool,
    /// Idle cores in hundredths; `u32::MAX`: unknown.
    idle: AtomicU32,
    looks: Mutex<Looks>,
}

#[derive(Debug, Default)]
struct Looks {
    last: Option<(Instant, CpuTimes)>,
    calm: i32,
}

/// Ticks of all cores since the machine started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CpuTimes {
    idle: u64,
    total: u64,
    cores: u32,
}

impl Pace {
    pub(super) fn new(compression: Compression, workers: usize) -> Self {
        Self {
            compression,
            workers,
            rung: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(0),
            taker_waits: AtomicBool::new(false),
            idle: AtomicU32::new(u32::MAX),
            looks: Mutex::default(),
        }
    }

    /// What to do with the next block. `waits`: the source cannot go on because
    /// all places are taken.
    pub(super) fn method(&self, waits: bool) -> Method {
        match self.compression {
            Compression::Auto => Method::Gzip(LADDER[self.step(waits)]),
            Compression::Gzip(level) => Method::Gzip(i32::try_from(level).unwrap_or(9)),
            Compression::Zstd(level) => Method::Zstd(level),
            Compression::None => Method::None,
        }
    }

    pub(super) fn began(&self) {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.unfinished.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn taker_waits(&self, waits: bool) {
        self.taker_waits.store(waits, Ordering::Relaxed);
    }

    /// Looks how idle the machine is, now and then. Reads a file: not on an async
    /// thread.
    pub(super) fn look(&self) {
        if self.compression != Compression::Auto {
            return;
        }
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if looks.last.is_some_and(|(at, _)| now.duration_since(at) < LOOK) {
            return;
        }
        let Some(times) = std::fs::read_to_string("/proc/stat").ok().and_then(|t| CpuTimes::parse(&t)) else {
            return;
        };
        if let Some((_, before)) = looks.last.replace((now, times)) {
            self.idle.store(times.idle_since(before).map_or(u32::MAX, hundredths), Ordering::Relaxed);
        }
    }

    fn step(&self, waits: bool) -> usize {
        let idle = match self.idle.load(Ordering::Relaxed) {
            u32::MAX => None,
            hundredths => Some(f64::from(hundredths) / 100.0),
        };
        let behind = waits && self.taker_waits.load(Ordering::Relaxed);
        let free = self.unfinished.load(Ordering::Relaxed) * 2 <= self.workers;
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let rung = next(self.rung.load(Ordering::Relaxed), &mut looks.calm, behind, free, idle);
        self.rung.store(rung, Ordering::Relaxed);
        if looks.calm == 0 {
            // One look, one step: what it changes must show before the next.
            self.idle.store(u32::MAX, Ordering::Relaxed);
        }
        rung
    }
}

/// The rule: one rung down when behind or when no core is idle; one up after
/// [`CALM`] blocks with a free worker and idle cores.
fn next(rung: usize, calm: &mut i32, behind: bool, free: bool, idle: Option<f64>) -> usize {
    if behind || idle.is_some_and(|i| i < BUSY) {
        *calm = -2 * CALM;
        return rung.saturating_sub(1);
    }
    if !free || idle.is_none_or(|i| i < IDLE) {
        return rung;
    }
    *calm += 1;
    if *calm < CALM {
        return rung;
    }
    *calm = 0;
    (rung + 1).min(LADDER.len() - 1)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few thousand cores at most
fn hundredths(cores: f64) -> u32 {
    (cores * 100.0) as u32
}

impl CpuTimes {
    /// From `/proc/stat`: idle is what idles or waits for a disk.
    fn parse(stat: &str) -> Option<Self> {
        let mut lines = stat.lines();
        let all = lines.next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> = all.split_whitespace().map_while(|n| n.parse().ok()).collect();
        // Guests' ticks (the 9th and 10th) are counted in user and nice already.
        let total = ticks.iter().take(8).sum();
        let cores = lines.take_while(|l| l.starts_with("cpu")).count();
        Some(Self {
            idle: ticks.get(3)? + ticks.get(4)?,
            total,
            cores: u32::try_from(cores).ok().filter(|n| *n > 0)?,
        })
    }

    #[allow(clippy::cast_precision_loss)] // ticks of a quarter of a second
    fn idle_since(self, before: Self) -> Option<f64> {
        let total = self.total.checked_sub(before.total).filter(|t| *t > 0)?;
        // Waiting for a disk may count backwards.
        let idle = self.idle.saturating_sub(before.idle);
        Some(idle as f64 / total as f64 * f64::from(self.cores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_climbs_only_while_cores_idle() {
        let (mut rung, mut calm) = (0, 0);
        for _ in 0..100 {
            rung = next(rung, &mut calm, false, true, Some(1.0));
        }
        assert_eq!(rung, LADDER.len() - 1);
        for idle in [None, Some(0.2)] {
            let (mut rung, mut calm) = (1, 0);
            for _ in 0..100 {
                rung = next(rung, &mut calm, false, true, idle);
            }
            assert_eq!(rung, 1, "{idle:?}");
        }
        let (mut rung, mut calm) = (1, 0);
        for _ in 0..100 {
            rung = next(rung, &mut calm, false, false, Some(1.0));
        }
        assert_eq!(rung, 1, "no worker is free");
    }

    #[test]
    fn it_falls_at_once_and_waits_before_it_climbs_again() {
        for (behind, idle) in [(true, Some(1.5)), (false, Some(0.0))] {
            let mut calm = CALM - 1;
            assert_eq!(next(3, &mut calm, behind, true, idle), 2);
            for _ in 0..3 * CALM - 1 {
                assert_eq!(next(2, &mut calm, false, true, Some(1.0)), 2);
            }
            assert_eq!(next(2, &mut calm, false, true, Some(1.0)), 3);
        }
        assert_eq!(next(0, &mut 0, true, false, Some(0.0)), 0);
    }

    #[test]
    fn a_full_store_does_not_lower_the_level() {
        let pace = Pace::new(Compression::Auto, 2);
        pace.rung.store(2, Ordering::Relaxed);
        pace.taker_waits(false);
        assert_eq!(pace.method(true), Method::Gzip(LADDER[2]));
        pace.taker_waits(true);
        assert_eq!(pace.method(true), Method::Gzip(LADDER[1]));
    }

    #[test]
    fn fixed_levels_stay() {
        assert_eq!(Pace::new(Compression::Gzip(6), 2).method(true), Method::Gzip(6));
        assert_eq!(Pace::new(Compression::Zstd(3), 2).method(true), Method::Zstd(3));
        assert_eq!(Pace::new(Compression::None, 2).method(true), Method::None);
    }

    #[test]
    fn idle_cores_are_read_from_proc_stat() {
        let read = |text: &str| CpuTimes::parse(text);
        let before = read("cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1\ncpu1 1\nintr 5\n").unwrap();
        let after = read("cpu  150 0 110 830 10 0 0 0 90 0\ncpu0 1\ncpu1 1\nintr 5\n").unwrap();
        assert_eq!(before.cores, 2);
        assert_eq!(after.idle_since(before), Some(0.8));
        assert_eq!(before.idle_since(before), None);
        assert_eq!(read("cpu0 1"), None);
        assert_eq!(read(""), None);
    }
}
