//! Ending a process inside a container: the engine cannot, so a second exec
//! looks at it and signals it, all in one shell, so that no other process can
//! have taken its pid in between.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::place::DockerPlace;
use crate::host::{HostError, ProcessRef};

/// `$1` pid, `$2` start time, `$3` signal, or 0 to look only. Builtins only.
pub(in crate::host) const SCRIPT: &str = r#"set -f
read -r zelo 2>/dev/null </proc/"$1"/stat || exit 10
pid=$1 started=$2 signal=$3
set -- ${zelo##*") "}
[ "${20}" = "$started" ] || exit 10
case $1 in
X) exit 10 ;;
Z) [ "${18}" -gt 1 ] || exit 10 ;;
esac
[ "$signal" != 0 ] || exit 0
kill -s "$signal" "$pid" 2>/dev/null && exit 0
while read -r name real rest; do [ "$name" != Uid: ] || echo "$real"; done </proc/"$pid"/status
exit 11"#;

const SIGNALLED: i64 = 0;
const GONE: i64 = 10;
const DENIED: i64 = 11;

/// How long a process may take to go after SIGKILL.
const KILLED: Duration = Duration::from_secs(10);

impl DockerPlace {
    /// See [`crate::host::Place::end`].
    pub(super) async fn end_process(&self, process: &ProcessRef, grace: Duration) -> Result<(), HostError> {
        if !self.signal(process, "TERM").await? || self.gone_within(process, grace).await? {
            return Ok(());
        }
        if !self.signal(process, "KILL").await? || self.gone_within(process, KILLED).await? {
            return Ok(());
        }
        Err(HostError::WontEnd { pid: process.pid, place: self.name.clone() })
    }

    /// See [`crate::host::Place::runs`].
    pub(super) async fn process_runs(&self, process: &ProcessRef) -> Result<bool, HostError> {
        self.signal(process, "0").await
    }

    async fn gone_within(&self, process: &ProcessRef, limit: Duration) -> Result<bool, HostError> {
        let until = Instant::now() + limit;
        let mut pause = Duration::from_millis(10);
        loop {
            if !self.process_runs(process).await? {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// Signals exactly that process; `false` if it, or its container, is gone.
    async fn signal(&self, process: &ProcessRef, signal: &str) -> Result<bool, HostError> {
        let container = process.container.as_deref().unwrap_or(&self.name);
        let Some(standing) = self.docker.standing(container, &self.name).await? else { return Ok(false) };
        match self.try_signal(container, process, signal).await {
            Err(error) if self.docker.goes_down(&standing, &self.name).await? => {
                tracing::debug!(%error, container = %self.name, "the container went first");
                Ok(false)
            }
            done => done,
        }
    }

    async fn try_signal(&self, container: &str, of: &ProcessRef, signal: &str) -> Result<bool, HostError> {
        let (pid, started) = (of.pid.to_string(), of.started.to_string());
        let argv = ["sh", "-c", SCRIPT, "zelo-end", &pid, &started, signal];
        let mut answer = self.helper(container, Some("0"), &argv).await?;
        if answer.code == DENIED {
            // A container may take even root's right to signal other users.
            let user = answer.stdout.trim().to_owned();
            answer = self.helper(container, Some(&user), &argv).await?;
        }
        match answer.code {
            SIGNALLED => Ok(true),
            GONE => Ok(false),
            code => {
                let words =
                    format!("process {pid} in {}: {} (exit code {code})", self.name, answer.stderr.trim());
                Err(HostError::Refused(words))
            }
        }
    }
}
