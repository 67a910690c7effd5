//! What is passed over in long runs: texts, bodies in dollars, data. And the end of a
//! line, where psql looks whether data follows.

use super::{Event, Lexer, Sink, State};

impl Lexer {
    /// What is passed over in long runs; where to go on.
    pub(super) fn run(&mut self, bytes: &[u8], at: usize, sink: &mut impl Sink) -> usize {
        match self.state {
            State::Text { escapes } => self.run_text(bytes, at, escapes, sink),
            State::Dollar => self.run_dollar(bytes, at, sink),
            _ => self.run_data(bytes, at),
        }
    }

    fn run_text(&mut self, bytes: &[u8], at: usize, escapes: bool, sink: &mut impl Sink) -> usize {
        let stops = |b: &u8| matches!(b, b'\'' | b'\n') || (escapes && *b == b'\\');
        let length = bytes[at..].iter().position(stops).unwrap_or(bytes.len() - at);
        if length > 0 {
            let body = &bytes[at..at + length];
            self.statement.text(body);
            sink.event(Event::Body(body), at + length, self.line);
        }
        let next = at + length;
        match bytes.get(next) {
            None => next,
            Some(b'\n') => {
                sink.event(Event::Body(b"\n"), next + 1, self.line);
                self.new_line(next, sink);
                next + 1
            }
            Some(b'\'') => {
                self.state = State::TextQuote { escapes };
                next + 1
            }
            Some(_) => {
                self.state = State::Escape;
                next + 1
            }
        }
    }

    fn run_dollar(&mut self, bytes: &[u8], at: usize, sink: &mut impl Sink) -> usize {
        // What may be the beginning of the closing tag is not told before it is none.
        let mut carried = self.matched;
        let mut next = at;
        while let Some(&b) = bytes.get(next) {
            next += 1;
            if self.matched == 0 && !matches!(b, b'$' | b'\n') {
                continue;
            }
            let before = self.matched;
            self.follow(b);
            if carried > 0 && self.matched <= before {
                self.body(carried, &bytes[at..at], next, sink);
                carried = 0;
            }
            if self.matched == self.tag.len() {
                let end = (next + carried).saturating_sub(self.tag.len()).max(at);
                self.body(0, &bytes[at..end], end, sink);
                self.statement.text_ended();
                sink.event(Event::Text, next, self.line);
                self.state = State::Start;
                return next;
            }
            if b == b'\n' {
                self.body(0, &bytes[at..next], next, sink);
                self.new_line(next - 1, sink);
                return next;
            }
        }
        let end = next - (self.matched - carried);
        self.body(0, &bytes[at..end], end, sink);
        next
    }

    /// More of a text in dollars, behind so many bytes of what was no closing tag.
    fn body(&self, carried: usize, more: &[u8], at: usize, sink: &mut impl Sink) {
        for body in [&self.tag[..carried], more] {
            if !body.is_empty() {
                sink.event(Event::Body(body), at, self.line);
            }
        }
    }

    /// One more byte on the way to the closing tag. Only `$` begins one, and stands
    /// nowhere in it but at its ends.
    fn follow(&mut self, b: u8) {
        self.matched = match self.tag.get(self.matched) {
            Some(wanted) if *wanted == b => self.matched + 1,
            _ => usize::from(b == b'$'),
        };
    }

    fn run_data(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = &bytes[at..];
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        let room = 4_usize.saturating_sub(self.head.len());
        self.head.extend_from_slice(&rest[..room.min(length)]);
        self.length = self.length.saturating_add(length);
        if length == rest.len() {
            return bytes.len();
        }
        let ended = matches!((self.length, &self.head[..]), (2, b"\\.") | (3, b"\\.\r"));
        self.line += 1;
        self.head.clear();
        self.length = 0;
        if ended {
            self.copies = self.copies.saturating_sub(1);
            if self.copies == 0 {
                self.state = self.resume;
            }
        }
        at + length + 1
    }

    /// The end of a line outside of data.
    pub(super) fn new_line(&mut self, at: usize, sink: &mut impl Sink) {
        self.line += 1;
        self.plain = self.plain_next;
        if self.copies > 0 {
            self.resume = self.state;
            self.state = State::Data;
            self.head.clear();
            self.length = 0;
            sink.event(Event::Data, at + 1, self.line);
        }
    }
}
