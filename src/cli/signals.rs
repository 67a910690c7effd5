//! The signals that ask a process to stop: Ctrl-C, SIGTERM, and the hang-up of a
//! terminal or an SSH connection that went away, which must not kill Zelo in the
//! middle of a step.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{domain::problem::Problem, problem};

/// What this process listens to. From the first one on, none of them kills it.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    /// Listens from now on. Problem: `cli-signals`.
    pub(super) fn listen() -> Result<Self, Problem> {
        let listen = |kind| signal(kind).map_err(|e| problem!("cli-signals").detail(e));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            // Under nohup it is to be ignored, which listening would end.
            hangup: if ignores_hangup() { None } else { Some(listen(SignalKind::hangup())?) },
        })
    }

    /// Returns when one has come.
    pub(super) async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hung_up(self.hangup.as_mut()) => {}
        }
    }
}

async fn hung_up(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this process was started with SIGHUP ignored; asked of the kernel,
/// which lists what is ignored as a mask whose lowest bit is signal 1, SIGHUP.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored(&status) & 1 == 1
}

fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_mask_is_read() {
        assert_eq!(ignored("Name:\tzelo\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n"), 0x1001);
        assert_eq!(ignored("Name:\tzelo\n"), 0);
    }
}
