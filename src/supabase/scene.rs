//! What a diagnosis looks at: gathered once, then every probe looks at it side by
//! side. What could not be gathered is said, never guessed.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::{
    compose::{Resolved, resolve},
    dotenv::Dotenv,
    instance::{Instance, Part},
    live::{Live, Said},
    probes::Signing,
};
use crate::{
    domain::{clock::Moment, problem::Problem},
    engine::postgres::{Ask, AskError},
    host::{Command, Condition, LogLine},
    problem,
    secret::Secret,
};

/// Containers asked for their condition at the same time.
const AT_ONCE: usize = 8;
/// Lines of a log that probes look through.
const LINES: u32 = 400;
/// The longest `.env` that is read.
const ENV_MOST: u64 = 4 << 20;

/// An instance as a diagnosis sees it.
pub struct Scene {
    /// The way to it.
    pub live: Live,
    /// Its containers.
    pub instance: Instance,
    /// What Zelo's commands call it: its Compose project until somebody says otherwise.
    pub called: String,
    /// Its `.env`, or why it could not be read.
    pub env: Result<Dotenv, Problem>,
    /// What Compose makes of its files and `.env`, or what it said instead.
    pub resolved: Result<Resolved, Problem>,
    /// How each container is, by its name.
    pub conditions: BTreeMap<String, Condition>,
    /// When it was gathered.
    pub at: Moment,
    /// One session a database, or why there is none: probes share it, and a database
    /// that does not answer is waited for once.
    asks: Mutex<BTreeMap<String, Result<Ask, Problem>>>,
    /// What trying a sign-up came to: several probes read it.
    pub(super) signing: OnceCell<Result<Signing, Problem>>,
}

impl Scene {
    /// Looks at an instance once.
    pub async fn gather(live: &Live, instance: Instance, at: Moment) -> Result<Self, Problem> {
        let engine = live.engine(&instance.host)?.clone();
        let names: Vec<String> = instance.containers().map(|(_, c)| c.name.clone()).collect();
        let looking = stream::iter(names)
            .map(|name| {
                let engine = engine.clone();
                async move { engine.condition(&name).await.ok().map(|condition| (name, condition)) }
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(|found| async move { found })
            .collect();
        let (conditions, env, resolved) =
            tokio::join!(looking, read_env(instance.env_file()), resolve(live, &instance, None, None));
        let live = live.clone();
        let (asks, signing) = (Mutex::default(), OnceCell::new());
        let called = instance.project.clone();
        Ok(Self { live, instance, called, env, resolved, conditions, at, asks, signing })
    }

    /// A value of `.env` as Compose reads it; `None` if it is not set or cannot be read.
    pub fn env_value(&self, key: &str) -> Option<Secret> {
        self.env.as_ref().ok()?.value(key)?.ok().map(|value| value.secret().clone())
    }

    /// A variable a service would be given if it were recreated now.
    pub fn would_get(&self, part: Part, name: &str) -> Option<Secret> {
        self.resolved.as_ref().ok()?.variable(self.instance.service_of(part)?, name)
    }

    /// A variable a part's container has now.
    pub fn has_now(&self, part: Part, name: &str) -> Option<Secret> {
        self.instance.env_of(part, name).cloned()
    }

    /// How a part's container is.
    pub fn condition(&self, part: Part) -> Option<&Condition> {
        self.conditions.get(&self.instance.container_of(part)?.name)
    }

    /// Whether a part runs.
    pub fn runs(&self, part: Part) -> bool {
        self.condition(part).is_some_and(|c| c.state == "running")
    }

    /// The rows of a query as `supabase_admin`, by their column names. Names are written
    /// in full: `search_path` is empty.
    pub async fn rows<T: DeserializeOwned>(&self, database: &str, sql: &str) -> Result<Vec<T>, AskError> {
        let mut asks = self.asks.lock().await;
        let kept = asks.remove(database);
        let opened = match kept {
            Some(kept) => kept,
            None => self.live.ask(&self.instance, database, None).await.map_err(Problem::from),
        };
        let mut ask = match opened {
            Ok(ask) => ask,
            Err(problem) => {
                asks.insert(database.to_owned(), Err(problem.clone()));
                return Err(problem.into());
            }
        };
        let rows = ask.rows(sql).await;
        // A session that broke is not asked again; a refused statement leaves it whole.
        if !matches!(rows, Err(AskError::Named(_))) {
            asks.insert(database.to_owned(), Ok(ask));
        }
        rows
    }

    /// Ends the sessions; the next question opens new ones.
    pub async fn close(&self) {
        let asks = std::mem::take(&mut *self.asks.lock().await);
        futures_util::future::join_all(asks.into_values().flatten().map(Ask::close)).await;
    }

    /// Runs a script of psql in the database's container as a role of its own, with that
    /// role's settings: exit 3 says that a statement failed. `vars` are psql variables.
    pub async fn psql(&self, role: &str, vars: &[(&str, &str)], script: &str) -> Result<Said, Problem> {
        let mut command = Command::new([
            "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-w",
            "-h",
            "127.0.0.1",
            "-U",
            role,
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-v",
            "VERBOSITY=verbose",
        ]);
        for (name, value) in vars {
            command = command.arg("-v").arg(format!("{name}={value}"));
        }
        self.live.exec(&self.instance, Part::Db, command, Some(Secret::new(script)), None).await
    }

    /// The last lines a part's container wrote. They may hold secrets.
    pub async fn log(&self, part: Part) -> Result<Vec<LogLine>, Problem> {
        let container = self.instance.container_of(part);
        let container =
            container.ok_or_else(|| problem!("container-missing", container = format!("{part:?}")))?;
        Ok(self.live.engine(&self.instance.host)?.logs(&container.name, LINES).await?)
    }

    /// Runs Compose for a look.
    pub async fn compose(&self, args: &[&str]) -> Result<Said, Problem> {
        self.live.compose(&self.instance, args, None, Duration::from_secs(30), None).await
    }
}

/// Reads a `.env`. Problem: `env-unreadable`.
pub async fn read_env(path: PathBuf) -> Result<Dotenv, Problem> {
    let shown = path.display().to_string();
    let unreadable = |why: &dyn std::fmt::Display| problem!("env-unreadable", path = &shown).detail(why);
    let about = tokio::fs::metadata(&path).await.map_err(|e| unreadable(&e))?;
    if about.len() > ENV_MOST {
        return Err(unreadable(&format!("{} bytes", about.len())));
    }
    let bytes = tokio::fs::read(&path).await.map_err(|e| unreadable(&e))?;
    Ok(Dotenv::parse(bytes))
}

/// For the resolved configuration's readers.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
