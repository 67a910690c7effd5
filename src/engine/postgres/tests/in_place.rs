//! Restores in place: whatever happens between the safety backup and the commit,
//! the database is wholly old or wholly new, and nobody's rows are lost.

use std::{sync::Arc, time::Duration};

use super::{
    digest::{digest, roles, sample},
    restore::{damage, only},
    rig::{Rig, cli},
};
use crate::{
    domain::{
        id::{OperationId, SystemIds},
        manifest::{Manifest, Part},
        operation::OpState,
    },
    engine::{RestoreOptions, Shelf},
    saga::{Outcome, Plan, Runner, StepState, memory::Memory},
};

const IN_PLACE: RestoreOptions = RestoreOptions {
    items: Vec::new(),
    new_name: None,
    in_place: true,
    replace_roles: false,
    closed: false,
    format: None,
    place: std::collections::BTreeMap::new(),
};

/// A damaged shop with a backup from before and a safety backup from after.
struct Shop {
    rig: Arc<Rig>,
    shelf: Shelf,
    manifest: Manifest,
    /// What the backup holds.
    good: String,
    /// What the safety backup holds.
    damaged: String,
}

/// An operation on its way, in this process or the next.
struct Run {
    op: OperationId,
    memory: Arc<Memory>,
    rig: Arc<Rig>,
}

impl Run {
    fn runner(&self) -> Runner {
        self.rig.runner(&self.op, &self.memory)
    }

    async fn run(&self, plan: &Plan) -> Outcome {
        self.runner().run(plan).await.unwrap()
    }

    /// See [`Memory::meanwhile`].
    fn meanwhile(&self, step: &str, state: StepState, act: impl FnOnce() + Send + 'static) {
        self.memory.meanwhile(step, state, act);
    }
}

impl Shop {
    async fn up(major: u32) -> Option<Self> {
        let rig = Rig::up(major).await?;
        roles(&rig);
        sample(&rig, "shop");
        let good = digest(&rig, "shop");
        let (shelf, manifest) = rig.backup(only(&["shop"])).await;
        damage(&rig, "shop");
        let mut shop = Self { rig: Arc::new(rig), shelf, manifest, good, damaged: String::new() };
        shop.save().await;
        Some(shop)
    }

    /// A new safety backup of the shop as it is now.
    async fn save(&mut self) {
        self.damaged = digest(&self.rig, "shop");
        self.rig.backup(only(&["shop"])).await;
    }

    async fn plan(&self) -> (Run, Plan) {
        self.plan_of(&self.manifest).await
    }

    async fn plan_of(&self, manifest: &Manifest) -> (Run, Plan) {
        let op = OperationId::new(&SystemIds);
        let plan = self.rig.restore_plan(&op, &self.shelf, manifest, &IN_PLACE).await.unwrap();
        (Run { op, memory: Memory::of(&plan), rig: self.rig.clone() }, plan)
    }

    /// The backup's manifest, wrong in one count: comparing fails.
    fn wrong(&self) -> Manifest {
        let mut wrong = self.manifest.clone();
        miscount(part(&mut wrong));
        wrong
    }

    /// Something done to the server while a step begins.
    fn act(&self, act: impl FnOnce(&Rig) + Send + 'static) -> impl FnOnce() + Send + 'static {
        let rig = self.rig.clone();
        move || act(&rig)
    }

    /// The operation ended undone, and the shop is what the safety backup holds.
    fn assert_back(&self, outcome: &Outcome, when: &str) {
        assert_eq!(outcome.state, OpState::RolledBack, "{when}: {:?}", outcome.problem);
        assert_eq!(digest(&self.rig, "shop"), self.damaged, "{when}");
    }

    /// What a person's own database of that name has become: set aside, intact.
    fn assert_set_aside(&self, when: &str) {
        let aside: Vec<String> =
            self.rig.databases().into_iter().filter(|d| d.starts_with("shop~since__zelo_old_")).collect();
        assert_eq!(aside.len(), 1, "{when}: {aside:?}");
        assert_eq!(self.rig.sql(&aside[0], "SELECT a FROM people"), "7", "{when}");
        self.rig.sql("postgres", &format!("DROP DATABASE \"{}\"", aside[0]));
    }
}

fn part(manifest: &mut Manifest) -> &mut Part {
    manifest.parts.iter_mut().find(|p| p.name == "database:shop").unwrap()
}

fn miscount(part: &mut Part) {
    *part.counts.get_mut("table:public.customers").unwrap() += 1;
}

/// An application finds no database and makes one, as some do.
fn make_anew(rig: &Rig) {
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", "CREATE TABLE people AS SELECT 7 AS a");
}

fn signal(rig: &Rig, signal: &str, pid: &str) {
    cli("docker", &["exec", &rig.name, "sh", "-c", &format!("kill -{signal} {pid}")], "");
}

fn checkpointer(rig: &Rig) -> String {
    rig.sql("postgres", "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
}

/// The backend that drops, in whatever wait.
fn dropping(rig: &Rig, wait: &str) -> String {
    let sql = format!(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DROP DATABASE IF EXISTS \"shop\"%' \
         AND pid <> pg_backend_pid() AND coalesce(wait_event, '') LIKE '{wait}'"
    );
    rig.sql("postgres", &sql)
}

fn until(what: &str, mut ready: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while !ready() {
        assert!(std::time::Instant::now() < end, "never came: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs until `moment` has come, dies there, and lets a new process recover.
async fn killed(run: &Run, plan: &Plan, moment: impl FnOnce() + Send + 'static) -> Outcome {
    {
        let runner = run.runner();
        let going = runner.run(plan);
        tokio::pin!(going);
        tokio::select! {
            outcome = &mut going => panic!("it ended before: {outcome:?}"),
            come = tokio::task::spawn_blocking(moment) => come.unwrap(),
        }
    }
    run.runner().recover(plan).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_place_the_safety_backup_undoes_the_drop() {
    for major in [15, 17] {
        let Some(shop) = Shop::up(major).await else { return };
        let (run, plan) = shop.plan_of(&shop.wrong()).await;
        let outcome = run.run(&plan).await;
        assert!(outcome.problem.as_ref().unwrap().is("pg-compare-differs"), "{outcome:?}");
        shop.assert_back(&outcome, "brought back from the safety backup");
        shop.rig.assert_clean("after the undo");
        let (run, plan) = shop.plan().await;
        assert_eq!(run.run(&plan).await.state, OpState::Succeeded);
        assert_eq!(digest(&shop.rig, "shop"), shop.good, "{major}: restored in place");
        shop.rig.assert_clean("after the restore");
    }
}

/// dropdb has marked the database invalid and waits for a checkpoint.
#[tokio::test(flavor = "multi_thread")]
async fn killed_in_a_drop_that_breaks_off_it_is_loaded_again() {
    for major in [15, 17] {
        let Some(shop) = Shop::up(major).await else { return };
        let (run, plan) = shop.plan().await;
        run.meanwhile(
            "drop:shop",
            StepState::Running,
            shop.act(|rig| signal(rig, "STOP", &checkpointer(rig))),
        );
        let moment = shop.act(|rig| {
            let invalid = "SELECT datconnlimit FROM pg_database WHERE datname = 'shop'";
            until("the mark", || rig.sql("postgres", invalid) == "-2");
            let (name, pid) = (rig.name.clone(), dropping(rig, "%"));
            // Goes on once this drop has broken off: what comes next needs it.
            std::thread::spawn(move || release_after(&name, &pid));
        });
        let outcome = killed(&run, &plan, moment).await;
        shop.assert_back(&outcome, "broken off");
        shop.rig.assert_clean("after a drop that broke off");
    }
}

/// Lets the checkpointer go on when backend `pid` is gone.
fn release_after(name: &str, pid: &str) {
    let psql = |sql: &str| cli("docker", &["exec", name, "psql", "-XAtqU", "postgres", "-c", sql], "");
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
    until("the end of the drop", || psql(&count) == "0");
    let pid = psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
    cli("docker", &["exec", name, "sh", "-c", &format!("kill -CONT {pid}")], "");
}

/// The files are gone, the row is still to be seen, and nothing stops it any more.
#[tokio::test(flavor = "multi_thread")]
async fn killed_in_a_drop_that_still_commits_it_is_loaded_again() {
    for major in [15, 17] {
        let Some(shop) = Shop::up(major).await else { return };
        let (run, plan) = shop.plan().await;
        run.meanwhile(
            "drop:shop",
            StepState::Running,
            shop.act(|rig| {
                rig.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
                rig.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(1)");
            }),
        );
        let moment = shop.act(|rig| {
            until("the commit", || !dropping(rig, "SyncRep").is_empty());
            let pid = dropping(rig, "SyncRep");
            signal(rig, "STOP", &pid);
            rig.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
            rig.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(1)");
            let name = rig.name.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(4));
                cli("docker", &["exec", &name, "sh", "-c", &format!("kill -CONT {pid}")], "");
            });
        });
        let outcome = killed(&run, &plan, moment).await;
        shop.assert_back(&outcome, "committed late");
        shop.rig.assert_clean("after a drop that committed late");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_made_under_the_name_meanwhile_is_set_aside() {
    let Some(shop) = Shop::up(17).await else { return };
    let wrong = shop.wrong();
    for (state, at) in [(StepState::Running, "load:shop"), (StepState::Undoing, "drop:shop")] {
        let (run, plan) = shop.plan_of(&wrong).await;
        run.meanwhile(at, state, shop.act(make_anew));
        let outcome = run.run(&plan).await;
        shop.assert_back(&outcome, at);
        shop.assert_set_aside(at);
        shop.rig.assert_clean(at);
    }
    let (run, plan) = shop.plan().await;
    run.meanwhile("load:shop", StepState::Running, shop.act(make_anew));
    assert_eq!(run.run(&plan).await.state, OpState::Succeeded);
    assert_eq!(digest(&shop.rig, "shop"), shop.good, "restored in place");
    shop.assert_set_aside("after the commit");
    shop.rig.assert_clean("after the commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_the_drop_may_run_twice() {
    let Some(shop) = Shop::up(17).await else { return };
    let (run, plan) = shop.plan_of(&shop.wrong()).await;
    let drop = plan.lines().iter().position(|l| l.name == "drop:shop").unwrap();
    run.memory.stop_at(drop, StepState::Undone);
    {
        let runner = run.runner();
        tokio::select! {
            outcome = runner.run(&plan) => panic!("{outcome:?}"),
            () = run.memory.stopped() => {}
        }
    }
    run.memory.go_on();
    let oid = || shop.rig.sql("postgres", "SELECT oid FROM pg_database WHERE datname = 'shop'");
    let first = oid();
    let outcome = run.runner().recover(&plan).await.unwrap();
    shop.assert_back(&outcome, "undone twice");
    assert_eq!(oid(), first, "what was brought back is known again");
    shop.rig.assert_clean("undone twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_after_the_safety_backup_keeps_it_from_being_dropped() {
    for major in [15, 17] {
        let Some(mut shop) = Shop::up(major).await else { return };
        let refused = [
            "INSERT INTO customers (name) VALUES ('late')",
            "UPDATE customers SET amount = 0 WHERE id = 7",
            "DELETE FROM cache WHERE i = 7",
            "CREATE TABLE late ()",
            "TRUNCATE cache",
            "SELECT lo_create(777)",
        ];
        // How the counters are read differs between versions, what they count does not.
        for sql in refused.into_iter().take(if major == 17 { 6 } else { 1 }) {
            let (run, plan) = shop.plan().await;
            run.meanwhile("close", StepState::Running, shop.act(|rig| drop(rig.sql("shop", sql))));
            let outcome = run.run(&plan).await;
            assert_eq!(outcome.state, OpState::RolledBack, "{sql}: {outcome:?}");
            assert!(outcome.problem.unwrap().is("pg-written-since-safety"), "{sql}");
            shop.rig.assert_clean(sql);
            assert_ne!(digest(&shop.rig, "shop"), shop.damaged, "{sql}: kept");
            shop.save().await;
        }
        // What a session has not reported yet arrives when it is sent away.
        let holder = Arc::new(std::sync::Mutex::new(None));
        let hold = holder.clone();
        let (run, plan) = shop.plan().await;
        let act = shop.act(move |rig| *hold.lock().unwrap() = Some(linger(rig)));
        run.meanwhile("close", StepState::Running, act);
        let outcome = run.run(&plan).await;
        assert!(outcome.problem.unwrap().is("pg-written-since-safety"), "a session that lingers");
        holder.lock().unwrap().take().unwrap().wait().unwrap();
        assert_eq!(shop.rig.sql("shop", "SELECT count(*) FROM customers WHERE name = 'lingers'"), "1");
        shop.save().await;
        // Statistics are nobody's rows.
        let (run, plan) = shop.plan().await;
        run.meanwhile("close", StepState::Running, shop.act(|rig| drop(rig.sql("shop", "ANALYZE"))));
        assert_eq!(run.run(&plan).await.state, OpState::Succeeded);
        assert_eq!(digest(&shop.rig, "shop"), shop.good);
        shop.rig.assert_clean("after all");
    }
}

/// Writes a row in a session that stays.
fn linger(rig: &Rig) -> std::process::Child {
    let sql = "INSERT INTO customers (name) VALUES ('lingers')";
    let psql = ["exec", &rig.name, "psql", "-XAtqU", "postgres", "-d", "shop", "-c", sql, "-c"];
    let child = std::process::Command::new("docker")
        .args(psql)
        .arg("SELECT pg_sleep(600)")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the row", || rig.sql("shop", "SELECT count(*) FROM customers WHERE name = 'lingers'") == "1");
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_does_not_load_here_is_found_before_the_drop() {
    let Some(mut shop) = Shop::up(17).await else { return };
    // Only the safety backup has this one.
    shop.rig.sql("shop", "CREATE EXTENSION citext");
    shop.save().await;
    for (extension, code) in [("citext", "pg-safety-unloadable"), ("hstore", "pg-backup-unloadable")] {
        let (run, plan) = shop.plan().await;
        let hide = |rig: &Rig, from: &str, to: &str| {
            let folder = "/usr/share/postgresql/17/extension";
            let script = format!("mv {folder}/{from} {folder}/{to}");
            cli("docker", &["exec", "-u", "root", &rig.name, "sh", "-c", &script], "");
        };
        let control = format!("{extension}.control");
        let hidden = format!("{control}.hidden");
        let (from, to) = (control.clone(), hidden.clone());
        run.meanwhile("safety", StepState::Done, shop.act(move |rig| hide(rig, &from, &to)));
        let oid = || shop.rig.sql("postgres", "SELECT oid FROM pg_database WHERE datname = 'shop'");
        let before = oid();
        let outcome = run.run(&plan).await;
        assert!(outcome.problem.as_ref().is_some_and(|p| p.is(code)), "{outcome:?}");
        assert_eq!(outcome.state, OpState::Failed, "{extension}");
        assert_eq!(oid(), before, "{extension}: never dropped");
        hide(&shop.rig, &hidden, &control);
        assert_eq!(digest(&shop.rig, "shop"), shop.damaged, "{extension}");
        shop.rig.assert_clean(extension);
        if extension == "citext" {
            shop.rig.sql("shop", "DROP EXTENSION citext; DROP EXTENSION hstore CASCADE");
            shop.save().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_after_the_safety_backup_keeps_it_from_being_dropped() {
    let Some(mut shop) = Shop::up(17).await else { return };
    for sql in [
        "ALTER DATABASE shop SET app.secret = 'late'",
        "ALTER ROLE app IN DATABASE shop SET work_mem = '9MB'",
        "ALTER DATABASE shop RESET ALL",
    ] {
        let (run, plan) = shop.plan().await;
        run.meanwhile("close", StepState::Running, shop.act(|rig| drop(rig.sql("postgres", sql))));
        let outcome = run.run(&plan).await;
        assert_eq!(outcome.state, OpState::RolledBack, "{sql}: {outcome:?}");
        assert!(outcome.problem.unwrap().is("pg-settings-since-safety"), "{sql}");
        shop.rig.assert_clean(sql);
        assert_ne!(digest(&shop.rig, "shop"), shop.damaged, "{sql}: kept");
        shop.save().await;
    }
    let (run, plan) = shop.plan_of(&shop.wrong()).await;
    let outcome = run.run(&plan).await;
    shop.assert_back(&outcome, "as it was set last");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_noted_and_the_database_is_back_all_the_same() {
    let Some(shop) = Shop::up(15).await else { return };
    miscount(part(&mut shop.rig.saved.0.lock().unwrap().last_mut().unwrap().2));
    let (run, plan) = shop.plan_of(&shop.wrong()).await;
    let outcome = run.run(&plan).await;
    shop.assert_back(&outcome, "with a difference");
    let lines = run.memory.log_lines();
    assert!(lines.iter().any(|l| l.id == "pg-log-safety-differs"), "{lines:?}");
}
