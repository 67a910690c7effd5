//! The way to an instance that runs: its Docker host, its database, its services,
//! Compose. Everything here asks anew; nothing is kept.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{io::AsyncReadExt, io::AsyncWriteExt, time::timeout};

use super::{
    engine::FOLDER,
    folder,
    http::{self, Answer as HttpAnswer, NoAnswer, Question},
    instance::{Instance, Part},
};
use crate::{
    domain::problem::Problem,
    engine::{
        Access,
        postgres::{Ask, AskError, PostgresEngine},
    },
    host::{Command, ContainerHost, Hosts, Place, compose::projects},
    problem,
    saga::{Cx, context::LaunchError},
    secret::Secret,
};

/// How long a short command may take.
const LIMIT: Duration = Duration::from_secs(60);
/// Bytes kept of what one prints.
const MOST: u64 = 8 << 20;

/// How Compose is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeProgram {
    /// `docker compose`, or the path of a program of its own.
    pub argv: Vec<String>,
    /// The Docker Engine's socket.
    pub socket: Option<PathBuf>,
}

impl Default for ComposeProgram {
    fn default() -> Self {
        Self { argv: vec!["docker".to_owned(), "compose".to_owned()], socket: None }
    }
}

/// The way to instances. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    hosts: Hosts,
    postgres: PostgresEngine,
    compose: ComposeProgram,
    roots: Arc<[PathBuf]>,
}

/// What a short command came to. What it printed may hold secrets.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its exit code.
    pub code: i64,
    /// Standard output.
    pub out: String,
    /// The end of standard error.
    pub err: String,
}

impl Said {
    /// Whether it said that all went well.
    pub fn ok(&self) -> bool {
        self.code == 0
    }
}

impl Live {
    /// By these hosts, asking databases as `postgres` does.
    pub fn new(hosts: Hosts, postgres: PostgresEngine, compose: ComposeProgram) -> Self {
        Self { hosts, postgres, compose, roots: Arc::default() }
    }

    /// Instances without containers are looked for below these folders only.
    #[must_use]
    pub fn below(self, roots: Vec<PathBuf>) -> Self {
        Self { roots: roots.into(), ..self }
    }

    /// The folders below which an instance may be known by its folder.
    pub(super) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The engine databases are asked and saved by.
    pub fn postgres(&self) -> &PostgresEngine {
        &self.postgres
    }

    /// Commands on this machine, where the project's folder lies.
    pub fn local(&self) -> &Arc<dyn Place> {
        self.hosts.local()
    }

    /// The Docker Engine of a host. Problem: `instance-host-unknown`.
    pub fn engine(&self, host: &str) -> Result<&Arc<dyn ContainerHost>, Problem> {
        self.hosts.engine(host).ok_or_else(|| problem!("instance-host-unknown", host = host))
    }

    /// The instance as it is now. Problems: `instance-gone` (no container of the project
    /// is left), `instance-no-containers` (nor is one, but its folder is known).
    pub async fn instance(&self, access: &Access) -> Result<Instance, Problem> {
        let (host, name) = (access.value("host").unwrap_or("local"), access.value("project").unwrap_or(""));
        match self.instance_named(host, name).await {
            Err(problem) if problem.is("instance-gone") && access.value(FOLDER).is_some() => {
                Err(problem!("instance-no-containers", project = name))
            }
            found => found,
        }
    }

    /// The same, or what its folder says it would be where it has no containers: for looks,
    /// and for what makes them. Problems: `instance-gone`, those of [`folder::at_rest`].
    pub async fn instance_or_folder(&self, access: &Access) -> Result<Instance, Problem> {
        match (self.instance(access).await, access.value(FOLDER)) {
            (Err(problem), Some(at)) if problem.is("instance-no-containers") => {
                let host = access.value("host").unwrap_or("local");
                folder::at_rest(self, host, access.value("project").unwrap_or(""), at.as_ref()).await
            }
            (found, _) => found,
        }
    }

    /// The same by its host and Compose project.
    pub async fn instance_named(&self, host: &str, name: &str) -> Result<Instance, Problem> {
        let containers = self.engine(host)?.containers().await?;
        let project = projects(&containers).into_iter().find(|project| project.name == name);
        Instance::of(host, &project.ok_or_else(|| problem!("instance-gone", project = name))?)
    }

    /// How the database of an instance is reached: inside its container, where the
    /// loopback address is trusted, as the role that owns the cluster.
    pub fn db_access(&self, host: &str, container: &str) -> Access {
        let mut access = Access::default();
        for (name, value) in [
            ("host", host),
            ("container", container),
            ("socket", "127.0.0.1"),
            ("user", "supabase_admin"),
            ("database", "postgres"),
            ("stack", "supabase"),
        ] {
            access.values.insert(name.to_owned(), value.to_owned());
        }
        access
    }

    /// A session in a database of the instance.
    pub async fn ask(&self, instance: &Instance, database: &str, cx: Option<&Cx>) -> Result<Ask, AskError> {
        let db = instance.db()?;
        self.postgres.ask(&self.db_access(&instance.host, &db.name), database, cx).await
    }

    /// A short command in the container of a part.
    pub async fn exec(
        &self,
        instance: &Instance,
        part: Part,
        command: Command,
        input: Option<Secret>,
        cx: Option<&Cx>,
    ) -> Result<Said, Problem> {
        let container = instance
            .container_of(part)
            .ok_or_else(|| problem!("container-missing", container = format!("{part:?}").to_lowercase()))?;
        let place = self.engine(&instance.host)?.place(&container.name);
        run(&*place, command, input, LIMIT, cx).await
    }

    /// Asks a service over HTTP by its container's address.
    pub async fn http(
        &self,
        instance: &Instance,
        part: Part,
        port: u16,
        question: Question,
    ) -> Result<HttpAnswer, NoAnswer> {
        let address = instance
            .container_of(part)
            .and_then(|c| c.networks.values().find(|address| !address.is_empty()))
            .ok_or_else(|| NoAnswer::Refused(format!("{part:?} has no address")))?;
        http::ask(address, port, question).await
    }

    /// Runs Compose for the project, in a clean environment; a project without a name gets
    /// the one its files give it. `env_file` in place of the
    /// project's own `.env`. A command that ends badly is no error here: read `code`.
    pub async fn compose(
        &self,
        instance: &Instance,
        args: &[&str],
        env_file: Option<&std::path::Path>,
        limit: Duration,
        cx: Option<&Cx>,
    ) -> Result<Said, Problem> {
        let mut argv = self.compose.argv.clone();
        argv.extend(["--project-directory".to_owned(), instance.folder.display().to_string()]);
        if !instance.project.is_empty() {
            argv.extend(["--project-name".to_owned(), instance.project.clone()]);
        }
        argv.extend(["--ansi".to_owned(), "never".to_owned(), "--progress".to_owned(), "plain".to_owned()]);
        for file in &instance.files {
            argv.extend(["--file".to_owned(), file.display().to_string()]);
        }
        if let Some(env_file) = env_file {
            argv.extend(["--env-file".to_owned(), env_file.display().to_string()]);
        }
        argv.extend(args.iter().map(|a| (*a).to_owned()));
        let mut command = Command::new(argv);
        if let Some(socket) = &self.compose.socket {
            command = command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
        }
        run(&**self.hosts.local(), command, None, limit, cx).await
    }
}

/// Runs a short command to its end: by a step of an operation if `cx` is given.
/// Problems: `command-slow`, what keeps it from starting.
pub async fn run(
    place: &dyn Place,
    command: Command,
    input: Option<Secret>,
    limit: Duration,
    cx: Option<&Cx>,
) -> Result<Said, Problem> {
    let program = command.program().to_owned();
    let held = place.start(command).await;
    let running = match cx {
        Some(cx) => cx.launch(held).await.map_err(launch)?,
        None => held?.release().await?,
    };
    let process = running.process.clone();
    let (mut stdin, mut stdout, exit) = (running.stdin, running.stdout, running.exit);
    let talking = async {
        let feeding = async {
            if let Some(stdin) = &mut stdin {
                if let Some(input) = &input {
                    // One that does not read its input says why by its exit.
                    let _ = stdin.write_all(input.expose().as_bytes()).await;
                }
                let _ = stdin.shutdown().await;
            }
        };
        let mut out = Vec::new();
        let reading = async {
            let read = (&mut stdout).take(MOST).read_to_end(&mut out).await;
            let drained = tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await;
            read.and(drained.map(|_| 0))
        };
        let (_, read) = tokio::join!(feeding, reading);
        let exit = exit.wait().await?;
        read.map_err(crate::host::HostError::from)?;
        Ok::<Said, Problem>(Said {
            code: exit.code,
            out: String::from_utf8_lossy(&out).into_owned(),
            err: exit.stderr,
        })
    };
    match timeout(limit, talking).await {
        Ok(said) => said,
        Err(_) => {
            if let Err(error) = place.end(&process, Duration::from_secs(5)).await {
                tracing::warn!(%error, program, "a command that was too slow does not end");
            }
            Err(problem!("command-slow", program = &program, seconds = limit.as_secs()).transient())
        }
    }
}

fn launch(error: LaunchError) -> Problem {
    match error {
        LaunchError::Host(error) => error.into(),
        LaunchError::Journal(problem) => problem,
    }
}
