//! Bytes to assignments and problems, by the rules of compose-go's `dotenv`
//! package. Unlike it, reading goes on behind a bad line.

use std::{collections::HashMap, ops::Range};

use super::{
    Assignment, LineProblem, Value,
    expand::{self, Fault},
};
use crate::{domain::msg::Msg, msg};

/// What a file says.
pub(super) struct Parsed {
    pub(super) assignments: Vec<Assignment>,
    pub(super) problems: Vec<LineProblem>,
}

/// Some editors put it at the beginning; Compose passes over it.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads any bytes.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let parsed = Parsed { assignments: Vec::new(), problems: Vec::new() };
    let at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut reader = Reader { bytes, at, counted: (0, 1), known: HashMap::new(), parsed };
    while reader.next_statement() {
        reader.statement();
    }
    reader.parsed
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// A position and its line, so that counting never begins anew.
    counted: (usize, usize),
    /// What the lines so far have set.
    known: HashMap<String, Value>,
    parsed: Parsed,
}

/// How a statement begins.
enum Name {
    /// A key with `=` or `:`, behind which the value stands.
    Key(String),
    /// A name alone: Compose takes it from the shell, where it is not.
    Alone,
    Bad(Msg),
}

/// A value as it stands in the file.
struct Found {
    raw: Range<usize>,
    /// Quotes and escapes resolved, references not yet.
    text: Result<String, Msg>,
    /// Single quotes: no references.
    literal: bool,
}

/// Space within a line.
fn is_blank(char: char) -> bool {
    matches!(char, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

impl Reader<'_> {
    /// The character at a position and its length; U+FFFD for what is no UTF-8.
    fn char_at(&self, at: usize) -> Option<(char, usize)> {
        let rest = self.bytes.get(at..)?;
        if let Some(byte) = rest.first().filter(|byte| byte.is_ascii()) {
            return Some((char::from(*byte), 1));
        }
        let chunk = rest[..rest.len().min(4)].utf8_chunks().next()?;
        Some(chunk.valid().chars().next().map_or(('\u{fffd}', 1), |char| (char, char.len_utf8())))
    }

    fn skip(&mut self, passed: impl Fn(char) -> bool) {
        while let Some((_, length)) = self.char_at(self.at).filter(|(char, _)| passed(*char)) {
            self.at += length;
        }
    }

    /// Where the line ends: its `\n`, or the file's end.
    fn line_end(&self) -> usize {
        let rest = &self.bytes[self.at..];
        self.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
    }

    fn line(&mut self, at: usize) -> usize {
        let (from, line) = self.counted;
        let more = self.bytes[from..at].iter().filter(|byte| **byte == b'\n').count();
        self.counted = (at, line + more);
        line + more
    }

    fn next_statement(&mut self) -> bool {
        loop {
            self.skip(char::is_whitespace);
            match self.bytes.get(self.at) {
                None => return false,
                Some(b'#') => self.at = self.line_end(),
                Some(_) => return true,
            }
        }
    }

    fn statement(&mut self) {
        let line = self.line(self.at);
        self.skip_export();
        match self.name() {
            Name::Key(key) => self.assign(key, line),
            Name::Alone => {}
            Name::Bad(reason) => {
                self.at = self.line_end();
                self.parsed.problems.push(LineProblem { line, key: None, reason });
            }
        }
    }

    fn skip_export(&mut self) {
        let after = self.bytes[self.at..].strip_prefix(b"export").and_then(<[u8]>::first);
        if after.is_some_and(|byte| b"\t\n\x0c\r ".contains(byte)) {
            self.at += b"export".len();
            self.skip(is_blank);
        }
    }

    fn name(&mut self) -> Name {
        let start = self.at;
        if start == self.bytes.len() {
            return Name::Bad(msg!("env-fatal-character"));
        }
        let mut at = start;
        let ends = loop {
            match self.char_at(at) {
                // The last line, without an end: all of it is taken for a value of
                // no name.
                None => {
                    self.at = at;
                    return Name::Alone;
                }
                Some((char @ ('=' | ':' | '\n'), _)) => break char,
                Some((char, length)) if is_blank(char) || in_name(char) => at += length,
                Some(_) => return Name::Bad(msg!("env-fatal-character")),
            }
        };
        let name = String::from_utf8_lossy(&self.bytes[start..at]);
        let name = name.trim_end().to_owned();
        if name.contains(' ') {
            return Name::Bad(msg!("env-fatal-space"));
        }
        self.at = at + 1;
        if ends == '\n' { Name::Alone } else { Name::Key(name) }
    }

    fn assign(&mut self, key: String, line: usize) {
        let found = self.find();
        let value = found.text.and_then(|text| if found.literal { Ok(text) } else { self.expand(&text) });
        let value = value.map(Value::new);
        if let Err(reason) = &value {
            self.parsed.problems.push(LineProblem {
                line,
                key: Some(key.clone()).filter(|key| !key.is_empty()),
                reason: reason.clone(),
            });
        }
        // `=1` is no error, and no variable either.
        if key.is_empty() {
            return;
        }
        if let Ok(value) = &value {
            self.known.insert(key.clone(), value.clone());
        }
        self.parsed.assignments.push(Assignment { key, line, value, raw: found.raw });
    }

    fn expand(&self, text: &str) -> Result<String, Msg> {
        let known = |name: &str| self.known.get(name).map(Value::expose);
        expand::expand(text, &known).map_err(|fault| match fault {
            Fault::Braces => msg!("env-fatal-braces"),
            Fault::Required => msg!("env-fatal-required"),
            Fault::Long => msg!("env-fatal-long"),
        })
    }

    /// The value behind `=`; afterwards the reader stands behind it.
    fn find(&mut self) -> Found {
        let blank = self.bytes[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let empty = self.at + blank;
        self.skip(is_blank);
        match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => self.quoted(*quote),
            _ => self.plain(empty),
        }
    }

    /// Up to ` #` or the line's end. An empty one stands at `empty`, before the CR
    /// of a CRLF.
    fn plain(&mut self, empty: usize) -> Found {
        let (start, end) = (self.at, self.line_end());
        let line = &self.bytes[start..end];
        let comment = line.windows(2).position(|pair| pair == b" #").map_or(end, |at| start + at);
        let raw = match self.trimmed(start, comment) {
            last if last == start => empty..empty,
            last => start..last,
        };
        self.at = (end + 1).min(self.bytes.len());
        let text = String::from_utf8_lossy(&self.bytes[raw.clone()]).into_owned();
        Found { raw, text: Ok(text), literal: false }
    }

    /// The end without the space before it.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        let (mut at, mut last) = (start, start);
        while at < end {
            let Some((char, length)) = self.char_at(at) else { break };
            at += length;
            if !char.is_whitespace() {
                last = at;
            }
        }
        last
    }

    /// Up to the closing quote, over as many lines as it takes. What follows it in
    /// its line is a statement of its own.
    fn quoted(&mut self, quote: u8) -> Found {
        let start = self.at;
        let mut text = Vec::new();
        let mut escape = false;
        for (at, byte) in self.bytes.iter().enumerate().skip(start + 1) {
            if *byte == quote && !escape {
                self.at = at + 1;
                let text = String::from_utf8_lossy(&text).into_owned();
                let literal = quote == b'\'';
                let text = if literal { text } else { expand::unescape(&text) };
                return Found { raw: start..self.at, text: Ok(text), literal };
            }
            if *byte == b'\\' && !escape {
                escape = true;
                continue;
            }
            if escape && *byte != quote {
                text.push(b'\\');
            }
            escape = false;
            text.push(*byte);
        }
        // Only this line is given up: the next ones are most likely meant.
        let end = self.line_end();
        let raw = start..self.trimmed(start, end);
        self.at = end;
        Found { raw, text: Err(msg!("env-fatal-quote")), literal: true }
    }
}

/// What a name may hold. compose-go asks for letters and numbers of any script; a
/// few marks that count as alphabetic here are none there, and Compose's own check
/// finds them.
fn in_name(char: char) -> bool {
    matches!(char, '_' | '.' | '-' | '[' | ']') || char.is_alphabetic() || char.is_numeric()
}
