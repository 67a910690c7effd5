//! `/account`: a person's own password, language, projects and API tokens.

use askama::Template;

use super::{Choice, Input, Ref, Wrong, wrong};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// Their projects, and what they are there, in a word.
    pub(crate) memberships: Vec<(Ref, String)>,
    /// The languages; the first is the browser's.
    pub(crate) languages: Vec<Choice>,
    /// The password they have: empty, perhaps with what is wrong.
    pub(crate) current: Input,
    /// A new one.
    pub(crate) password: Input,
    /// The same once more.
    pub(crate) again: Input,
    /// What a new token is for.
    pub(crate) token: Input,
    /// For how long a new token is.
    pub(crate) lifetimes: Vec<Choice>,
    /// Their tokens, the newest first.
    pub(crate) tokens: Vec<TokenLine>,
    /// A token that was just made: shown this once.
    pub(crate) made: Option<String>,
    /// Why a change was refused.
    pub(crate) problem: Option<Told>,
}

/// An API token.
#[derive(Debug, Clone)]
pub(crate) struct TokenLine {
    /// Its id.
    pub(crate) id: String,
    /// What it is for.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) created_at: Moment,
    /// When it was last used.
    pub(crate) used_at: Option<Moment>,
    /// When it ends by itself.
    pub(crate) expires_at: Option<Moment>,
}

impl AccountPage {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[
            ("current", &self.current),
            ("password", &self.password),
            ("again", &self.again),
            ("token", &self.token),
        ])
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            choices,
            tests::samples::{ago, now, shell, told},
        },
    };

    pub(crate) fn pages(lang: Lang) -> Vec<AccountPage> {
        let page = shell(lang, "ui-account");
        let token = TokenLine {
            id: "7".to_owned(),
            name: "deploy <ci>".to_owned(),
            created_at: ago(9_000),
            used_at: Some(ago(3)),
            expires_at: Some(now() + chrono::TimeDelta::days(30)),
        };
        let old = TokenLine { id: "8".to_owned(), used_at: None, expires_at: Some(ago(5)), ..token.clone() };
        let endless = TokenLine { id: "9".to_owned(), expires_at: None, ..token.clone() };
        let shop = (Ref::new("1", "shop & co"), page.t.s("ui-role-owner"));
        let full = AccountPage {
            memberships: vec![shop],
            languages: choices::languages(page.t, Some(Lang::PtBr)),
            current: Input::default(),
            password: Input::default().wrong("Too short."),
            again: Input::default(),
            token: Input::of("deploy"),
            lifetimes: choices::lifetimes(page.t, 90),
            tokens: vec![token, old, endless],
            made: Some("zelo_0123456789abcdef".to_owned()),
            problem: Some(told(lang, &problem!("confirm-needed", name = "x"))),
            page: page.clone(),
        };
        let new = AccountPage {
            memberships: vec![],
            languages: choices::languages(page.t, None),
            current: Input::default(),
            password: Input::default(),
            again: Input::default(),
            token: Input::default(),
            lifetimes: choices::lifetimes(page.t, 0),
            tokens: vec![],
            made: None,
            problem: None,
            page,
        };
        vec![full, new]
    }
}
