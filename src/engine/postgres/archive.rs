//! PostgreSQL's custom format (`pg_dump -Fc`, versions 1.12 to 1.16), checked
//! while it streams by: every byte accounted for from the magic to the exact end,
//! every entry with data followed by its block. `pg_restore --list` passes a
//! truncated file; this does not. Data blocks are skipped over, never copied.

use std::collections::BTreeSet;

use crate::{domain::problem::Problem, problem, store::part::Tap};

/// The media type of such a part.
pub(super) const MEDIA_TYPE: &str = "application/vnd.postgresql.custom";

/// A single string in the table of contents (a view's definition) is not larger.
const STRING_LIMIT: u64 = 256 << 20;
/// Tokens between data blocks are at most this long.
const TOKEN: usize = 24;

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

/// Why it is no whole archive.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bad {
    Magic,
    Version(u8, u8),
    Broken(&'static str),
}

/// Not enough bytes for the next token, or a bad one.
enum Short {
    More,
    Bad(Bad),
}

/// Sizes the header announces.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    version: (u8, u8),
    int: usize,
    offset: usize,
}

/// How many entries an archive's table of contents has, by its first bytes.
pub(super) fn entries(head: &[u8]) -> Option<u64> {
    let mut checker = Checker::default();
    let mut at = Cursor { bytes: head, at: 0, sizes: checker.sizes };
    checker.header(&mut at).ok()?;
    u64::try_from(at.int().ok()?).ok()
}

/// Checks an archive as its bytes pass.
#[derive(Debug)]
pub(super) struct Checker {
    state: State,
    carry: Vec<u8>,
    sizes: Sizes,
    entries_left: u64,
    awaited: BTreeSet<i64>,
    seen: BTreeSet<i64>,
    bad: Option<Bad>,
    bytes: u64,
    dumped_by: Option<String>,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            state: State::Header,
            carry: Vec::new(),
            sizes: Sizes { version: (1, 0), int: 4, offset: 8 },
            entries_left: 0,
            awaited: BTreeSet::new(),
            seen: BTreeSet::new(),
            bad: None,
            bytes: 0,
            dumped_by: None,
        }
    }
}

impl Checker {
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

    /// The end: whether all of it was there.
    pub(super) fn end(&self) -> Result<(), Problem> {
        let bytes = self.bytes;
        match &self.bad {
            Some(Bad::Magic) => return Err(problem!("pg-archive-format")),
            Some(Bad::Version(major, minor)) => {
                return Err(problem!("pg-archive-version", version = format!("{major}.{minor}")));
            }
            Some(Bad::Broken(what)) => return Err(problem!("pg-archive-broken").detail(what)),
            None => {}
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

    /// The version of the pg_dump that wrote it, once the header has passed.
    #[cfg(test)]
    pub(super) fn dumped_by(&self) -> Option<&str> {
        self.dumped_by.as_deref()
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
            let mut at = Cursor { bytes: &bytes[used..], at: 0, sizes: self.sizes };
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
                let count = at.int()?;
                self.entries_left =
                    u64::try_from(count).map_err(|_| broken("a negative number of entries"))?;
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
        let start = at.bytes.get(..5.min(at.bytes.len())).unwrap_or_default();
        if !b"PGDMP".starts_with(start) {
            return Err(Short::Bad(Bad::Magic));
        }
        at.take(5)?;
        let (major, minor, _) = (at.byte()?, at.byte()?, at.byte()?);
        if major != 1 || !(12..=16).contains(&minor) {
            return Err(Short::Bad(Bad::Version(major, minor)));
        }
        let (int, offset, format) = (at.byte()?, at.byte()?, at.byte()?);
        if !(1..=8).contains(&int) || !(1..=8).contains(&offset) {
            return Err(broken("sizes of numbers"));
        }
        if format != 1 {
            return Err(Short::Bad(Bad::Magic)); // a tar or directory's table of contents
        }
        at.sizes = Sizes { version: (major, minor), int: int.into(), offset: offset.into() };
        if minor >= 15 {
            at.byte()?; // how it is compressed
        } else {
            at.int()?; // how strongly
        }
        for _ in 0..7 {
            at.int()?; // when it was made
        }
        at.string()?; // the database
        at.string()?; // the server's version
        let dumped_by = at.string()?;
        self.dumped_by = dumped_by.map(|v| String::from_utf8_lossy(v).into_owned());
        self.sizes = at.sizes;
        Ok(())
    }

    fn entry(&mut self, at: &mut Cursor<'_>) -> Result<(), Short> {
        let minor = self.sizes.version.1;
        let id = at.int()?;
        let has_dumper = at.int()? != 0;
        for _ in 0..4 {
            at.string()?; // tableoid, oid, tag, kind
        }
        at.int()?; // section
        for _ in 0..3 {
            at.string()?; // definition, drop, copy
        }
        at.string()?; // schema
        at.string()?; // tablespace
        if minor >= 14 {
            at.string()?; // access method
        }
        if minor >= 16 {
            at.int()?; // kind of relation
        }
        at.string()?; // owner
        at.string()?; // once: with oids
        while at.string()?.is_some() {} // what it depends on
        let state = at.byte()?;
        at.take(self.sizes.offset)?;
        match state {
            1 | 2 if has_dumper => {
                if !self.awaited.insert(id) {
                    return Err(broken("two entries of one number"));
                }
            }
            1..=3 => {}
            _ => return Err(broken("an entry's offset")),
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

fn broken(what: &'static str) -> Short {
    Short::Bad(Bad::Broken(what))
}

fn skip(length: i64, object: bool) -> Result<State, Short> {
    match u64::try_from(length) {
        Ok(left) => Ok(State::Skip { left, object }),
        Err(_) => Err(broken("a negative length")),
    }
}

/// Reads tokens from a slice without moving on unless there is a whole one.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    sizes: Sizes,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Short> {
        let end = self.at.checked_add(count).ok_or(Short::More)?;
        let taken = self.bytes.get(self.at..end).ok_or(Short::More)?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Short> {
        Ok(self.take(1)?[0])
    }

    /// A sign byte, then the value, lowest byte first.
    fn int(&mut self) -> Result<i64, Short> {
        let negative = match self.byte()? {
            0 => false,
            1 => true,
            _ => return Err(broken("a number's sign")),
        };
        let mut value: u64 = 0;
        for (place, byte) in self.take(self.sizes.int)?.iter().enumerate() {
            value |= u64::from(*byte) << (8 * place);
        }
        let value = i64::try_from(value).map_err(|_| broken("a number too large"))?;
        Ok(if negative { -value } else { value })
    }

    /// A length and so many bytes; a negative length is no string.
    fn string(&mut self) -> Result<Option<&'a [u8]>, Short> {
        match u64::try_from(self.int()?) {
            Err(_) => Ok(None),
            Ok(length) if length > STRING_LIMIT => Err(broken("a text too long")),
            Ok(length) => self.take(usize::try_from(length).unwrap_or(usize::MAX)).map(Some),
        }
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
