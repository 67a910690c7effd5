//! `[log]`: what Zelo writes to standard error while it works.

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};

/// Logging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// How much; `--verbose` raises it.
    pub level: Level,
    /// How a line looks.
    pub format: Format,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What failed.
    Error,
    /// And what looks wrong.
    Warn,
    /// And what happens.
    Info,
    /// And how.
    Debug,
    /// And everything else.
    Trace,
}

impl Level {
    /// Its word, as in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

const LEVEL: Key<Level> = Key {
    section: "log",
    name: "level",
    help: "How much the server logs: \"error\", \"warn\", \"info\", \"debug\" or \"trace\".",
    default: "\"info\"",
    optional: false,
    secret: false,
    parse: |text| {
        use Level::{Debug, Error, Info, Trace, Warn};
        read::choice(text, &[Error, Warn, Info, Debug, Trace].map(|level| (level.as_str(), level)))
    },
};

const FORMAT: Key<Format> = Key {
    section: "log",
    name: "format",
    help: "How a line looks: \"text\", or \"json\" for one object a line.",
    default: "\"text\"",
    optional: false,
    secret: false,
    parse: |text| read::choice(text, &[("text", Format::Text), ("json", Format::Json)]),
};

impl Log {
    pub(super) const KEYS: [KeyInfo; 2] = [LEVEL.info(), FORMAT.info()];

    pub(super) fn read(keys: &mut Keys) -> Self {
        Self { level: keys.read(&LEVEL, || Level::Info), format: keys.read(&FORMAT, || Format::Text) }
    }
}
