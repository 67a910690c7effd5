//! [`HostError`] for a person.

use super::HostError;
use crate::{domain::problem::Problem, problem};

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        match error {
            HostError::NoEngine { at, why } => problem!("docker-unreachable", at = at).detail(why),
            HostError::NoContainer(name) => problem!("container-missing", container = name),
            HostError::NotRunning(name) => problem!("container-stopped", container = name),
            HostError::NoProgram { program, place } => {
                problem!("tool-missing", program = program, place = place)
            }
            HostError::Broken { place, why } => {
                problem!("host-connection-lost", place = place).detail(why).transient()
            }
            HostError::WontEnd { pid, place } => {
                // As text: a pid is a name, nothing to be grouped.
                problem!("process-wont-end", pid = pid.to_string(), place = place)
            }
            HostError::Refused(why) => problem!("docker-refused").detail(why),
            HostError::Io(error) => problem!("host-io").detail(error),
        }
    }
}

/// What a problem says is not there at the moment and may come back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// The Docker Engine does not answer.
    Engine,
    /// The container does not run.
    Container,
}

/// Whether a problem only says that something is away.
pub fn away(problem: &Problem) -> Option<Away> {
    if problem.is("docker-unreachable") {
        Some(Away::Engine)
    } else if problem.is("container-stopped") {
        Some(Away::Container)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lost_connection_is_worth_another_try() {
        let place = || "container:local:db".to_owned();
        let all = [
            (HostError::NoEngine { at: place(), why: "refused".to_owned() }, "docker-unreachable"),
            (HostError::NoContainer("db".to_owned()), "container-missing"),
            (HostError::NotRunning("db".to_owned()), "container-stopped"),
            (HostError::NoProgram { program: "pg_dump".to_owned(), place: place() }, "tool-missing"),
            (HostError::Broken { place: place(), why: "reset".to_owned() }, "host-connection-lost"),
            (HostError::WontEnd { pid: 7, place: place() }, "process-wont-end"),
            (HostError::Refused("no".to_owned()), "docker-refused"),
            (std::io::Error::other("disk").into(), "host-io"),
        ];
        for (error, code) in all {
            let problem = Problem::from(error);
            assert!(problem.is(code), "{problem}");
            assert_eq!(problem.transient, code == "host-connection-lost", "{code}");
            for (language, text) in [
                ("en", include_str!("../i18n/en/host.ftl")),
                ("pt-BR", include_str!("../i18n/pt-BR/host.ftl")),
            ] {
                assert!(text.contains(&format!("problem-{code} = ")), "{code} in {language}");
            }
        }
    }
}
