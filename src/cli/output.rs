//! What a command shows: tables, sentences and bars for people, JSON for
//! programs. Results go to standard output; problems, plans in progress and
//! questions to standard error. Colours only on a terminal and without
//! `NO_COLOR`.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
};

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ContentArrangement, Table,
    presets::{NOTHING, UTF8_HORIZONTAL_ONLY},
};
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{clock::Moment, msg::Msg, problem::Problem},
    i18n::{Catalogue, Lang},
};

/// What a word or cell stands for; shown as a colour where there are colours,
/// and never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// As it should be.
    Good,
    /// Deserves a look.
    Caution,
    /// Wrong.
    Bad,
    /// Less important.
    Dim,
}

/// One cell of a table.
#[derive(Debug, Clone)]
pub struct Field {
    text: String,
    tone: Tone,
    right: bool,
}

impl Field {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain, right: false }
    }

    /// A figure: at the right.
    pub fn figure(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain, right: true }
    }

    /// The same with a tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Where a command's words go.
pub struct Output {
    words: &'static Catalogue,
    json: bool,
    colour: bool,
    err_terminal: bool,
    logs: bool,
    width: Option<u16>,
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
}

impl Output {
    /// To this process's standard output and error.
    pub fn of_process(lang: Lang, json: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        let width = terminal.then(|| console_width(&io::stdout())).flatten();
        Self {
            words: Catalogue::of(lang),
            json,
            colour: terminal && io::stderr().is_terminal() && !plain,
            err_terminal: io::stderr().is_terminal(),
            logs: false,
            width,
            out: Mutex::new(Box::new(io::stdout())),
            err: Mutex::new(Box::new(io::stderr())),
        }
    }

    /// To these writers, plain, as where no terminal is: for tests.
    pub fn to(lang: Lang, json: bool, out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            words: Catalogue::of(lang),
            json,
            colour: false,
            err_terminal: false,
            logs: false,
            width: None,
            out: Mutex::new(out),
            err: Mutex::new(err),
        }
    }

    /// To this process's standard output, and as lines of the log what else would go
    /// to standard error: where a program reads the log, each of its lines is one's.
    pub fn of_server(lang: Lang, json: bool) -> Self {
        Self { logs: true, ..Self::of_process(lang, json) }
    }

    /// Its language's texts.
    pub fn words(&self) -> &'static Catalogue {
        self.words
    }

    /// Whether a program reads it.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether colours may be used.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// Whether a person can be asked: standard error and input are a terminal.
    pub fn can_ask(&self) -> bool {
        self.err_terminal && io::stdin().is_terminal()
    }

    /// A line of the result; nothing where a program reads.
    pub fn line(&self, text: &str) {
        if !self.json {
            write_line(&self.out, text);
        }
    }

    /// A message as a line of the result.
    pub fn say(&self, msg: &Msg) {
        self.line(&self.words.text(msg));
    }

    /// A line beside the result: what is going on.
    pub fn note(&self, text: &str) {
        if self.logs {
            tracing::info!("{text}");
        } else if !self.json {
            write_line(&self.err, text);
        }
    }

    /// The result for a program: one object on one line.
    pub fn json<T: Serialize>(&self, value: &T) {
        if self.json {
            let text = serde_json::to_string(value)
                .unwrap_or_else(|e| json!({ "error": e.to_string() }).to_string());
            write_line(&self.out, &text);
        }
    }

    /// A table with these headings (catalogue ids); a sentence instead if it has
    /// no rows.
    pub fn table(&self, headings: &[&str], rows: Vec<Vec<Field>>, empty: &Msg) {
        if self.json {
            return;
        }
        if rows.is_empty() {
            return self.say(empty);
        }
        let mut table = self.new_table();
        table.load_style(NOTHING);
        table.style_mut().header_separator = UTF8_HORIZONTAL_ONLY.header_separator;
        table.set_header(headings.iter().map(|id| Cell::new(self.words.label(id))));
        for row in rows {
            table.add_row(row.into_iter().map(|field| self.cell(field)));
        }
        self.line(&trimmed(&table));
    }

    /// Names and values in two columns; what has no value is left out.
    pub fn facts(&self, mut rows: Vec<(&str, Field)>) {
        rows.retain(|(_, field)| !field.text.is_empty());
        if self.json || rows.is_empty() {
            return;
        }
        let mut table = self.new_table();
        table.load_style(NOTHING);
        for (id, field) in rows {
            table.add_row([Cell::new(self.words.label(id)), self.cell(field)]);
        }
        self.line(&trimmed(&table));
    }

    fn new_table(&self) -> Table {
        let mut table = Table::new();
        match self.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if self.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table
    }

    fn cell(&self, field: Field) -> Cell {
        let cell = Cell::new(&field.text);
        let cell = if field.right { cell.set_alignment(CellAlignment::Right) } else { cell };
        match field.tone {
            Tone::Plain => cell,
            Tone::Good => cell.fg(Color::Green),
            Tone::Caution => cell.fg(Color::Yellow),
            Tone::Bad => cell.fg(Color::Red),
            Tone::Dim => cell.add_attribute(Attribute::Dim),
        }
    }

    /// A text in a tone, where there are colours.
    pub fn toned(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            _ if !self.colour => return text.to_owned(),
            Tone::Good => "32",
            Tone::Caution => "33",
            Tone::Bad => "31",
            Tone::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Problems, on standard error: what, what is safe, what next, the tool's
    /// words. For a program one object on standard output.
    pub fn problems(&self, problems: &[Problem]) {
        let told: Vec<_> = problems.iter().map(|p| self.words.problem(p)).collect();
        if self.json {
            return self.json(&json!({ "problems": told }));
        }
        if self.logs {
            for (problem, one) in problems.iter().zip(&told) {
                let (detail, safe, next) = (one.detail.as_deref(), one.safe.as_deref(), one.next.as_deref());
                tracing::error!(code = problem.code, detail, safe, next, "{}", one.what);
            }
            return;
        }
        for (at, one) in told.iter().enumerate() {
            let head = format!("{}: {}", self.words.label("cli-error"), one.what);
            let mut text = self.toned(&head, Tone::Bad);
            for line in one.detail.iter().flat_map(|d| d.lines()) {
                text += &format!("\n  | {line}");
            }
            // What several problems have in common is said once, at the last.
            let safe =
                one.safe.as_ref().filter(|_| told.get(at + 1).is_none_or(|next| next.safe != one.safe));
            for line in safe.into_iter().chain(&one.next) {
                text += &format!("\n  {line}");
            }
            write_line(&self.err, &text);
        }
    }

    /// A bar on standard error; invisible where no person watches.
    pub fn bar(&self) -> ProgressBar {
        let target = if self.err_terminal && !self.json {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        ProgressBar::with_draw_target(None, target)
    }

    /// Whether bars are visible.
    pub fn has_bars(&self) -> bool {
        self.err_terminal && !self.json
    }

    /// A moment in UTC, to the second.
    pub fn moment(&self, moment: Moment) -> String {
        moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    }
}

/// Writes and flushes a line. A reader that went away (`| head`) is no error of
/// ours and no reason to stop an operation.
fn write_line(to: &Mutex<Box<dyn Write + Send>>, text: &str) {
    let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}

fn trimmed(table: &Table) -> String {
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn console_width(of: &impl std::os::fd::AsFd) -> Option<u16> {
    rustix::termios::tcgetwinsize(of).ok().map(|size| size.ws_col).filter(|columns| *columns >= 40)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::problem;

    /// Keeps what was written.
    #[derive(Clone, Default)]
    pub(super) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn output(lang: Lang, json: bool) -> (Output, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        (Output::to(lang, json, Box::new(out.clone()), Box::new(err.clone())), out, err)
    }

    fn rows() -> Vec<Vec<Field>> {
        vec![
            vec!["exit".into(), Field::figure("3.42 GB"), Field::text("ok").tone(Tone::Good)],
            vec!["a longer name".into(), Field::figure("512 B"), Field::text("…").tone(Tone::Bad)],
        ]
    }

    #[test]
    fn a_table_has_headings_in_the_language_and_no_colours_in_a_pipe() {
        let (output, out, _) = output(Lang::PtBr, false);
        output.table(&["exit-done", "cli-error", "no-such-heading"], rows(), &Msg::new("cli-error"));
        insta::assert_snapshot!(out.text());
        output.facts(vec![("cli-error", "x".into()), ("exit-done", Field::figure("1"))]);
        output.table(&[], Vec::new(), &Msg::new("cli-error"));
        insta::assert_snapshot!(
            "facts_and_no_rows",
            out.text().lines().skip(4).collect::<Vec<_>>().join("\n")
        );
    }

    #[test]
    fn a_program_gets_json_and_nothing_else() {
        let (output, out, err) = output(Lang::En, true);
        output.table(&[], rows(), &Msg::new("x"));
        output.line("x");
        output.note("x");
        output.json(&json!({ "a": 1 }));
        output.problems(&[problem!("kind-unknown", kind = "oracle").detail("words")]);
        assert_eq!(err.text(), "");
        let lines: Vec<serde_json::Value> =
            out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0], json!({ "a": 1 }));
        assert_eq!(lines[1]["problems"][0]["code"], "kind-unknown");
        assert_eq!(lines[1]["problems"][0]["detail"], "words");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn problems_say_what_they_have_in_common_once() {
        let (output, out, err) = output(Lang::En, false);
        output.problems(&[
            problem!("setting-choice", at = "a:1", key = "k", value = "v", choices = "x, y"),
            problem!("setting-file", path = "/p").detail("two\nlines"),
            problem!("kind-unknown", kind = "oracle"),
        ]);
        assert_eq!(out.text(), "");
        insta::assert_snapshot!(err.text());
    }
}
