//! `/resources/{id}/backup`: what a backup by hand is to hold.

use askama::Template;

use super::{Choice, Input, Ref};
use crate::{i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "backup_now.html")]
pub(crate) struct BackupNow {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// Of what.
    pub(crate) resource: Ref,
    /// A name for it.
    pub(crate) name: Input,
    /// A note.
    pub(crate) note: Input,
    /// The formats the kind offers; one needs no choice.
    pub(crate) formats: Vec<Choice>,
    /// How it is compressed.
    pub(crate) compressions: Vec<Choice>,
    /// What is wrong with that choice.
    pub(crate) compression: Input,
    /// What there is to back up; none: the kind has no parts to choose among.
    pub(crate) items: Vec<Choice>,
    /// Whether roles come along; none if the kind has none.
    pub(crate) roles: Option<bool>,
    /// Why it could not be looked at, or not be done.
    pub(crate) problem: Option<Told>,
    /// The request's key: sent twice, it is done once.
    pub(crate) key: String,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::tests::samples::{shell, told},
    };

    pub(crate) fn pages(lang: Lang) -> Vec<BackupNow> {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Back up billing-pg".to_owned();
        let full = |problem| BackupNow {
            page: page.clone(),
            resource: Ref::new("01kaxresource00000000000001", "billing-pg"),
            name: Input::default(),
            note: Input::of("x").wrong("Too long."),
            formats: vec![Choice::new("custom", "custom", true), Choice::new("plain", "plain", false)],
            compressions: vec![Choice::new("auto", "auto", true)],
            compression: Input::default(),
            items: vec![Choice::new("a <b>", "a <b>", true), Choice::new("c", "c", false)],
            roles: Some(true),
            problem,
            key: "k".to_owned(),
        };
        let problem = told(lang, &problem!("confirm-needed", name = "x"));
        let bare = BackupNow { formats: vec![], items: vec![], roles: None, ..full(None) };
        vec![full(None), full(Some(problem)), bare]
    }
}
