//! The `.env` file of a Compose project, read as Compose reads it and changed one
//! value at a time. A module of its own: the file holds every secret of an
//! instance, one bad line stops all of Compose, and people keep notes in it, so
//! every byte outside an edited value stays as it is.
//!
//! The rules are those of compose-go v2.9 (Compose v2.40.3), in a clean
//! environment: what `$HOME` and `$PATH` say is the shell's affair and unknown
//! here. Where Compose may be run, its own check has the last word.

mod edit;
mod expand;
mod parse;
#[cfg(test)]
mod tests;
mod value;

use std::{fmt, ops::Range};

use zeroize::Zeroizing;

use crate::domain::msg::Msg;
pub use value::Value;

/// A `.env` file: its bytes, and what Compose makes of them. It holds secrets:
/// its `Debug` shows counts only, and its memory is wiped when it goes.
#[derive(Clone)]
pub struct Dotenv {
    bytes: Zeroizing<Vec<u8>>,
    assignments: Vec<Assignment>,
    problems: Vec<LineProblem>,
}

/// One `KEY=value` of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The name, as Compose knows it; case counts.
    pub key: String,
    /// The line it begins in, from 1.
    pub line: usize,
    /// The value, or why Compose refuses the whole file because of it.
    pub value: Result<Value, Msg>,
    /// Where the value stands in the file, with its quotes and without the
    /// comment behind it.
    pub(super) raw: Range<usize>,
}

/// A line because of which every command of Compose fails, for the whole project.
/// It never quotes the line, which may hold a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct LineProblem {
    /// Counted from 1.
    pub line: usize,
    /// The key whose value it is, if a key could be read.
    pub key: Option<String>,
    /// What is wrong.
    pub reason: Msg,
}

impl Dotenv {
    /// Reads any bytes. A bad line is among [`Self::problems`], and reading goes on
    /// behind it, so that all of them are told at once.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = Zeroizing::new(bytes.into());
        let parse::Parsed { assignments, problems } = parse::parse(&bytes);
        Self { bytes, assignments, problems }
    }

    /// The file, byte for byte.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All assignments in the file's order. A key may be there more than once:
    /// the last one counts.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// The value as it is written, with quotes and references. What is no UTF-8 in
    /// it is shown as U+FFFD.
    pub fn raw(&self, assignment: &Assignment) -> Value {
        Value::new(String::from_utf8_lossy(self.written(assignment)))
    }

    /// The value that counts: the last assignment's. `None`: not in the file. `Err`:
    /// it is there, and Compose refuses it.
    pub fn value(&self, key: &str) -> Option<Result<&Value, &Msg>> {
        self.last(key).map(|(_, assignment)| assignment.value.as_ref())
    }

    /// Everything for which Compose refuses the file, in the file's order. Compose
    /// itself tells only the first.
    pub fn problems(&self) -> &[LineProblem] {
        &self.problems
    }

    /// The lines of all assignments of a key that is assigned more than once; else
    /// empty. All but the last have no effect.
    pub fn duplicates(&self, key: &str) -> Vec<usize> {
        let lines: Vec<_> = self.assignments.iter().filter(|a| a.key == key).map(|a| a.line).collect();
        if lines.len() > 1 { lines } else { Vec::new() }
    }

    /// Where the first bytes are that are no UTF-8: the line, from 1, and the key whose
    /// value they stand in, if it is a value. Nothing of the value itself.
    pub fn not_utf8(&self) -> Option<(usize, Option<&str>)> {
        let at = std::str::from_utf8(&self.bytes).err()?.valid_up_to();
        let line = 1 + self.bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        let key = self.assignments.iter().find(|one| one.raw.contains(&at)).map(|one| one.key.as_str());
        Some((line, key))
    }

    /// Each key once, in the order in which it first appears.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for assignment in &self.assignments {
            if !keys.contains(&assignment.key.as_str()) {
                keys.push(&assignment.key);
            }
        }
        keys
    }

    /// A text of the project's other files with its references replaced, as Compose does
    /// it there; none if Compose refuses it.
    pub fn filled_in(&self, text: &str) -> Option<Value> {
        let known = |name: &str| self.value(name).and_then(Result::ok).map(Value::expose);
        expand::expand(text, &known).ok().map(Value::new)
    }

    fn last(&self, key: &str) -> Option<(usize, &Assignment)> {
        self.assignments.iter().enumerate().rev().find(|(_, assignment)| assignment.key == key)
    }

    fn written(&self, assignment: &Assignment) -> &[u8] {
        &self.bytes[assignment.raw.clone()]
    }

    /// What a key comes to: its value, or the text that Compose refuses.
    fn comes_to(&self, key: &str) -> Option<Result<&Value, &[u8]>> {
        let (_, assignment) = self.last(key)?;
        Some(assignment.value.as_ref().map_err(|_| self.written(assignment)))
    }
}

/// The keys whose value differs, also those that only one of the files has: first
/// in the new file's order, then those that are gone. A value that is merely
/// written otherwise (quotes, a reference) is the same.
pub fn changed_keys(old: &Dotenv, new: &Dotenv) -> Vec<String> {
    let gone = old.keys().into_iter().filter(|key| new.last(key).is_none());
    let keys = new.keys().into_iter().chain(gone);
    keys.filter(|key| old.comes_to(key) != new.comes_to(key)).map(ToOwned::to_owned).collect()
}

impl fmt::Debug for Dotenv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dotenv")
            .field("bytes", &self.bytes.len())
            .field("assignments", &self.assignments.len())
            .field("problems", &self.problems)
            .finish()
    }
}
