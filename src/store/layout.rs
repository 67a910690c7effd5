//! What lies where in a store. Names are for people: nothing is concluded from
//! one that a manifest does not say.
//!
//! ```text
//! databases/<project>/<resource>-<id8>/      a resource
//!     .staging-<backup id>/                  being written
//!     backup-2026-02-09-18-30-00Z-<id8>/     published
//!     .trash/backup-…/                       deleted, kept for a while
//!     objects/<sha256>                       parts that several backups share
//! ```

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{BadPath, StorePath};
use crate::domain::{
    clock::Moment,
    id::{BackupId, ResourceId},
    names::{backup_folder, slug},
};

/// Holds what a person deleted, in each resource's folder.
pub const TRASH: &str = ".trash";

const STAGING: &str = ".staging-";

/// The first folder of a store: what sort of thing is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Databases.
    Databases,
    /// Folders and object stores.
    Files,
    /// Whole Supabase instances.
    Instances,
}

impl Area {
    /// Its folder.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Databases => "databases",
            Self::Files => "files",
            Self::Instances => "instances",
        }
    }
}

/// `databases/<project>/<resource>-<id8>`: the folder of a resource. It holds the
/// names at the time it is made; the catalogue keeps it, a rename changes nothing.
pub fn resource(area: Area, project: &str, name: &str, id: &ResourceId) -> Result<StorePath, BadPath> {
    StorePath::new(format!("{}/{}/{}-{}", area.folder(), slug(project), slug(name), id.short()))
}

/// `.staging-<backup id>`, relative to the resource's folder: parts are written
/// into it before the backup is published.
pub fn staging_folder(id: &BackupId) -> String {
    format!("{STAGING}{id}")
}

/// A resource's staging folder for a backup.
pub fn staging(resource: &StorePath, id: &BackupId) -> Result<StorePath, BadPath> {
    resource.join(&staging_folder(id))
}

/// A resource's folder for a published backup.
pub fn backup(resource: &StorePath, made_at: Moment, id: &BackupId) -> Result<StorePath, BadPath> {
    resource.join(&backup_folder(made_at, id))
}

/// Where a backup's folder (its name in the resource) waits to be deleted.
pub fn trashed(resource: &StorePath, folder: &str) -> Result<StorePath, BadPath> {
    resource.join(&format!("{TRASH}/{folder}"))
}

/// What a folder's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A published backup: when it was made and the last eight characters of its id.
    Backup {
        /// To the second.
        made_at: Moment,
        /// `BackupId::short`.
        short: String,
    },
    /// A backup being written, or what a dead process left of one.
    Staging(BackupId),
    /// What was deleted.
    Trash,
    /// Anything else.
    Other,
}

/// Reads a folder's name back.
pub fn read_name(name: &str) -> Name {
    if name == TRASH {
        return Name::Trash;
    }
    if let Some(id) = name.strip_prefix(STAGING).and_then(|id| id.parse().ok()) {
        return Name::Staging(id);
    }
    match backup_name(name) {
        Some((made_at, short)) => Name::Backup { made_at, short },
        None => Name::Other,
    }
}

fn backup_name(name: &str) -> Option<(Moment, String)> {
    let (time, short) = name.strip_prefix("backup-")?.rsplit_once("Z-")?;
    let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d-%H-%M-%S").ok()?;
    let plain = short.len() == 8 && short.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    plain.then(|| (DateTime::<Utc>::from_naive_utc_and_offset(time, Utc), short.to_owned()))
}

/// The last piece of a path.
pub fn last(path: &StorePath) -> &str {
    path.as_str().rsplit_once('/').map_or(path.as_str(), |(_, name)| name)
}

/// The folder a path lies in; `None` at the top.
pub fn parent(path: &StorePath) -> Option<StorePath> {
    let (folder, _) = path.as_str().rsplit_once('/')?;
    StorePath::new(folder).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::SystemIds;

    #[test]
    fn folders_are_where_the_design_says() {
        let id: ResourceId = "01arz3ndektsv4rrffq69g5fav".parse().unwrap();
        let backup_id: BackupId = "01arz3ndektsv4rrffq69g5fav".parse().unwrap();
        let at = DateTime::parse_from_rfc3339("2026-02-09T18:30:00Z").unwrap().with_timezone(&Utc);
        let folder = resource(Area::Databases, "Loja São João", "../orders", &id).unwrap();
        assert_eq!(folder.as_str(), "databases/Loja-São-João/orders-q69g5fav");
        let published = backup(&folder, at, &backup_id).unwrap();
        assert_eq!(last(&published), "backup-2026-02-09-18-30-00Z-q69g5fav");
        assert_eq!(parent(&published), Some(folder.clone()));
        assert_eq!(
            trashed(&folder, last(&published)).unwrap().as_str(),
            "databases/Loja-São-João/orders-q69g5fav/.trash/backup-2026-02-09-18-30-00Z-q69g5fav"
        );
        assert_eq!(last(&staging(&folder, &backup_id).unwrap()), ".staging-01arz3ndektsv4rrffq69g5fav");
    }

    #[test]
    fn what_only_looks_like_a_name_is_none() {
        for name in [
            "",
            "backup-",
            "backup-2026-02-09-18-30-00Z-",
            "backup-2026-02-30-18-30-00Z-q69g5fav",
            "backup-2026-02-09-18-30-00Z-Q69G5FAV",
            "backup-2026-02-09-18-30-00Z-../../..",
            ".staging-x",
            ".staging-",
            "trash",
        ] {
            assert_eq!(read_name(name), Name::Other, "{name}");
        }
        assert_eq!(read_name(TRASH), Name::Trash);
    }

    proptest! {
        #[test]
        fn any_names_make_a_folder_of_three_pieces(project in ".{0,200}", name in ".{0,200}") {
            let id = ResourceId::new(&SystemIds);
            let folder = resource(Area::Files, &project, &name, &id).unwrap();
            prop_assert_eq!(folder.as_str().split('/').count(), 3);
            prop_assert!(folder.as_str().split('/').all(|piece| !piece.starts_with('.') && piece.len() < 100));
        }

        #[test]
        fn a_backups_folder_reads_back(seconds in 0_i64..4_102_444_800) {
            let id = BackupId::new(&SystemIds);
            let made_at = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
            let read = read_name(&backup_folder(made_at, &id));
            prop_assert_eq!(read, Name::Backup { made_at, short: id.short().to_owned() });
            prop_assert_eq!(read_name(&staging_folder(&id)), Name::Staging(id));
        }
    }
}
