//! Processes that die in the middle: wholly old or wholly new, and exactly known
//! which.

use std::process::{Command, Stdio};

use rustix::process::{Signal, getpid, kill_process};

use super::{
    super::swap::{self, Exchange},
    *,
};

const ROLE: &str = "ZELO_SQLITE_TEST_CHILD";

/// Runs this test binary again as the child that dies.
fn child(role: &str) -> std::process::ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "engine::sqlite::tests::killing::the_child", "--ignored", "--test-threads=1"])
        .env(ROLE, role)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

fn die() -> ! {
    kill_process(getpid(), Signal::KILL).unwrap();
    loop {
        std::thread::park();
    }
}

/// Leaves a hot journal behind.
pub(super) fn child_dies_in_a_transaction(live: &Path) {
    let status = child(&format!("write\t{}", live.display()));
    assert!(!status.success());
}

/// What the child process does; never run for itself.
#[test]
#[ignore = "the child of other tests"]
fn the_child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let words: Vec<_> = role.split('\t').collect();
    match words[..] {
        ["write", live] => {
            let conn = app(Path::new(live));
            // A small cache spills changed pages into the file before the commit.
            conn.execute_batch(
                "PRAGMA cache_size = 5; BEGIN; UPDATE orders SET note = 'never', raw = zeroblob(900)",
            )
            .unwrap();
            die();
        }
        ["swap", live, side, keep, mark, bytes] => {
            let progress = Progress::default();
            let limit: u64 = bytes.parse().unwrap();
            std::thread::spawn({
                let progress = progress.clone();
                move || {
                    while progress.snapshot(0).bytes < limit {
                        std::hint::spin_loop();
                    }
                    die();
                }
            });
            let work = Work::new(progress, Duration::from_secs(5));
            let (live, side, keep) = (Path::new(live), Path::new(side), Path::new(keep));
            let ex = Exchange { live, source: side, keep, kept: None, mark };
            swap::exchange(&work, &ex).unwrap();
        }
        _ => unreachable!("{role}"),
    }
}

#[test]
fn killed_anywhere_in_a_swap_it_is_wholly_old_or_wholly_new() {
    let (mut old, mut new) = (0, 0);
    for mode in ["WAL", "DELETE"] {
        for permille in [1, 300, 480, 520, 600, 800, 950, 1000, 1200] {
            let lab = Lab::new(mode);
            add(&app(&lab.live), 12_000);
            let operation = operation();
            let sides = super::super::names::Sides::of(&lab.live, &operation);
            fill(&sides.new, "DELETE", 4096, 12_000);
            let mark = super::super::names::swap_mark(&operation);
            let (before, wanted) = (seen(&lab.live), seen(&sides.new));
            let total = files::length(&lab.live) + files::length(&sides.new);
            let bytes = total * permille / 1000;
            child(&format!(
                "swap\t{}\t{}\t{}\t{mark}\t{bytes}",
                lab.live.display(),
                sides.new.display(),
                sides.old.display()
            ));
            let happened = swap::marked(&work(), &lab.live, &mark).unwrap();
            whole(&lab.live);
            let now = seen(&lab.live);
            if happened {
                new += 1;
                assert_eq!(now, wanted, "{mode} {permille}");
                assert_eq!(seen(&sides.old), before, "{mode} {permille}: what was live is kept");
            } else {
                old += 1;
                assert_eq!(now, before, "{mode} {permille}");
            }
        }
    }
    assert!(old > 0 && new > 0, "both sides of the point were hit: {old} old, {new} new");
}
