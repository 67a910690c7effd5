//! SQL as psql reads it from a file, in pieces of any size and bounded memory:
//! which bytes are comment, text in quotes, data of a COPY, a backslash command, and
//! where a statement ends. psql and not the server decides what a backslash means,
//! so its rules are followed, odd ones included:
//!
//! - it reads line by line. What stands behind a `COPY … FROM stdin;` on its line
//!   still belongs to the script; the data begins with the next line;
//! - a comment also ends at a carriage return;
//! - `;` in parentheses or in `BEGIN ATOMIC … END` ends nothing;
//! - whether a backslash escapes in `'…'` is what the server said before the line.

mod run;

use super::statement::Statement;

/// The longest word, name, comment and command that is told whole.
const WORD: usize = 64;
const NAME: usize = 128;
const COMMENT: usize = 160;
const COMMAND: usize = 4096;
/// The longest `$tag$`: a longer one is taken for none, as nobody writes one.
const TAG: usize = 1024;

/// What was read. `at` beside it is where it ends in the slice being fed; of what
/// begins, where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A statement begins.
    Begin,
    /// A word without quotes.
    Word(&'a [u8]),
    /// A name in double quotes, without them.
    Name(&'a [u8]),
    /// More of a text in single quotes or dollars.
    Body(&'a [u8]),
    /// Such a text has ended.
    Text,
    /// Any other character, or the first digit of a number.
    Sign(u8),
    /// psql sends the statement here.
    End,
    /// A backslash command begins.
    Backslash,
    /// It has ended: from its backslash to the end of its line.
    Command(&'a [u8]),
    /// A comment of one line, without its dashes.
    Comment(&'a [u8]),
    /// The data of a COPY begins with the next line.
    Data,
}

/// Takes what was read.
pub(super) trait Sink {
    /// One event; `line` counts from 1.
    fn event(&mut self, event: Event<'_>, at: usize, line: u64);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Word,
    /// `u` was read, then `&`: a text or name with Unicode escapes may follow.
    Unicode,
    Number,
    Dash,
    Slash,
    LineComment,
    Block {
        depth: u32,
        last: u8,
    },
    Name,
    /// A quote in a name: its end, or half of a doubled one.
    NameQuote,
    Text {
        escapes: bool,
    },
    Escape,
    /// The same in a text.
    TextQuote {
        escapes: bool,
    },
    /// Behind a text with escapes, up to a carriage return and another quote, which
    /// goes on with it.
    Behind {
        returned: bool,
    },
    Tag,
    Dollar,
    Backslash,
    Command,
    Data,
}

/// Reads SQL piece by piece.
#[derive(Debug)]
pub(super) struct Lexer {
    state: State,
    /// Within a function's body: no commands, no data.
    inner: bool,
    line: u64,
    statement: Statement,
    word: Vec<u8>,
    /// The word began right behind a number.
    stuck: bool,
    tag: Vec<u8>,
    /// How much of the closing tag has been seen.
    matched: usize,
    /// COPYs of this line whose data is still to come.
    copies: u32,
    /// Where the script goes on after the data.
    resume: State,
    /// How long this line of data is, and its first bytes.
    length: usize,
    head: Vec<u8>,
    /// Whether a backslash is plain in `'…'`, on this line and from the next one on.
    plain: bool,
    plain_next: bool,
}

impl Lexer {
    /// From the beginning of a script.
    pub(super) fn script() -> Self {
        Self {
            state: State::Start,
            inner: false,
            line: 1,
            statement: Statement::default(),
            word: Vec::new(),
            stuck: false,
            tag: Vec::new(),
            matched: 0,
            copies: 0,
            resume: State::Start,
            length: 0,
            head: Vec::new(),
            plain: true,
            plain_next: true,
        }
    }

    /// From the beginning of SQL that psql does not read: a definition, the body of a
    /// function that begins in this line.
    pub(super) fn sql(line: u64) -> Self {
        Self { inner: true, line, ..Self::script() }
    }

    /// The next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        let mut at = 0;
        while at < bytes.len() {
            at = match self.state {
                State::Text { .. } | State::Dollar | State::Data => self.run(bytes, at, sink),
                _ => self.byte(bytes[at], at, sink),
            };
        }
    }

    /// The end: whether it stands where a script may end.
    pub(super) fn end(&mut self, sink: &mut impl Sink) -> bool {
        // What is still looked at is ended by a line's end as well.
        if !matches!(self.state, State::Text { .. } | State::Dollar | State::Data | State::Block { .. }) {
            self.feed(b"\n", sink);
        }
        self.state == State::Start && !self.statement.begun() && self.copies == 0
    }

    /// One byte; where to go on.
    fn byte(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> usize {
        let taken = match self.state {
            State::Start => return self.start(b, at, sink),
            State::Word => self.in_word(b, at, sink),
            State::Unicode => self.behind_unicode(b, at, sink),
            State::Number => self.in_number(b),
            State::Dash => self.behind_dash(b, at, sink),
            State::Slash => self.behind_slash(b, at, sink),
            State::LineComment => self.in_comment(b, at, sink),
            State::Block { depth, last } => self.in_block(b, depth, last),
            State::Name => self.in_name(b),
            State::NameQuote => self.behind_name(b, at, sink),
            State::Escape => self.escaped(b, at, sink),
            State::TextQuote { escapes } => self.behind_text(b, escapes, at, sink),
            State::Behind { returned } => self.behind(b, returned),
            State::Tag => self.in_tag(b, at, sink),
            State::Backslash | State::Command => self.in_command(b, at, sink),
            State::Text { .. } | State::Dollar | State::Data => true,
        };
        if !taken {
            return at;
        }
        if b == b'\n' {
            self.new_line(at, sink);
        }
        at + 1
    }

    fn go(&mut self, state: State) -> bool {
        self.state = state;
        true
    }

    /// Between two tokens.
    fn start(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> usize {
        let line = self.line;
        match b {
            b' ' | b'\t' | b'\r' | b'\x0b' | b'\x0c' => {}
            b'\n' => self.new_line(at, sink),
            b'-' => self.state = State::Dash,
            b'/' => self.state = State::Slash,
            b'\\' if !self.inner => {
                sink.event(Event::Backslash, at, line);
                self.word.clear();
                self.word.push(b);
                self.state = State::Backslash;
            }
            b';' if self.statement.ends_here() => {
                self.copies += u32::from(self.statement.wants_data() && !self.inner);
                self.plain_next = self.statement.plain_backslashes().unwrap_or(self.plain_next);
                self.statement = Statement::default();
                sink.event(Event::End, at + 1, line);
            }
            _ => {
                self.begin(at, sink);
                self.token(b, at, sink);
            }
        }
        at + 1
    }

    /// A token's first byte.
    fn token(&mut self, b: u8, at: usize, sink: &mut impl Sink) {
        self.word.clear();
        self.stuck = false;
        match b {
            b'\'' => self.state = State::Text { escapes: !self.plain },
            b'"' => self.state = State::Name,
            b'$' => self.state = State::Tag,
            b'0'..=b'9' => {
                self.sign(b, at, sink);
                self.state = State::Number;
            }
            _ if is_start(b) => {
                self.word.push(b);
                self.state = State::Word;
            }
            _ => self.sign(b, at, sink),
        }
    }

    fn begin(&mut self, at: usize, sink: &mut impl Sink) {
        if !self.statement.begun() {
            self.statement.begin();
            sink.event(Event::Begin, at, self.line);
        }
    }

    fn sign(&mut self, b: u8, at: usize, sink: &mut impl Sink) {
        self.begin(at, sink);
        self.statement.sign(b);
        sink.event(Event::Sign(b), at + 1, self.line);
    }

    fn in_word(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        if is_continued(b) {
            keep(&mut self.word, b, WORD);
            return true;
        }
        let prefix = if self.stuck || self.word.len() != 1 { 0 } else { self.word[0].to_ascii_lowercase() };
        match (prefix, b) {
            (b'e', b'\'') => return self.go(State::Text { escapes: true }),
            (b'b' | b'x', b'\'') => return self.go(State::Text { escapes: false }),
            (b'u', b'&') => return self.go(State::Unicode),
            _ => {}
        }
        self.statement.word(&self.word);
        sink.event(Event::Word(&self.word), at, self.line);
        self.state = State::Start;
        false
    }

    fn behind_unicode(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        match b {
            b'\'' => self.go(State::Text { escapes: false }),
            b'"' => {
                self.word.clear();
                self.go(State::Name)
            }
            _ => {
                self.statement.word(&self.word);
                sink.event(Event::Word(&self.word), at, self.line);
                sink.event(Event::Sign(b'&'), at, self.line);
                self.state = State::Start;
                false
            }
        }
    }

    fn in_number(&mut self, b: u8) -> bool {
        if b.is_ascii_digit() || b == b'.' {
            return true;
        }
        if is_start(b) {
            self.word.clear();
            self.stuck = true;
            self.state = State::Word;
        } else {
            self.state = State::Start;
        }
        false
    }

    fn behind_dash(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        if b == b'-' {
            self.word.clear();
            return self.go(State::LineComment);
        }
        self.state = State::Start;
        self.sign(b'-', at.saturating_sub(1), sink);
        false
    }

    fn behind_slash(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        if b == b'*' {
            return self.go(State::Block { depth: 1, last: 0 });
        }
        self.state = State::Start;
        self.sign(b'/', at.saturating_sub(1), sink);
        false
    }

    fn in_comment(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        if !matches!(b, b'\n' | b'\r') {
            keep(&mut self.word, b, COMMENT);
            return true;
        }
        sink.event(Event::Comment(&self.word), at, self.line);
        self.state = State::Start;
        false
    }

    fn in_block(&mut self, b: u8, depth: u32, last: u8) -> bool {
        let (depth, last) = match (last, b) {
            (b'*', b'/') if depth == 1 => return self.go(State::Start),
            (b'*', b'/') => (depth - 1, 0),
            (b'/', b'*') => (depth.saturating_add(1), 0),
            _ => (depth, b),
        };
        self.go(State::Block { depth, last })
    }

    fn in_name(&mut self, b: u8) -> bool {
        if b == b'"' {
            return self.go(State::NameQuote);
        }
        keep(&mut self.word, b, NAME);
        true
    }

    fn behind_name(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        if b == b'"' {
            keep(&mut self.word, b, NAME);
            return self.go(State::Name);
        }
        self.statement.name();
        sink.event(Event::Name(&self.word), at, self.line);
        self.state = State::Start;
        false
    }

    fn behind_text(&mut self, b: u8, escapes: bool, at: usize, sink: &mut impl Sink) -> bool {
        if b == b'\'' {
            sink.event(Event::Body(b"'"), at, self.line);
            self.statement.text(b"'");
            return self.go(State::Text { escapes });
        }
        self.statement.text_ended();
        sink.event(Event::Text, at, self.line);
        self.state = if escapes && self.plain { State::Behind { returned: false } } else { State::Start };
        false
    }

    fn escaped(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        let meant = if matches!(b, b'n' | b'r' | b't' | b'f' | b'b') { b' ' } else { b };
        sink.event(Event::Body(&[meant]), at + 1, self.line);
        self.go(State::Text { escapes: true })
    }

    fn behind(&mut self, b: u8, returned: bool) -> bool {
        match b {
            b' ' | b'\t' | b'\x0b' | b'\x0c' => true,
            b'\r' => self.go(State::Behind { returned: true }),
            b'\'' if returned => self.go(State::Text { escapes: true }),
            _ => {
                self.state = State::Start;
                false
            }
        }
    }

    fn in_tag(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        let fits = if self.word.is_empty() { is_start(b) } else { is_start(b) || b.is_ascii_digit() };
        if b == b'$' {
            self.tag.clear();
            self.tag.push(b'$');
            self.tag.extend_from_slice(&self.word);
            self.tag.push(b'$');
            self.matched = 0;
            return self.go(State::Dollar);
        }
        if fits && self.word.len() < TAG {
            self.word.push(b);
            return true;
        }
        // No tag: a `$`, then whatever stands there.
        let word = std::mem::take(&mut self.word);
        self.sign(b'$', at.saturating_sub(1), sink);
        self.state = if !word.is_empty() {
            State::Word
        } else if b.is_ascii_digit() {
            State::Number
        } else {
            State::Start
        };
        self.word = word;
        self.word.truncate(WORD);
        false
    }

    fn in_command(&mut self, b: u8, at: usize, sink: &mut impl Sink) -> bool {
        // `\;` and `\:` put the sign into the statement.
        let escaped = self.state == State::Backslash && matches!(b, b';' | b':');
        if escaped {
            self.word.push(b);
            sink.event(Event::Command(&self.word), at + 1, self.line);
            return self.go(State::Start);
        }
        if b != b'\n' {
            keep(&mut self.word, b, COMMAND);
            return self.go(State::Command);
        }
        sink.event(Event::Command(&self.word), at, self.line);
        self.state = State::Start;
        false
    }
}

fn keep(into: &mut Vec<u8>, b: u8, limit: usize) {
    if into.len() < limit {
        into.push(b);
    }
}

/// Whether a word may begin so.
fn is_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

/// Whether a word may go on so.
fn is_continued(b: u8) -> bool {
    is_start(b) || b.is_ascii_digit() || b == b'$'
}

#[cfg(test)]
mod tests;
