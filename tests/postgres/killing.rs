//! A process that dies in the middle, and what a new one makes of it.

use serde_json::Value;

use crate::{
    panel::{Panel, SHOP, damage, sample},
    support::{
        postgres::{Server, assert_same},
        text, zelo,
    },
};

/// A plan's steps, and where it commits.
pub(crate) struct Steps {
    pub(crate) names: Vec<String>,
    pub(crate) commit: usize,
}

impl Steps {
    pub(crate) fn of(plan: &Value) -> Self {
        let steps = plan["steps"].as_array().unwrap();
        let commit = steps.iter().position(|s| s["commits"] == true).unwrap();
        Self { names: steps.iter().map(|s| text(&s["name"])).collect(), commit }
    }

    pub(crate) fn done(&self, step: usize, moment: &str) -> bool {
        step > self.commit || (step == self.commit && moment != "before")
    }
}

/// One database, one backup of it, and a process that dies.
pub(crate) struct Killing {
    pub(crate) server: Server,
    pub(crate) panel: Panel,
    pub(crate) backup: String,
    /// As backed up.
    pub(crate) new: String,
    /// As damaged since.
    pub(crate) old: String,
}

impl Killing {
    pub(crate) fn new() -> Option<Self> {
        let server = Server::up("e2e", 17)?;
        server.sql("postgres", include_str!("roles.sql"));
        sample(&server, SHOP);
        let panel = Panel::new(&[&server]);
        let new = server.digest(SHOP);
        let backup = panel.backup(&[&server.name, "--item", SHOP]);
        damage(&server, SHOP);
        let old = server.digest(SHOP);
        Some(Self { server, panel, backup, new, old })
    }

    /// Runs it until the fault kills it, then lets a new process finish it.
    #[track_caller]
    pub(crate) fn killed(&self, args: &[&str], fault: &str) -> Value {
        zelo(&self.panel.data(), args, Some(fault)).killed();
        self.recovered(args[0], fault)
    }

    /// What a new process makes of the newest operation of a kind.
    #[track_caller]
    pub(crate) fn recovered(&self, kind: &str, case: &str) -> Value {
        let found = self.panel.newest(kind).unwrap_or_else(|| panic!("{case}: no {kind}"));
        let ran = self.panel.zelo(&["operation", "watch", &text(&found["id"]), "--json"]);
        ran.json()["operation"].clone()
    }

    /// Kills it at a moment of a step and lets a new process finish it; `true` if
    /// it had happened by then.
    #[track_caller]
    pub(crate) fn killed_at(&self, args: &[&str], steps: &Steps, step: usize, moment: &str) -> bool {
        let fault = format!("{}/kill:{}:{moment}", args[0], steps.names[step]);
        zelo(&self.panel.data(), args, Some(&fault)).killed();
        let done = steps.done(step, moment);
        let mut whole = if done { self.new.clone() } else { self.old.clone() };
        // People go on writing while nobody has cleared up yet; a closed database
        // is one they cannot write to.
        let open = "SELECT datallowconn FROM pg_database WHERE datname = 'shop'";
        if done && self.server.sql("postgres", open) == "t" {
            self.server.sql(SHOP, "INSERT INTO logs VALUES ('2026-02-03', 'written before the recovery')");
            whole = self.server.digest(SHOP);
            assert_ne!(whole, self.new, "{fault}");
        }
        self.assert_ended(&self.recovered(args[0], &fault), done, &whole, &fault);
        done
    }

    /// It ended as it had to, the database is wholly this, and nothing lies about.
    #[track_caller]
    pub(crate) fn assert_ended(&self, operation: &Value, done: bool, whole: &str, case: &str) {
        let state = text(&operation["state"]);
        let right =
            if done { state == "succeeded" } else { ["failed", "rolled_back"].contains(&state.as_str()) };
        assert!(right, "{case}: {state}: {}", operation["problem"]);
        self.server.assert_quiet(case);
        self.server.assert_no_sides(case);
        self.panel.assert_tidy(case);
        assert_same(&self.server.digest(SHOP), whole, case);
    }

    /// Back to the damaged state.
    pub(crate) fn damage_again(&self) {
        self.server.drop_asides();
        damage(&self.server, SHOP);
        assert_same(&self.server.digest(SHOP), &self.old, "damaged in the same way");
    }
}
