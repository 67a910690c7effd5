//! `/instances/{id}/settings`: an instance's settings as a form, group by group; what
//! was changed before, with the way back; one secret, shown to an owner.

use askama::Template;

use super::{
    Choice, Input, Ref,
    instance::Tabs,
    words::{Word, operation_word},
};
use crate::{
    domain::{clock::Moment, operation::OpState},
    i18n::Told,
    web::shell::Shell,
};

/// The page.
#[derive(Template)]
#[template(path = "instance_settings.html")]
pub(crate) struct SettingsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to the instance's other pages.
    pub(crate) tabs: Tabs,
    /// The instance.
    pub(crate) resource: Ref,
    /// The settings by group.
    pub(crate) groups: Vec<Group>,
    /// What is wrong with what was entered, or why there is no form.
    pub(crate) problem: Option<Told>,
    /// Why Compose could not say what the settings touch.
    pub(crate) unsaid: Option<Told>,
    /// To whom a test mail goes.
    pub(crate) to: Input,
}

/// Settings that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// For the page's own links: `urls`.
    pub(crate) id: String,
    /// The heading.
    pub(crate) label: String,
    /// The settings.
    pub(crate) fields: Vec<Field>,
}

/// One setting.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name in the form: `jwt_expiry`.
    pub(crate) name: String,
    /// Its name in `.env`.
    pub(crate) env: String,
    /// What it is called.
    pub(crate) label: String,
    /// What it does, and what it is where nobody has changed it.
    pub(crate) help: String,
    /// What it may be, and what a change touches: services and the database.
    pub(crate) effect: String,
    /// How it is entered.
    pub(crate) entry: Entry,
    /// The value as it is, or as entered; of a secret nothing.
    pub(crate) input: Input,
    /// Whether it has a value.
    pub(crate) is_set: bool,
    /// Whether its value is hidden.
    pub(crate) secret: bool,
}

/// How a setting is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// One line.
    Line,
    /// Several lines.
    Area,
    /// One of these.
    Choice(Vec<Choice>),
    /// Not here: why.
    Closed(String),
}

impl Field {
    /// Whether it is several lines.
    pub(crate) fn is_area(&self) -> bool {
        self.entry == Entry::Area
    }

    /// What can be chosen, if that is how it is entered.
    pub(crate) fn choices(&self) -> Option<&Vec<Choice>> {
        match &self.entry {
            Entry::Choice(choices) => Some(choices),
            _ => None,
        }
    }

    /// Why it is not entered here.
    pub(crate) fn closed(&self) -> Option<&String> {
        match &self.entry {
            Entry::Closed(why) => Some(why),
            _ => None,
        }
    }
}

impl SettingsPage {
    /// All settings that are hidden and have a value.
    pub(crate) fn hidden(&self) -> Vec<&Field> {
        let all = self.groups.iter().flat_map(|group| &group.fields);
        all.filter(|field| field.secret && field.is_set).collect()
    }
}

/// One value, shown to an owner.
#[derive(Template)]
#[template(path = "instance_revealed.html")]
pub(crate) struct RevealedPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to the instance's other pages.
    pub(crate) tabs: Tabs,
    /// The instance.
    pub(crate) resource: Ref,
    /// What the setting is called.
    pub(crate) label: String,
    /// Its name in `.env`.
    pub(crate) env: String,
    /// The value.
    pub(crate) value: String,
}

/// `/instances/{id}/history`: what was changed when, by whom, and how it ended.
#[derive(Template)]
#[template(path = "instance_history.html")]
pub(crate) struct HistoryPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to the instance's other pages.
    pub(crate) tabs: Tabs,
    /// The instance.
    pub(crate) resource: Ref,
    /// The changes, the newest first.
    pub(crate) rows: Vec<HistoryLine>,
}

/// One change.
#[derive(Debug, Clone)]
pub(crate) struct HistoryLine {
    /// The operation.
    pub(crate) operation: String,
    /// When it was asked for.
    pub(crate) at: Moment,
    /// Who.
    pub(crate) by: String,
    /// How it ended.
    pub(crate) state: OpState,
    /// Whether there is something to go back to for all that it changed.
    pub(crate) goes_back: bool,
    /// What was changed, in sentences.
    pub(crate) changes: Vec<String>,
}

impl HistoryLine {
    /// How it ended, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        operation_word(self.state)
    }

    /// Whether there is something to go back from, and a value to go back to.
    pub(crate) fn can_set_back(&self) -> bool {
        self.state == OpState::Succeeded && self.goes_back
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            instance::samples::{ID, tabs},
            tests::samples::{ago, shell, told},
        },
    };

    fn page_of(lang: Lang) -> SettingsPage {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Settings of shop".to_owned();
        let field = |name: &str, entry, value: &str, secret| Field {
            name: name.to_owned(),
            env: name.to_uppercase(),
            label: format!("Label of <{name}>"),
            help: "What it does.".to_owned(),
            effect: "Recreates: <auth>".to_owned(),
            entry,
            input: Input::of(value),
            is_set: true,
            secret,
        };
        let yes_no = vec![Choice::new("true", "Yes", true), Choice::new("false", "No", false)];
        let fields = vec![
            field("site_url", Entry::Line, "https://a.b/?<c>", false),
            field("redirects", Entry::Area, "a,<b>", false),
            field("no_signup", Entry::Choice(yes_no), "true", false),
            field("smtp_pass", Entry::Line, "", true),
            field("jwt_secret", Entry::Closed("Changed <elsewhere>.".to_owned()), "", true),
            field("smtp_sender", Entry::Closed("Changed elsewhere.".to_owned()), "x", false),
        ];
        let group = |id: &str, fields| Group { id: id.to_owned(), label: format!("Group {id}"), fields };
        let second = vec![Field { is_set: false, ..field("vault_key", Entry::Line, "", true) }];
        SettingsPage {
            tabs: tabs(2),
            resource: Ref::new(ID, "shop <prod>"),
            groups: vec![group("urls", fields), group("smtp", second)],
            problem: None,
            unsaid: None,
            to: Input::default(),
            page,
        }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<SettingsPage> {
        let mut wrong = page_of(lang);
        wrong.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        wrong.to = Input::of("<ana>").wrong("Not an address.");
        wrong.groups[0].fields[0].input = Input::of("x").wrong("Not an address.");
        wrong.groups[0].fields[3].input = Input::default().wrong("Too short.");
        wrong.unsaid = Some(told(lang, &problem!("compose-missing")));
        wrong.groups[0].fields[0].effect = String::new();
        let mut away = page_of(lang);
        away.groups.clear();
        away.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        vec![page_of(lang), wrong, away]
    }

    pub(crate) fn revealed(lang: Lang) -> Vec<RevealedPage> {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Value".to_owned();
        vec![RevealedPage {
            page,
            tabs: tabs(2),
            resource: Ref::new(ID, "shop <prod>"),
            label: "Mail <password>".to_owned(),
            env: "SMTP_PASS".to_owned(),
            value: "a<b>c".to_owned(),
        }]
    }

    pub(crate) fn histories(lang: Lang) -> Vec<HistoryPage> {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "History of shop".to_owned();
        let line = |number: u8, state| HistoryLine {
            operation: format!("01kay000000000000000000{number:03}"),
            at: ago(60),
            by: "operator".to_owned(),
            state,
            goes_back: true,
            changes: vec!["JWT_EXPIRY: 3600 → 7200".to_owned(), "SITE_URL: <a> → <b>".to_owned()],
        };
        let page = HistoryPage {
            page,
            tabs: tabs(2),
            resource: Ref::new(ID, "shop <prod>"),
            rows: vec![
                line(1, OpState::Succeeded),
                line(2, OpState::RolledBack),
                HistoryLine { goes_back: false, ..line(3, OpState::Succeeded) },
            ],
        };
        let none = HistoryPage {
            page: page.page.clone(),
            tabs: tabs(2),
            resource: page.resource.clone(),
            rows: vec![],
        };
        vec![page, none]
    }
}
