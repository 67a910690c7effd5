//! Volumes and folders of services are all there: looked at before anything is stopped,
//! and again before it is started. A container that is started without its folder would
//! get an empty one from the engine.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::{Before, Target, look::SeenService};
use crate::{
    domain::{msg::Msg, problem::Problem},
    host::ContainerHost,
    msg, problem,
    saga::{
        Cx,
        step::{Limits, Reads, Slot, Step, UndoRule},
    },
    supabase::{
        capture::{self, DATA},
        instance::{Part, part_of},
    },
};

/// Every container with the same mounts, their volumes and folders there, and the files of
/// a stopped database as a clean end leaves them.
#[derive(Clone)]
pub struct Intact {
    name: &'static str,
    target: Target,
    services: Vec<String>,
    before: Slot<Before>,
    /// Whether services are started after it: where they are not, what is gone is told, and
    /// keeps nobody from stopping what runs.
    starts: bool,
}

impl Intact {
    /// The looks before and after a stop.
    pub fn around(target: &Target, services: &[String], before: &Slot<Before>, starts: bool) -> [Self; 2] {
        let one = Self { starts, ..Self::before_a_start(target, services, before) };
        [one.clone(), Self { name: "volumes-again", ..one }]
    }

    /// The look before services are started.
    pub fn before_a_start(target: &Target, services: &[String], before: &Slot<Before>) -> Self {
        let (target, services, before) = (target.clone(), services.to_vec(), before.clone());
        Self { name: "volumes", target, services, before, starts: true }
    }
}

/// What there is of volumes and folders.
pub(super) struct Files {
    project: PathBuf,
    volumes: Vec<String>,
}

impl Files {
    pub(super) async fn of(target: &Target) -> Result<Self, Problem> {
        let instance = target.now().await?;
        let volumes = target.live.engine(&instance.host)?.volumes().await?;
        Ok(Self { project: instance.folder, volumes })
    }

    /// Whether all that a container is started with is there. Problem:
    /// `service-files-gone`.
    pub(super) async fn there(&self, service: &str, container: &SeenService) -> Result<(), Problem> {
        match self.gone(container).await {
            Some(path) => Err(problem!("service-files-gone", service = service, path = path)),
            None => Ok(()),
        }
    }

    /// The first that is not.
    async fn gone(&self, container: &SeenService) -> Option<String> {
        for (kind, source, _) in &container.mounts {
            if self.lacks(kind, source).await {
                return Some(source.clone());
            }
        }
        None
    }

    /// Whether a volume, or a folder of the project, is gone. Where Zelo may not look,
    /// nothing is known against it.
    async fn lacks(&self, kind: &str, source: &str) -> bool {
        match kind {
            "volume" => !self.volumes.iter().any(|volume| volume == source),
            "bind" if Path::new(source).starts_with(&self.project) => {
                let looked = tokio::fs::symlink_metadata(source).await;
                looked.is_err_and(|error| error.kind() == ErrorKind::NotFound)
            }
            _ => false,
        }
    }
}

#[async_trait]
impl Step for Intact {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-intact")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let instance = self.target.now().await?;
        let now = Before::of(&instance);
        let engine = self.target.live.engine(&instance.host)?;
        let files = Files { project: instance.folder.clone(), volumes: engine.volumes().await? };
        for (service, was) in before.containers().filter(|(name, _)| self.services.iter().any(|n| n == name))
        {
            let is = now.of_service(service).iter().find(|container| container.name == was.name);
            let Some(is) = is else {
                return Err(problem!("service-gone", service = service, container = &was.name));
            };
            if is.mounts != was.mounts {
                return Err(problem!("service-mounts", service = service, container = &was.name));
            }
            if self.starts {
                files.there(service, is).await?;
            } else if let Some(path) = files.gone(is).await {
                cx.log(msg!("instance-log-files-gone", service = service, path = path)).await;
            }
            for (kind, source, target) in &is.mounts {
                if kind == "bind" && target == DATA {
                    self.cluster(&**engine, service, &is.name, Path::new(source), cx).await?;
                }
            }
        }
        Ok(())
    }
}

impl Intact {
    /// A database that was stopped in order says so in its own files. One that was killed
    /// recovers when it starts: that is told, and no reason to keep it down.
    async fn cluster(
        &self,
        engine: &dyn ContainerHost,
        service: &str,
        container: &str,
        folder: &Path,
        cx: &Cx,
    ) -> Result<(), Problem> {
        let found = engine.container(container).await?;
        if part_of(service, &found.image) != Some(Part::Db) || found.state == "running" {
            return Ok(());
        }
        // Who may not read the files learns nothing from them.
        if let Ok(false) = capture::shut_down(folder).await {
            cx.log(msg!("instance-log-cluster-unclean", container = container)).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("data");
        std::fs::create_dir(&here).unwrap();
        let volumes = vec!["shop_db-config".to_owned()];
        let files = Files { project: folder.path().to_owned(), volumes };
        let look = async |kind: &str, source: &str| files.lacks(kind, source).await;
        assert!(!look("volume", "shop_db-config").await);
        assert!(look("volume", "shop_other").await);
        assert!(!look("bind", &here.display().to_string()).await);
        assert!(look("bind", &folder.path().join("no").display().to_string()).await);
        assert!(!look("bind", "/not/of/the/project").await, "nobody's business");
        assert!(!look("tmpfs", "").await);
    }
}
