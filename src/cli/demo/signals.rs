//! Being told to stop: Ctrl-C, SIGTERM, or the terminal going away. Listened to
//! from the first moment, so that whatever the demo has made is removed again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{domain::problem::Problem, problem};

/// The signals that end the demo.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// From now on these signals end nothing by themselves.
    pub(super) fn listen() -> Result<Self, Problem> {
        let listen = |kind| signal(kind).map_err(|e| problem!("cli-signals").detail(e));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
