//! A Docker Engine through its API: what runs on it, its files, commands inside
//! its containers.

mod archive;
mod disposable;
pub(super) mod end;
mod error;
mod exec;
mod inspect;
mod lifecycle;
mod network;
mod place;
mod record;
mod usage;

pub use place::DockerPlace;

use std::{
    fmt,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bollard::{API_DEFAULT_VERSION, Docker as Client, errors::Error};
use tokio::sync::OnceCell;

use super::{
    Condition, Container, ContainerHost, Disposable, EngineInfo, HostError, LogLine, LogStream, NewContainer,
    Place, Reader, Usage,
};

/// Where the engine listens unless told otherwise.
pub const SOCKET: &str = "/var/run/docker.sock";

/// What every log filter must end with, whatever a person asks for: at `debug` and
/// below bollard writes whole requests and answers, with the environments in them.
pub const LOG_FILTER: &str = "bollard=info";

/// How long one small call may take. Streams have no limit here: their step has.
const CALL: Duration = Duration::from_secs(60);

/// A Docker Engine behind a Unix socket. Cheap to clone. It connects when first
/// asked something and again after every failure, so it may be built while the
/// engine is down.
#[derive(Clone)]
pub struct Docker(Arc<Shared>);

struct Shared {
    host: String,
    socket: PathBuf,
    client: OnceCell<Client>,
}

impl Docker {
    /// The engine behind `socket` (default [`SOCKET`]), as host `local`; fails if
    /// it does not answer.
    pub async fn connect(socket: Option<&Path>) -> Result<Self, HostError> {
        let docker = Self::new("local", socket);
        docker.client().await?;
        Ok(docker)
    }

    /// The same without asking it anything yet, under a host name of choice.
    pub fn new(host: &str, socket: Option<&Path>) -> Self {
        let socket = socket.unwrap_or(Path::new(SOCKET)).to_path_buf();
        Self(Arc::new(Shared { host: host.to_owned(), socket, client: OnceCell::new() }))
    }

    /// The host name in its places' ids.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    fn at(&self) -> String {
        self.0.socket.display().to_string()
    }

    /// The connected client, with the newest API version both sides know.
    async fn client(&self) -> Result<&Client, HostError> {
        self.0.client.get_or_try_init(|| self.negotiate()).await
    }

    async fn negotiate(&self) -> Result<Client, HostError> {
        let client = Client::connect_with_unix(&self.at(), CALL.as_secs(), API_DEFAULT_VERSION)
            .map_err(|e| error::no_engine(&self.at(), &e))?;
        match tokio::time::timeout(CALL, client.negotiate_version()).await {
            Ok(answer) => answer.map_err(|e| error::no_engine(&self.at(), &e)),
            Err(_) => Err(self.silent()),
        }
    }

    /// A small call about `what` (a container, usually) with a limit of its own:
    /// the client's covers only the head of an answer.
    async fn call<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, HostError> {
        match tokio::time::timeout(CALL, call).await {
            Ok(answer) => answer.map_err(|e| self.explain(what, &e)),
            Err(_) => Err(self.silent()),
        }
    }

    fn explain(&self, what: &str, error: &Error) -> HostError {
        error::explain(&self.at(), what, error)
    }

    fn silent(&self) -> HostError {
        HostError::NoEngine { at: self.at(), why: format!("no answer within {} s", CALL.as_secs()) }
    }
}

#[async_trait]
impl ContainerHost for Docker {
    async fn info(&self) -> Result<EngineInfo, HostError> {
        let client = self.client().await?;
        let info = self.call("", client.info()).await?;
        Ok(EngineInfo {
            version: info.server_version.unwrap_or_default(),
            root: info.docker_root_dir.unwrap_or_default().into(),
            storage: info.driver.unwrap_or_default(),
        })
    }

    async fn containers(&self) -> Result<Vec<Container>, HostError> {
        self.list().await
    }

    async fn container(&self, name: &str) -> Result<Container, HostError> {
        Ok(inspect::container(self.inspect(name).await?))
    }

    async fn start(&self, name: &str) -> Result<(), HostError> {
        self.start_container(name).await
    }

    async fn stop(&self, name: &str, grace: Duration) -> Result<bool, HostError> {
        self.stop_container(name, grace).await
    }

    async fn restart(&self, name: &str, grace: Duration) -> Result<(), HostError> {
        self.restart_container(name, grace).await
    }

    async fn remove(&self, name: &str) -> Result<(), HostError> {
        self.remove_container(name).await
    }

    async fn download(&self, name: &str, path: &str) -> Result<Reader, HostError> {
        self.read_archive(name, path).await
    }

    async fn upload(&self, name: &str, folder: &str, tar: Reader) -> Result<(), HostError> {
        self.write_archive(name, folder, tar).await
    }

    async fn volumes(&self) -> Result<Vec<String>, HostError> {
        self.volume_names().await
    }

    async fn networks(&self, project: &str) -> Result<Vec<String>, HostError> {
        self.network_names(project).await
    }

    async fn remove_network(&self, name: &str) -> Result<(), HostError> {
        self.drop_network(name).await
    }

    async fn images(&self) -> Result<Vec<String>, HostError> {
        self.image_names().await
    }

    async fn run(&self, new: &NewContainer) -> Result<Container, HostError> {
        self.run_disposable(new).await
    }

    async fn discard(&self, name: &str) -> Result<(), HostError> {
        self.discard_disposable(name).await
    }

    async fn disposables(&self, label: &str) -> Result<Vec<Disposable>, HostError> {
        self.list_disposable(label).await
    }

    async fn record(&self, name: &str) -> Result<serde_json::Value, HostError> {
        self.container_record(name).await
    }

    async fn image_record(&self, image: &str) -> Result<serde_json::Value, HostError> {
        self.image_as_known(image).await
    }

    async fn logs(&self, name: &str, lines: u32) -> Result<Vec<LogLine>, HostError> {
        self.last_lines(name, lines).await
    }

    async fn follow(&self, name: &str, lines: u32, since: Option<i64>) -> Result<LogStream, HostError> {
        self.lines_as_they_come(name, lines, since).await
    }

    async fn condition(&self, name: &str) -> Result<Condition, HostError> {
        self.condition_of(name).await
    }

    async fn usage(&self, name: &str) -> Result<Usage, HostError> {
        self.usage_of(name).await
    }

    fn place(&self, name: &str) -> Arc<dyn Place> {
        Arc::new(DockerPlace::new(self.clone(), name))
    }
}

impl fmt::Debug for Docker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Docker").field("host", &self.0.host).field("socket", &self.0.socket).finish()
    }
}
