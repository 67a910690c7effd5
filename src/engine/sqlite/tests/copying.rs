//! A copy is of one moment, whoever writes meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{
    super::{conn, copy::copy},
    *,
};

/// Writes pairs of rows that must be seen together, until told to stop.
fn writer(path: &Path, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<u32> {
    let (path, stop) = (path.to_owned(), stop.clone());
    std::thread::spawn(move || {
        let conn = app(&path);
        let mut written = 0;
        while !stop.load(Ordering::Relaxed) {
            let pair = "BEGIN IMMEDIATE;
                 INSERT INTO orders(note, raw) VALUES('pair', randomblob(9000));
                 INSERT INTO orders(note, raw) VALUES('pair', randomblob(9000)); COMMIT";
            match conn.execute_batch(pair) {
                Ok(()) => written += 1,
                Err(_) => drop(conn.execute_batch("ROLLBACK")),
            }
        }
        written
    })
}

#[test]
fn a_copy_beside_a_busy_writer_is_of_one_moment() {
    for mode in ["WAL", "DELETE", "TRUNCATE", "PERSIST"] {
        let lab = Lab::new(mode);
        add(&app(&lab.live), 20_000);
        let stop = Arc::new(AtomicBool::new(false));
        let writing = writer(&lab.live, &stop);
        let patient = Work::new(Progress::default(), Duration::from_secs(20));
        for round in 0..5 {
            let to = lab.beside(&format!("copy{round}"));
            let from = conn::reading(&lab.live, &patient).unwrap();
            copy(&patient, &from, &lab.live, &to).unwrap();
            drop(from);
            whole(&to);
            let pairs: i64 = app(&to)
                .query_row("SELECT count(*) FROM orders WHERE note = 'pair'", [], |r| r.get(0))
                .unwrap();
            assert_eq!(pairs % 2, 0, "{mode}: half a transaction was copied");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writing.join().unwrap() > 0, "{mode}: the writer never got through");
    }
}

#[test]
fn a_copy_equals_its_source_in_every_page_size() {
    for (mode, page) in [("WAL", 512), ("WAL", 65_536), ("DELETE", 1024), ("DELETE", 8192)] {
        let dir = tempfile::tempdir().unwrap();
        let (live, to) = (dir.path().join("a.db"), dir.path().join("b.db"));
        fill(&live, mode, page, 300);
        let from = conn::reading(&live, &work()).unwrap();
        copy(&work(), &from, &live, &to).unwrap();
        assert_eq!(seen(&live), seen(&to));
    }
}

#[test]
fn a_locked_database_is_busy_and_nothing_stays() {
    let lab = Lab::new("DELETE");
    let other = app(&lab.live);
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let from = conn::reading(&lab.live, &work()).unwrap();
    let to = lab.beside("copy");
    let problem = copy(&work(), &from, &lab.live, &to).unwrap_err();
    assert!(problem.is("sqlite-busy") && problem.transient, "{problem}");
    other.execute_batch("COMMIT").unwrap();
    copy(&work(), &from, &lab.live, &to).unwrap();
    whole(&to);
}

#[test]
fn a_hot_journal_is_rolled_back_before_the_copy() {
    let lab = Lab::new("DELETE");
    let before = seen(&lab.live);
    killing::child_dies_in_a_transaction(&lab.live);
    assert!(lab.files().contains(&"orders.db-journal".to_owned()), "{:?}", lab.files());
    let from = conn::reading(&lab.live, &work()).unwrap();
    let to = lab.beside("copy");
    copy(&work(), &from, &lab.live, &to).unwrap();
    assert_eq!(seen(&to), before);
}

#[test]
fn private_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::new("DELETE");
    let from = conn::reading(&lab.live, &work()).unwrap();
    let to = lab.beside("copy");
    copy(&work(), &from, &lab.live, &to).unwrap();
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
}
