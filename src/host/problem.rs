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
            HostError::WontEnd { pid, place } => problem!("process-wont-end", pid = pid, place = place),
            HostError::Refused(why) => problem!("docker-refused").detail(why),
            HostError::Io(error) => problem!("host-io").detail(error),
        }
    }
}
