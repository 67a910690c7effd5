//! Drift: services whose containers are not what the files on disk would give now. Compose
//! itself says which it would make anew, by a dry run: its hash alone is blind to
//! `env_file`. Names only, no values.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    compose::{complaint, resolve},
    instance::Instance,
    live::Live,
    probes::differing,
};
use crate::{domain::problem::Problem, problem};

/// How long Compose may take.
const LIMIT: Duration = Duration::from_secs(30);

/// The services that differ; none: files and containers agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// By service, the variables of its environment that differ: none where something else
    /// of it does.
    pub services: BTreeMap<String, Vec<String>>,
}

impl Drift {
    /// What puts the files in force, to be typed in the project's folder.
    pub fn command(&self) -> String {
        let names: Vec<&str> = self.services.keys().map(String::as_str).collect();
        format!("docker compose up -d --no-deps {}", names.join(" "))
    }
}

/// Compares the containers with the files. Problems: `compose-refused`, `compose-missing`.
pub async fn drift(live: &Live, instance: &Instance) -> Result<Drift, Problem> {
    let resolved = resolve(live, instance, None, None).await?;
    let args = ["--dry-run", "create", "--no-build", "--pull", "never"];
    let said = live.compose(instance, &args, None, LIMIT, None).await?;
    if !said.ok() {
        return Err(problem!("compose-refused", project = &instance.project).detail(complaint(&said.err)));
    }
    let mut variables = differing(instance, &resolved, |_| true);
    let anew = recreated(&said.err);
    let touched = instance.containers().filter(|(_, container)| anew.contains(&container.name.as_str()));
    let services =
        touched.map(|(service, _)| (service.to_owned(), variables.remove(service).unwrap_or_default()));
    Ok(Drift { services: services.collect() })
}

/// The containers that a dry run would make anew: `DRY-RUN MODE -  Container NAME  Recreate`.
fn recreated(said: &str) -> Vec<&str> {
    said.lines().filter_map(made_anew).collect()
}

fn made_anew(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "Container").skip(1);
    let name = words.next()?;
    (words.next()? == "Recreate").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_run_names_what_it_would_make_anew() {
        let said = " DRY-RUN MODE -  Container shop-db  Running \n DRY-RUN MODE -  Container shop-auth  Recreate \n \
                    DRY-RUN MODE -  Container shop-auth  Recreated \n DRY-RUN MODE -  Network shop_x  Recreate\n";
        assert_eq!(recreated(said), ["shop-auth"]);
        let none: [&str; 0] = [];
        assert_eq!(recreated(""), none);
    }

    #[test]
    fn the_command_names_the_services() {
        let services = [("auth", vec!["A".to_owned()]), ("rest", vec![])];
        let services = services.map(|(name, all)| (name.to_owned(), all)).into();
        assert_eq!(Drift { services }.command(), "docker compose up -d --no-deps auth rest");
    }
}
