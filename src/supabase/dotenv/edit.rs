//! Changing one value. What was written is read again before it is handed out: no
//! other value may have moved, and this one must come to what was asked for.

use std::ops::Range;

use super::{Assignment, Dotenv, value};
use crate::{domain::problem::Problem, problem};

impl Dotenv {
    /// The file with another value for a key: the last assignment's, or a new line
    /// at the end. All other bytes stay. A value that is the same already leaves
    /// the file as it is, reference or not.
    ///
    /// # Errors
    /// `env-key-name`, `env-value-control` (also line ends: one value is one
    /// line), `env-edit-last-line` where a line without `=` at the file's end would
    /// become invalid with one behind it, `env-edit-quote` where the old value's quote seems to have been
    /// forgotten, `env-edit-breaks` where another line would become invalid, and
    /// `env-edit-refused` where no way of writing it leaves the rest as it is.
    pub fn set(&self, key: &str, value: &str) -> Result<Self, Problem> {
        check_key(key)?;
        if value.chars().any(char::is_control) {
            return Err(problem!("env-value-control", key = key));
        }
        if self.value(key).is_some_and(|now| now.is_ok_and(|now| now.expose() == value)) {
            return Ok(self.clone());
        }
        self.check_quote(key)?;
        let plain = value::is_plain(value).then(|| value.to_owned());
        let mut refusal = problem!("env-edit-refused", key = key);
        // Behind a quoted value there may be what would run into a plain one.
        for written in plain.into_iter().chain([value::quoted(value)]) {
            let new = self.with(key, &written);
            if let Some(line) = self.broken(&new, key) {
                refusal = problem!("env-edit-breaks", key = key, line = line);
            } else if let Some(line) = self.completed(&new) {
                refusal = problem!("env-edit-last-line", key = key, line = line);
            } else if self.is_the_rest_of(&new, key)
                && new.value(key).is_some_and(|now| now.is_ok_and(|now| now.expose() == value))
            {
                return Ok(new);
            }
        }
        Err(refusal)
    }

    /// The file without a key that has one assignment, on a line of its own as [`Self::set`]
    /// adds it. All other bytes stay, and every other value comes to what it was.
    ///
    /// # Errors
    /// `env-unset-refused`, where it is assigned otherwise or another value refers to it.
    pub fn unset(&self, key: &str) -> Result<Self, Problem> {
        let refused = || problem!("env-unset-refused", key = key);
        let (index, assignment) = self.last(key).ok_or_else(refused)?;
        let Range { start, end } = assignment.raw.clone();
        let begins = self.bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = &self.bytes[end..];
        let ends = end + rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let plain = [key.as_bytes(), b"="].concat() == self.bytes[begins..start]
            && self.bytes[end..ends].iter().all(|byte| b"\r\n".contains(byte));
        let new = Self::parse([&self.bytes[..begins], &self.bytes[ends..]].concat());
        let mut left = self.assignments.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, one)| one);
        let alike = new.assignments.iter().all(|after| {
            left.next().is_some_and(|before| {
                before.key == after.key
                    && before.value == after.value
                    && self.written(before) == new.written(after)
            })
        });
        let same = alike && left.next().is_none() && self.problems.len() == new.problems.len();
        if plain && same && new.last(key).is_none() { Ok(new) } else { Err(refused()) }
    }

    fn with(&self, key: &str, written: &str) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len() + key.len() + written.len() + 5);
        if let Some((_, Assignment { raw, .. })) = self.last(key) {
            bytes.extend_from_slice(&self.bytes[..raw.start]);
            bytes.extend_from_slice(written.as_bytes());
            bytes.extend_from_slice(&self.bytes[raw.end..]);
        } else {
            let end = self.line_end();
            bytes.extend_from_slice(&self.bytes);
            if !self.bytes.is_empty() && !self.bytes.ends_with(b"\n") {
                bytes.extend_from_slice(end);
            }
            for part in [key.as_bytes(), b"=", written.as_bytes(), end] {
                bytes.extend_from_slice(part);
            }
        }
        Self::parse(bytes)
    }

    /// How the file ends its lines: as it ended the last one.
    fn line_end(&self) -> &'static [u8] {
        let last = self.bytes.iter().rposition(|byte| *byte == b'\n');
        let crlf = last.is_some_and(|at| self.bytes[..at].ends_with(b"\r"));
        if crlf { b"\r\n" } else { b"\n" }
    }

    /// A value over several lines behind whose quote nothing can be read is most
    /// likely one whose own quote is missing: replacing it would take lines away.
    fn check_quote(&self, key: &str) -> Result<(), Problem> {
        let Some((_, assignment)) = self.last(key) else { return Ok(()) };
        let more = self.written(assignment).iter().filter(|byte| **byte == b'\n').count();
        let ends = assignment.line + more;
        if more > 0 && self.problems.iter().any(|problem| problem.line == ends && problem.key.is_none()) {
            return Err(problem!("env-edit-quote", key = key, line = assignment.line));
        }
        Ok(())
    }

    /// Whether the new file has the same assignments, written alike, but for this
    /// key's last one.
    pub(super) fn is_the_rest_of(&self, new: &Self, key: &str) -> bool {
        let edited = self.last(key).map_or(self.assignments.len(), |(index, _)| index);
        let added = usize::from(edited == self.assignments.len());
        let alike = self.assignments.iter().zip(&new.assignments).enumerate();
        new.assignments.len() == self.assignments.len() + added
            && new.last(key).is_some_and(|(index, _)| index == edited)
            && alike.filter(|(index, _)| *index != edited).all(|(_, (before, after))| {
                before.key == after.key && self.written(before) == new.written(after)
            })
            && self.unnamed() == new.unnamed()
    }

    /// The line of a value that could be read before and cannot be any more,
    /// because it refers to the one that was changed.
    fn broken(&self, new: &Self, key: &str) -> Option<usize> {
        let pairs = self.assignments.iter().zip(&new.assignments);
        let mut broken = pairs.filter(|(before, after)| {
            before.key == after.key && before.key != key && before.value.is_ok() && after.value.is_err()
        });
        broken.next().map(|(_, after)| after.line)
    }

    /// The line of a name with a space that ended the file: Compose passes over it,
    /// but refuses it as soon as anything follows.
    fn completed(&self, new: &Self) -> Option<usize> {
        let line = 1 + self.bytes.iter().filter(|byte| **byte == b'\n').count();
        let bad = |file: &Self| file.problems.iter().any(|bad| bad.line == line && bad.key.is_none());
        (!bad(self) && bad(new)).then_some(line)
    }

    fn unnamed(&self) -> usize {
        self.problems.iter().filter(|problem| problem.key.is_none()).count()
    }
}

/// Names that every shell and Compose itself can use.
fn check_key(key: &str) -> Result<(), Problem> {
    let begins = key.starts_with(|char: char| char == '_' || char.is_ascii_alphabetic());
    let all = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if begins && all { Ok(()) } else { Err(problem!("env-key-name")) }
}
