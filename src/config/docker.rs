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

const COMPOSE: Key<Option<PathBuf>> = Key {
    section: "docker",
    name: "compose",
    help: "Docker Compose as a program of its own, version 2. Default: \"docker compose\", as installed.",
    default: "\"/usr/local/bin/docker-compose\"",
    optional: true,
    secret: false,
    parse: |text| read::path(text).map(Some),
};

/// The program of its own that Compose is, if one is set.
pub(super) fn compose(keys: &mut Keys) -> Option<PathBuf> {
    keys.read(&COMPOSE, || None)
}

impl Docker {
    pub(super) const KEYS: [KeyInfo; 2] = [SOCKET.info(), COMPOSE.info()];

    pub(super) fn read(keys: &mut Keys) -> Self {
        keys.read(&SOCKET, || Self::Socket(PathBuf::from("/var/run/docker.sock")))
    }
}
