//! Where this machine has a PostgreSQL server's programs.

use std::path::{Path, PathBuf};

use super::image::OLDEST;

/// What a server and its backups take.
const TOOLS: [&str; 4] = ["initdb", "pg_ctl", "psql", "pg_dump"];

/// The newest folder with a PostgreSQL server, where Debian and others put them,
/// else where PATH has one.
pub(super) fn server_binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest(&versions()).or_else(|| std::env::split_paths(&path).find(|folder| whole(folder)))
}

/// The folder with one folder for each major version.
#[cfg(not(feature = "faults"))]
fn versions() -> PathBuf {
    PathBuf::from("/usr/lib/postgresql")
}

/// The same; tests hide the machine's or put others in their place.
#[cfg(feature = "faults")]
fn versions() -> PathBuf {
    std::env::var_os("ZELO_FAULT_POSTGRESQL").map_or_else(|| "/usr/lib/postgresql".into(), PathBuf::from)
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(versions).ok()?;
    let version = |entry: std::fs::DirEntry| {
        let major: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((major, entry.path().join("bin")))
    };
    let found = entries.flatten().filter_map(version);
    found.filter(|(major, bin)| *major >= OLDEST && whole(bin)).max().map(|(_, bin)| bin)
}

fn whole(folder: &Path) -> bool {
    TOOLS.iter().all(|tool| folder.join(tool).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_whole_version_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for (version, tools) in [("9", 4), ("13", 4), ("15", 4), ("17", 3), ("x", 4)] {
            let bin = folder.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            for tool in TOOLS.iter().take(tools) {
                std::fs::write(bin.join(tool), "").unwrap();
            }
        }
        assert_eq!(newest(folder.path()), Some(folder.path().join("15/bin")));
        std::fs::remove_dir_all(folder.path().join("15")).unwrap();
        std::fs::remove_dir_all(folder.path().join("13")).unwrap();
        assert_eq!(newest(folder.path()), None);
    }
}
