//! `[store]`: the local folder backups are kept in.

use std::path::{Path, PathBuf};

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};

/// The local store, and how much of any disk Zelo leaves free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Its folder.
    pub folder: PathBuf,
    /// Nothing is written that would leave less than this share of a disk free;
    /// the larger of this and `reserve_bytes` counts.
    pub reserve_percent: u32,
    /// The same in bytes.
    pub reserve_bytes: u64,
    /// The longest a file from elsewhere may be, in bytes.
    pub upload_limit: u64,
}

const FOLDER: Key<PathBuf> = Key {
    section: "store",
    name: "folder",
    help: "Where backups are kept. Default: the folder store in the data folder.",
    default: "\"/var/lib/zelo/store\"",
    optional: true,
    secret: false,
    parse: read::path,
};

const RESERVE_PERCENT: Key<u32> = Key {
    section: "store",
    name: "reserve_percent",
    help: "No backup and no restore starts or goes on below this share of free disk, or below\n\
           reserve_bytes, whichever is more.",
    default: "5",
    optional: false,
    secret: false,
    parse: |text| read::number(text, 0..=50),
};

const RESERVE_BYTES: Key<u64> = Key {
    section: "store",
    name: "reserve_bytes",
    help: "The same as a size.",
    default: "\"2 GiB\"",
    optional: false,
    secret: false,
    parse: read::size,
};

const UPLOAD_LIMIT: Key<u64> = Key {
    section: "store",
    name: "upload_limit",
    help: "The largest file that is taken in as a backup from elsewhere, by the panel or by zelo backup import.",
    default: "\"64 GiB\"",
    optional: false,
    secret: false,
    parse: read::size,
};

impl Store {
    pub(super) const KEYS: [KeyInfo; 4] =
        [FOLDER.info(), RESERVE_PERCENT.info(), RESERVE_BYTES.info(), UPLOAD_LIMIT.info()];

    pub(super) fn read(keys: &mut Keys, data: &Path) -> Self {
        Self {
            folder: keys.read(&FOLDER, || data.join("store")),
            reserve_percent: keys.read(&RESERVE_PERCENT, || 5),
            reserve_bytes: keys.read(&RESERVE_BYTES, || 2 << 30),
            upload_limit: keys.read(&UPLOAD_LIMIT, || 64 << 30),
        }
    }
}
