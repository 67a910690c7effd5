//! `/detected`: what runs in the containers of this server and belongs to no
//! project. An administrator assigns it.

use askama::Template;

use super::{Choice, Input};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "detected.html")]
pub(crate) struct DetectedPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// What was found.
    pub(crate) rows: Vec<DetectedLine>,
    /// The projects it can be assigned to, none chosen.
    pub(crate) projects: Vec<Choice>,
    /// When it was looked for.
    pub(crate) looked_at: Moment,
    /// Why nothing could be looked at: no Docker Engine.
    pub(crate) problem: Option<Told>,
    /// Where another manager's list of instances lies, as typed.
    pub(crate) list: Input,
    /// What became of its entries, once it was taken over.
    pub(crate) imported: Vec<ImportedLine>,
    /// The folder of an instance, as typed.
    pub(crate) folder: Input,
}

/// What became of an entry of a list.
#[derive(Debug, Clone)]
pub(crate) struct ImportedLine {
    /// What the list calls it.
    pub(crate) name: String,
    /// Where it lies, if the list says it.
    pub(crate) folder: Option<String>,
    /// What became of it.
    pub(crate) text: String,
    /// Whether it is a resource now.
    pub(crate) good: bool,
}

impl ImportedLine {
    pub(crate) const fn icon(&self) -> &'static str {
        if self.good { "check" } else { "warn" }
    }
}

/// Something found.
#[derive(Debug, Clone)]
pub(crate) struct DetectedLine {
    /// What it is known by: sent back when it is assigned.
    pub(crate) identity: String,
    /// Its kind: `postgres`.
    pub(crate) kind: String,
    /// Where it runs: container, service.
    pub(crate) place: String,
    /// What it will be called; as typed after a refusal.
    pub(crate) name: Input,
    /// The project asked for, after a refusal.
    pub(crate) project: String,
    /// Why nothing may be restored into it.
    pub(crate) refused: Option<Told>,
    /// Why it was not assigned.
    pub(crate) problem: Option<Told>,
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

    pub(crate) fn pages(lang: Lang) -> Vec<DetectedPage> {
        let mut page = shell(lang, "ui-nav-detected");
        page.here = Here::Detected;
        let line = |name: &str| DetectedLine {
            identity: format!("docker:{name}"),
            kind: "postgres".to_owned(),
            place: format!("<{name}>-db-1"),
            name: Input::of(name),
            project: String::new(),
            refused: None,
            problem: None,
        };
        let refused = told(lang, &problem!("confirm-needed", name = "x"));
        let wrong = DetectedLine {
            name: Input::of("billing").wrong("Another one is called so."),
            project: "2".to_owned(),
            refused: Some(refused.clone()),
            problem: Some(refused.clone()),
            ..line("billing")
        };
        let projects = vec![Choice::new("1", "shop & co", false), Choice::new("2", "clinic", false)];
        vec![
            DetectedPage {
                page: page.clone(),
                rows: vec![line("shop"), wrong],
                projects: projects.clone(),
                looked_at: ago(1),
                problem: None,
                list: Input::of("/srv/<manager>/instances.json").wrong("It could not be read."),
                imported: vec![],
                folder: Input::of("/srv/<shop>").wrong("It lies elsewhere."),
            },
            DetectedPage {
                page,
                rows: vec![],
                projects,
                looked_at: ago(1),
                problem: Some(refused),
                list: Input::default(),
                imported: vec![
                    ImportedLine {
                        name: "<shop>".to_owned(),
                        folder: Some("/srv/<shop>".to_owned()),
                        text: "added".to_owned(),
                        good: true,
                    },
                    ImportedLine {
                        name: "lost".to_owned(),
                        folder: None,
                        text: "The list does not say where it lies.".to_owned(),
                        good: false,
                    },
                ],
                folder: Input::default(),
            },
        ]
    }
}
