//! A Zelo that knows one instance of the lab.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    secrets::{Secrets, said},
    support::{
        Ran, command,
        instance::{Instance, compose},
        start, text,
    },
};

/// A Zelo with one instance.
pub(crate) struct Panel {
    root: TempDir,
    pub(crate) instance: Instance,
    compose: String,
    secrets: Secrets,
}

impl Panel {
    /// Over a new instance of a layout.
    pub(crate) fn over(layout: &str) -> Option<Self> {
        let panel = Self::detecting(layout)?;
        let name = panel.name();
        panel.zelo(&["resource", "add", "--detected", &name, "--json"]).code(0);
        Some(panel)
    }

    /// Over a new instance that it only detects so far.
    pub(crate) fn detecting(layout: &str) -> Option<Self> {
        let instance = Instance::up(layout)?;
        let secrets = Secrets::of(&instance);
        let panel = Self { root: TempDir::new().unwrap(), instance, compose: compose(), secrets };
        let name = panel.name();
        let seen = panel.zelo(&["resource", "detect", "--json"]).code(0).json();
        let of_it = |s: &&Value| s["name"] == name.as_str() && s["kind"] == "supabase";
        assert_eq!(seen.as_array().unwrap().iter().filter(of_it).count(), 1, "{seen}");
        Some(panel)
    }

    /// Another Zelo, which knows nothing yet, over the same instance. The first is gone.
    pub(crate) fn elsewhere(self) -> Self {
        Self { root: TempDir::new().unwrap(), ..self }
    }

    /// The instance's name, in Zelo and in Compose.
    pub(crate) fn name(&self) -> String {
        self.instance.project.clone()
    }

    /// Where all that Zelo says is kept.
    pub(crate) fn said(&self) -> std::fs::File {
        said(self.root.path())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    #[track_caller]
    pub(crate) fn zelo(&self, args: &[&str]) -> Ran {
        self.faulty(args, None)
    }

    #[track_caller]
    pub(crate) fn faulty(&self, args: &[&str], fault: Option<&str>) -> Ran {
        let mut zelo = command(&self.data(), args);
        zelo.env("ZELO_DOCKER_COMPOSE", &self.compose);
        if let Some(fault) = fault {
            zelo.env("ZELO_FAULT", fault);
        }
        self.secrets.heard(self.root.path(), Ran::of(zelo))
    }

    /// With other settings.
    #[track_caller]
    pub(crate) fn with(&self, args: &[&str], settings: &[(&str, &str)]) -> Ran {
        let mut zelo = command(&self.data(), args);
        zelo.env("ZELO_DOCKER_COMPOSE", &self.compose).envs(settings.iter().copied());
        self.secrets.heard(self.root.path(), Ran::of(zelo))
    }

    /// Lets a worker with these settings work until something is so.
    #[track_caller]
    pub(crate) fn worked(&self, settings: &[(&str, &str)], mut done: impl FnMut() -> bool) {
        let mut zelo = command(&self.data(), &["worker"]);
        zelo.env("ZELO_DOCKER_COMPOSE", &self.compose).envs(settings.iter().copied());
        let worker = start(zelo);
        let until = Instant::now() + Duration::from_secs(180);
        while !done() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(200));
        }
        worker.signal("TERM");
        let ran = self.secrets.heard(self.root.path(), worker.end());
        assert!(done(), "it does not come: {ran}");
    }

    /// `instance VERB NAME …`.
    #[track_caller]
    pub(crate) fn instance(&self, verb: &[&str], rest: &[&str], fault: Option<&str>) -> Ran {
        let name = self.name();
        let mut args = vec!["instance"];
        args.extend(verb);
        args.push(&name);
        args.extend(rest);
        args.push("--json");
        self.faulty(&args, fault)
    }

    /// The same with a line typed on standard input.
    #[track_caller]
    pub(crate) fn typed(&self, verb: &[&str], rest: &[&str], line: &str) -> Ran {
        let name = self.name();
        let args = [&["instance"], verb, &[name.as_str()], rest, &["--json"]].concat();
        let mut zelo = command(&self.data(), &args);
        zelo.env("ZELO_DOCKER_COMPOSE", &self.compose);
        self.secrets.heard(self.root.path(), Ran::fed(zelo, line))
    }

    /// A verb that is carried out; the operation.
    #[track_caller]
    pub(crate) fn done(&self, verb: &[&str], rest: &[&str]) -> Value {
        // A start takes nothing away: there is nothing to agree to.
        let yes: &[&str] = if verb == ["start"] { &[] } else { &["--yes"] };
        let ran = self.instance(verb, &[rest, yes].concat(), None).code(0);
        let operation = ran.json()["operation"].clone();
        assert_eq!(operation["state"], "succeeded", "{verb:?}: {ran}");
        operation
    }

    /// A recovery point's id, made now.
    #[track_caller]
    pub(crate) fn backup(&self) -> String {
        let ran = self.instance(&["backup"], &[], None).code(0);
        text(&ran.json()["operation"]["backup"])
    }

    /// The names of a plan's steps.
    #[track_caller]
    pub(crate) fn steps(&self, verb: &[&str], rest: &[&str]) -> Vec<String> {
        let plan = self.instance(verb, &[rest, &["--dry-run"]].concat(), None).code(0).json();
        plan["steps"].as_array().unwrap().iter().map(|s| text(&s["name"])).collect()
    }

    /// What a new process makes of the newest operation of a kind.
    #[track_caller]
    pub(crate) fn recovered(&self, kind: &str) -> Value {
        let all = self.zelo(&["operation", "list", "--json"]).code(0).json();
        let found = all.as_array().unwrap().iter().find(|o| o["kind"] == kind && o["parent"].is_null());
        let id = text(&found.unwrap_or_else(|| panic!("no {kind}"))["id"]);
        self.zelo(&["operation", "watch", &id, "--json"]).json()["operation"].clone()
    }

    /// The newest operation that is a part of another one.
    #[track_caller]
    pub(crate) fn part_of(&self, of: &Value) -> Value {
        let all = self.zelo(&["operation", "list", "--json"]).code(0).json();
        let found = all.as_array().unwrap().iter().find(|o| o["parent"] == of["id"]);
        found.unwrap_or_else(|| panic!("no part of {of}")).clone()
    }

    /// What an operation came to: by its own process, or by the next one after a kill.
    #[track_caller]
    pub(crate) fn ended(&self, ran: Ran, fault: &str) -> Value {
        let (kind, what) = fault.split_once('/').unwrap();
        if what.contains("kill") {
            ran.killed();
            return self.recovered(kind);
        }
        let operation = ran.json()["operation"].clone();
        assert!(operation["state"].is_string(), "{fault}: {ran}");
        operation
    }

    /// An operation whose undo fails waits for a person, who has it tried again; what it
    /// ends as.
    #[track_caller]
    pub(crate) fn stuck(&self, args: &[&str], fault: &str) -> Value {
        let ran = self.faulty(&[args, &["--json"]].concat(), Some(fault));
        let operation = ran.json()["operation"].clone();
        assert_eq!(operation["state"], "needs_operator", "{fault}: {ran}");
        let retry = ["operation", "resolve", &text(&operation["id"]), "--retry", "--json"];
        let ended = self.zelo(&retry).json()["operation"]["state"].clone();
        self.assert_tidy(fault);
        ended
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// No lock, no hold, nothing unfinished, nothing beside the `.env`, no secret anywhere.
    #[track_caller]
    pub(crate) fn assert_tidy(&self, case: &str) {
        assert_eq!(self.count("SELECT count(*) FROM operation_locks"), 0, "{case}: locks");
        assert_eq!(self.count("SELECT count(*) FROM holds"), 0, "{case}: holds");
        let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running', 'needs_operator')";
        assert_eq!(self.count(open), 0, "{case}: unfinished");
        let beside = |folder: PathBuf, part: &str| {
            let names =
                std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.contains(part)).collect::<Vec<_>>()
        };
        assert_eq!(beside(self.instance.folder(), ".zelo-"), [""; 0], "{case}");
        assert_eq!(beside(self.data().join("tmp"), "candidate-"), [""; 0], "{case}");
        self.secrets.assert_nowhere(self.root.path(), &self.instance, case);
    }
}
