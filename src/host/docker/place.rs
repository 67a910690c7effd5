//! Commands inside one container, by exec.

use std::time::Duration;

use async_trait::async_trait;
use bollard::{container::LogOutput, models::ExecConfig};
use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
    time::timeout,
};

use super::{
    Docker, error,
    exec::{self, Ended, Exec},
};
use crate::host::{
    Command, Ending, Exit, Held, HostError, Place, PlaceId, ProcessRef, Running, Space,
    held::{self, Greeting, Stat},
    tail::Tail,
};

/// How long a held shell may take to say who it is.
const GREETING: Duration = Duration::from_secs(30);
/// How long a small helper (`df`, `kill`) may take.
const HELPER: Duration = Duration::from_secs(30);
/// The most of a helper's output that is read, in bytes.
const ANSWER: u64 = 64 * 1024;

/// Runs commands in one container of an engine, found by name: a container
/// recreated under it is the same place, its processes are not.
#[derive(Debug, Clone)]
pub struct DockerPlace {
    pub(super) docker: Docker,
    pub(super) name: String,
}

/// What a helper said.
pub(super) struct Answer {
    pub(super) code: i64,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl DockerPlace {
    /// The container `name` of an engine; it need not exist yet.
    pub fn new(docker: Docker, name: &str) -> Self {
        Self { docker, name: name.to_owned() }
    }

    fn no_program(&self, program: &str) -> HostError {
        HostError::NoProgram { program: program.to_owned(), place: self.name.clone() }
    }

    fn broken(&self, why: impl ToString) -> HostError {
        HostError::Broken { place: self.name.clone(), why: why.to_string() }
    }

    /// Waits for the holding shell's first line; what came after it goes into the tail.
    async fn greeted(&self, standing: &Standing, exec: &mut Exec) -> Result<(Greeting, Tail), HostError> {
        let mut said = Vec::new();
        while let Some(frame) = exec.output.next().await {
            match frame.map_err(|e| self.docker.explain(&self.name, &e))? {
                LogOutput::StdErr { message } => said.extend_from_slice(&message),
                // Only the engine speaks here, when it cannot start the shell.
                other => {
                    said.extend_from_slice(other.as_ref());
                    continue;
                }
            }
            if let Some(end) = said.iter().position(|b| *b == b'\n') {
                let mut tail = Tail::default();
                tail.add(said.get(end + 1..).unwrap_or_default());
                let line = String::from_utf8_lossy(said.get(..end).unwrap_or_default());
                match held::greeting(&line) {
                    Greeting::Strange => {}
                    known => return Ok((known, tail)),
                }
            }
        }
        let words = String::from_utf8_lossy(&said).trim().to_owned();
        let code = self.docker.exit_code(&exec.id, &standing.id).await?;
        if error::no_program(&words) {
            return Err(self.no_program("sh"));
        }
        if self.docker.goes_down(standing, &self.name).await? {
            return Err(HostError::NotRunning(self.name.clone()));
        }
        Err(HostError::Refused(format!("{words} (exit code {code})")))
    }

    /// Runs a small helper to its end, in a container by id. It is not journalled:
    /// it changes nothing that would have to be ended.
    pub(super) async fn helper(
        &self,
        container: &str,
        user: Option<&str>,
        argv: &[&str],
    ) -> Result<Answer, HostError> {
        let config = ExecConfig {
            cmd: Some(argv.iter().map(|&arg| arg.to_owned()).collect()),
            user: user.map(ToOwned::to_owned),
            ..Default::default()
        };
        let program = argv.first().copied().unwrap_or_default();
        let run = async {
            let exec = self.docker.exec(container, config).await.map_err(|e| self.named(e, program))?;
            drop(exec.input);
            let (reader, ended) = exec::split(exec.output, Tail::default());
            let mut stdout = Vec::new();
            reader.take(ANSWER).read_to_end(&mut stdout).await.map_err(|e| self.broken(e))?;
            let ended = ended.await.unwrap_or_default();
            if let Some(why) = ended.broken {
                return Err(self.broken(why));
            }
            let code = self.docker.exit_code(&exec.id, container).await?;
            let stdout = String::from_utf8_lossy(&stdout).into_owned();
            if matches!(code, 126 | 127) && error::no_program(&stdout) {
                return Err(self.no_program(program));
            }
            Ok(Answer { code, stdout, stderr: ended.stderr })
        };
        timeout(HELPER, run).await.map_err(|_| self.broken(format!("{program} does not answer")))?
    }

    /// Puts this place's and the program's name into an error about an exec.
    fn named(&self, error: HostError, program: &str) -> HostError {
        match error {
            HostError::NoContainer(_) => HostError::NoContainer(self.name.clone()),
            HostError::NotRunning(_) => HostError::NotRunning(self.name.clone()),
            HostError::NoProgram { .. } => self.no_program(program),
            other => other,
        }
    }
}

#[async_trait]
impl Place for DockerPlace {
    fn id(&self) -> PlaceId {
        PlaceId::container(self.docker.host(), &self.name)
    }

    async fn start(&self, command: Command) -> Result<Box<dyn Held>, HostError> {
        let standing = self.docker.running(&self.name).await?;
        let program = command.program().to_owned();
        let plain = command.env.iter().map(|(name, value)| format!("{name}={value}"));
        let secret = command.secret_env.iter().map(|(name, value)| format!("{name}={}", value.expose()));
        let config = ExecConfig {
            cmd: Some(held::hold("sh", &command)),
            env: Some(plain.chain(secret).collect()),
            user: command.user.clone(),
            ..Default::default()
        };
        let mut exec = self.docker.exec(&standing.id, config).await.map_err(|e| self.named(e, "sh"))?;
        let greeted = timeout(GREETING, self.greeted(&standing, &mut exec)).await;
        let (greeting, tail) = greeted.map_err(|_| self.broken("the shell did not start"))??;
        match greeting {
            Greeting::Held(Stat { pid, started, .. }) => {
                let process =
                    ProcessRef { place: self.id(), pid, started, container: Some(standing.id.clone()) };
                Ok(Box::new(DockerHeld { place: self.clone(), process, exec, tail, program, standing }))
            }
            _ => Err(self.no_program(&program)),
        }
    }

    async fn end(&self, process: &ProcessRef, grace: Duration) -> Result<(), HostError> {
        self.end_process(process, grace).await
    }

    async fn runs(&self, process: &ProcessRef) -> Result<bool, HostError> {
        self.process_runs(process).await
    }

    async fn space(&self, path: &str) -> Result<Space, HostError> {
        let standing = self.docker.running(&self.name).await?;
        let answer = self.helper(&standing.id, None, &["df", "-Pk", "--", path]).await?;
        if answer.code != 0 {
            return Err(HostError::Refused(answer.stderr.trim().to_owned()));
        }
        df(&answer.stdout).ok_or_else(|| HostError::Refused(format!("df said {:?}", answer.stdout)))
    }
}

/// Reads the answer of `df -Pk`: POSIX fixes its columns, the first may hold spaces.
fn df(text: &str) -> Option<Space> {
    let line = text.lines().rfind(|line| !line.trim().is_empty())?;
    let before = line.rsplit_once('%')?.0;
    // … blocks used available capacity(%)
    let mut columns = before.split_ascii_whitespace().rev().skip(1);
    let free: u64 = columns.next()?.parse().ok()?;
    let total: u64 = columns.nth(1)?.parse().ok()?;
    Some(Space { free: free.saturating_mul(1024), total: total.saturating_mul(1024) })
}

/// A container as it ran at one moment: a restart changes the second part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) id: String,
    pub(super) since: String,
}

struct DockerHeld {
    place: DockerPlace,
    process: ProcessRef,
    exec: Exec,
    tail: Tail,
    program: String,
    standing: Standing,
}

#[async_trait]
impl Held for DockerHeld {
    fn process(&self) -> &ProcessRef {
        &self.process
    }

    async fn release(self: Box<Self>) -> Result<Running, HostError> {
        let Self { place, process, mut exec, tail, program, standing } = *self;
        exec.input.write_all(held::GO).await.map_err(|e| place.broken(e))?;
        exec.input.flush().await.map_err(|e| place.broken(e))?;
        let (stdout, ended) = exec::split(exec.output, tail);
        Ok(Running {
            process,
            stdin: Some(exec.input),
            stdout,
            exit: Box::new(DockerEnding { place, exec: exec.id, ended, program, standing }),
        })
    }
}

struct DockerEnding {
    place: DockerPlace,
    exec: String,
    ended: oneshot::Receiver<Ended>,
    program: String,
    standing: Standing,
}

#[async_trait]
impl Ending for DockerEnding {
    async fn wait(self: Box<Self>) -> Result<Exit, HostError> {
        let Self { place, exec, ended, program, standing } = *self;
        let ended = ended.await.map_err(|_| place.broken("its reader is gone"))?;
        let code = match &ended.broken {
            Some(why) => Err(place.broken(why)),
            None => place.docker.exit_code(&exec, &standing.id).await,
        };
        match code {
            Ok(0) => Ok(Exit { code: 0, stderr: ended.stderr }),
            Ok(code) if held::exec_failed(code, &ended.stderr) => Err(place.no_program(&program)),
            // Only a container that still runs makes a failure the program's own.
            Ok(code) => match still(&place, &standing, code >= 128).await {
                Ok(()) => Ok(Exit { code, stderr: ended.stderr }),
                Err(error) => Err(error),
            },
            Err(error) => Err(still(&place, &standing, true).await.err().unwrap_or(error)),
        }
    }
}

/// Whether the container has run on all the time. After a `sudden` end its word is
/// not enough: an engine calls a container running for some seconds after its
/// processes were killed (2 s on 20.10), but can start nothing in it any more.
async fn still(place: &DockerPlace, standing: &Standing, sudden: bool) -> Result<(), HostError> {
    let stopped = || HostError::NotRunning(place.name.clone());
    if place.docker.standing(&standing.id, &place.name).await?.as_ref() != Some(standing) {
        return Err(stopped());
    }
    if sudden {
        let probe = place.helper(&standing.id, None, &["sh", "-c", ":"]).await;
        let now = place.docker.standing(&standing.id, &place.name).await?;
        if !matches!(probe, Ok(Answer { code: 0, .. })) || now.as_ref() != Some(standing) {
            return Err(stopped());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_is_read_by_its_columns() {
        let text = "Filesystem     1024-blocks    Used Available Capacity Mounted on\n\
                    overlay           61202244 9000000  52202244      15% /var/lib/post gres\n";
        assert_eq!(df(text), Some(Space { free: 52_202_244 * 1024, total: 61_202_244 * 1024 }));
        let spaced =
            "Filesystem 1024-blocks Used Available Capacity Mounted on\n//nas/my share 100 40 60 40% /x\n";
        assert_eq!(df(spaced), Some(Space { free: 60 * 1024, total: 100 * 1024 }));
        assert_eq!(df("df: /x: No such file or directory"), None);
    }
}
