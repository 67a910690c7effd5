//! What Compose makes of a project: its resolved configuration, and which services a
//! change touches, found by comparing two of them.

mod references;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use serde_json::Value;

use super::{instance::Instance, live::Live, scene::text};
use crate::{domain::problem::Problem, problem, saga::Cx, secret::Secret};
pub use references::{References, read_references};

/// How long a resolution may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A project as Compose resolved it. **Holds secrets**: it has no `Debug` and is not
/// kept anywhere.
#[derive(Clone, PartialEq)]
pub struct Resolved {
    name: Option<String>,
    volumes: Vec<String>,
    services: BTreeMap<String, Value>,
}

impl Resolved {
    /// From what `config --format json` prints. Problem: `compose-answer`.
    pub fn parse(json: &str) -> Result<Self, Problem> {
        // Nothing of the text in the error: it holds secrets.
        let whole: Value = serde_json::from_str(json).map_err(|_| problem!("compose-answer"))?;
        let services = whole.get("services").and_then(Value::as_object);
        let services = services.ok_or_else(|| problem!("compose-answer"))?;
        let name = whole.get("name").and_then(Value::as_str).map(ToOwned::to_owned);
        let volumes =
            whole.get("volumes").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
        let volumes = volumes.filter_map(|one| one.get("name")?.as_str().map(ToOwned::to_owned)).collect();
        let services = services.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Self { name, volumes, services })
    }

    /// The project's name, as Compose has it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The names of its volumes, as the engine has them.
    pub fn volumes(&self) -> &[String] {
        &self.volumes
    }

    /// The names of its services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// A service as Compose resolved it.
    pub fn service(&self, name: &str) -> Option<&Value> {
        self.services.get(name)
    }

    /// A variable of a service's environment. (`config` prints `$` as `$$`.)
    pub fn variable(&self, service: &str, name: &str) -> Option<Secret> {
        let value = self.services.get(service)?.get("environment")?.get(name)?;
        (!value.is_null()).then(|| Secret::new(text(value).replace("$$", "$")))
    }

    /// The names of a service's variables.
    pub fn variables(&self, service: &str) -> Vec<String> {
        let environment = self.services.get(service).and_then(|s| s.get("environment"));
        environment.and_then(Value::as_object).map(|all| all.keys().cloned().collect()).unwrap_or_default()
    }

    /// The services that differ from `other`'s: these would be recreated.
    pub fn touched(&self, other: &Self) -> BTreeSet<String> {
        let names = self.services.keys().chain(other.services.keys());
        names.filter(|name| self.services.get(*name) != other.services.get(*name)).cloned().collect()
    }

    /// What a service waits for before it starts.
    pub fn depends_on(&self, service: &str) -> Vec<String> {
        let waits = self.services.get(service).and_then(|s| s.get("depends_on"));
        match waits {
            Some(Value::Object(all)) => all.keys().cloned().collect(),
            Some(Value::Array(all)) => all.iter().map(text).collect(),
            _ => Vec::new(),
        }
    }
}

/// Resolves the project, with `env_file` in place of its own `.env`. Problem:
/// `compose-refused` (with Compose's words, values taken out).
pub async fn resolve(
    live: &Live,
    instance: &Instance,
    env_file: Option<&Path>,
    cx: Option<&Cx>,
) -> Result<Resolved, Problem> {
    Resolved::parse(&config(live, instance, &["config", "--format", "json"], env_file, cx).await?)
}

/// What a `config` command prints. **Holds secrets.**
async fn config(
    live: &Live,
    instance: &Instance,
    args: &[&str],
    env_file: Option<&Path>,
    cx: Option<&Cx>,
) -> Result<String, Problem> {
    let said = live.compose(instance, args, env_file, LIMIT, cx).await?;
    if !said.ok() {
        // A docker without Compose complains of the flags: that says nothing of the files.
        let version = live.compose(instance, &["version", "--short"], None, LIMIT, cx).await?;
        if !version.ok() {
            return Err(problem!("compose-missing").detail(complaint(&version.err)));
        }
        return Err(problem!("compose-refused", project = &instance.project).detail(complaint(&said.err)));
    }
    Ok(said.out)
}

/// What Compose complained of, without the values it quotes: lines of warnings are left
/// out, and so is everything in quotes after an equals sign.
pub fn complaint(err: &str) -> String {
    let told = err.lines().filter(|line| !line.contains("level=warning")).map(str::trim);
    let told: Vec<String> = told.filter(|line| !line.is_empty()).map(without_values).collect();
    let from = told.len().saturating_sub(5);
    told.get(from..).unwrap_or_default().join("\n")
}

/// `KEY=value` becomes `KEY=…`.
fn without_values(line: &str) -> String {
    let words = line.split_inclusive(' ').map(|word| match word.split_once('=') {
        Some((key, value)) if !value.trim().is_empty() => {
            format!("{key}=…{}", if word.ends_with(' ') { " " } else { "" })
        }
        _ => word.to_owned(),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::id::SystemIds,
        engine::postgres::{PostgresEngine, Tuning},
        host::{Hosts, Local},
        supabase::live::ComposeProgram,
    };

    #[test]
    fn what_differs_is_touched() {
        let one = Resolved::parse(
            r#"{"services":{"auth":{"environment":{"A":"1","P":"a$$b","N":null}},"db":{"image":"x"}}}"#,
        )
        .unwrap();
        let two = Resolved::parse(
            r#"{"services":{"auth":{"environment":{"A":"2","P":"a$$b"}},"db":{"image":"x"},"new":{}}}"#,
        )
        .unwrap();
        assert_eq!(one.touched(&two), BTreeSet::from(["auth".to_owned(), "new".to_owned()]));
        assert_eq!(one.touched(&one), BTreeSet::new());
        assert_eq!(one.variable("auth", "P"), Some(Secret::new("a$b")));
        assert_eq!(one.variable("auth", "N"), None);
    }

    #[tokio::test]
    async fn a_docker_without_compose_says_nothing_of_the_files() {
        let hosts = Hosts::new(Arc::new(Local::new()));
        let postgres = PostgresEngine::new(hosts.clone(), Arc::new(SystemIds), Tuning::default());
        let script = "echo 'unknown flag: --project-directory' >&2; exit 125";
        let argv = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        let live = Live::new(hosts, postgres, ComposeProgram { argv, socket: None });
        let instance = Instance {
            host: "local".to_owned(),
            project: "shop".to_owned(),
            folder: "/nowhere".into(),
            files: Vec::new(),
            services: BTreeMap::new(),
        };
        let problem = resolve(&live, &instance, None, None).await.err().unwrap();
        assert!(problem.is("compose-missing"), "{problem}");
    }

    #[test]
    fn complaints_quote_no_values() {
        let words = complaint(
            "time=\"x\" level=warning msg=\"A=b\"\nfailed to read .env: line 3: unexpected character \"%\" in SECRET=abc def\n",
        );
        assert_eq!(words, "failed to read .env: line 3: unexpected character \"%\" in SECRET=… def");
    }
}
