//! `/people` and `/people/{id}`: who may sign in, and as what.

use askama::Template;

use super::{Input, Ref, Wrong, wrong};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// `/people`: everybody, and a form for one more.
#[derive(Template)]
#[template(path = "people.html")]
pub(crate) struct PeoplePage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// Everybody, by name.
    pub(crate) rows: Vec<PersonLine>,
    /// The new one's name.
    pub(crate) name: Input,
    /// Their e-mail address; may be empty.
    pub(crate) email: Input,
    /// Their first password: empty, perhaps with what is wrong.
    pub(crate) password: Input,
    /// Whether they are to be an administrator.
    pub(crate) admin: bool,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct PersonLine {
    /// Their id.
    pub(crate) id: String,
    /// Their name.
    pub(crate) name: String,
    /// Where mail reaches them.
    pub(crate) email: Option<String>,
    /// Whether they manage the whole panel.
    pub(crate) is_admin: bool,
    /// Whether they can no longer sign in.
    pub(crate) disabled: bool,
    /// Since when they are here.
    pub(crate) created_at: Moment,
    /// In how many projects they are.
    pub(crate) projects: u64,
    /// Whether it is who looks.
    pub(crate) is_me: bool,
}

/// `/people/{id}`.
#[derive(Template)]
#[template(path = "person.html")]
pub(crate) struct PersonPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The person.
    pub(crate) person: PersonLine,
    /// Their projects, and what they are there, in a word.
    pub(crate) memberships: Vec<(Ref, String)>,
    /// A new password: empty, perhaps with what is wrong.
    pub(crate) password: Input,
    /// The same once more.
    pub(crate) again: Input,
    /// Why a change was refused.
    pub(crate) problem: Option<Told>,
}

impl PeoplePage {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[("name", &self.name), ("email", &self.email), ("password", &self.password)])
    }
}

impl PersonPage {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[("password", &self.password), ("again", &self.again)])
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::{
            shell::Here,
            view::tests::samples::{ago, shell, told},
        },
    };

    fn person(name: &str) -> PersonLine {
        PersonLine {
            id: name.to_owned(),
            name: format!("<{name}>"),
            email: Some(format!("{name}@example.com")),
            is_admin: false,
            disabled: false,
            created_at: ago(90_000),
            projects: 2,
            is_me: false,
        }
    }

    pub(crate) fn lists(lang: Lang) -> Vec<PeoplePage> {
        let mut page = shell(lang, "ui-nav-people");
        page.here = Here::People;
        let rows = vec![
            PersonLine { is_admin: true, is_me: true, ..person("ana") },
            PersonLine { disabled: true, email: None, ..person("rui") },
        ];
        vec![PeoplePage {
            page,
            rows,
            name: Input::of("Ana").wrong("Somebody is called so."),
            email: Input::default(),
            password: Input::default(),
            admin: true,
        }]
    }

    pub(crate) fn pages(lang: Lang) -> Vec<PersonPage> {
        let mut page = shell(lang, "ui-nav-people");
        page.here = Here::People;
        let of = |person: PersonLine, memberships, problem| PersonPage {
            page: page.clone(),
            person,
            memberships,
            password: Input::default(),
            again: Input::default().wrong("They differ."),
            problem,
        };
        let shop = (Ref::new("1", "shop & co"), page.t.s("ui-role-owner"));
        let refused = told(lang, &problem!("confirm-needed", name = "x"));
        vec![
            of(person("rui"), vec![shop], None),
            of(PersonLine { is_admin: true, is_me: true, ..person("ana") }, vec![], Some(refused)),
            of(PersonLine { disabled: true, ..person("eva") }, vec![], None),
        ]
    }
}
