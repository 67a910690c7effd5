//! Networks that Compose projects made: which there are, and removing one.

use std::collections::HashMap;

use bollard::{errors::Error, query_parameters::ListNetworksOptionsBuilder};

use super::{Docker, lifecycle::check_name};
use crate::host::HostError;

/// What Compose writes on what it makes.
const PROJECT: &str = "com.docker.compose.project";

impl Docker {
    pub(super) async fn network_names(&self, project: &str) -> Result<Vec<String>, HostError> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{PROJECT}={project}")])]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let client = self.client().await?;
        let listed = self.call("", client.list_networks(Some(options))).await?;
        Ok(listed.into_iter().filter_map(|network| network.name).collect())
    }

    pub(super) async fn drop_network(&self, name: &str) -> Result<(), HostError> {
        check_name(name)?;
        let client = self.client().await?;
        match client.remove_network(name).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
            ended => ended.map_err(|error| self.explain(name, &error)),
        }
    }
}
