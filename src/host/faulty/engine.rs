//! A Docker Engine whose places have faults: what a whole engine of databases is
//! put behind.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    super::{
        Condition, Container, ContainerHost, Disposable, EngineInfo, HostError, LogLine, LogStream,
        NewContainer, Place, Reader, Usage,
    },
    Faults, Faulty,
};

/// Hands out [`Faulty`] places that share their faults; all else is as it is.
pub struct FaultyHost {
    inner: Arc<dyn ContainerHost>,
    faults: Faults,
}

impl FaultyHost {
    /// `inner`, until `faults` is told otherwise.
    pub fn new(inner: Arc<dyn ContainerHost>, faults: Faults) -> Self {
        Self { inner, faults }
    }
}

#[async_trait]
impl ContainerHost for FaultyHost {
    async fn info(&self) -> Result<EngineInfo, HostError> {
        self.inner.info().await
    }

    async fn containers(&self) -> Result<Vec<Container>, HostError> {
        self.inner.containers().await
    }

    async fn container(&self, name: &str) -> Result<Container, HostError> {
        self.inner.container(name).await
    }

    async fn start(&self, name: &str) -> Result<(), HostError> {
        self.inner.start(name).await
    }

    async fn stop(&self, name: &str, grace: Duration) -> Result<bool, HostError> {
        self.inner.stop(name, grace).await
    }

    async fn restart(&self, name: &str, grace: Duration) -> Result<(), HostError> {
        self.inner.restart(name, grace).await
    }

    async fn remove(&self, name: &str) -> Result<(), HostError> {
        self.inner.remove(name).await
    }

    async fn download(&self, name: &str, path: &str) -> Result<Reader, HostError> {
        self.inner.download(name, path).await
    }

    async fn upload(&self, name: &str, folder: &str, tar: Reader) -> Result<(), HostError> {
        self.inner.upload(name, folder, tar).await
    }

    async fn volumes(&self) -> Result<Vec<String>, HostError> {
        self.inner.volumes().await
    }

    async fn networks(&self, project: &str) -> Result<Vec<String>, HostError> {
        self.inner.networks(project).await
    }

    async fn remove_network(&self, name: &str) -> Result<(), HostError> {
        self.inner.remove_network(name).await
    }

    async fn images(&self) -> Result<Vec<String>, HostError> {
        self.inner.images().await
    }

    async fn run(&self, new: &NewContainer) -> Result<Container, HostError> {
        self.inner.run(new).await
    }

    async fn discard(&self, name: &str) -> Result<(), HostError> {
        self.inner.discard(name).await
    }

    async fn disposables(&self, label: &str) -> Result<Vec<Disposable>, HostError> {
        self.inner.disposables(label).await
    }

    async fn record(&self, name: &str) -> Result<serde_json::Value, HostError> {
        self.inner.record(name).await
    }

    async fn image_record(&self, image: &str) -> Result<serde_json::Value, HostError> {
        self.inner.image_record(image).await
    }

    async fn logs(&self, name: &str, lines: u32) -> Result<Vec<LogLine>, HostError> {
        self.inner.logs(name, lines).await
    }

    async fn follow(&self, name: &str, lines: u32, since: Option<i64>) -> Result<LogStream, HostError> {
        self.inner.follow(name, lines, since).await
    }

    async fn condition(&self, name: &str) -> Result<Condition, HostError> {
        self.inner.condition(name).await
    }

    async fn usage(&self, name: &str) -> Result<Usage, HostError> {
        self.inner.usage(name).await
    }

    fn place(&self, name: &str) -> Arc<dyn Place> {
        Arc::new(Faulty::sharing(self.inner.place(name), self.faults.clone()))
    }
}
