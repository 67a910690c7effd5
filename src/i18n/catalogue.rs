//! One language's catalogue: renders messages and problems.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use fluent_bundle::{
    FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle, memoizer::MemoizerKind,
};
use fluent_syntax::ast::{Entry, Pattern, PatternElement};
use serde::Serialize;
use unic_langid::LanguageIdentifier;

use super::{lang::Lang, number};
use crate::domain::{
    msg::{Arg, Msg},
    problem::Problem,
};

mod files {
    include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));
}

/// Arguments of these names are lengths in bytes and shown as sizes.
const SIZES: [&str; 5] = ["bytes", "free", "reserve", "size", "total"];

/// Arguments of these names are numbers that are not counted: never grouped.
const LABELS: [&str; 5] = ["code", "line", "pid", "port", "year"];

static EN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::build(Lang::En, files::EN));
static PT_BR: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::build(Lang::PtBr, files::PT_BR));

/// Everything Zelo says in one language.
pub struct Catalogue {
    lang: Lang,
    /// Texts that are always the same, by id: a page has hundreds of them.
    plain: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
}

/// A problem as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Stable, for programs.
    pub code: String,
    /// What happened.
    pub what: String,
    /// What was not lost, or that nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The tool's or system's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Catalogue {
    /// The catalogue of a language, built once.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::En => &EN,
            Lang::PtBr => &PT_BR,
        }
    }

    pub(super) fn build(lang: Lang, files: &[(&str, &str)]) -> Self {
        let locale: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks that isolate arguments from right-to-left text would end up
        // in terminals, JSON and file names; both languages run left to right.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match lang {
            Lang::En => number_en,
            Lang::PtBr => number_pt_br,
        }));
        let mut plain = HashMap::new();
        for (name, text) in files {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(part, errors)| {
                tracing::error!(%lang, file = name, ?errors, "catalogue file with errors");
                part
            });
            plain.extend(resource.entries().filter_map(constant));
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(%lang, file = name, ?errors, "catalogue ids used twice");
            }
        }
        Self { lang, plain, bundle }
    }

    /// Its language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A message as text. An id the catalogue lacks is shown as `[id]`, so that
    /// it is seen and reported, and logged.
    pub fn text(&self, msg: &Msg) -> String {
        self.render(&msg.id, None, &msg.args).unwrap_or_else(|| missing(self.lang, &msg.id))
    }

    /// A text without arguments, by id: labels of the doors themselves.
    pub fn label(&self, id: &str) -> String {
        if let Some(text) = self.plain.get(id) {
            return text.clone();
        }
        self.render(id, None, &BTreeMap::new()).unwrap_or_else(|| missing(self.lang, id))
    }

    /// An attribute of such a text; `None` if it has none of this name.
    pub fn part(&self, id: &str, name: &str) -> Option<String> {
        self.render(id, Some(name), &BTreeMap::new())
    }

    /// Whether the catalogue has this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A problem as a person reads it.
    pub fn problem(&self, problem: &Problem) -> Told {
        let id = format!("problem-{}", problem.code);
        Told {
            code: problem.code.clone(),
            what: self.render(&id, None, &problem.args).unwrap_or_else(|| missing(self.lang, &id)),
            safe: self.render(&id, Some("safe"), &problem.args),
            next: self.render(&id, Some("next"), &problem.args),
            detail: problem.detail.clone(),
        }
    }

    /// A length in bytes as a size: `3.42 GB`.
    pub fn size(&self, bytes: u64) -> String {
        number::size(self.lang, bytes)
    }

    /// A count with its thousands grouped.
    pub fn number(&self, number: i64) -> String {
        number::grouped(self.lang, number)
    }

    fn render(&self, id: &str, attribute: Option<&str>, args: &BTreeMap<String, Arg>) -> Option<String> {
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value(),
            Some(name) => message.get_attribute(name).map(|a| a.value()),
        }?;
        Some(self.format(id, pattern, args))
    }

    fn format(&self, id: &str, pattern: &Pattern<&str>, args: &BTreeMap<String, Arg>) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            values.set(name.as_str(), self.value(name, arg));
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors);
        if !errors.is_empty() {
            tracing::warn!(lang = %self.lang, id, ?errors, "message rendered with errors");
        }
        text.into_owned()
    }

    fn value<'a>(&self, name: &str, arg: &'a Arg) -> FluentValue<'a> {
        match arg {
            Arg::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            Arg::Number(n) if SIZES.contains(&name) => self.size(u64::try_from(*n).unwrap_or(0)).into(),
            Arg::Number(n) if LABELS.contains(&name) => n.to_string().into(),
            Arg::Number(n) => FluentValue::from(*n),
        }
    }
}

/// A message of nothing but text.
fn constant(entry: &Entry<&str>) -> Option<(String, String)> {
    let Entry::Message(message) = entry else { return None };
    let elements = message.value.as_ref()?.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => Some(*value),
        PatternElement::Placeable { .. } => None,
    });
    Some((message.id.name.to_owned(), elements.collect::<Option<String>>()?))
}

fn missing(lang: Lang, id: &str) -> String {
    tracing::warn!(%lang, id, "the catalogue lacks this message");
    format!("[{id}]")
}

fn number_en<M: MemoizerKind>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    written(Lang::En, value)
}

fn number_pt_br<M: MemoizerKind>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    written(Lang::PtBr, value)
}

#[allow(clippy::cast_possible_truncation)] // whole numbers below 2^53 only
fn written(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(n) if n.value.fract() == 0.0 => Some(number::grouped(lang, n.value as i64)),
        _ => None,
    }
}
