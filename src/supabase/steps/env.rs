//! Writing the project's `.env`: a new file beside it, made durable, then one rename. The
//! former file is kept beside it until the operation is over; it is what the undo puts
//! back, so no journal needs to hold a secret.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Target;
use crate::{
    domain::{id::OperationId, msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Destroys, Step, UndoRule},
    },
    secret::Secret,
    supabase::{dotenv::Dotenv, scene::read_env},
};

/// Values to be written, by key.
#[derive(Clone)]
pub struct Edits {
    /// In order.
    pub values: Vec<(String, Secret)>,
    /// Keys that are taken out.
    pub unset: Vec<String>,
    /// The digest of the file they were planned for.
    pub planned_for: String,
}

impl Edits {
    /// The file with these values, if it is the one they were planned for. Problem:
    /// `env-changed`.
    pub fn apply(&self, current: &Dotenv) -> Result<Dotenv, Problem> {
        if digest(current.as_bytes()) != self.planned_for {
            return Err(problem!("env-changed"));
        }
        let mut next = current.clone();
        for (key, value) in &self.values {
            next = next.set(key, value.expose())?;
        }
        for key in &self.unset {
            next = next.unset(key)?;
        }
        Ok(next)
    }
}

/// The sha256 of a file's bytes, in lower-case hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Writes the file.
pub struct WriteEnv {
    /// Of what.
    pub target: Target,
    /// The file, its links followed.
    pub file: PathBuf,
    /// What is written.
    pub edits: Edits,
}

/// What was about to be written, journalled before.
#[derive(Serialize, Deserialize)]
pub(in crate::supabase) struct Writing {
    pub(in crate::supabase) new: String,
}

/// Removes the former file at the end.
pub struct ForgetEnv {
    /// The file that was written.
    pub file: PathBuf,
}

#[async_trait]
impl Step for WriteEnv {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "write".to_owned()
    }

    fn title(&self) -> Msg {
        let Edits { values, unset, .. } = &self.edits;
        let keys: Vec<&str> = values.iter().map(|(key, _)| key).chain(unset).map(String::as_str).collect();
        msg!("instance-step-write", keys = keys.join(", "), count = keys.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-write"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let current = read_env(self.file.clone()).await?;
        let next = self.edits.apply(&current)?;
        cx.note(&Writing { new: digest(next.as_bytes()) }).await?;
        let places = Places::of(&self.file, cx.operation());
        blocking(&self.file, move || places.replace(current.as_bytes(), next.as_bytes())).await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let places = Places::of(&self.file, cx.operation());
        let ours: Vec<String> = cx.notes::<Writing>().into_iter().map(|w| w.new).collect();
        let kept = blocking(&self.file, move || places.put_back(&ours)).await?;
        if let Some(kept) = kept {
            cx.log(msg!("instance-log-env-kept", path = kept.display().to_string())).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Step for ForgetEnv {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "forget".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-forget")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Final(msg!("instance-undo-forget"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let places = Places::of(&self.file, cx.operation());
        blocking(&self.file, move || remove(&places.former)).await
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let shown = file.display().to_string();
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).and_then(|done| done);
    done.map_err(|e| problem!("env-unwritable", path = shown).detail(e))
}

/// The file and what stands beside it meanwhile.
pub(in crate::supabase) struct Places {
    file: PathBuf,
    pub(super) former: PathBuf,
    new: PathBuf,
    kept: PathBuf,
}

impl Places {
    pub(in crate::supabase) fn of(file: &Path, operation: &OperationId) -> Self {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = |what: &str| file.with_file_name(format!("{name}.zelo-{what}-{}", operation.short()));
        Self { file: file.to_owned(), former: beside("former"), new: beside("new"), kept: beside("kept") }
    }

    /// The former file is durable beside it before the new one takes its place.
    pub(in crate::supabase) fn replace(&self, current: &[u8], next: &[u8]) -> io::Result<()> {
        let about = fs::metadata(&self.file)?;
        write(&self.former, current, &about)?;
        write(&self.new, next, &about)?;
        fs::rename(&self.new, &self.file)?;
        sync_folder(&self.file)
    }

    /// Puts the former file back if it was kept; one that somebody changed meanwhile is
    /// kept, and where it lies is returned.
    pub(in crate::supabase) fn put_back(&self, ours: &[String]) -> io::Result<Option<PathBuf>> {
        remove(&self.new)?;
        let Some(former) = read(&self.former)? else { return Ok(None) };
        let now = read(&self.file)?;
        let mut kept = None;
        if let Some(now) = &now {
            let now = digest(now);
            if now != digest(&former) && !ours.contains(&now) {
                fs::rename(&self.file, &self.kept)?;
                kept = Some(self.kept.clone());
            }
        }
        fs::rename(&self.former, &self.file)?;
        sync_folder(&self.file)?;
        Ok(kept)
    }
}

/// Writes a file durably, with another's mode and owner. One that a killed run left is
/// written again.
fn write(path: &Path, bytes: &[u8], like: &fs::Metadata) -> io::Result<()> {
    remove(path)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    // An owner that may not be given away stays this process's: only root may.
    if let Err(error) = std::os::unix::fs::fchown(&file, Some(like.uid()), Some(like.gid()))
        && error.kind() != io::ErrorKind::PermissionDenied
    {
        return Err(error);
    }
    file.set_permissions(fs::Permissions::from_mode(like.mode() & 0o7777))?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SystemIds;

    fn places(folder: &Path) -> Places {
        Places::of(&folder.join(".env"), &OperationId::new(&SystemIds))
    }

    #[test]
    fn what_was_written_is_put_back_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        fs::write(&places.file, "A=1\n").unwrap();
        fs::set_permissions(&places.file, fs::Permissions::from_mode(0o640)).unwrap();
        places.replace(b"A=1\n", b"A=2\n").unwrap();
        assert_eq!(fs::read(&places.file).unwrap(), b"A=2\n");
        assert_eq!(fs::metadata(&places.file).unwrap().mode() & 0o7777, 0o640);
        assert_eq!(places.put_back(&[digest(b"A=2\n")]).unwrap(), None);
        assert_eq!(fs::read(&places.file).unwrap(), b"A=1\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // Again changes nothing.
        assert_eq!(places.put_back(&[]).unwrap(), None);
        assert_eq!(fs::read(&places.file).unwrap(), b"A=1\n");
    }

    #[test]
    fn what_somebody_wrote_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        fs::write(&places.file, "A=1\n").unwrap();
        places.replace(b"A=1\n", b"A=2\n").unwrap();
        fs::write(&places.file, "A=3\n").unwrap();
        let kept = places.put_back(&[digest(b"A=2\n")]).unwrap().unwrap();
        assert_eq!(fs::read(kept).unwrap(), b"A=3\n");
        assert_eq!(fs::read(&places.file).unwrap(), b"A=1\n");
    }
}
