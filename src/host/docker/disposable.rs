//! Containers that Zelo makes for itself and removes again, with their volumes.
//! A label marks them; nothing without it is ever discarded.

use std::collections::HashMap;

use bollard::{
    models::{ContainerCreateBody, HostConfig, Mount, MountType},
    query_parameters::{
        CreateContainerOptionsBuilder, ListContainersOptionsBuilder, ListImagesOptions, ListVolumesOptions,
        RemoveContainerOptionsBuilder,
    },
};

use super::{Docker, inspect, lifecycle::check_name};
use crate::host::{Bind, Container, Disposable, HostError, NewContainer};

/// On every container made here.
const LABEL: &str = "zelo.disposable";

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
        let filters = HashMap::from([("label".to_owned(), vec![LABEL.to_owned(), label.to_owned()])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let client = self.client().await?;
        let listed = self.call("", client.list_containers(Some(options))).await?;
        let found = listed.into_iter().filter_map(|summary| {
            let value = summary.labels.unwrap_or_default().remove(label)?;
            let state = summary.state.map(|state| state.to_string()).unwrap_or_default();
            Some(Disposable { id: summary.id?, value, state })
        });
        Ok(found.collect())
    }

    pub(super) async fn discard_disposable(&self, name: &str) -> Result<(), HostError> {
        let found = match self.inspect(name).await {
            Ok(found) => inspect::container(found),
            Err(HostError::NoContainer(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        if !found.labels.contains_key(LABEL) {
            return Err(HostError::Refused(format!("container {name} was not made by Zelo")));
        }
        let options = RemoveContainerOptionsBuilder::new().v(true).force(true).build();
        let client = self.client().await?;
        self.call(name, client.remove_container(&found.id, Some(options))).await
    }
}
