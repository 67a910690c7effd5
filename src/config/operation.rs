//! `[operation]`: how operations run, and how long what they leave is kept.

use std::time::Duration;

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How operations run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// How many run at the same time.
    pub concurrency: usize,
    /// A stream that moves no byte for so long is stopped and undone.
    pub stall: Duration,
    /// A step that moves bytes may take so long in all.
    pub deadline: Duration,
    /// What must succeed waits so long for a Docker Engine that is away.
    pub engine_away: Duration,
    /// A verified backup of unchanged contents and this age at most counts as a
    /// safety backup.
    pub safety_max_age: Duration,
    /// For so many days what a restore set aside is kept.
    pub aside_days: u32,
    /// So many safety points of an instance are kept.
    pub safety_points: usize,
    /// For so many days a deleted backup is kept.
    pub trash_days: u32,
    /// When the server stops, what runs has so long to end by itself.
    pub grace: Duration,
}

const CONCURRENCY: Key<u32> = Key {
    section: "operation",
    name: "concurrency",
    help: "How many operations run at the same time.",
    default: "2",
    optional: false,
    secret: false,
    parse: |text| read::number(text, 1..=64),
};

const STALL: Key<Duration> = Key {
    section: "operation",
    name: "stall",
    help: "A dump or load that moves no byte for this long is stopped and undone.",
    default: "\"5m\"",
    optional: false,
    secret: false,
    parse: |text| read::duration(text, Duration::from_secs(1)),
};

const DEADLINE: Key<Duration> = Key {
    section: "operation",
    name: "deadline",
    help: "The longest one dump or load may take.",
    default: "\"1d\"",
    optional: false,
    secret: false,
    parse: |text| read::duration(text, MINUTE),
};

const ENGINE_AWAY: Key<Duration> = Key {
    section: "operation",
    name: "engine_away",
    help: "An operation that has to be undone or finished waits this long for a Docker Engine that does\n\
           not answer, before it asks a person. A stopped container is given a tenth of it.",
    default: "\"10m\"",
    optional: false,
    secret: false,
    parse: |text| read::duration(text, Duration::ZERO),
};

const SAFETY_MAX_AGE: Key<Duration> = Key {
    section: "operation",
    name: "safety_max_age",
    help: "Before it replaces data, an operation may use a verified backup no older than this as its\n\
           safety backup, if nothing was written since; else it takes a new one.",
    default: "\"1d\"",
    optional: false,
    secret: false,
    parse: |text| read::duration(text, Duration::ZERO),
};

const ASIDE_DAYS: Key<u32> = Key {
    section: "operation",
    name: "aside_days",
    help: "For how many days the data a restore replaced is kept beside, so that it can be undone.",
    default: "7",
    optional: false,
    secret: false,
    parse: |text| read::number(text, 1..=365),
};

const SAFETY_POINTS: Key<u32> = Key {
    section: "operation",
    name: "safety_points",
    help: "How many safety points of a Supabase instance are kept; older ones go to the trash. Never those\n\
           that are pinned or needed, nor the newest with all data, nor any other backup.",
    default: "10",
    optional: false,
    secret: false,
    parse: |text| read::number(text, 1..=1000),
};

const TRASH_DAYS: Key<u32> = Key {
    section: "operation",
    name: "trash_days",
    help: "For how many days a deleted backup stays in the trash.",
    default: "7",
    optional: false,
    secret: false,
    parse: |text| read::number(text, 1..=365),
};

const GRACE: Key<Duration> = Key {
    section: "operation",
    name: "grace",
    help: "When the server is stopped, what runs may go on for this long; what has not ended then is\n\
           cancelled and undone, which may take 15 seconds more.",
    default: "\"20s\"",
    optional: false,
    secret: false,
    parse: |text| read::duration(text, Duration::ZERO),
};

impl Operation {
    pub(super) const KEYS: [KeyInfo; 9] = [
        CONCURRENCY.info(),
        STALL.info(),
        DEADLINE.info(),
        ENGINE_AWAY.info(),
        SAFETY_MAX_AGE.info(),
        ASIDE_DAYS.info(),
        SAFETY_POINTS.info(),
        TRASH_DAYS.info(),
        GRACE.info(),
    ];

    pub(super) fn read(keys: &mut Keys) -> Self {
        Self {
            concurrency: keys.read(&CONCURRENCY, || 2) as usize,
            stall: keys.read(&STALL, || 5 * MINUTE),
            deadline: keys.read(&DEADLINE, || DAY),
            engine_away: keys.read(&ENGINE_AWAY, || 10 * MINUTE),
            safety_max_age: keys.read(&SAFETY_MAX_AGE, || DAY),
            aside_days: keys.read(&ASIDE_DAYS, || 7),
            safety_points: keys.read(&SAFETY_POINTS, || 10) as usize,
            trash_days: keys.read(&TRASH_DAYS, || 7),
            grace: keys.read(&GRACE, || Duration::from_secs(20)),
        }
    }
}
