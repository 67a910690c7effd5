//! What the engine knows of containers and images beyond what lists show: whole
//! records, the last lines of their output, how they last ended.

use bollard::{container::LogOutput, query_parameters::LogsOptionsBuilder};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{CALL, Docker, lifecycle::check_name};
use crate::host::{Condition, HostError, LogLine, LogStream};

/// Bytes of output kept at most: the newest.
const MOST: usize = 1 << 20;
/// Characters kept of what a health check said.
const SAID: usize = 1024;

impl Docker {
    pub(super) async fn container_record(&self, name: &str) -> Result<Value, HostError> {
        serde_json::to_value(self.inspect(name).await?).map_err(strange)
    }

    pub(super) async fn image_as_known(&self, image: &str) -> Result<Value, HostError> {
        let client = self.client().await?;
        let found = self.call(image, client.inspect_image(image)).await?;
        serde_json::to_value(found).map_err(strange)
    }

    pub(super) async fn last_lines(&self, name: &str, lines: u32) -> Result<Vec<LogLine>, HostError> {
        check_name(name)?;
        let options = LogsOptionsBuilder::new()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .tail(&lines.to_string())
            .build();
        let client = self.client().await?;
        let mut output = client.logs(name, Some(options));
        let mut gathered = Lines::default();
        let reading = async {
            while let Some(piece) = output.next().await {
                gathered.take(piece.map_err(|e| self.explain(name, &e))?);
            }
            Ok::<(), HostError>(())
        };
        match tokio::time::timeout(CALL, reading).await {
            Ok(read) => read?,
            Err(_) => return Err(self.silent()),
        }
        Ok(gathered.finish())
    }

    /// The last lines, and then every other one as it comes, until the container stops.
    pub(super) async fn lines_as_they_come(
        &self,
        name: &str,
        lines: u32,
        since: Option<i64>,
    ) -> Result<LogStream, HostError> {
        check_name(name)?;
        let options = LogsOptionsBuilder::new().follow(true).stdout(true).stderr(true).timestamps(true);
        let since = since.and_then(|since| i32::try_from(since).ok()).unwrap_or(0);
        let options = options.since(since).tail(&lines.to_string()).build();
        let output = Box::pin(self.client().await?.logs(name, Some(options)));
        let about = (self.clone(), name.to_owned());
        let pieces = stream::unfold((output, Lines::default()), move |(mut output, mut lines)| {
            let (docker, name) = about.clone();
            async move {
                let come = match output.next().await {
                    Some(Ok(piece)) => {
                        lines.take(piece);
                        Ok(lines.whole())
                    }
                    Some(Err(error)) => Err(docker.explain(&name, &error)),
                    None => {
                        let rest = std::mem::take(&mut lines).finish();
                        if rest.is_empty() {
                            return None;
                        }
                        Ok(rest)
                    }
                };
                Some((come, (output, lines)))
            }
        });
        Ok(pieces.map_ok(|lines| stream::iter(lines.into_iter().map(Ok))).try_flatten().boxed())
    }

    pub(super) async fn condition_of(&self, name: &str) -> Result<Condition, HostError> {
        let found = self.inspect(name).await?;
        let state = found.state.unwrap_or_default();
        let time = |at: Option<String>| at.filter(|at| !at.is_empty() && !at.starts_with("0001-"));
        let health = state.health.unwrap_or_default();
        let said = health.log.unwrap_or_default().pop().and_then(|last| last.output).unwrap_or_default();
        let status = health.status.map(|s| s.to_string());
        Ok(Condition {
            state: state.status.map(|s| s.to_string()).unwrap_or_default(),
            health: status.filter(|h| !h.is_empty() && h != "none"),
            exit_code: state.exit_code.unwrap_or_default(),
            oom_killed: state.oom_killed.unwrap_or_default(),
            error: state.error.unwrap_or_default(),
            restarts: found.restart_count.unwrap_or_default(),
            started_at: time(state.started_at),
            finished_at: time(state.finished_at),
            health_said: said.trim().chars().take(SAID).collect(),
        })
    }
}

fn strange(error: serde_json::Error) -> HostError {
    HostError::Io(std::io::Error::other(error))
}

/// Lines as they come, each stream's for itself; the oldest go once there are too many.
#[derive(Default)]
struct Lines {
    done: std::collections::VecDeque<LogLine>,
    bytes: usize,
    open: [Vec<u8>; 2],
}

impl Lines {
    fn take(&mut self, piece: LogOutput) {
        match piece {
            LogOutput::StdErr { message } => self.add(true, &message),
            LogOutput::StdOut { message } | LogOutput::Console { message } => self.add(false, &message),
            LogOutput::StdIn { .. } => {}
        }
    }

    /// The lines that have ended so far.
    fn whole(&mut self) -> Vec<LogLine> {
        self.bytes = 0;
        std::mem::take(&mut self.done).into()
    }

    fn add(&mut self, error: bool, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                self.end(error);
            } else if let Some(open) = self.open.get_mut(usize::from(error)).filter(|o| o.len() < MOST) {
                open.push(*byte);
            }
        }
    }

    fn end(&mut self, error: bool) {
        let Some(open) = self.open.get_mut(usize::from(error)) else { return };
        let line = String::from_utf8_lossy(&std::mem::take(open)).into_owned();
        let (at, text) = line.split_once(' ').unwrap_or((&line, ""));
        self.bytes += text.len();
        let text = text.trim_end_matches('\r').to_owned();
        self.done.push_back(LogLine { at: at.to_owned(), error, text });
        while self.bytes > MOST {
            let Some(gone) = self.done.pop_front() else { break };
            self.bytes -= gone.text.len().min(self.bytes);
        }
    }

    fn finish(mut self) -> Vec<LogLine> {
        for error in [false, true] {
            if self.open.get(usize::from(error)).is_some_and(|open| !open.is_empty()) {
                self.end(error);
            }
        }
        self.done.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_the_newest_stay() {
        let mut lines = Lines::default();
        lines.add(false, b"2026-01-01T00:00:00Z one\r\n2026-01-01T00:0");
        lines.add(true, b"2026-01-01T00:00:01Z bad\n");
        lines.add(false, b"0:02Z two words");
        let all = lines.finish();
        let seen: Vec<_> = all.iter().map(|l| (l.error, l.text.as_str())).collect();
        assert_eq!(seen, [(false, "one"), (true, "bad"), (false, "two words")]);

        let mut lines = Lines::default();
        for n in 0..40 {
            let text = "x".repeat(MOST / 16);
            lines.add(false, format!("t {n}{text}\n").as_bytes());
        }
        let all = lines.finish();
        assert!(all.len() < 17, "{}", all.len());
        assert!(all.last().unwrap().text.starts_with("39x"));
    }
}
