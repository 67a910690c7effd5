//! Why a letter did not get away, and the sentence a person gets. Of a refused login only
//! the code is told: some servers repeat what they were sent.

use std::{error::Error as _, io};

use lettre::transport::smtp::Error;

use super::{LIMITS, Letter, Server};
use crate::{domain::problem::Problem, problem};

/// Where it ended.
pub(super) enum Trouble {
    /// The name leads nowhere.
    Name(io::Error),
    /// Nobody takes the connection.
    Connect(io::Error),
    /// Nobody answers at all.
    ConnectSlow,
    /// What answers does not speak SMTP.
    Foreign(String),
    /// It speaks SMTP, and refuses to go on.
    Greeting(Error),
    /// No encryption.
    Tls(String),
    /// A password would travel in the clear.
    Unsafe,
    /// It offers only these ways to log in.
    NoWay(String),
    /// The login was not taken.
    Login(Error),
    /// The sender was not taken.
    Sender(Error),
    /// The reader was not taken.
    Recipient(Error),
    /// The letter was not taken.
    Letter(Error),
}

/// What a connection fails with before anything is said on it.
fn is_connect(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable, PermissionDenied,
    };
    matches!(
        kind,
        AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable | PermissionDenied
    )
}

/// The system's own error beneath the library's, as kind and text.
fn beneath(error: &Error) -> Option<(io::ErrorKind, String)> {
    let mut next = error.source();
    while let Some(one) = next {
        if let Some(io) = one.downcast_ref::<io::Error>() {
            return Some((io.kind(), io.to_string()));
        }
        next = one.source();
    }
    None
}

impl Trouble {
    /// Of a TCP connection.
    pub(super) fn connect(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::TimedOut { Self::ConnectSlow } else { Self::Connect(error) }
    }

    /// Between a connection and the answer to EHLO.
    pub(super) fn greeting(error: Error) -> Self {
        match error.status() {
            Some(_) => Self::Greeting(error),
            None => Self::Foreign(beneath(&error).map_or_else(String::new, |(_, text)| text)),
        }
    }

    /// From the connection on, where TLS comes first.
    pub(super) fn opening_tls(error: Error) -> Self {
        if error.status().is_some() {
            return Self::Greeting(error);
        }
        match beneath(&error) {
            Some((io::ErrorKind::TimedOut, _)) => Self::ConnectSlow,
            Some((kind, text)) if is_connect(kind) => Self::Connect(io::Error::new(kind, text)),
            Some((_, text)) => Self::Tls(text),
            None if error.is_response() => Self::Foreign(String::new()),
            None => Self::tls(error),
        }
    }

    /// Of STARTTLS.
    pub(super) fn tls(error: Error) -> Self {
        Self::Tls(beneath(&error).map_or_else(|| error.to_string(), |(_, text)| text))
    }

    /// For a person.
    pub(super) fn told(self, server: &Server, letter: &Letter) -> Problem {
        let (host, port) = (&server.host, server.port.to_string());
        match self {
            Self::Name(why) => problem!("mail-name-unknown", host = host).detail(why),
            Self::Connect(why) => problem!("mail-connect", host = host, port = port).detail(why),
            Self::ConnectSlow => {
                problem!("mail-connect-slow", host = host, port = port, seconds = LIMITS.connects.as_secs())
            }
            Self::Foreign(why) => problem!("mail-not-smtp", host = host, port = port).detail(why),
            Self::Tls(why) => problem!("mail-tls", host = host).detail(server.clean(&why)),
            Self::Unsafe => problem!("mail-login-unsafe", host = host),
            Self::NoWay(offered) => {
                problem!("mail-login-way", host = host, offered = server.clean(&offered))
            }
            Self::Login(why) => refused(server, why, |code| problem!("mail-login", host = host, code = code)),
            Self::Greeting(why) => {
                worded(server, why, |code| problem!("mail-greeting", host = host, code = code))
            }
            Self::Sender(why) => worded(server, why, |code| {
                problem!("mail-sender", host = host, code = code, sender = &letter.from)
            }),
            Self::Recipient(why) => worded(server, why, |code| {
                problem!("mail-recipient", host = host, code = code, to = &letter.to)
            }),
            Self::Letter(why) => {
                worded(server, why, |code| problem!("mail-letter", host = host, code = code))
            }
        }
    }
}

/// A refusal by the server's code, or that it broke off.
fn refused(server: &Server, error: Error, told: impl FnOnce(String) -> Problem) -> Problem {
    match error.status() {
        Some(code) => told(code.to_string()),
        // The library's own words may quote what came: only the system's are told.
        None => problem!("mail-broken", host = &server.host)
            .detail(beneath(&error).map(|(_, text)| text).unwrap_or_default()),
    }
}

/// The same with the server's words.
fn worded(server: &Server, error: Error, told: impl FnOnce(String) -> Problem) -> Problem {
    let said = error.status().and_then(|_| error.source()).map(ToString::to_string).unwrap_or_default();
    let problem = refused(server, error, told);
    if said.is_empty() { problem } else { problem.detail(server.clean(&said)) }
}
