//! What is left out of a dump from elsewhere on its way into a side database: who
//! owned what and who was granted what. The role that loads it could not give these
//! away, and they may name roles that mean somebody else here. Also what a dump says
//! about the database itself and comments on extensions, which are the server's.

use std::io;

use bytes::Bytes;
use tokio::io::AsyncReadExt;

use super::{
    command::is_guard,
    lex::{Event, Lexer, Sink},
    words::Tok,
};
use crate::{
    domain::problem::Problem,
    engine::postgres::toc::{Cursor, Short, Sizes, int},
    host::Reader,
    problem,
};

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;
/// The longest statement that is held back until it is known whether it goes: an
/// `ALTER … OWNER TO …` is one line.
const HELD: usize = 16 * 1024;
/// Tokens of a statement that decide.
const HEAD: usize = 6;

/// Changes bytes as they pass.
pub(in super::super) trait Sieve: Send {
    /// The next bytes; what is left of them goes to `out`.
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Problem>;
    /// The end; what was still held goes to `out`.
    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem>;
}

/// What is left of `source`. Its own errors pass, and nothing ends cleanly that did
/// not end cleanly before.
pub(in super::super) fn through(source: Reader, sieve: Box<dyn Sieve>) -> Reader {
    let state = Some((source, sieve));
    let stream = futures_util::stream::try_unfold(state, |state| async move {
        let Some((mut source, mut sieve)) = state else { return Ok(None) };
        let mut chunk = vec![0; CHUNK];
        let mut out = Vec::new();
        while out.is_empty() {
            let read = source.read(&mut chunk).await?;
            let passed = if read == 0 { sieve.end(&mut out) } else { sieve.pass(&chunk[..read], &mut out) };
            passed.map_err(io::Error::other)?;
            if read == 0 {
                return Ok(Some((Bytes::from(out), None)));
            }
        }
        Ok::<_, io::Error>(Some((Bytes::from(out), Some((source, sieve)))))
    });
    Box::pin(tokio_util::io::StreamReader::new(Box::pin(stream)))
}

/// A plain dump's sieve; `guard` is a word of ours that restricts psql.
pub(in super::super) fn plain(guard: &str) -> Box<dyn Sieve> {
    Box::new(Plain { lexer: Some(Lexer::script()), line: Line::new(guard) })
}

struct Plain {
    lexer: Option<Lexer>,
    line: Line,
}

/// What becomes of the bytes being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Pass,
    Hold,
    Drop,
}

/// Hears the lexer and cuts its input.
struct Line {
    way: Way,
    held: Vec<u8>,
    head: Vec<Tok>,
    /// The last three tokens, newest last.
    tail: [Option<Tok>; 3],
    /// Bytes of the present slice that are done with.
    done: usize,
    /// What the present slice becomes.
    out: Vec<u8>,
    bytes: Vec<u8>,
    refused: Option<String>,
}

impl Line {
    fn new(guard: &str) -> Self {
        Self {
            way: Way::Pass,
            held: Vec::new(),
            head: Vec::new(),
            tail: [None, None, None],
            done: 0,
            out: format!("\\restrict {guard}\n").into_bytes(),
            bytes: Vec::new(),
            refused: None,
        }
    }

    /// Everything up to `at` goes its way.
    fn cut(&mut self, at: usize) {
        let piece = self.bytes.get(self.done..at).unwrap_or_default();
        match self.way {
            Way::Pass => self.out.extend_from_slice(piece),
            Way::Hold => self.held.extend_from_slice(piece),
            Way::Drop => {}
        }
        self.done = self.done.max(at);
        if self.way == Way::Hold && self.held.len() > HELD {
            self.turn(Way::Pass);
        }
    }

    /// What is held, and what comes, goes this way.
    fn turn(&mut self, way: Way) {
        match way {
            Way::Pass => self.out.append(&mut self.held),
            Way::Drop => self.held.clear(),
            Way::Hold => {}
        }
        self.way = way;
    }

    fn token(&mut self, tok: Tok) {
        if self.head.len() < HEAD {
            self.head.push(tok.clone());
            if self.way == Way::Hold {
                match decided(&self.head) {
                    Some(true) => self.turn(Way::Drop),
                    Some(false) => self.turn(Way::Pass),
                    None => {}
                }
            }
        }
        self.tail.rotate_left(1);
        self.tail[2] = Some(tok);
    }

    /// Whether the statement ends with `OWNER TO name`.
    fn gives_away(&self) -> bool {
        let [Some(owner), Some(to), Some(_)] = &self.tail else { return false };
        owner.is("owner") && to.is("to")
    }
}

/// Whether a statement that begins so is left out; `None`: its end decides, or more
/// tokens do.
fn decided(head: &[Tok]) -> Option<bool> {
    let words: Vec<&str> =
        head.iter().map(|tok| if matches!(tok, Tok::Word(_)) { tok.text() } else { "" }).collect();
    match words.as_slice() {
        ["grant" | "revoke", ..] => Some(true),
        ["alter"] | ["set" | "reset"] | ["set" | "reset", "session"] | ["comment"] | ["comment", "on"] => {
            None
        }
        ["set" | "reset", "session", "authorization", ..] => Some(true),
        ["comment", "on", "extension" | "database", ..] => Some(true),
        ["alter", "default"] => None,
        ["alter", "default", "privileges", ..] => Some(true),
        // It belongs to another database, or to all: that fails rather than vanishes.
        ["alter", "database" | "system" | "role" | "user", ..] => Some(false),
        ["alter", ..] => None,
        _ => Some(false),
    }
}

impl Sink for Line {
    fn event(&mut self, event: Event<'_>, at: usize, _: u64) {
        match event {
            Event::Begin => {
                self.cut(at);
                self.way = Way::Hold;
            }
            Event::Word(word) => self.token(Tok::word(word)),
            Event::Name(_) => self.token(Tok::Name(String::new())),
            Event::Text => self.token(Tok::Text(String::new())),
            Event::Sign(sign) => self.token(Tok::Sign(sign)),
            Event::End => {
                self.cut(at);
                let goes = self.way == Way::Hold && self.gives_away();
                self.turn(if goes { Way::Drop } else { Way::Pass });
                self.way = Way::Pass;
                self.head.clear();
                self.tail = [None, None, None];
            }
            Event::Backslash => {
                self.cut(at);
                if self.way == Way::Hold {
                    self.turn(Way::Pass);
                }
                self.way = Way::Drop;
            }
            Event::Command(text) => {
                self.cut(at);
                self.way = Way::Pass;
                if !is_guard(text) {
                    self.refused.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
                }
            }
            Event::Data if self.way != Way::Pass => {
                // Another statement begins on the line of a COPY and ends behind its data.
                self.refused.get_or_insert_with(|| "COPY".to_owned());
            }
            Event::Body(_) | Event::Comment(_) | Event::Data => {}
        }
    }
}

impl Plain {
    fn feed(&mut self, bytes: &[u8], ends: bool, out: &mut Vec<u8>) -> Result<(), Problem> {
        let Some(mut lexer) = self.lexer.take() else { return Ok(()) };
        self.line.bytes.clear();
        self.line.bytes.extend_from_slice(bytes);
        self.line.done = 0;
        lexer.feed(bytes, &mut self.line);
        if ends {
            lexer.end(&mut self.line);
            self.line.turn(if self.line.way == Way::Drop { Way::Drop } else { Way::Pass });
        }
        self.line.cut(bytes.len());
        self.lexer = Some(lexer);
        out.append(&mut self.line.out);
        match &self.line.refused {
            Some(text) => {
                let excerpt = crate::domain::outside::shown(text);
                Err(problem!("restore-outside-refused", excerpt = excerpt))
            }
            None => Ok(()),
        }
    }
}

impl Sieve for Plain {
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
        self.feed(bytes, false, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.feed(&[], true, out)
    }
}

/// An archive's sieve: definitions that are left out become empty.
pub(in super::super) fn custom() -> Box<dyn Sieve> {
    Box::new(Custom { carry: Vec::new(), stage: Stage::Header, sizes: Sizes::default() })
}

enum Stage {
    Header,
    Count,
    Entries(u64),
    Rest,
}

struct Custom {
    carry: Vec<u8>,
    stage: Stage,
    sizes: Sizes,
}

impl Custom {
    /// Takes one whole thing from `bytes`, if there is one; how long it was.
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Short> {
        let mut at = Cursor::new(bytes, self.sizes);
        match self.stage {
            Stage::Header => {
                at.header()?;
                self.sizes = at.sizes;
                self.stage = Stage::Count;
            }
            Stage::Count => {
                let count = at.count()?;
                self.stage = if count == 0 { Stage::Rest } else { Stage::Entries(count) };
            }
            Stage::Entries(left) => {
                let entry = at.entry()?;
                let (from, to) = entry.definition_at;
                self.stage = if left == 1 { Stage::Rest } else { Stage::Entries(left - 1) };
                if is_left_out(entry.kind, entry.tag, entry.definition) {
                    out.extend_from_slice(&bytes[..from]);
                    out.extend(int(self.sizes, 0));
                    out.extend_from_slice(&bytes[to..at.at]);
                    return Ok(at.at);
                }
            }
            Stage::Rest => at.at = bytes.len(),
        }
        out.extend_from_slice(&bytes[..at.at]);
        Ok(at.at)
    }
}

/// What a restore as a role without rights elsewhere cannot do and need not.
fn is_left_out(kind: &[u8], tag: &[u8], definition: &[u8]) -> bool {
    match kind {
        b"COMMENT" => tag.starts_with(b"EXTENSION ") || tag.starts_with(b"DATABASE "),
        // It is there already.
        b"SCHEMA" => tag == b"public" && definition.starts_with(b"CREATE SCHEMA public"),
        _ => false,
    }
}

impl Sieve for Custom {
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
        if matches!(self.stage, Stage::Rest) && self.carry.is_empty() {
            out.extend_from_slice(bytes);
            return Ok(());
        }
        let mut carry = std::mem::take(&mut self.carry);
        carry.extend_from_slice(bytes);
        let mut used = 0;
        while used < carry.len() {
            match self.step(&carry[used..], out) {
                Ok(length) => used += length,
                Err(Short::More) => break,
                Err(Short::Bad(_)) => return Err(problem!("pg-archive-broken")),
            }
        }
        carry.drain(..used);
        self.carry = carry;
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        out.append(&mut self.carry);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
