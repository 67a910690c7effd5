//! Files beside a database file: what SQLite itself puts there, what Zelo puts
//! there, and how such names stay within the file system's limits.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use crate::domain::{id::OperationId, names};

/// What SQLite keeps beside a database: rollback journal, write-ahead log,
/// shared memory.
pub(super) const COMPANIONS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// The longest file name Linux file systems take, in bytes.
const NAME_MAX: usize = 255;
/// The longest path SQLite opens, in bytes.
pub(super) const PATH_MAX: usize = 511;
/// `__zelo_new_` and eight characters.
const SUFFIX: usize = 19;
/// The longest companion's ending.
const COMPANION: usize = 8;

/// The files an operation may make beside the one at `live`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sides {
    /// Filled before the swap; after a swap was taken back, what was live between.
    pub(super) new: PathBuf,
    /// What the swap set aside.
    pub(super) old: PathBuf,
}

impl Sides {
    pub(super) fn of(live: &Path, operation: &OperationId) -> Self {
        let name = file_name(live);
        let stem = names::stem(&name, NAME_MAX - SUFFIX - COMPANION);
        let id = operation.short();
        Self {
            new: live.with_file_name(format!("{stem}__zelo_new_{id}")),
            old: live.with_file_name(format!("{stem}__zelo_old_{id}")),
        }
    }
}

/// The view that stands in a database from its swap until the operation settles:
/// the swap's own transaction puts it there, so it tells a new process exactly
/// whether the swap happened, whatever others have written since.
pub(super) fn swap_mark(operation: &OperationId) -> String {
    format!("{MARK}swap_{}", operation.short())
}

/// The same for a swap that was taken back.
pub(super) fn back_mark(operation: &OperationId) -> String {
    format!("{MARK}back_{}", operation.short())
}

/// What the names of all marks begin with.
pub(super) const MARK: &str = "__zelo_mark_";

/// The last component of a path, as text.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("/"),
    }
}

/// The companion of `file` that ends so.
pub(super) fn companion(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    PathBuf::from(name)
}

/// Whether a file's name is one Zelo gave: the only files ever removed.
pub(super) fn is_ours(file: &Path) -> bool {
    names::is_side(&file_name(file))
}

/// Why a path cannot be a database file's, in a word for the problem; `None` if
/// it can.
pub(super) fn path_fault(path: &str) -> Option<&'static str> {
    let file = Path::new(path);
    if !file.is_absolute() {
        Some("relative")
    } else if path.contains('\0') {
        Some("nul")
    } else if file.components().any(|c| c == std::path::Component::ParentDir) {
        Some("parent")
    } else if path.ends_with('/') || path.ends_with("/.") || file.file_name().is_none() {
        Some("folder")
    } else if path.len() + SUFFIX + COMPANION > PATH_MAX {
        Some("long")
    } else {
        name_fault(&file_name(file))
    }
}

/// The same for a name in a known folder.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        Some("name")
    } else if name.len() > NAME_MAX - COMPANION {
        Some("long")
    } else if COMPANIONS.iter().any(|ending| name.ends_with(ending)) {
        Some("companion")
    } else if names::is_side(name) {
        Some("side")
    } else {
        None
    }
}

/// `file:` URI of a path for SQLite, every byte but the plainest escaped.
pub(super) fn uri(path: &Path, query: &str) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push('?');
    uri.push_str(query);
    uri
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::SystemIds;

    proptest! {
        #[test]
        fn side_names_fit_are_ours_and_differ(name in "[^/\0]{1,100}|[a-z]{200,247}|[é]{100,123}") {
            prop_assume!(name != "." && name != ".." && name.len() <= 247);
            let live = Path::new("/data").join(&name);
            let operation = OperationId::new(&SystemIds);
            let sides = Sides::of(&live, &operation);
            for side in [&sides.new, &sides.old] {
                prop_assert_eq!(side.parent(), live.parent());
                prop_assert!(is_ours(side));
                for ending in COMPANIONS {
                    prop_assert!(file_name(&companion(side, ending)).len() <= NAME_MAX);
                }
            }
            prop_assert!(sides.new != sides.old);
        }

        #[test]
        fn a_path_is_refused_or_usable(path in "\\PC{0,40}|/[^\0]{1,300}") {
            if path_fault(&path).is_none() {
                let file = Path::new(&path);
                prop_assert!(file.is_absolute() && file.file_name().is_some());
                prop_assert!(!is_ours(file));
            }
        }
    }
}
