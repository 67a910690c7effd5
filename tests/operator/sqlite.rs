//! A deletion whose undo fails or is killed; a settling step that fails after the
//! commit point, and then the undo of the swap with it.

use serde_json::Value;

use super::{
    WAYS, Way,
    support::{bench::Bench, text},
};

/// What an operation is, and how its end is told.
struct Scene {
    bench: Bench,
    kind: &'static str,
    command: Vec<String>,
}

impl Scene {
    fn new(kind: &'static str, arrange: impl FnOnce(&Bench) -> Vec<String>) -> Self {
        let bench = Bench::new();
        let command = arrange(&bench);
        bench.save();
        Self { bench, kind, command }
    }

    fn args(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    /// Runs it from the start until its undo fails; its id.
    #[track_caller]
    fn stuck(&self, fault: &str) -> String {
        self.bench.reset();
        let ran = self.bench.faulty(&self.args(), fault).code(6);
        assert_eq!(ran.problem(), "undo-failed", "{fault}");
        let operation = self.bench.newest(self.kind);
        assert_eq!(operation["state"], "needs_operator", "{fault}");
        text(&operation["id"])
    }

    /// What another process makes of it.
    fn recovered(&self) -> Value {
        let id = text(&self.bench.newest(self.kind)["id"]);
        self.bench.zelo(&["operation", "watch", &id, "--json"]).json()["operation"].clone()
    }

    #[track_caller]
    fn assert_state(&self, id: &str, state: &str, case: &str) {
        let found = format!("SELECT count(*) FROM operations WHERE id = '{id}' AND state = '{state}'");
        assert_eq!(self.bench.count(&found), 1, "{case}: not {state}");
    }
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|a| (*a).to_owned()).collect()
}

fn delete() -> Scene {
    Scene::new("delete", |bench| {
        let backup = bench.backup();
        words(&["backup", "delete", &backup, "--yes", "--json"])
    })
}

/// Which backups are listed, and in what state.
fn listed(bench: &Bench) -> Vec<(String, String)> {
    let all = bench.zelo(&["backup", "list", "--json"]).code(0).json();
    all["backups"].as_array().unwrap().iter().map(|b| (text(&b["id"]), text(&b["state"]))).collect()
}

#[test]
fn a_deletion_killed_in_its_undo_is_undone_by_the_next_process() {
    let scene = delete();
    let before = listed(&scene.bench);
    for step in ["catalogue", "trash"] {
        for moment in ["undo-before", "undo-after"] {
            // The last step fails after it ran: all there is has to go back.
            let fault = format!("delete/fail:catalogue:after;delete/kill:{step}:{moment}");
            scene.bench.reset();
            scene.bench.faulty(&scene.args(), &fault).killed();
            let state = text(&scene.recovered()["state"]);
            assert!(["failed", "rolled_back"].contains(&state.as_str()), "{fault}: {state}");
            assert_eq!(listed(&scene.bench), before, "{fault}");
            scene.bench.assert_tidy(&fault);
            scene.bench.assert_backups_whole(&fault);
        }
    }
}

#[test]
fn a_deletion_whose_undo_fails_asks_a_person_and_each_way_out_works() {
    let scene = delete();
    let before = listed(&scene.bench);
    for (first, step) in
        [("trash:before", "trash"), ("catalogue:before", "trash"), ("catalogue:after", "catalogue")]
    {
        for way in [Way::Retry, Way::Note] {
            let fault = format!("delete/fail:{first};delete/fail:{step}:undo-before");
            let case = format!("{fault}, {way:?}");
            let id = scene.stuck(&fault);
            // Nobody else touches this backup meanwhile.
            let other = scene.bench.zelo(&["backup", "delete", &before[0].0, "--yes", "--json"]);
            let refused = if step == "catalogue" { "backup-trashed" } else { "locked" };
            assert_eq!(other.problem(), refused, "{case}");
            let ran = scene.bench.zelo(&way.args(&id));
            if way == Way::Retry {
                let operation = ran.json()["operation"].clone();
                let state = text(&operation["state"]);
                assert!(["failed", "rolled_back"].contains(&state.as_str()), "{case}: {operation}");
                assert_eq!(listed(&scene.bench), before, "{case}");
                scene.bench.assert_backups_whole(&case);
            } else {
                scene.assert_state(&id, "resolved", &case);
            }
            scene.bench.assert_tidy(&case);
        }
        // It took no safety backup that could be restored.
        let id = scene.stuck(&format!("delete/fail:{first};delete/fail:{step}:undo-before"));
        let refused = scene.bench.zelo(&Way::Restore.args(&id));
        assert_eq!(refused.problem(), "safety-none");
        scene.assert_state(&id, "needs_operator", first);
    }
}

fn restore() -> Scene {
    Scene::new("restore", |bench| {
        let backup = bench.backup();
        bench.sql("DELETE FROM orders WHERE id % 3 = 0; UPDATE orders SET note = 'lost' WHERE id < 50;");
        words(&["restore", &backup, "--yes", "--json"])
    })
}

fn undo() -> Scene {
    Scene::new("undo", |bench| {
        let backup = bench.backup();
        bench.sql("DELETE FROM orders WHERE id % 3 = 0;");
        let restored = bench.zelo(&["restore", &backup, "--yes", "--json"]).code(0).json();
        bench.sql("INSERT INTO orders VALUES (100000, 'written after the restore');");
        words(&["undo", &text(&restored["operation"]["id"]), "--yes", "--json"])
    })
}

/// After the commit point a step fails, and then the undo of the swap fails.
fn settling_fails_and_the_swap_stays(scene: &Scene) {
    let before = scene.bench.rows();
    scene.bench.zelo(&scene.args()).code(0);
    let after = scene.bench.rows();
    assert_ne!(before, after);
    for step in ["settle", "answers"] {
        for way in WAYS {
            let fault = format!("{0}/fail:{step}:before;{0}/fail:swap:undo-before", scene.kind);
            let case = format!("{fault}, {way:?}");
            let id = scene.stuck(&fault);
            assert_eq!(scene.bench.rows(), after, "{case}: the swap stands");
            scene.bench.zelo(&["backup", "create", "shop"]).code(4);
            let ran = scene.bench.zelo(&way.args(&id));
            match way {
                Way::Retry => {
                    ran.code(5);
                    assert_eq!(scene.bench.rows(), before, "{case}");
                    scene.assert_state(&id, "rolled_back", &case);
                    scene.bench.assert_tidy(&case);
                }
                Way::Note => {
                    assert_eq!(scene.bench.rows(), after, "{case}: as the person left it");
                    scene.assert_state(&id, "resolved", &case);
                }
                Way::Restore => {
                    ran.code(0);
                    assert_eq!(scene.bench.rows(), before, "{case}: the safety backup is of then");
                    scene.assert_state(&id, "resolved", &case);
                }
            }
            scene.bench.assert_backups_whole(&case);
            // Whatever was done, the next one finds everything free.
            scene.bench.zelo(&["backup", "create", "shop", "--json"]).code(0);
        }
    }
}

#[test]
fn a_restore_that_cannot_settle_nor_swap_back() {
    settling_fails_and_the_swap_stays(&restore());
}

#[test]
fn an_undo_that_cannot_settle_nor_swap_back() {
    settling_fails_and_the_swap_stays(&undo());
}
