//! What pages show, as data: one file a page, each with its context, and samples
//! from which a test renders it in every language. Handlers fill them; templates
//! only lay them out. Nothing here asks or decides.
//!
//! A page's template has a block for each part that is also sent alone; a block
//! is one element with one id. `page.as_list()` is the block `list` of `page`.

pub(crate) mod account;
pub(crate) mod alerts;
pub(crate) mod api;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod backup_now;
pub(crate) mod backups;
pub(crate) mod check;
pub(crate) mod choices;
pub(crate) mod detected;
pub(crate) mod diagnosis;
pub(crate) mod error;
pub(crate) mod finding;
pub(crate) mod gate;
pub(crate) mod instance;
pub(crate) mod instance_logs;
pub(crate) mod instance_settings;
pub(crate) mod list;
pub(crate) mod operation;
pub(crate) mod operations;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod plan;
pub(crate) mod projects;
pub(crate) mod resource;
pub(crate) mod stores;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use crate::{
    domain::msg::Msg,
    msg,
    web::text::{Count, T},
};

/// "step 5 of 9".
pub(crate) fn step_of(step: impl Count, of: impl Count) -> Msg {
    msg!("ui-step-of", step = step.count(), of = of.count())
}

/// "1.86 GB in 1 min 48 s".
pub(crate) fn size_in(t: &T, bytes: impl Count, took: impl Count) -> Msg {
    msg!("ui-size-in", bytes = bytes.count(), took = t.took(took))
}

/// A text as it stands in an address's query.
pub(crate) fn in_query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A thing that has a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ref {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
}

impl Ref {
    /// A thing by id and name.
    pub(crate) fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into() }
    }
}

/// A way on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Below the base path.
    pub(crate) url: String,
    /// What it says.
    pub(crate) text: String,
}

/// What stands in a field: as typed (secrets never), and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Input {
    /// As typed.
    pub(crate) value: String,
    /// What is wrong with it, in the page's language.
    pub(crate) error: Option<String>,
}

impl Input {
    /// A value with nothing wrong.
    pub(crate) fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// The same with what is wrong with it.
    #[must_use]
    pub(crate) fn wrong(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }
}

/// A field that needs another look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The field's id.
    pub(crate) id: &'static str,
    /// What is wrong with it.
    pub(crate) error: String,
}

/// The fields with errors among these, in their order.
fn wrong(fields: &[(&'static str, &Input)]) -> Vec<Wrong> {
    let error = |(id, input): &(&'static str, &Input)| {
        input.error.as_ref().map(|error| Wrong { id, error: error.clone() })
    };
    fields.iter().filter_map(error).collect()
}

/// One of several to choose among.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is sent.
    pub(crate) value: String,
    /// What is shown.
    pub(crate) label: String,
    /// More about it; may be empty.
    pub(crate) help: String,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

impl Choice {
    /// One without help.
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), help: String::new(), chosen }
    }
}

/// A label and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fact {
    /// The label.
    pub(crate) label: String,
    /// The value.
    pub(crate) value: String,
    /// Where the value leads, below the base path.
    pub(crate) url: Option<String>,
    /// Whether the value is a name or path to be read letter by letter.
    pub(crate) code: bool,
}

impl Fact {
    /// Words.
    pub(crate) fn text(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// A name or path.
    pub(crate) fn code(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { code: true, ..Self::text(label, value) }
    }

    /// Something that has a page.
    pub(crate) fn link(label: impl Into<String>, value: impl Into<String>, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::text(label, value) }
    }
}

/// What the person may do with what the page shows: controls of the rest are not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct May {
    /// Back up, verify, pin, download.
    pub(crate) operate: bool,
    /// Unpin, restore, undo, upload, delete, free.
    pub(crate) own: bool,
}

#[cfg(test)]
impl May {
    /// Look only.
    pub(crate) const VIEWER: Self = Self { operate: false, own: false };
    /// Everything but what takes something away.
    pub(crate) const OPERATOR: Self = Self { operate: true, own: false };
    /// Everything.
    pub(crate) const OWNER: Self = Self { operate: true, own: true };
}
