//! `zelo backup import`.

use std::path::{Path, PathBuf};

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done, Stop},
        exit::Exit,
        find, run,
    },
    db::ResourceRow,
    domain::{manifest, problem::Problem},
    operation::{LookWhen, Request, UploadRequest, World},
    problem,
};

/// What to take in, and as what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, a folder that is one dump or backup, or a folder of such files.
    pub path: PathBuf,
    /// As typed, for [`find::resource`].
    #[arg(long)]
    pub resource: String,
    /// Kept in the catalogue.
    #[arg(long)]
    pub name: Option<String>,
    /// Kept in the manifest.
    #[arg(long)]
    pub note: Option<String>,
    /// Of which database, where the file does not say.
    #[arg(long)]
    pub item: Option<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub agree: ConfirmArgs,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Files that make a folder one thing: a backup of a Zelo, a dump in files.
const WHOLE: [&str; 2] = [manifest::FILE, "toc.dat"];

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = find::resource(&world, &self.resource).await?;
        let path = whole(&self.path)?;
        let files = tokio::task::spawn_blocking(move || files(&path)).await;
        let files = files.map_err(|e| problem!("store-io").detail(e))??;
        let [one] = files.as_slice() else { return self.each(desk, &world, &resource, files).await };
        self.one(desk, &world, &resource, one, self.run.idempotency_key.clone()).await
    }

    /// Each file by itself: one that cannot be taken in keeps no other from it.
    async fn each(&self, desk: &Desk, world: &World, resource: &ResourceRow, files: Vec<PathBuf>) -> Done {
        let mut worst = Exit::Done;
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let key = self.run.idempotency_key.as_ref().map(|key| format!("{key}/{name}"));
            let exit = match self.one(desk, world, resource, &file, key).await {
                Ok(exit) => exit,
                Err(Stop::Problems(problems)) => {
                    desk.out.problems(&problems);
                    Exit::of_problems(&problems)
                }
                Err(Stop::Exit(exit)) => return Err(Stop::Exit(exit)),
            };
            if worst == Exit::Done {
                worst = exit;
            }
        }
        Ok(worst)
    }

    async fn one(
        &self,
        desk: &Desk,
        world: &World,
        resource: &ResourceRow,
        file: &Path,
        idempotency_key: Option<String>,
    ) -> Done {
        let request = Request::Upload(UploadRequest {
            resource: resource.id.clone(),
            file: file.to_owned(),
            file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            name: self.name.clone(),
            note: self.note.clone(),
            sha256: None,
            keep_source: true,
            item: self.item.clone(),
            look: LookWhen::Planning,
        });
        let run = RunArgs { idempotency_key, ..self.run.clone() };
        run::request(desk, world, request, &run, &self.agree).await
    }
}

/// The path from the root: a server that carries it out stands elsewhere.
fn whole(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|e| problem!("cli-folder", path = path.display().to_string()).detail(e))
}

/// What is to be taken in: the path itself, or each file in it.
fn files(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    if !path.is_dir() || WHOLE.iter().any(|name| path.join(name).is_file()) {
        return Ok(vec![path.to_owned()]);
    }
    let shown = path.display().to_string();
    let entries = std::fs::read_dir(path).map_err(|e| problem!("upload-missing", file = &shown).detail(e))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|p| p.is_file()).collect();
    files.retain(|p| !p.file_name().unwrap_or_default().to_string_lossy().starts_with('.'));
    files.sort();
    if files.is_empty() { Err(problem!("upload-unknown", file = shown, looks = "folder")) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_thing_or_many() {
        let dir = tempfile::tempdir().unwrap();
        let names = |path: &Path| -> Vec<String> {
            let all = files(path).unwrap().into_iter();
            all.map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert!(files(dir.path()).unwrap_err().is("upload-unknown"));
        for name in ["b.sql", "a.dump", ".hidden"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(dir.path().join("below")).unwrap();
        assert_eq!(names(dir.path()), ["a.dump", "b.sql"]);
        assert_eq!(names(&dir.path().join("b.sql")), ["b.sql"]);
        std::fs::write(dir.path().join("toc.dat"), "x").unwrap();
        assert_eq!(files(dir.path()).unwrap(), [dir.path()]);
    }
}
