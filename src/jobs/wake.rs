//! A knock on the door of whoever runs operations: "there is something new". Sent
//! by a command that has enqueued, so that it does not wait for the next look.
//! Only a hint: it may be lost, and the sweep finds everything anyway.

use std::{io, os::unix::net::UnixDatagram as Sender, path::Path};

use tokio::net::UnixDatagram;

const FILE: &str = "wake.sock";

/// The runner's side.
pub(super) struct Wake(UnixDatagram);

impl Wake {
    /// Listens in a data folder whose runner's lock the caller holds.
    pub(super) fn listen(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        Ok(Self(UnixDatagram::bind(path)?))
    }

    /// Returns when somebody has knocked; many knocks at once count as one.
    pub(super) async fn heard(&self) {
        let mut byte = [0; 1];
        if self.0.recv(&mut byte).await.is_err() {
            std::future::pending::<()>().await;
        }
        while self.0.try_recv(&mut byte).is_ok() {}
    }
}

/// Knocks; nobody there is fine.
pub fn wake(folder: &Path) {
    if let Ok(sender) = Sender::unbound() {
        let _ = sender.set_nonblocking(true);
        let _ = sender.send_to(&[1], folder.join(FILE));
    }
}
