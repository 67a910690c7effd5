//! The keys that exist, and the values found for them with where each was found.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::sources::Sources;
use crate::{domain::problem::Problem, problem};

/// One setting: its place, its text in the example file, how its value is read.
pub(super) struct Key<T> {
    /// Its section; empty for the few that stand above all sections.
    pub(super) section: &'static str,
    /// Its name in the section.
    pub(super) name: &'static str,
    /// For the example file.
    pub(super) help: &'static str,
    /// As TOML in the example file: the default.
    pub(super) default: &'static str,
    /// Whether the example shows it commented out, because its default is not one
    /// fixed value.
    pub(super) optional: bool,
    /// Whether its value is never repeated in an error.
    pub(super) secret: bool,
    /// Reads a value. The problem's sentences say what is allowed; key, place and
    /// value are added to its arguments.
    pub(super) parse: fn(&str) -> Result<T, Problem>,
}

/// What the example file and the search for unknown keys need of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyInfo {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) default: &'static str,
    pub(super) optional: bool,
}

impl KeyInfo {
    /// `http.bind`, or `data`.
    pub(super) fn path(&self) -> String {
        if self.section.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.section, self.name) }
    }
}

impl<T> Key<T> {
    /// Without its type.
    pub(super) const fn info(&self) -> KeyInfo {
        KeyInfo {
            section: self.section,
            name: self.name,
            help: self.help,
            default: self.default,
            optional: self.optional,
        }
    }
}

/// A value as text, and where it stands: `/etc/zelo/zelo.toml:3`,
/// `ZELO_HTTP_BIND`, `--data`.
struct Found {
    at: String,
    text: Result<String, &'static str>,
}

/// All values found, by key, and what was wrong so far.
pub(super) struct Keys {
    file: Option<PathBuf>,
    found: BTreeMap<String, Found>,
    asked: Vec<KeyInfo>,
    problems: Vec<Problem>,
}

/// Variables of this prefix that are no settings: the file's place, and what
/// tests and the lab use.
fn no_setting(variable: &str) -> bool {
    matches!(variable, "ZELO_CONFIG" | "ZELO_FAULT" | "ZELO_LAB")
        || ["ZELO_FAULT_", "ZELO_TEST_", "ZELO_LAB_"].iter().any(|prefix| variable.starts_with(prefix))
}

impl Keys {
    /// Reads all sources; a later one replaces an earlier one's value.
    pub(super) fn gather(sources: &Sources) -> Self {
        let mut keys = Self { file: None, found: BTreeMap::new(), asked: Vec::new(), problems: Vec::new() };
        if let Some((path, named)) = sources.file() {
            keys.read_file(&path, named);
        }
        for (variable, value) in &sources.env {
            // Set to nothing is not set: Compose passes on what its own file leaves out.
            if variable.starts_with("ZELO_") && !no_setting(variable) && !value.is_empty() {
                keys.put(format!("env {variable}"), variable.clone(), Ok(value.clone()));
            }
        }
        for flag in &sources.flags {
            keys.put(flag.key.to_owned(), flag.flag.to_owned(), Ok(flag.value.clone()));
        }
        keys
    }

    fn put(&mut self, key: String, at: String, text: Result<String, &'static str>) {
        self.found.insert(key, Found { at, text });
    }

    fn read_file(&mut self, path: &Path, named: bool) {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if !named && error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                self.problems.push(problem!("setting-file", path = shown).detail(error));
                return;
            }
        };
        self.file = Some(path.to_owned());
        let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let place = format!("{shown}:{}", line(error.span().map_or(0, |s| s.start)));
            self.problems.push(problem!("setting-syntax", at = place).detail(error.message()));
        }
        for (name, value) in table.get_ref() {
            let place = format!("{shown}:{}", line(name.span().start));
            let DeValue::Table(section) = value.get_ref() else {
                self.put(name.get_ref().to_string(), place, scalar(value.get_ref()));
                continue;
            };
            for (key, value) in section {
                let place = format!("{shown}:{}", line(key.span().start));
                self.put(format!("{}.{}", name.get_ref(), key.get_ref()), place, scalar(value.get_ref()));
            }
        }
    }

    /// The file that was read.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The value of a key, or its default: where none was given, and where the
    /// given one is wrong (which [`Keys::finish`] then reports).
    pub(super) fn read<T>(&mut self, key: &Key<T>, default: impl FnOnce() -> T) -> T {
        self.find(key).unwrap_or_else(default)
    }

    /// The value of a key, if a good one was given.
    pub(super) fn find<T>(&mut self, key: &Key<T>) -> Option<T> {
        let info = key.info();
        self.asked.push(info);
        let path = info.path();
        let file = self.found.remove(&path);
        let variable = self.found.remove(&format!("env {}", variable(&info)));
        // A flag has replaced the file's value under the same key already.
        let flag = file.as_ref().is_some_and(|f| f.at.starts_with("--"));
        let found = if flag { file } else { variable.or(file) }?;
        let read = match &found.text {
            Ok(text) => (key.parse)(text),
            Err(kind) => Err(problem!("setting-not-single", kind = *kind)),
        };
        match read {
            Ok(value) => Some(value),
            Err(problem) => {
                let problem = problem.with("key", path).with("at", found.at);
                let value = found.text.unwrap_or_default();
                self.problems.push(if key.secret { problem } else { problem.with("value", value) });
                None
            }
        }
    }

    /// Adds something found wrong by looking at several values.
    pub(super) fn wrong(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// All that was wrong, with every key nobody asked for.
    pub(super) fn finish(self) -> Vec<Problem> {
        let Self { found, asked, mut problems, .. } = self;
        for (key, found) in found {
            let (name, known): (String, Vec<String>) = match key.strip_prefix("env ") {
                Some(name) => (name.to_owned(), asked.iter().map(variable).collect()),
                None => (key.clone(), asked.iter().map(KeyInfo::path).collect()),
            };
            problems.push(match nearest(&name, &known) {
                Some(near) => problem!("setting-unknown-near", key = name, at = found.at, near = near),
                None => problem!("setting-unknown", key = name, at = found.at),
            });
        }
        problems
    }
}

/// `ZELO_HTTP_BIND`.
fn variable(info: &KeyInfo) -> String {
    format!("ZELO_{}", info.path().replace('.', "_").to_uppercase())
}

/// The known name that may have been meant.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a String> {
    let score = |candidate: &String| strsim::damerau_levenshtein(name, candidate);
    let best = known.iter().min_by_key(|candidate| score(candidate))?;
    (score(best) <= 2.max(name.len() / 4)).then_some(best)
}

/// A single value as text; otherwise what it is instead.
fn scalar(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(n) => {
            let number = i64::from_str_radix(n.as_str(), n.radix());
            Ok(number.map_or_else(|_| n.as_str().to_owned(), |n| n.to_string()))
        }
        DeValue::Float(f) => Ok(f.as_str().to_owned()),
        DeValue::Boolean(b) => Ok(b.to_string()),
        DeValue::Datetime(moment) => Ok(moment.to_string()),
        DeValue::Array(_) => Err("array"),
        DeValue::Table(_) => Err("table"),
    }
}
