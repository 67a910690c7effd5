//! Starting, stopping and removing containers, and whether one runs.

use std::time::Duration;

use bollard::{
    Docker as Client,
    models::ContainerInspectResponse,
    query_parameters::{
        InspectContainerOptions, RemoveContainerOptionsBuilder, RestartContainerOptionsBuilder,
        StartContainerOptions, StopContainerOptionsBuilder,
    },
};

use tokio::time::{Instant, sleep};

use super::{CALL, Docker, place::Standing};
use crate::host::HostError;

/// How long a container may take from its last process to being called stopped
/// (2 s were measured on 20.10).
const GOING: Duration = Duration::from_secs(5);
/// What the kernel's SIGKILL leaves as exit code.
const KILLED: i64 = 137;

impl Docker {
    /// All the engine knows of one container.
    pub(super) async fn inspect(&self, name: &str) -> Result<ContainerInspectResponse, HostError> {
        check_name(name)?;
        let client = self.client().await?;
        self.call(name, client.inspect_container(name, None::<InspectContainerOptions>)).await
    }

    /// The run a container (by id) is in; `None` if it is stopped or gone. `name` is
    /// for messages.
    pub(super) async fn standing(&self, id: &str, name: &str) -> Result<Option<Standing>, HostError> {
        let found = match self.inspect(id).await {
            Ok(found) => found,
            Err(HostError::NoContainer(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        let state = found.state.unwrap_or_default();
        if state.paused == Some(true) {
            return Err(HostError::Refused(format!("container {name} is paused")));
        }
        let runs = state.running == Some(true) && state.restarting != Some(true);
        Ok(runs.then(|| Standing {
            id: found.id.unwrap_or_default(),
            since: state.started_at.unwrap_or_default(),
        }))
    }

    /// The same, by name, for a container that must run.
    pub(super) async fn running(&self, name: &str) -> Result<Standing, HostError> {
        match self.standing(name, name).await? {
            Some(standing) => Ok(standing),
            // Tells a stopped one from none.
            None => Err(self.inspect(name).await.err().unwrap_or(HostError::NotRunning(name.to_owned()))),
        }
    }

    /// Whether a container that would not start an exec is on its way down: an
    /// engine calls it running for some seconds after its processes were killed.
    pub(super) async fn goes_down(&self, before: &Standing, name: &str) -> Result<bool, HostError> {
        let until = Instant::now() + GOING;
        loop {
            if self.standing(&before.id, name).await?.as_ref() != Some(before) {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    pub(super) async fn start_container(&self, name: &str) -> Result<(), HostError> {
        check_name(name)?;
        let client = self.client().await?;
        self.call(name, client.start_container(name, None::<StartContainerOptions>)).await
    }

    pub(super) async fn stop_container(&self, name: &str, grace: Duration) -> Result<bool, HostError> {
        let before = self.inspect(name).await?.state.unwrap_or_default();
        let options = StopContainerOptionsBuilder::new().t(seconds(grace)).build();
        let client = self.patient(grace).await?;
        client.stop_container(name, Some(options)).await.map_err(|e| self.explain(name, &e))?;
        let after = self.inspect(name).await?.state.unwrap_or_default();
        let killed = after.exit_code == Some(KILLED) && after.oom_killed != Some(true);
        Ok(before.running == Some(true) && killed)
    }

    pub(super) async fn restart_container(&self, name: &str, grace: Duration) -> Result<(), HostError> {
        check_name(name)?;
        let options = RestartContainerOptionsBuilder::new().t(seconds(grace)).build();
        let client = self.patient(grace).await?;
        client.restart_container(name, Some(options)).await.map_err(|e| self.explain(name, &e))
    }

    pub(super) async fn remove_container(&self, name: &str) -> Result<(), HostError> {
        check_name(name)?;
        let options = RemoveContainerOptionsBuilder::new().v(false).force(false).build();
        let client = self.client().await?;
        self.call(name, client.remove_container(name, Some(options))).await
    }

    /// A client that waits longer than the engine will: one that gives up first
    /// reports a failure while the engine goes on.
    async fn patient(&self, grace: Duration) -> Result<Client, HostError> {
        Ok(self.client().await?.clone().with_timeout(grace.saturating_add(CALL)))
    }
}

/// Names go into a URL: only what the engine itself allows, so that none can
/// mean another path.
pub(super) fn check_name(name: &str) -> Result<(), HostError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits) {
        Ok(())
    } else {
        Err(HostError::NoContainer(name.to_owned()))
    }
}

/// Whole seconds, rounded up, as the engine wants them.
fn seconds(grace: Duration) -> i32 {
    let up = u64::from(grace.subsec_nanos() > 0);
    i32::try_from(grace.as_secs().saturating_add(up)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        for good in ["db", "supabase-db", "a.b_c-1", "0cafe"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "..", "../info", "db/json", "db?x", "-db", "db#", "d b", "é"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_grace_is_never_cut() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_secs(10)), 10);
        assert_eq!(seconds(Duration::MAX), i32::MAX);
    }
}
