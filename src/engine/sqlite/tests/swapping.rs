//! Contents change places as one transaction, and the last state is kept.

use super::{
    super::{
        conn,
        copy::copy,
        files, names,
        swap::{self, Exchange},
    },
    *,
};

/// A live database and a side file with other contents.
struct Swapping {
    lab: Lab,
    side: PathBuf,
    keep: PathBuf,
    mark: String,
}

impl Swapping {
    fn new(mode: &str, side_mode: &str, side_page: u32) -> Self {
        let lab = Lab::new(mode);
        let sides = names::Sides::of(&lab.live, &operation());
        fill(&sides.new, side_mode, side_page, 2000);
        Self { side: sides.new, keep: sides.old, mark: names::swap_mark(&operation()), lab }
    }

    fn run(&self, kept: Option<&str>) -> Result<(), crate::domain::problem::Problem> {
        let ex =
            Exchange { live: &self.lab.live, source: &self.side, keep: &self.keep, kept, mark: &self.mark };
        swap::exchange(&work(), &ex)
    }
}

#[test]
fn contents_arrive_whole_in_every_mode_and_page_size() {
    for mode in ["WAL", "DELETE", "TRUNCATE"] {
        for (side_mode, page) in [("DELETE", 4096), ("WAL", 4096), ("DELETE", 1024), ("DELETE", 16_384)] {
            let swapping = Swapping::new(mode, side_mode, page);
            let live = &swapping.lab.live;
            let (before, wanted) = (seen(live), seen(&swapping.side));
            swapping.run(None).unwrap();
            whole(live);
            assert_eq!(seen(live), wanted, "{mode} {side_mode} {page}");
            assert_eq!(seen(&swapping.keep), before, "{mode} {side_mode} {page}");
            let kept_mode: String = app(live).query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
            let expected = if mode == "WAL" { "wal" } else { "delete" };
            assert_eq!(kept_mode, expected, "the live file's own mode stays");
            assert!(swap::marked(&work(), live, &swapping.mark).unwrap());
            swap::unmark(&work(), live, &swapping.mark).unwrap();
            assert!(!swap::marked(&work(), live, &swapping.mark).unwrap());
            let settings: (i64, i64) = (
                app(live).query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap(),
                app(live).query_row("PRAGMA application_id", [], |r| r.get(0)).unwrap(),
            );
            assert_eq!(settings, (7, 42));
        }
    }
}

#[test]
fn a_connection_that_stays_open_sees_the_new_contents() {
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let open = app(&swapping.lab.live);
        assert_eq!(count(&open), 500);
        swapping.run(None).unwrap();
        assert_eq!(count(&open), 2000, "{mode}");
        add(&open, 1);
        assert_eq!(count(&app(&swapping.lab.live)), 2001);
        whole(&swapping.lab.live);
    }
}

#[test]
fn in_wal_mode_a_reader_goes_on_with_what_it_began_with() {
    let swapping = Swapping::new("WAL", "DELETE", 4096);
    let reader = app(&swapping.lab.live);
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 500);
    swapping.run(None).unwrap();
    assert_eq!(count(&reader), 500);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&reader), 2000);
}

#[test]
fn what_was_written_after_keep_is_kept_too() {
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let live = &swapping.lab.live;
        // A marker of the state before somebody writes.
        let from = conn::reading(live, &work()).unwrap();
        copy(&work(), &from, live, &swapping.keep).unwrap();
        drop(from);
        add(&app(live), 3);
        let last = seen(live);
        swapping.run(Some("sqlite1:of:an:older:state")).unwrap();
        assert_eq!(seen(&swapping.keep), last, "{mode}");
    }
}

#[test]
fn an_unchanged_file_is_not_kept_twice() {
    use super::super::marker::marker;
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let live = &swapping.lab.live;
        let idle = app(live);
        assert_eq!(count(&idle), 500);
        assert_eq!(marker(live), None, "a file changed just now has no marker");
        std::thread::sleep(Duration::from_millis(2600));
        let kept = marker(live).unwrap();
        let from = conn::reading(live, &work()).unwrap();
        copy(&work(), &from, live, &swapping.keep).unwrap();
        drop(from);
        assert_eq!(marker(live).as_deref(), Some(kept.as_str()), "reading changes no marker");
        let before = files::Identity::of(&swapping.keep).unwrap();
        swapping.run(Some(&kept)).unwrap();
        assert_eq!(files::Identity::of(&swapping.keep).unwrap(), before, "{mode}: kept again without need");
        assert_ne!(marker(live).as_deref(), Some(kept.as_str()));
    }
}

#[test]
fn nobody_writes_between_keeping_and_swapping() {
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let live = swapping.lab.live.clone();
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let written = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        // A busy machine may not let the writer in at once: its rows are what is waited for.
        let write_some = || {
            let before = written.load(std::sync::atomic::Ordering::SeqCst);
            for _ in 0..3000 {
                if written.load(std::sync::atomic::Ordering::SeqCst) > before + 1 {
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        let writer = std::thread::spawn({
            let (live, stop, written) = (live.clone(), stop.clone(), written.clone());
            move || {
                let conn = app(&live);
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    if stop.load(std::sync::atomic::Ordering::Relaxed) {
                        break;
                    }
                    if conn.execute("INSERT INTO orders(note) VALUES(?1)", [format!("w{n}")]).is_ok() {
                        acknowledged.push(format!("w{n}"));
                        written.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    }
                }
                acknowledged
            }
        });
        write_some();
        let ex = Exchange {
            live: &live,
            source: &swapping.side,
            keep: &swapping.keep,
            kept: None,
            mark: &swapping.mark,
        };
        swap::exchange(&Work::new(Progress::default(), Duration::from_secs(60)), &ex).unwrap();
        write_some();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let acknowledged = writer.join().unwrap();
        let (live, kept) = (app(&live), app(&swapping.keep));
        let has = |conn: &Connection, note: &str| {
            conn.query_row("SELECT count(*) FROM orders WHERE note = ?1", [note], |r| r.get::<_, i64>(0))
                .unwrap()
                == 1
        };
        assert!(!acknowledged.is_empty());
        for note in &acknowledged {
            assert!(has(&live, note) != has(&kept, note), "{mode}: {note} is lost or doubled");
        }
        assert!(
            acknowledged.iter().any(|n| has(&live, n)) && acknowledged.iter().any(|n| has(&kept, n)),
            "{mode}"
        );
    }
}

/// The lock is waited for without holding anything: whoever has it can finish.
#[test]
fn waiting_for_a_writer_does_not_keep_it_from_committing() {
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let writer = app(&swapping.lab.live);
        writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO orders(note) VALUES('theirs')").unwrap();
        let patient = Work::new(Progress::default(), Duration::from_secs(60));
        std::thread::scope(|scope| {
            let exchange = scope.spawn(|| {
                let ex = Exchange {
                    live: &swapping.lab.live,
                    source: &swapping.side,
                    keep: &swapping.keep,
                    kept: None,
                    mark: &swapping.mark,
                };
                swap::exchange(&patient, &ex)
            });
            // Long enough for it to be at the lock; too short only makes the test weaker.
            std::thread::sleep(Duration::from_millis(300));
            writer.execute_batch("COMMIT").unwrap();
            exchange.join().unwrap().unwrap();
        });
        let theirs = "SELECT count(*) FROM orders WHERE note = 'theirs'";
        let count = |path: &Path| app(path).query_row(theirs, [], |r| r.get::<_, i64>(0)).unwrap();
        assert_eq!((count(&swapping.lab.live), count(&swapping.keep)), (0, 1), "{mode}");
    }
}

#[test]
fn a_locked_database_is_busy_and_as_it_was() {
    for (mode, lock) in
        [("WAL", "BEGIN IMMEDIATE"), ("DELETE", "BEGIN IMMEDIATE"), ("DELETE", "BEGIN EXCLUSIVE")]
    {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let before = seen(&swapping.lab.live);
        let other = app(&swapping.lab.live);
        other.execute_batch(lock).unwrap();
        let problem = swapping.run(None).unwrap_err();
        assert!(problem.is("sqlite-busy"), "{problem}");
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(seen(&swapping.lab.live), before);
        assert!(!swap::marked(&work(), &swapping.lab.live, &swapping.mark).unwrap());
        swapping.run(None).unwrap();
    }
}

#[test]
fn a_swap_told_to_stop_changes_nothing() {
    for mode in ["WAL", "DELETE"] {
        let swapping = Swapping::new(mode, "DELETE", 4096);
        let live = &swapping.lab.live;
        let before = seen(live);
        let stopped = Work::new(Progress::default(), Duration::from_secs(5));
        // Stops by itself after some signs of life, which come between batches.
        for after in [0, 1, 5, 20] {
            let problem = match stop_after(&stopped, after, &swapping) {
                Ok(()) => break,
                Err(problem) => problem,
            };
            assert!(problem.is("sqlite-stopped"), "{problem}");
            assert_eq!(seen(live), before, "{mode} {after}");
        }
    }
}

fn stop_after(_: &Work, beats: u64, swapping: &Swapping) -> Result<(), crate::domain::problem::Problem> {
    let progress = Progress::default();
    let work = Work::new(progress.clone(), Duration::from_secs(5));
    let stopper = work.stopper();
    let watching = std::thread::spawn(move || {
        while progress.pulse() < beats && std::sync::Arc::strong_count(&stopper) > 1 {
            std::thread::yield_now();
        }
        stopper.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let ex = Exchange {
        live: &swapping.lab.live,
        source: &swapping.side,
        keep: &swapping.keep,
        kept: None,
        mark: &swapping.mark,
    };
    let result = swap::exchange(&work, &ex);
    drop(work);
    watching.join().unwrap();
    result
}
