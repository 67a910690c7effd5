//! What the engine and the way to it answer, as [`HostError`].

use std::error::Error as StdError;

use bollard::errors::Error;

use crate::host::HostError;

/// The engine could not be reached at all.
pub(super) fn no_engine(at: &str, error: &Error) -> HostError {
    HostError::NoEngine { at: at.to_owned(), why: words(error) }
}

/// An error of a call about the container `name`.
pub(super) fn explain(at: &str, name: &str, error: &Error) -> HostError {
    match error {
        Error::DockerResponseServerError { status_code, message } => answered(name, *status_code, message),
        Error::SocketNotFoundError(_) => no_engine(at, error),
        Error::HyperLegacyError { err } if err.is_connect() => no_engine(at, error),
        Error::RequestTimeoutError => {
            HostError::NoEngine { at: at.to_owned(), why: "no answer in time".to_owned() }
        }
        Error::HyperLegacyError { .. } | Error::HyperResponseError { .. } | Error::IOError { .. } => {
            HostError::Broken { place: at.to_owned(), why: words(error) }
        }
        other => HostError::Refused(words(other)),
    }
}

fn answered(name: &str, status: u16, message: &str) -> HostError {
    match status {
        404 if message.contains("No such container") => HostError::NoContainer(name.to_owned()),
        409 if message.contains("is not running") => HostError::NotRunning(name.to_owned()),
        // Newer engines answer a start whose program is missing so.
        _ if no_program(message) => HostError::NoProgram { program: "sh".to_owned(), place: name.to_owned() },
        _ => HostError::Refused(message.trim().to_owned()),
    }
}

/// Whether these are the runtime's words for a program that is not there.
pub(super) fn no_program(words: &str) -> bool {
    words.contains("executable file not found")
        || (words.contains("exec: \"") && words.contains("no such file or directory"))
}

/// An error with what caused it: the cause is where the system's words are.
pub(super) fn words(error: &Error) -> String {
    let mut all = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !all.ends_with(&words) {
            all = format!("{all}: {words}");
        }
        source = cause.source();
    }
    all
}
