//! Plain SQL dumps: whole if their last words are pg_dump's.

use std::collections::VecDeque;

use crate::{domain::problem::Problem, problem, store::part::Tap};

/// The media type of such a part, and of the roles.
pub(super) const MEDIA_TYPE: &str = "application/sql";

const FIRST: &[u8] = b"-- PostgreSQL database dump";
const LAST: &[u8] = b"-- PostgreSQL database dump complete";
/// How far before the end the last words may stand: an `\unrestrict` line with its
/// key and some empty lines come after them.
const TAIL: usize = 1024;

/// Keeps the beginning and the end of what passes.
#[derive(Debug, Default)]
pub(super) struct Checker {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    bytes: u64,
}

impl Checker {
    /// The next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = FIRST.len() + 8 - self.head.len().min(FIRST.len() + 8);
        self.head.extend_from_slice(&bytes[..room.min(bytes.len())]);
        let last = &bytes[bytes.len() - bytes.len().min(TAIL)..];
        let over = (self.tail.len() + last.len()).saturating_sub(TAIL);
        self.tail.drain(..over.min(self.tail.len()));
        self.tail.extend(last);
    }

    /// The end: whether all of it was there.
    pub(super) fn end(&self) -> Result<(), Problem> {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if !self.head.windows(FIRST.len()).any(|w| w == FIRST) {
            return Err(problem!("pg-plain-format"));
        }
        // A last line without its end was cut too.
        let ends = tail.last() == Some(&b'\n');
        if ends && tail.windows(LAST.len()).any(|w| w == LAST) && restriction_lifted(&tail) {
            Ok(())
        } else {
            Err(problem!("pg-plain-truncated", bytes = self.bytes))
        }
    }
}

/// After its last words a newer pg_dump lifts its own restriction: what stands
/// there is nothing, or that whole line.
fn restriction_lifted(tail: &[u8]) -> bool {
    let at = tail.windows(LAST.len()).rposition(|w| w == LAST).unwrap_or(0);
    let after = String::from_utf8_lossy(&tail[at + LAST.len().min(tail.len() - at)..]).into_owned();
    after.lines().all(|line| {
        line.is_empty()
            || line == "--"
            || line.strip_prefix("\\unrestrict ").is_some_and(|key| !key.is_empty())
    })
}

impl Tap for Checker {
    fn see(&mut self, bytes: &[u8]) {
        self.feed(bytes);
    }

    fn finish(self: Box<Self>) -> Result<(), Problem> {
        self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict aBc\n\n";

    fn check(text: &str, step: usize) -> Result<(), Problem> {
        let mut checker = Checker::default();
        text.as_bytes().chunks(step).for_each(|c| checker.feed(c));
        checker.end()
    }

    #[test]
    fn a_whole_dump_passes_and_a_cut_one_does_not() {
        let long = DUMP.replace("SELECT 1;\n", &"INSERT INTO t VALUES (1);\n".repeat(1000));
        for text in [DUMP, &long] {
            for step in [1, 7, 4096] {
                assert_eq!(check(text, step), Ok(()));
            }
            let words = text.find("dump complete").unwrap() + "dump complete".len();
            for cut in 1..=words {
                assert!(check(&text[..cut], 1000).is_err(), "cut at {cut}");
            }
        }
        assert!(check("CREATE TABLE a();\n", 5).unwrap_err().is("pg-plain-format"));
    }
}
