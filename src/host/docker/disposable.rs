//! Containers that Zelo makes for itself and removes again, with their volumes.
//! A label marks them; nothing without it is ever discarded.

use std::{collections::HashMap, time::Duration};

use bollard::{
    models::{ContainerCreateBody, ContainerSummary, HostConfig, Mount, MountType},
    query_parameters::{
        CreateContainerOptionsBuilder, ListContainersOptionsBuilder, ListImagesOptions, ListVolumesOptions,
        RemoveContainerOptionsBuilder,
    },
};

use super::{Docker, inspect, lifecycle::check_name};
use crate::host::{Bind, Container, Disposable, HostError, NewContainer};

/// On every container made here.
const LABEL: &str = "zelo.disposable";
/// How often one that is being made is looked at. A busy machine takes seconds.
const LOOKS: u32 = 120;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// What of the host a container sees. A path with a colon cannot be said in Docker's
/// short form: therefore mounts.
fn confined(new: &NewContainer) -> HostConfig {
    let mount = |bind: &Bind| Mount {
        typ: Some(if bind.source.is_absolute() { MountType::BIND } else { MountType::VOLUME }),
        source: Some(bind.source.display().to_string()),
        target: Some(bind.target.clone()),
        read_only: Some(!bind.writable),
        ..Mount::default()
    };
    HostConfig {
        mounts: (!new.binds.is_empty()).then(|| new.binds.iter().map(mount).collect()),
        network_mode: new.cut_off.then(|| "none".to_owned()),
        ..HostConfig::default()
    }
}

impl Docker {
    pub(super) async fn image_names(&self) -> Result<Vec<String>, HostError> {
        let client = self.client().await?;
        let images = self.call("", client.list_images(None::<ListImagesOptions>)).await?;
        Ok(images
            .into_iter()
            .flat_map(|image| image.repo_tags)
            .filter(|tag| tag != "<none>:<none>")
            .collect())
    }

    pub(super) async fn volume_names(&self) -> Result<Vec<String>, HostError> {
        let client = self.client().await?;
        let listed = self.call("", client.list_volumes(None::<ListVolumesOptions>)).await?;
        Ok(listed.volumes.unwrap_or_default().into_iter().map(|volume| volume.name).collect())
    }

    pub(super) async fn run_disposable(&self, new: &NewContainer) -> Result<Container, HostError> {
        check_name(&new.name)?;
        let mut labels: HashMap<String, String> =
            new.labels.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        labels.insert(LABEL.to_owned(), "1".to_owned());
        let body = ContainerCreateBody {
            image: Some(new.image.clone()),
            env: Some(new.env.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect()),
            labels: Some(labels),
            entrypoint: (!new.entrypoint.is_empty()).then(|| new.entrypoint.clone()),
            cmd: (!new.command.is_empty()).then(|| new.command.clone()),
            host_config: Some(confined(new)),
            ..ContainerCreateBody::default()
        };
        let client = self.client().await?;
        let options = CreateContainerOptionsBuilder::new().name(&new.name).build();
        self.call(&new.image, client.create_container(Some(options), body)).await?;
        self.start_container(&new.name).await?;
        Ok(inspect::container(self.inspect(&new.name).await?))
    }

    pub(super) async fn list_disposable(&self, label: &str) -> Result<Vec<Disposable>, HostError> {
        let found = self.listed(&[LABEL, label]).await?.into_iter().filter_map(|summary| {
            let value = summary.labels.unwrap_or_default().remove(label)?;
            let state = summary.state.map(|state| state.to_string()).unwrap_or_default();
            Some(Disposable { id: summary.id?, value, state })
        });
        Ok(found.collect())
    }

    pub(super) async fn discard_disposable(&self, name: &str) -> Result<(), HostError> {
        let Some(found) = self.wholly_made(name).await? else { return Ok(()) };
        if !found.labels.contains_key(LABEL) {
            return Err(HostError::Refused(format!("container {name} was not made by Zelo")));
        }
        let options = RemoveContainerOptionsBuilder::new().v(true).force(true).build();
        let client = self.client().await?;
        self.call(name, client.remove_container(&found.id, Some(options))).await
    }

    /// A container of ours; none if it is not there. While the engine makes one it is
    /// listed, and cannot be looked at *(run, Docker 20.10)*: taken for gone, it would stay.
    async fn wholly_made(&self, name: &str) -> Result<Option<Container>, HostError> {
        for _ in 0..LOOKS {
            match self.inspect(name).await {
                Ok(found) => return Ok(Some(inspect::container(found))),
                Err(HostError::NoContainer(_)) if !self.is_listed(name).await? => return Ok(None),
                Err(HostError::NoContainer(_)) => tokio::time::sleep(PAUSE).await,
                Err(error) => return Err(error),
            }
        }
        Err(HostError::Refused(format!("container {name} is still being made")))
    }

    /// Whether one of ours, by name or id, is among all containers.
    async fn is_listed(&self, name: &str) -> Result<bool, HostError> {
        Ok(self.listed(&[LABEL]).await?.into_iter().any(|summary| {
            let mut names = summary.names.iter().flatten();
            summary.id.as_deref() == Some(name) || names.any(|own| own.trim_start_matches('/') == name)
        }))
    }

    /// All containers that have these labels, running or not.
    async fn listed(&self, labels: &[&str]) -> Result<Vec<ContainerSummary>, HostError> {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let client = self.client().await?;
        self.call("", client.list_containers(Some(options))).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::{UnixListener, UnixStream},
    };

    use super::*;
    use crate::host::ContainerHost;

    /// An engine with one container, which it is still making at the first looks.
    async fn slow_engine(listener: UnixListener) -> Vec<String> {
        let (mut asked, mut looks) = (Vec::new(), 0);
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let mut client = BufReader::new(client);
            while let Some(line) = question(&mut client).await {
                let (status, body) = match line.as_str() {
                    it if it.contains("/version") => ("200 OK", r#"{"ApiVersion":"1.41"}"#),
                    it if it.starts_with("DELETE") => ("204 No Content", ""),
                    it if it.contains("/containers/json") => {
                        ("200 OK", r#"[{"Id":"a1","Names":["/zelo-a"]}]"#)
                    }
                    _ if looks < 2 => {
                        looks += 1;
                        ("404 Not Found", r#"{"message":"No such container: zelo-a"}"#)
                    }
                    _ => ("200 OK", r#"{"Id":"a1","Config":{"Labels":{"zelo.disposable":"1"}}}"#),
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
                let answer = format!("{head}content-type: application/json\r\n\r\n{body}");
                client.get_mut().write_all(answer.as_bytes()).await.unwrap();
                let over = line.starts_with("DELETE");
                asked.push(line);
                if over {
                    return asked;
                }
            }
        }
    }

    /// The first line of a request without a body.
    async fn question(client: &mut BufReader<UnixStream>) -> Option<String> {
        let mut first = None;
        loop {
            let mut line = String::new();
            if client.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim() {
                "" => return first,
                line => drop(first.get_or_insert_with(|| line.to_owned())),
            }
        }
    }

    #[tokio::test]
    async fn a_container_that_is_being_made_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let engine = tokio::spawn(slow_engine(UnixListener::bind(&path).unwrap()));
        Docker::new("slow", Some(&path)).discard("zelo-a").await.unwrap();
        let asked = engine.await.unwrap();
        assert!(asked.last().unwrap().contains("/containers/a1?"), "{asked:?}");
        assert_eq!(asked.iter().filter(|line| line.contains("/zelo-a/json")).count(), 3, "{asked:?}");
    }
}
