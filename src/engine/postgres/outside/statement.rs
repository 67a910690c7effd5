//! What has to be known of a statement to read on as psql does: whether a `;` ends
//! it, whether data follows it, and whether it changes what a backslash means.

/// A statement so far.
#[derive(Debug, Default)]
pub(super) struct Statement {
    begun: bool,
    parens: u32,
    /// Open `BEGIN` and `CASE` of a function's body of the SQL standard.
    blocks: u32,
    /// Initials of the first words, of those that make `CREATE OR REPLACE FUNCTION`.
    initials: [u8; 4],
    words: usize,
    copy: Copy,
    after_dot: bool,
    setting: Setting,
    /// The text being read, its first bytes.
    text: Vec<u8>,
}

/// How far it is like `COPY … FROM STDIN`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)] // the statement's own first word
enum Copy {
    #[default]
    Unknown,
    Begun,
    From,
    Data,
    No,
}

/// How far it is like `SET standard_conforming_strings = …`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Setting {
    #[default]
    Unknown,
    Set,
    Named,
    To(bool),
    No,
}

impl Statement {
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    pub(super) fn begin(&mut self) {
        self.begun = true;
    }

    /// Whether a `;` ends it here.
    pub(super) fn ends_here(&self) -> bool {
        self.parens == 0 && self.blocks == 0
    }

    /// Whether psql reads the lines after it as data.
    pub(super) fn wants_data(&self) -> bool {
        self.copy == Copy::Data
    }

    /// What it says a backslash in `'…'` is from now on.
    pub(super) fn plain_backslashes(&self) -> Option<bool> {
        match self.setting {
            Setting::To(plain) => Some(plain),
            _ => None,
        }
    }

    /// A word without quotes.
    pub(super) fn word(&mut self, word: &[u8]) {
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted.as_bytes());
        self.count_blocks(word);
        if self.parens == 0 {
            self.copy = match self.copy {
                Copy::Unknown if is("copy") => Copy::Begun,
                // `public.from` is a table's name.
                Copy::Begun if is("from") && !self.after_dot => Copy::From,
                Copy::Begun if is("to") && !self.after_dot => Copy::No,
                Copy::Begun => Copy::Begun,
                // Either word means the client, in either direction.
                Copy::From if is("stdin") || is("stdout") => Copy::Data,
                Copy::Data => Copy::Data,
                _ => Copy::No,
            };
        }
        self.setting = match self.setting {
            Setting::Unknown if is("set") => Setting::Set,
            Setting::Set if is("session") || is("local") => Setting::Set,
            Setting::Set if is("standard_conforming_strings") => Setting::Named,
            Setting::Named if is("to") => Setting::Named,
            Setting::Named => Setting::To(is("default") || truth(word)),
            Setting::To(plain) => Setting::To(plain),
            _ => Setting::No,
        };
        self.after_dot = false;
    }

    /// A name in double quotes.
    pub(super) fn name(&mut self) {
        self.other();
        if self.setting == Setting::Unknown {
            self.setting = Setting::No;
        }
    }

    /// More of a text in quotes.
    pub(super) fn text(&mut self, more: &[u8]) {
        let room = 16_usize.saturating_sub(self.text.len());
        self.text.extend_from_slice(&more[..room.min(more.len())]);
    }

    /// The end of that text.
    pub(super) fn text_ended(&mut self) {
        self.other();
        if self.setting == Setting::Named {
            self.setting = Setting::To(truth(&self.text));
        }
        self.text.clear();
    }

    /// Any other character, or a number's first digit.
    pub(super) fn sign(&mut self, b: u8) {
        match b {
            b'(' => self.parens = self.parens.saturating_add(1),
            b')' => self.parens = self.parens.saturating_sub(1),
            _ => {}
        }
        if self.setting == Setting::Named && b.is_ascii_digit() {
            self.setting = Setting::To(b != b'0');
        }
        if !matches!(b, b'(' | b')') {
            self.other();
        }
        self.after_dot = b == b'.';
    }

    /// A token that is no word: behind FROM it is no STDIN.
    fn other(&mut self) {
        self.after_dot = false;
        if self.parens == 0 && matches!(self.copy, Copy::Unknown | Copy::From) {
            self.copy = Copy::No;
        }
    }

    /// psql's own rule for `CREATE FUNCTION … BEGIN ATOMIC …; END`.
    fn count_blocks(&mut self, word: &[u8]) {
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted.as_bytes());
        let counted = ["create", "function", "procedure", "or", "replace"].iter().any(|w| is(w));
        if let (true, Some(place)) = (counted, self.initials.get_mut(self.words)) {
            *place = word.first().map_or(0, u8::to_ascii_lowercase);
        }
        self.words = self.words.saturating_add(1);
        let makes = matches!(self.initials, [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']);
        if !makes || self.parens > 0 {
            return;
        }
        if is("begin") || (is("case") && self.blocks > 0) {
            self.blocks = self.blocks.saturating_add(1);
        } else if is("end") {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }
}

/// A setting's value, as the server reads one.
fn truth(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).trim().to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    !(begins("off", 2) || begins("false", 1) || begins("no", 1) || text == "0")
}
