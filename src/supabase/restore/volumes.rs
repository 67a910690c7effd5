//! Named volumes: they cannot be renamed, so their contents are replaced, and only where
//! they differ. What was in one is kept as an archive in the workspace first.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep},
};
use tokio_util::io::SyncIoBridge;

use super::super::live::Live;
use crate::{
    domain::{manifest::Manifest, msg::Msg, problem::Problem},
    engine::Shelf,
    host::{Bind, NewContainer, Reader},
    msg, problem,
    saga::{
        Cx,
        step::{Destroys, Limits, Step, UndoRule},
    },
    store::part::open_part,
    stream::digest,
};

/// The prefix of a volume's part.
const PREFIX: &str = "volume:";
/// How long a volume may take to be emptied.
const EMPTYING: Duration = Duration::from_secs(300);
/// Where a volume lies in the container that empties it.
const HERE: &str = "/volume";

/// A volume of a recovery point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VolumePart {
    /// The manifest's part.
    pub(super) part: String,
    /// The volume's name then.
    pub(super) volume: String,
    /// Where it lay in its container.
    pub(super) target: String,
}

impl VolumePart {
    /// Those of a manifest.
    pub(super) fn all(manifest: &Manifest) -> Vec<Self> {
        let parts = manifest.parts.iter().filter_map(|part| {
            let volume = part.name.strip_prefix(PREFIX)?.to_owned();
            let target = part.facts.get("target")?.as_str()?.to_owned();
            // Names that become paths of the host: a record may come from anywhere.
            let docker = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            let plain = volume.starts_with(|c: char| c.is_ascii_alphanumeric()) && volume.chars().all(docker);
            let inside = target.rsplit('/').next().is_some_and(|last| !matches!(last, "" | "." | ".."));
            (plain && inside).then_some(Self { part: part.name.clone(), volume, target })
        });
        parts.collect()
    }

    /// Bytes that all of them take, roughly.
    pub(super) fn bytes(manifest: &Manifest) -> u64 {
        let of = |volume: &Self| manifest.part(&volume.part).map_or(0, |part| part.raw.bytes);
        Self::all(manifest).iter().map(of).sum()
    }

    /// Where its contents lie once its archive is laid out in `folder`.
    pub(super) fn inside(&self, folder: &Path) -> PathBuf {
        folder.join(self.target.rsplit('/').next().unwrap_or_default())
    }

    /// The folder the archive is put into.
    pub(super) fn parent(&self) -> &str {
        match self.target.rsplit_once('/') {
            Some(("", _)) | None => "/",
            Some((parent, _)) => parent,
        }
    }
}

/// A volume whose contents are replaced, and where new and former ones come from and go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refilled {
    pub(super) volume: VolumePart,
    /// Its name now.
    pub(super) name: String,
    /// A container that has it, stopped meanwhile.
    pub(super) container: String,
    /// The archive its former contents are kept in.
    pub(super) former: PathBuf,
}

/// Where new contents come from.
#[derive(Clone)]
pub(super) enum Contents {
    /// The recovery point's part.
    Part(Shelf, Box<Manifest>),
    /// Archives that were kept, by the volume's name.
    Kept(BTreeMap<String, PathBuf>),
}

/// Replaces the contents of volumes where they differ.
pub(super) struct Refill {
    pub(super) live: Live,
    pub(super) host: String,
    /// An image that has `find`: the database's.
    pub(super) image: String,
    /// What the container that empties a volume is called.
    pub(super) helper: String,
    pub(super) volumes: Vec<Refilled>,
    pub(super) contents: Contents,
}

/// Written down before a volume is touched.
#[derive(Serialize, Deserialize)]
struct Kept {
    volume: String,
}

#[async_trait]
impl Step for Refill {
    type Effect = Destroys;
    /// The volumes whose contents were replaced.
    type Output = Vec<String>;

    fn name(&self) -> String {
        "volumes".to_owned()
    }

    fn title(&self) -> Msg {
        let names: Vec<&str> = self.volumes.iter().map(|v| v.name.as_str()).collect();
        msg!("restore-step-volumes", volumes = names.join(", "), count = names.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("restore-undo-volumes"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Vec<String>, Problem> {
        let engine = self.live.engine(&self.host)?;
        let mut replaced = Vec::new();
        for refilled in &self.volumes {
            let Some(wanted) = self.open(refilled).await? else { continue };
            let wanted = inventory(wanted).await?;
            let target = &refilled.volume.target;
            if inventory(engine.download(&refilled.container, target).await?).await? == wanted {
                continue;
            }
            save(engine.download(&refilled.container, target).await?, &refilled.former).await?;
            cx.note(&Kept { volume: refilled.name.clone() }).await?;
            self.empty(refilled).await?;
            let Some(contents) = self.open(refilled).await? else { continue };
            engine.upload(&refilled.container, refilled.volume.parent(), contents).await?;
            if inventory(engine.download(&refilled.container, target).await?).await? != wanted {
                return Err(problem!("restore-volume-differs", volume = &refilled.name));
            }
            replaced.push(refilled.name.clone());
            cx.progress().beat();
        }
        Ok(replaced)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let kept: Vec<String> = cx.notes::<Kept>().into_iter().map(|kept| kept.volume).collect();
        self.put_back(&kept).await
    }
}

impl Refill {
    async fn open(&self, refilled: &Refilled) -> Result<Option<Reader>, Problem> {
        match &self.contents {
            Contents::Part(shelf, manifest) => {
                let name = refilled.volume.part.as_str();
                let part =
                    manifest.part(name).ok_or_else(|| problem!("restore-point-partial", part = name))?;
                let quiet = std::sync::Arc::new(|_| {});
                Ok(Some(open_part(shelf.store.clone(), &shelf.resource, part, quiet).await?))
            }
            Contents::Kept(archives) => match archives.get(&refilled.name) {
                Some(path) => Ok(Some(opened(path).await?)),
                None => Ok(None),
            },
        }
    }

    /// Gives volumes their former contents back; their containers do not run.
    pub(super) async fn put_back(&self, names: &[String]) -> Result<(), Problem> {
        let engine = self.live.engine(&self.host)?;
        for refilled in self.volumes.iter().filter(|r| names.contains(&r.name)) {
            self.empty(refilled).await?;
            let former = opened(&refilled.former).await?;
            engine.upload(&refilled.container, refilled.volume.parent(), former).await?;
        }
        Ok(())
    }

    /// Removes everything in a volume, by a container that has nothing else.
    async fn empty(&self, refilled: &Refilled) -> Result<(), Problem> {
        let engine = self.live.engine(&self.host)?;
        engine.discard(&self.helper).await?;
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let new = NewContainer {
            name: self.helper.clone(),
            image: self.image.clone(),
            entrypoint: words(&["find"]),
            command: words(&[HERE, "-mindepth", "1", "-delete"]),
            binds: vec![Bind {
                source: refilled.name.clone().into(),
                target: HERE.to_owned(),
                writable: true,
            }],
            cut_off: true,
            ..NewContainer::default()
        };
        engine.run(&new).await?;
        let until = Instant::now() + EMPTYING;
        let condition = loop {
            let condition = engine.condition(&self.helper).await?;
            if condition.state != "running" && condition.state != "created" {
                break condition;
            }
            if Instant::now() >= until {
                return Err(problem!("restore-volume-busy", volume = &refilled.name));
            }
            sleep(Duration::from_millis(100)).await;
        };
        engine.discard(&self.helper).await?;
        match condition.exit_code {
            0 => Ok(()),
            _ => Err(problem!("restore-volume-busy", volume = &refilled.name).detail(condition.error)),
        }
    }
}

async fn opened(path: &Path) -> Result<Reader, Problem> {
    let file = tokio::fs::File::open(path).await;
    let shown = path.display().to_string();
    Ok(Box::pin(file.map_err(|e| problem!("restore-kept-gone", path = shown).detail(e))?))
}

/// Writes an archive durably.
async fn save(mut archive: Reader, path: &Path) -> Result<(), Problem> {
    let writing = async {
        let mut options = tokio::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).await?;
        tokio::io::copy(&mut archive, &mut file).await?;
        file.flush().await?;
        file.sync_all().await
    };
    let folder = path.display().to_string();
    writing.await.map_err(|e: io::Error| problem!("restore-folder-unwritable", folder = folder).detail(e))
}

/// What an archive holds: by path, what it is, who owns it, how long it is and its
/// digest. Not when it was touched.
pub(super) async fn inventory(archive: Reader) -> Result<BTreeMap<String, String>, Problem> {
    let bridge = SyncIoBridge::new(archive);
    let read = tokio::task::spawn_blocking(move || listed(bridge)).await.map_err(io::Error::other);
    read.and_then(|read| read).map_err(|e| problem!("files-archive-broken").detail(e))
}

fn listed(archive: impl io::Read) -> io::Result<BTreeMap<String, String>> {
    let mut archive = tar::Archive::new(archive);
    let mut found = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.display().to_string();
        let header = entry.header();
        let link = header.link_name()?.map(|l| l.display().to_string()).unwrap_or_default();
        let about = format!(
            "{:?} {:o} {}:{} {link}",
            header.entry_type(),
            header.mode()? & 0o7777,
            header.uid()?,
            header.gid()?,
        );
        let digest = digest::read(&mut entry)?;
        let about = format!("{about} {} {}", digest.bytes, digest.sha256);
        found.insert(path.trim_end_matches('/').to_owned(), about);
    }
    // To its end: a digest is checked there.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(text: &str, mtime: u64) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        header.set_uid(105);
        header.set_gid(106);
        header.set_mtime(mtime);
        builder.append_data(&mut header, "custom/key", text.as_bytes()).unwrap();
        builder.into_inner().unwrap()
    }

    #[test]
    fn only_the_contents_of_a_volume_count() {
        let listed = |bytes: Vec<u8>| listed(bytes.as_slice()).unwrap();
        assert_eq!(listed(archive("key", 1)), listed(archive("key", 2)));
        assert_ne!(listed(archive("key", 1)), listed(archive("kex", 1)));
    }

    #[test]
    fn an_archive_is_put_into_the_parent_of_its_folder() {
        let volume = |target: &str| VolumePart {
            part: String::new(),
            volume: String::new(),
            target: target.to_owned(),
        };
        assert_eq!(volume("/etc/postgresql-custom").parent(), "/etc");
        assert_eq!(volume("/data").parent(), "/");
        assert_eq!(volume("/etc/x").inside(Path::new("/w")), Path::new("/w/x"));
    }
}
