//! Archives as `pg_dump` writes them: read to their end, cut off, altered.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;

/// Dumps of PostgreSQL 15 and 17 with a table, an empty one, a sequence, a view
/// and three large objects, one of them empty.
const REAL: [(&str, &[u8]); 2] = [("15", include_bytes!("pg15.dump")), ("17", include_bytes!("pg17.dump"))];

fn check(bytes: &[u8], step: usize) -> Result<Checker, Problem> {
    let mut checker = Checker::default();
    bytes.chunks(step).for_each(|c| checker.feed(c));
    checker.end().map(|()| checker)
}

#[test]
fn real_archives_pass_however_they_are_cut_into_pieces() {
    for (major, bytes) in REAL {
        for step in [1, 2, 3, 5, 7, 64, 1000, 1 << 20] {
            check(bytes, step).unwrap_or_else(|p| panic!("{major}, {step}: {p}"));
        }
    }
}

/// What was told, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Listener for Told {
    fn header(&mut self, header: &Header<'_>) {
        let tool = String::from_utf8_lossy(header.tool.unwrap()).into_owned();
        self.0.lock().unwrap().push(tool);
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let (kind, tag) = (String::from_utf8_lossy(entry.kind), String::from_utf8_lossy(entry.tag));
        self.0.lock().unwrap().push(format!("{kind} {tag}"));
    }
}

#[test]
fn each_entry_is_told_once_however_it_comes() {
    for (major, bytes) in REAL {
        let mut all = Vec::new();
        for step in [1, 100, 1 << 20] {
            let told = Told::default();
            let mut checker = Checker::telling(Box::new(told.clone()), STRING_LIMIT);
            bytes.chunks(step).for_each(|c| checker.feed(c));
            checker.end().unwrap();
            all.push(told.0.lock().unwrap().clone());
        }
        assert!(all[0][0].starts_with(major), "{:?}", all[0]);
        assert!(all[0].iter().any(|entry| entry.starts_with("TABLE DATA ")), "{:?}", all[0]);
        assert!(all.iter().all(|told| *told == all[0]));
    }
}

#[test]
fn a_text_beyond_the_limit_is_refused_before_it_is_kept() {
    let mut checker = Checker::telling(Box::new(Told::default()), 16);
    checker.feed(REAL[0].1);
    assert!(checker.end().unwrap_err().is("pg-archive-broken"));
}

#[test]
fn an_archive_cut_at_any_byte_is_noticed() {
    for (major, bytes) in REAL {
        let mut checker = Checker::default();
        for (at, byte) in bytes.iter().enumerate() {
            assert!(checker.end().is_err(), "{major} cut at {at}");
            checker.feed(std::slice::from_ref(byte));
        }
        assert_eq!(checker.end(), Ok(()));
    }
}

#[test]
fn nothing_may_follow_the_last_block() {
    for (_, bytes) in REAL {
        for tail in [&b"\0"[..], b"\x01", b"PGDMP", b"\x01\0\x01\0\0\0"] {
            assert!(check(&[bytes, tail].concat(), 4096).is_err());
        }
    }
}

#[test]
fn what_is_no_archive_is_called_so() {
    let code = |bytes: &[u8]| check(bytes, 100).map(drop).unwrap_err().code;
    assert_eq!(code(b"-- PostgreSQL database dump"), "pg-archive-format");
    assert_eq!(code(b""), "pg-archive-truncated");
    let mut newer = REAL[1].1.to_vec();
    newer[6] = 17;
    assert_eq!(code(&newer), "pg-archive-version");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(at in 0..10_000usize, byte in any::<u8>(), step in 1..5000usize) {
        for (_, bytes) in REAL {
            let mut bytes = bytes.to_vec();
            bytes[at] = byte;
            let _ = check(&bytes, step);
        }
    }
}
