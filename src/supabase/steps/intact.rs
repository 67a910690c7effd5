//! Volumes and folders of services are all there: looked at before anything is stopped,
//! and again before it is started. A container that is started without its folder would
//! get an empty one from the engine.

use std::{io::ErrorKind, path::Path};

use async_trait::async_trait;

use super::{Before, Target};
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
pub struct Intact {
    /// The step's name: a plan may look twice.
    pub name: &'static str,
    /// Of what.
    pub target: Target,
    /// The services that are to be started again.
    pub services: Vec<String>,
    /// What it is compared with.
    pub before: Slot<Before>,
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
        let volumes = engine.volumes().await?;
        for (service, was) in before.containers().filter(|(name, _)| self.services.iter().any(|n| n == name))
        {
            let is = now.of_service(service).iter().find(|container| container.name == was.name);
            let Some(is) = is else {
                return Err(problem!("service-gone", service = service, container = &was.name));
            };
            if is.mounts != was.mounts {
                return Err(problem!("service-mounts", service = service, container = &was.name));
            }
            for (kind, source, target) in &is.mounts {
                there(kind, source, &instance.folder, &volumes, service).await?;
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

/// Whether a volume, or a folder of the project, is still there. Where Zelo may not look,
/// nothing is known against it. Problem: `service-files-gone`.
async fn there(
    kind: &str,
    source: &str,
    project: &Path,
    volumes: &[String],
    service: &str,
) -> Result<(), Problem> {
    let gone = match kind {
        "volume" => !volumes.iter().any(|volume| volume == source),
        "bind" if Path::new(source).starts_with(project) => {
            let looked = tokio::fs::symlink_metadata(source).await;
            looked.is_err_and(|error| error.kind() == ErrorKind::NotFound)
        }
        _ => false,
    };
    if gone { Err(problem!("service-files-gone", service = service, path = source)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("data");
        std::fs::create_dir(&here).unwrap();
        let volumes = ["shop_db-config".to_owned()];
        let look = async |kind: &str, source: &str| {
            there(kind, source, folder.path(), &volumes, "db").await.map_err(|problem| problem.code)
        };
        let gone = Err("service-files-gone".to_owned());
        assert_eq!(look("volume", "shop_db-config").await, Ok(()));
        assert_eq!(look("volume", "shop_other").await, gone);
        assert_eq!(look("bind", &here.display().to_string()).await, Ok(()));
        assert_eq!(look("bind", &folder.path().join("no").display().to_string()).await, gone);
        assert_eq!(look("bind", "/not/of/the/project").await, Ok(()), "nobody's business");
        assert_eq!(look("tmpfs", "").await, Ok(()));
    }
}
