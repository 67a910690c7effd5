//! Containers that Zelo makes for itself and removes again, with their volumes.
//! A label marks them; nothing without it is ever discarded.

use std::collections::HashMap;

use bollard::{
    models::ContainerCreateBody,
    query_parameters::{
        CreateContainerOptionsBuilder, ListContainersOptionsBuilder, ListImagesOptions,
        RemoveContainerOptionsBuilder,
    },
};

use super::{Docker, inspect, lifecycle::check_name};
use crate::host::{Container, Disposable, HostError, NewContainer};

/// On every container made here.
const LABEL: &str = "zelo.disposable";

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

    pub(super) async fn run_disposable(&self, new: &NewContainer) -> Result<Container, HostError> {
        check_name(&new.name)?;
        let mut labels: HashMap<String, String> =
            new.labels.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        labels.insert(LABEL.to_owned(), "1".to_owned());
        let body = ContainerCreateBody {
            image: Some(new.image.clone()),
            env: Some(new.env.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect()),
            labels: Some(labels),
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
