//! A sentence for a person, not yet in any language: an id of the catalogues in
//! `i18n/` with its arguments. Only the doors (`cli/`, `web/`) and `notify/`
//! turn one into text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One argument of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A count or size; the catalogue chooses the plural and the grouping.
    Number(i64),
    /// A name, path, date or other text, shown as it is.
    Text(String),
}

macro_rules! number {
    ($($from:ty),+) => {$(
        impl From<$from> for Arg {
            fn from(value: $from) -> Self {
                Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
            }
        }
    )+};
}
number!(i32, i64, u32, u64, usize);

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

/// A message: catalogue id and arguments. Made by [`crate::msg!`], so that the
/// test of the catalogues finds every id in the sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Msg {
    /// The id in the catalogues.
    pub id: String,
    /// What the text mentions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Arg>,
}

impl Msg {
    /// Prefer [`crate::msg!`].
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), args: BTreeMap::new() }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }
}

/// `msg!("step-dump", database = name)`: a [`Msg`] whose id the catalogue test
/// can find.
#[macro_export]
macro_rules! msg {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::domain::msg::Msg::new($id)$(.with(stringify!($name), $value))*
    };
}
