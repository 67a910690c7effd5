//! Logging to standard error with `tracing`: for people, or one JSON object a
//! line. A command at a terminal logs only what looks wrong, a server what
//! happens; `--verbose` raises either.

use std::io;

use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Directive, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    config::{Format, Level, Log},
    host::docker::LOG_FILTER,
};

/// Who logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A command that shows its result itself.
    Command,
    /// `serve` or `worker`.
    Server,
}

/// Starts logging for this process; a second call changes nothing.
pub fn start(log: &Log, role: Role, verbose: u8, colour: bool) {
    let filter = filter(log.level, role, verbose);
    let layer = match log.format {
        Format::Json => {
            std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a mistake in Zelo")));
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(io::stderr).boxed()
        }
        Format::Text => tracing_subscriber::fmt::layer().with_ansi(colour).with_writer(io::stderr).boxed(),
    };
    // `try_init` also hears the libraries that log through the `log` crate.
    let _ = Registry::default().with(filter).with(layer).try_init();
}

/// What is logged: Zelo at its level, libraries only from warnings on, except
/// where everything is asked for; the Docker client never what it sends, which
/// holds environments.
fn filter(level: Level, role: Role, verbose: u8) -> EnvFilter {
    let level = wanted(level, role, verbose);
    let others = match level {
        Level::Trace => Level::Debug,
        Level::Debug | Level::Info | Level::Warn => Level::Warn,
        Level::Error => Level::Error,
    };
    let own = format!("zelo={}", level.as_str());
    let directives = [own.as_str(), LOG_FILTER].into_iter().filter_map(|d| d.parse::<Directive>().ok());
    directives.fold(EnvFilter::new(others.as_str()), EnvFilter::add_directive)
}

fn wanted(level: Level, role: Role, verbose: u8) -> Level {
    let quiet = match role {
        Role::Command => level.min(Level::Error),
        Role::Server => level,
    };
    match verbose {
        0 => quiet,
        1 => quiet.max(Level::Info),
        2 => quiet.max(Level::Debug),
        _ => Level::Trace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quiet_and_verbose_raises_it() {
        assert_eq!(wanted(Level::Info, Role::Command, 0), Level::Error);
        assert_eq!(wanted(Level::Info, Role::Server, 0), Level::Info);
        assert_eq!(wanted(Level::Warn, Role::Server, 1), Level::Info);
        assert_eq!(wanted(Level::Trace, Role::Server, 1), Level::Trace);
        assert_eq!(wanted(Level::Info, Role::Command, 2), Level::Debug);
        assert_eq!(wanted(Level::Info, Role::Command, 9), Level::Trace);
    }

    #[test]
    fn libraries_are_heard_from_warnings_on() {
        assert_eq!(filter(Level::Info, Role::Server, 0).to_string(), "bollard=info,zelo=info,warn");
        assert_eq!(filter(Level::Info, Role::Command, 3).to_string(), "bollard=info,zelo=trace,debug");
    }
}
