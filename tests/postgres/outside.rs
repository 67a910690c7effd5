//! SIGKILL from outside, at no step in particular but at any moment.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    panel::{Panel, SHOP},
    support::{command, postgres::Server, random::Random, text},
};

/// Starts it, kills it after a while unless it has ended by then.
fn killed_after(data: &Path, args: &[&str], wait: Duration) {
    let mut child = command(data, args).spawn().expect("the binary runs");
    let until = Instant::now() + wait;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait().unwrap();
}

/// A database of some 64 MB, as backed up and as it is since.
struct Big {
    server: Server,
    panel: Panel,
    new: String,
    old: String,
}

impl Big {
    fn new() -> Option<Self> {
        let server = Server::up("e2e", 17)?;
        server.sql("postgres", "CREATE DATABASE shop");
        server.sql(
            SHOP,
            "CREATE TABLE big AS SELECT i, (SELECT string_agg(md5((i * k)::text), '') FROM generate_series(1, 8) AS k) AS line \
             FROM generate_series(1, 240000) AS i; ALTER TABLE big ADD PRIMARY KEY (i);",
        );
        let panel = Panel::new(&[&server]);
        let mut big = Self { server, panel, new: String::new(), old: String::new() };
        big.new = big.look();
        Some(big)
    }

    fn look(&self) -> String {
        self.server.sql(SHOP, "SELECT count(*), sum(hashtextextended(b::text, 0)) FROM big b")
    }

    fn damage(&self) {
        self.server.drop_asides();
        self.server.sql(SHOP, "DELETE FROM big WHERE i % 5 = 0");
    }

    /// Kills it after a while; it is undone or done, wholly.
    fn killed(&self, args: &[&str], wait: Duration, case: &str) {
        let before = self.panel.newest(args[0]).map(|o| o["id"].clone());
        killed_after(&self.panel.data(), args, wait);
        let newest = self.panel.newest(args[0]).filter(|o| Some(&o["id"]) != before.as_ref());
        // It may have died before it wrote anything down.
        let state = newest.map_or_else(
            || "never begun".to_owned(),
            |o| {
                let ran = self.panel.zelo(&["operation", "watch", &text(&o["id"]), "--json"]);
                text(&ran.json()["operation"]["state"])
            },
        );
        eprintln!("{case}: {state}");
        let ends = ["never begun", "failed", "rolled_back", "succeeded"];
        assert!(ends.contains(&state.as_str()), "{case}: {state}");
        let swapped = args[0] == "restore" && state == "succeeded";
        assert_eq!(&self.look(), if swapped { &self.new } else { &self.old }, "{case}");
        self.server.assert_quiet(case);
        self.server.assert_no_sides(case);
        self.panel.assert_tidy(case);
        if swapped {
            self.damage();
        }
    }
}

#[test]
fn killed_from_outside_at_any_moment() {
    let Some(mut it) = Big::new() else { return };
    let mut random = Random::new();
    let name = it.server.name.clone();
    let began = Instant::now();
    let backup = it.panel.backup(&[&name, "--item", SHOP]);
    let took = began.elapsed();
    it.damage();
    it.old = it.look();
    let began = Instant::now();
    it.panel.carry_out(&["restore", &backup]);
    let restoring = began.elapsed();
    assert_eq!(it.look(), it.new);
    it.damage();
    let create = ["backup", "create", &name, "--item", SHOP, "--json"];
    let restore = ["restore", &backup, "--yes", "--json"];
    for (args, span) in [(&create[..], took), (&restore[..], restoring)] {
        for _ in 0..3 {
            let wait = Duration::from_millis(random.below(span.as_millis() as u64));
            it.killed(args, wait, &format!("{} killed after {wait:?} of {span:?}", args[0]));
        }
    }
}
