//! PostgreSQL's custom format (`pg_dump -Fc`, versions 1.12 to 1.16), checked
//! while it streams by: every byte accounted for from the magic to the exact end,
//! every entry with data followed by its block. `pg_restore --list` passes a
//! truncated file; this does not. Data blocks are skipped over, never copied.

use std::collections::BTreeSet;

use super::toc::{Bad, CUSTOM, Cursor, Entry, Header, STRING_LIMIT, Short, Sizes, Tail, broken};
use crate::{domain::problem::Problem, problem, store::part::Tap};

/// The media type of such a part.
pub(super) const MEDIA_TYPE: &str = "application/vnd.postgresql.custom";

/// Tokens between data blocks are at most this long.
const TOKEN: usize = 24;

/// Is told what stands in the table of contents as it passes.
pub(super) trait Listener: Send {
    /// Once, first.
    fn header(&mut self, header: &Header<'_>);
    /// Each entry.
    fn entry(&mut self, entry: &Entry<'_>);
}

/// What the parser waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    TocCount,
    Entry,
    /// The kind of the next block, or the end.
    Block,
    /// The length of the next piece of a table's data.
    Piece,
    /// The oid of the next large object.
    Object,
    /// The length of the next piece of a large object.
    ObjectPiece,
    /// So many more bytes of a piece.
    Skip {
        left: u64,
        object: bool,
    },
}

/// How many entries an archive's table of contents has, by its first bytes.
pub(super) fn entries(head: &[u8]) -> Option<u64> {
    let mut at = Cursor::new(head, Sizes::default());
    at.header().ok()?;
    at.count().ok()
}

/// Checks an archive as its bytes pass.
pub(super) struct Checker {
    state: State,
    carry: Vec<u8>,
    sizes: Sizes,
    entries_left: u64,
    awaited: BTreeSet<i64>,
    seen: BTreeSet<i64>,
    bad: Option<Bad>,
    bytes: u64,
    listener: Option<Box<dyn Listener>>,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            state: State::Header,
            carry: Vec::new(),
            sizes: Sizes::default(),
            entries_left: 0,
            awaited: BTreeSet::new(),
            seen: BTreeSet::new(),
            bad: None,
            bytes: 0,
            listener: None,
        }
    }
}

impl Checker {
    /// One that tells what it reads; texts longer than `limit` are refused.
    pub(super) fn telling(listener: Box<dyn Listener>, limit: u64) -> Self {
        let sizes = Sizes { limit: limit.min(STRING_LIMIT), ..Sizes::default() };
        Self { sizes, listener: Some(listener), ..Self::default() }
    }

    /// The next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() && self.bad.is_none() {
            if self.carry.is_empty() {
                let used = self.eat(bytes);
                let rest = &bytes[used..];
                if self.bad.is_none() {
                    self.carry.extend_from_slice(rest);
                }
                return;
            }
            // A token was cut by the end of the last slice. In the table of
            // contents all of this slice is needed, later only a few bytes.
            let toc = matches!(self.state, State::Header | State::TocCount | State::Entry);
            let (head, rest) = bytes.split_at(if toc { bytes.len() } else { TOKEN.min(bytes.len()) });
            let mut carry = std::mem::take(&mut self.carry);
            carry.extend_from_slice(head);
            let used = self.eat(&carry);
            carry.drain(..used);
            self.carry = carry;
            bytes = rest;
        }
    }

    /// What already keeps it from being whole, whatever follows.
    pub(super) fn hopeless(&self) -> Option<Problem> {
        Some(match self.bad.as_ref()? {
            Bad::Magic => problem!("pg-archive-format"),
            Bad::Version(major, minor) => {
                problem!("pg-archive-version", version = format!("{major}.{minor}"))
            }
            Bad::Broken(what) => problem!("pg-archive-broken").detail(what),
        })
    }

    /// The end: whether all of it was there.
    pub(super) fn end(&self) -> Result<(), Problem> {
        let bytes = self.bytes;
        if let Some(problem) = self.hopeless() {
            return Err(problem);
        }
        if self.state != State::Block || !self.carry.is_empty() {
            return Err(problem!("pg-archive-truncated", bytes = bytes));
        }
        match self.awaited.len() {
            0 => Ok(()),
            missing => Err(problem!("pg-archive-truncated", bytes = bytes)
                .detail(format!("data of {missing} entries is missing"))),
        }
    }

    /// Takes as many whole tokens as there are; says how many bytes they were.
    fn eat(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while used < bytes.len() {
            if let State::Skip { left, object } = self.state {
                let step = left.min((bytes.len() - used) as u64);
                used += usize::try_from(step).unwrap_or(usize::MAX);
                self.state = match left - step {
                    0 if object => State::ObjectPiece,
                    0 => State::Piece,
                    left => State::Skip { left, object },
                };
                continue;
            }
            let mut at = Cursor::new(&bytes[used..], self.sizes);
            match self.token(&mut at) {
                Ok(()) => used += at.at,
                Err(Short::More) => break,
                Err(Short::Bad(bad)) => {
                    self.bad = Some(bad);
                    break;
                }
            }
        }
        used
    }

    fn token(&mut self, at: &mut Cursor<'_>) -> Result<(), Short> {
        self.state = match self.state {
            State::Header => {
                self.header(at)?;
                State::TocCount
            }
            State::TocCount => {
                self.entries_left = at.count()?;
                if self.entries_left == 0 { State::Block } else { State::Entry }
            }
            State::Entry => {
                self.entry(at)?;
                self.entries_left -= 1;
                if self.entries_left == 0 { State::Block } else { State::Entry }
            }
            State::Block => self.block(at)?,
            State::Piece => match at.int()? {
                0 => State::Block,
                length => skip(length, false)?,
            },
            State::Object => match at.int()? {
                0 => State::Block,
                _ => State::ObjectPiece,
            },
            State::ObjectPiece => match at.int()? {
                0 => State::Object,
                length => skip(length, true)?,
            },
            State::Skip { .. } => return Err(broken("lost")),
        };
        Ok(())
    }

    fn header(&mut self, at: &mut Cursor<'_>) -> Result<(), Short> {
        let header = at.header()?;
        if at.sizes.format != CUSTOM {
            return Err(Short::Bad(Bad::Magic)); // a tar or directory's table of contents
        }
        self.sizes = at.sizes;
        if let Some(listener) = &mut self.listener {
            listener.header(&header);
        }
        Ok(())
    }

    fn entry(&mut self, at: &mut Cursor<'_>) -> Result<(), Short> {
        let entry = at.entry()?;
        match entry.tail {
            Tail::Offset(1 | 2) if entry.has_dumper => {
                if !self.awaited.insert(entry.id) {
                    return Err(broken("two entries of one number"));
                }
            }
            Tail::Offset(1..=3) => {}
            _ => return Err(broken("an entry's offset")),
        }
        if let Some(listener) = &mut self.listener {
            listener.entry(&entry);
        }
        Ok(())
    }

    fn block(&mut self, at: &mut Cursor<'_>) -> Result<State, Short> {
        let kind = at.byte()?;
        let state = match kind {
            1 => State::Piece,
            3 => State::Object,
            _ => return Err(broken("bytes after the last block, or a block of unknown kind")),
        };
        let id = at.int()?;
        if !self.awaited.remove(&id) || !self.seen.insert(id) {
            return Err(broken("data of an entry that is not in the table of contents"));
        }
        Ok(state)
    }
}

fn skip(length: i64, object: bool) -> Result<State, Short> {
    match u64::try_from(length) {
        Ok(left) => Ok(State::Skip { left, object }),
        Err(_) => Err(broken("a negative length")),
    }
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
mod tests;
