//! The pages before anyone is signed in: sign-in and first set-up.

use askama::Template;

use super::{Input, Wrong, wrong};
use crate::{i18n::Told, web::shell::Sheet};

/// `/sign-in`.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct Login {
    /// What every page needs.
    pub(crate) page: Sheet,
    /// What people call the place: the host of its address.
    pub(crate) host: String,
    /// The name as typed.
    pub(crate) name: Input,
    /// Always empty: what was typed is not sent back.
    pub(crate) password: Input,
    /// Where to go afterwards, below the base path.
    pub(crate) next: Option<String>,
    /// Why it was refused.
    pub(crate) problem: Option<Told>,
}

/// `/setup`: the first administrator and the first project.
#[derive(Template)]
#[template(path = "setup.html")]
pub(crate) struct Setup {
    /// What every page needs.
    pub(crate) page: Sheet,
    /// Of the one-time link.
    pub(crate) token: String,
    /// The administrator's name.
    pub(crate) name: Input,
    /// Empty, perhaps with what is wrong.
    pub(crate) password: Input,
    /// The same once more.
    pub(crate) again: Input,
    /// The project's name.
    pub(crate) project: Input,
    /// Where the key file lies.
    pub(crate) key_file: String,
    /// What is wrong with the whole.
    pub(crate) problem: Option<Told>,
}

impl Setup {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[
            ("name", &self.name),
            ("password", &self.password),
            ("again", &self.again),
            ("project", &self.project),
        ])
    }
}

/// A sign-in link, not used up yet: one button.
#[derive(Template)]
#[template(path = "sign_in_link.html")]
pub(crate) struct SignInLink {
    /// What any page needs.
    pub(crate) page: Sheet,
    /// The link's token.
    pub(crate) token: String,
}

/// A link that was used, is too old, or never was one.
#[derive(Template)]
#[template(path = "link_gone.html")]
pub(crate) struct LinkGone {
    /// What any page needs.
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

    pub(crate) fn logins(lang: Lang) -> Vec<Login> {
        let page = sheet(lang, "ui-sign-in");
        vec![
            Login {
                page: page.clone(),
                host: "ops.example.com".to_owned(),
                name: Input::default(),
                password: Input::default(),
                next: None,
                problem: None,
            },
            Login {
                page,
                host: "ops.example.com".to_owned(),
                name: Input::of("<operator>"),
                password: Input::default(),
                next: Some("/backups/1?a=1&b=2".to_owned()),
                problem: Some(told(lang, &problem!("confirm-needed", name = "x"))),
            },
        ]
    }

    pub(crate) fn setups(lang: Lang) -> Vec<Setup> {
        let page = sheet(lang, "ui-setup");
        let empty = Setup {
            page,
            token: "7f0c".to_owned(),
            name: Input::default(),
            password: Input::default(),
            again: Input::default(),
            project: Input::of("main"),
            key_file: "/var/lib/zelo/zelo.key".to_owned(),
            problem: None,
        };
        let wrong = Setup {
            page: empty.page.clone(),
            token: empty.token.clone(),
            name: Input::of("a\tb").wrong("No control characters."),
            password: Input::default().wrong("At least 12 characters."),
            again: Input::default(),
            project: Input::of("main"),
            key_file: empty.key_file.clone(),
            problem: None,
        };
        vec![empty, wrong]
    }

    pub(crate) fn links(lang: Lang) -> Vec<SignInLink> {
        vec![SignInLink { page: sheet(lang, "ui-sign-in"), token: "7f0c".to_owned() }]
    }

    pub(crate) fn gone(lang: Lang) -> Vec<LinkGone> {
        vec![LinkGone { page: sheet(lang, "ui-link-gone") }]
    }
}
