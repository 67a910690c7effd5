//! The key file: 32 random bytes that open every sealed credential. It lies
//! outside the database, so that a stolen database alone opens nothing.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use zeroize::Zeroizing;

use super::{Random, Sealer, random::NoRandom, seal::KEY};
use crate::{domain::problem::Problem, problem};

const HEADER: &str =
    "# Zelo's key. Whoever has it can open every stored credential; without it none can be opened.";

/// Why there is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is gone, and what it sealed is still there.
    #[error("the key file {0} is missing while sealed credentials exist")]
    Missing(PathBuf),
    /// Others than its owner may read or write it.
    #[error("the key file {path} may be read by others: mode {mode:o}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not 64 hexadecimal digits below a header.
    #[error("{0} is not a key file")]
    Shape(PathBuf),
    /// The system refused.
    #[error("the key file {path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// No key can be made without randomness.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

/// Opens the key file, or makes it at the first start. `sealed_exists`: whether
/// the database holds anything sealed; then a missing key is never replaced by a
/// new one that could not open it. Blocks: call it before the work begins, or
/// from `spawn_blocking`.
pub fn open_key(path: &Path, sealed_exists: bool, random: Arc<dyn Random>) -> Result<Sealer, KeyError> {
    match read(path, random.clone()) {
        Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            if sealed_exists {
                return Err(KeyError::Missing(path.to_owned()));
            }
            create(path, &*random)?;
            // What counts is the file: a process that was faster made its own.
            read(path, random)
        }
        other => other,
    }
}

fn read(path: &Path, random: Arc<dyn Random>) -> Result<Sealer, KeyError> {
    let io = |source| KeyError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Open { path: path.to_owned(), mode });
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(io)?);
    let digits = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let mut key = Zeroizing::new([0; KEY]);
    digits
        .and_then(|digits| hex::decode_to_slice(digits, key.as_mut_slice()).ok())
        .ok_or_else(|| KeyError::Shape(path.to_owned()))?;
    Ok(Sealer::new(*key, random))
}

/// Writes a new key beside its place and links it there: a reader sees a whole
/// key or none, and a key that exists is never replaced.
fn create(path: &Path, random: &dyn Random) -> Result<(), KeyError> {
    let io = |source| KeyError::Io { path: path.to_owned(), source };
    let mut key = Zeroizing::new([0; KEY]);
    random.fill(key.as_mut_slice())?;
    let text = Zeroizing::new(format!("{HEADER}\n{}\n", hex::encode(key.as_slice())));
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = folder.join(format!(".key-{}", std::process::id()));
    // Left by a process of the same id that died here.
    let _ = fs::remove_file(&draft);
    let made = write_new(&draft, text.as_bytes()).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.exists() => return Ok(()),
        other => other.map_err(io)?,
    }
    removed.map_err(io)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Missing(path) => problem!("key-missing", path = path.display().to_string()),
            KeyError::Open { path, mode } => {
                problem!("key-open", path = path.display().to_string(), mode = format!("{mode:04o}"))
            }
            KeyError::Shape(path) => problem!("key-shape", path = path.display().to_string()),
            KeyError::Io { path, source } => {
                problem!("key-unusable", path = path.display().to_string()).detail(source)
            }
            KeyError::NoRandom(error) => problem!("no-random").detail(error.0),
        }
    }
}
