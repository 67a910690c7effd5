//! `[docker]`: the local Docker Engine.

use std::path::PathBuf;

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};

/// How the local Docker Engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Docker {
    /// Not at all: Zelo looks at no containers.
    Off,
    /// By this socket.
    Socket(PathBuf),
}

const SOCKET: Key<Docker> = Key {
    section: "docker",
    name: "socket",
    help: "The local Docker Engine's socket, or \"off\". Whoever may use this socket is root on this machine.",
    default: "\"/var/run/docker.sock\"",
    optional: false,
    secret: false,
    parse: |text| if text == "off" { Ok(Docker::Off) } else { read::path(text).map(Docker::Socket) },
};

impl Docker {
    pub(super) const KEYS: [KeyInfo; 1] = [SOCKET.info()];

    pub(super) fn read(keys: &mut Keys) -> Self {
        keys.read(&SOCKET, || Self::Socket(PathBuf::from("/var/run/docker.sock")))
    }
}
