//! `/resources/{id}/check`: whether a resource can be reached and used, looked at just
//! now.

use askama::Template;

use super::{Ref, words::Word};
use crate::{i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "check.html")]
pub(crate) struct CheckPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// Of what.
    pub(crate) resource: Ref,
    /// What was looked at, in order.
    pub(crate) lines: Vec<CheckLine>,
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct CheckLine {
    /// What.
    pub(crate) title: String,
    /// How it is.
    pub(crate) word: Word,
    /// What was found, if it is good.
    pub(crate) found: String,
    /// What is wrong.
    pub(crate) told: Option<Told>,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::engine::Verdict;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            tests::samples::{shell, told},
            words::check_word,
        },
    };

    pub(crate) fn pages(lang: Lang) -> Vec<CheckPage> {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Check billing-pg".to_owned();
        let why = problem!("confirm-needed", name = "x");
        let line = |verdict: Verdict, told| CheckLine {
            title: "Permission <1>".to_owned(),
            word: check_word(&verdict),
            found: "17.2".to_owned(),
            told,
        };
        let lines = vec![
            line(Verdict::Good(None), None),
            line(Verdict::Caution(why.clone()), Some(told(lang, &why))),
            line(Verdict::Bad(why.clone()), Some(told(lang, &why))),
            line(Verdict::Skipped, None),
        ];
        vec![CheckPage { page, resource: Ref::new("01kaxresource00000000000001", "billing-pg"), lines }]
    }
}
