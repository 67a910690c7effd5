//! Which services read a variable of `.env`, seen from the project's files as they are
//! written. It says what a change may touch before any value is known; what one does touch
//! is found by [`Resolved::touched`](super::Resolved::touched).

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::config;
use crate::{
    domain::problem::Problem,
    problem,
    supabase::{
        dotenv::{Dotenv, Value as Text},
        instance::Instance,
        live::Live,
    },
};

/// Put behind a value, it makes another one.
const OTHER: &str = "-other";

/// What the definition of each service refers to. **Holds secrets**, where they stand in
/// the files themselves: it has no `Debug` and is not kept anywhere.
pub struct References(BTreeMap<String, Named>);

#[derive(Default)]
struct Named {
    /// Texts with references in them.
    texts: Vec<String>,
    /// Variables that are passed on as they are.
    passed_on: Vec<String>,
    /// All of `.env` is handed on, by `env_file`.
    all: bool,
}

impl References {
    /// From what `config --no-interpolate --format json` prints: there `$NAME` and `${NAME…}`
    /// stand as in the files, a variable that is passed on as it is has no value, and a file
    /// of variables is named, not read *(run, Compose v2.40.3)*. Problem: `compose-answer`.
    pub fn parse(json: &str, env_file: &Path) -> Result<Self, Problem> {
        // Nothing of the text in the error: what stands in the files may be secret.
        let whole: Value = serde_json::from_str(json).map_err(|_| problem!("compose-answer"))?;
        let services = whole.get("services").and_then(Value::as_object);
        let services = services.ok_or_else(|| problem!("compose-answer"))?;
        Ok(Self(services.iter().map(|(name, it)| (name.clone(), Named::of(it, env_file))).collect()))
    }

    /// The services that another value of a variable changes, also by way of others in
    /// `.env` that are made of it; none if the file cannot hold another.
    pub fn readers(&self, env: &Dotenv, variable: &str) -> Option<Vec<String>> {
        let now = env.value(variable).and_then(Result::ok).map(Text::expose).unwrap_or_default();
        let other = env.set(variable, &format!("{now}{OTHER}")).ok()?;
        let readers = self.0.iter().filter(|(_, named)| named.all || named.differs(env, &other));
        Some(readers.map(|(name, _)| name.clone()).collect())
    }
}

impl Named {
    fn of(service: &Value, env_file: &Path) -> Self {
        let mut named = Self::default();
        collect(service, &mut named.texts);
        let environment = service.get("environment").and_then(Value::as_object);
        let passed_on = environment.into_iter().flatten().filter(|(_, value)| value.is_null());
        named.passed_on = passed_on.map(|(name, _)| name.clone()).collect();
        let files = service.get("env_file").and_then(Value::as_array).into_iter().flatten();
        let mut paths = files.filter_map(|file| file.as_str().or_else(|| file.get("path")?.as_str()));
        named.all = paths.any(|path| Path::new(path) == env_file);
        named
    }

    fn differs(&self, env: &Dotenv, other: &Dotenv) -> bool {
        self.texts.iter().any(|text| env.filled_in(text) != other.filled_in(text))
            || self.passed_on.iter().any(|name| env.value(name) != other.value(name))
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains('$') => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Object(all) => all.values().for_each(|one| collect(one, found)),
        _ => {}
    }
}

/// Reads them from the project's files. Problems: as [`resolve`](super::resolve).
pub async fn read_references(live: &Live, instance: &Instance) -> Result<References, Problem> {
    let args = ["config", "--no-interpolate", "--format", "json"];
    References::parse(&config(live, instance, &args, None, None).await?, &instance.env_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_read_variables_in_every_way() {
        let json = r#"{"services":{
            "auth":{"environment":{"EXP":"${JWT_EXPIRY}","KEYS":"${JWT_KEYS:-[${OLD}]}","N":5}},
            "db":{"environment":{"JWT_EXPIRY":null},"command":["sh","-c","echo $$SITE_URL $HOME_X"]},
            "gw":{"ports":["127.0.0.1:${GW_PORT:-${KONG_HTTP_PORT:-8000}}:8000/tcp"]},
            "own":{"env_file":[{"path":"/srv/shop/.env","required":true}]},
            "other":{"env_file":[{"path":"/srv/shop/other.env"}],"labels":{"url":"x${PUBLIC}"}}}}"#;
        let references = References::parse(json, Path::new("/srv/shop/.env")).unwrap();
        let env = Dotenv::parse("SITE_URL=a\nPUBLIC=\"${SITE_URL}/b\"\nGW_PORT=1\n".as_bytes());
        let readers = |name: &str| references.readers(&env, name).unwrap().join(" ");
        assert_eq!(readers("JWT_EXPIRY"), "auth db own");
        assert_eq!(readers("JWT_KEYS"), "auth own");
        assert_eq!(readers("OLD"), "auth own", "a default that is in use");
        assert_eq!(readers("KONG_HTTP_PORT"), "own", "one that is not");
        assert_eq!(readers("GW_PORT"), "gw own");
        assert_eq!(readers("SITE_URL"), "other own", "by PUBLIC; and $$ is a dollar");
        assert_eq!(readers("HOME_X"), "db own");
        assert_eq!(readers("JWT"), "own", "names are whole");
        assert!(References::parse("{}", Path::new("/")).err().unwrap().is("compose-answer"));
    }
}
