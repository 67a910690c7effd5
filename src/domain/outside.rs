//! What was found in a file that came from elsewhere: the report a person reads
//! before it is stored and again before it is restored. Bounded, whatever the file
//! holds; every excerpt is made safe to show.

use serde::{Deserialize, Serialize};

use super::{
    manifest::{Codec, EngineRef, Part},
    msg::Msg,
};
use crate::msg;

/// The key in a part's facts under which its report is kept.
pub const FACT: &str = "outside";

/// Names listed one by one; more are counted.
const NAMES: usize = 40;
/// Dangers listed one by one; more are counted.
const DANGERS: usize = 40;
/// The longest a name or an excerpt is shown.
const SHOWN: usize = 120;

/// One file from elsewhere, or one part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutsideReport {
    /// What it is: `plain`, `custom`, `directory`, `tar`, `sqlite`…
    pub format: String,
    /// How the file was compressed.
    pub codec: Codec,
    /// The file's name where it came from.
    pub file: String,
    /// What a restore is to put in place: a database's name.
    #[serde(default)]
    pub item: String,
    /// Versions as the file tells them; empty where it does not.
    #[serde(default)]
    pub engine: EngineRef,
    /// When it was made, in the file's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Databases it names.
    #[serde(default)]
    pub databases: Names,
    /// Owners and other roles it names.
    #[serde(default)]
    pub roles: Names,
    /// Extensions it wants.
    #[serde(default)]
    pub extensions: Names,
    /// How many tables it makes, if that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<u64>,
    /// What a person should look at before it is restored.
    #[serde(default)]
    pub dangers: Dangers,
}

/// Different names, in the order they were met.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// The first of them.
    #[serde(default)]
    pub listed: Vec<String>,
    /// Whether there were others.
    #[serde(default)]
    pub more: bool,
}

impl Names {
    /// One more, unless it is known.
    pub fn add(&mut self, name: &str) {
        let name = shown(name);
        if name.is_empty() || self.listed.contains(&name) {
            return;
        }
        if self.listed.len() < NAMES { self.listed.push(name) } else { self.more = true }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// `a, b, c…`
    pub fn joined(&self) -> String {
        let more = if self.more { "…" } else { "" };
        format!("{}{more}", self.listed.join(", "))
    }
}

/// All that was found dangerous.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dangers {
    /// The first of them; those that must never run come first.
    #[serde(default)]
    pub listed: Vec<Danger>,
    /// How many more there were.
    #[serde(default)]
    pub more: u64,
    /// Whether one of all of them must never run.
    #[serde(default)]
    pub fatal: bool,
}

/// One thing a person should look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Danger {
    /// Which sort, in the engine's words; its sentence is `outside-danger-<what>`.
    pub what: String,
    /// Whether it must never run: then the backup is not restored.
    #[serde(default)]
    pub fatal: bool,
    /// Where it stands.
    pub place: Place,
    /// What stands there, shortened; texts in quotes left out.
    pub excerpt: String,
}

/// Where in a file something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A line, from 1 on.
    Line(u64),
    /// An entry of a table of contents, by its own number.
    Entry(i64),
}

impl Dangers {
    /// One more.
    pub fn add(&mut self, danger: Danger) {
        self.fatal |= danger.fatal;
        let danger = Danger { excerpt: shown(&danger.excerpt), ..danger };
        let room = self.listed.len() < DANGERS;
        if danger.fatal && !room && !self.listed.iter().all(|d| d.fatal) {
            self.listed.pop();
            self.more += 1;
        } else if !room {
            self.more += 1;
            return;
        }
        let at =
            if danger.fatal { self.listed.iter().take_while(|d| d.fatal).count() } else { self.listed.len() };
        self.listed.insert(at, danger);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

impl OutsideReport {
    /// Nothing known yet but what it is.
    pub fn new(format: &str) -> Self {
        Self {
            format: format.to_owned(),
            codec: Codec::None,
            file: String::new(),
            item: String::new(),
            engine: EngineRef::default(),
            made: None,
            databases: Names::default(),
            roles: Names::default(),
            extensions: Names::default(),
            tables: None,
            dangers: Dangers::default(),
        }
    }

    /// The report a part of a backup carries.
    pub fn of(part: &Part) -> Option<Self> {
        part.facts.get(FACT).and_then(|found| serde_json::from_value(found.clone()).ok())
    }

    /// What a person reads, most pressing first.
    pub fn messages(&self) -> Vec<Msg> {
        let mut all = Vec::new();
        for Danger { what, place, excerpt, .. } in &self.dangers.listed {
            let told = Msg::new(&format!("outside-danger-{what}")).with("excerpt", excerpt);
            all.push(match place {
                Place::Line(line) => told.with("place", "line").with("line", *line),
                Place::Entry(entry) => told.with("place", "entry").with("line", *entry),
            });
        }
        if self.dangers.more > 0 {
            all.push(msg!("outside-dangers-more", count = self.dangers.more));
        }
        all.push(msg!("outside-format", file = &self.file, format = &self.format, codec = codec(self.codec)));
        let EngineRef { server, tool, .. } = &self.engine;
        if !server.is_empty() {
            let tool = if tool.is_empty() { "none" } else { tool };
            all.push(msg!("outside-versions", server = server, tool = tool));
        }
        if let Some(made) = &self.made {
            all.push(msg!("outside-made", when = made));
        }
        for (id, names) in [
            ("outside-databases", &self.databases),
            ("outside-roles", &self.roles),
            ("outside-extensions", &self.extensions),
        ] {
            if !names.is_empty() {
                all.push(Msg::new(id).with("names", names.joined()));
            }
        }
        if let Some(tables) = self.tables {
            all.push(msg!("outside-tables", count = tables));
        }
        all
    }
}

const fn codec(codec: Codec) -> &'static str {
    match codec {
        Codec::Gzip => "gzip",
        Codec::Zstd => "zstd",
        Codec::None => "none",
    }
}

/// Text of a stranger on one short line: no control characters, nothing that turns
/// a terminal or a page around.
pub fn shown(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        out.push(if c.is_control() || turns(c) { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn danger(fatal: bool, excerpt: &str) -> Danger {
        Danger { what: "shell".to_owned(), fatal, place: Place::Line(1), excerpt: excerpt.to_owned() }
    }

    #[test]
    fn what_must_never_run_is_never_crowded_out() {
        let mut dangers = Dangers::default();
        for _ in 0..1000 {
            dangers.add(danger(false, "ALTER SYSTEM"));
        }
        assert!(!dangers.fatal);
        dangers.add(danger(true, "\\! id"));
        assert!(dangers.fatal);
        assert_eq!((dangers.listed.len(), dangers.more), (DANGERS, 961));
        assert_eq!(dangers.listed[0].excerpt, "\\! id");
    }

    #[test]
    fn a_million_names_are_a_few() {
        let mut names = Names::default();
        for n in 0..100_000 {
            names.add(&format!("role {}", n % 5000));
        }
        assert_eq!((names.listed.len(), names.more), (NAMES, true));
        assert!(names.joined().ends_with("role 39…"), "{}", names.joined());
    }

    proptest! {
        #[test]
        fn a_strangers_text_stays_on_its_line(text in ".{0,300}|[\u{0}-\u{20}\u{202e}]{0,300}") {
            let shown = shown(&text);
            prop_assert!(shown.chars().count() <= SHOWN + 1);
            let odd = |c: char| c.is_control() || c == '\u{202e}';
            prop_assert!(!shown.contains(odd));
        }

        #[test]
        fn a_report_reads_back(names in proptest::collection::vec(".{0,9}", 0..60), fatal: bool) {
            let mut report = OutsideReport::new("plain");
            names.iter().for_each(|name| report.roles.add(name));
            report.dangers.add(danger(fatal, "x"));
            let json = serde_json::to_value(&report).unwrap();
            prop_assert_eq!(serde_json::from_value::<OutsideReport>(json).unwrap(), report);
        }
    }
}
