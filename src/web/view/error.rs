//! What is shown instead of a page: a refusal or a failure, and a download link
//! that leads nowhere. They need nothing from the database.

use askama::Template;

use super::Link;
use crate::{i18n::Told, web::shell::Sheet};

/// A refusal or a failure, in three answers.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// What every page needs.
    pub(crate) page: Sheet,
    /// The answers.
    pub(crate) told: Told,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The request's id, as the log has it.
    pub(crate) request: String,
    /// Where to go from here; the first is the best one.
    pub(crate) actions: Vec<Link>,
}

impl ErrorPage {
    /// The id of the page's heading.
    fn heading(&self) -> &'static str {
        match self.status {
            401 | 403 => "ui-error-forbidden",
            404 | 410 => "ui-error-not-found",
            409 | 423 => "ui-error-conflict",
            429 => "ui-error-too-many",
            400..500 => "ui-error-refused",
            _ => "ui-error-failed",
        }
    }
}

/// A download link that is wrong, too old or revoked: which of them is nobody's
/// business.
#[derive(Template)]
#[template(path = "download_gone.html")]
pub(crate) struct DownloadGone {
    /// What every page needs.
    pub(crate) page: Sheet,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::tests::samples::{sheet, told},
    };

    pub(crate) fn errors(lang: Lang) -> Vec<ErrorPage> {
        let page = sheet(lang, "ui-error-failed");
        let overview = Link { url: "/dashboard".to_owned(), text: page.t.s("ui-nav-overview") };
        [400, 403, 404, 409, 429, 500]
            .into_iter()
            .map(|status| ErrorPage {
                page: page.clone(),
                told: told(lang, &problem!("internal-journal").detail("disk <full>")),
                status,
                request: "7qx291".to_owned(),
                actions: vec![overview.clone()],
            })
            .collect()
    }

    pub(crate) fn gone(lang: Lang) -> Vec<DownloadGone> {
        vec![DownloadGone { page: sheet(lang, "ui-gone") }]
    }
}
