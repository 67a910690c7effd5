//! `/projects` and `/projects/{id}`: whose things are whose.

use askama::Template;

use super::{Choice, Input, Ref, Wrong, wrong};
use crate::{i18n::Told, web::shell::Shell};

/// `/projects`: all of them, and a form for one more.
#[derive(Template)]
#[template(path = "projects.html")]
pub(crate) struct ProjectsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// All projects, by name.
    pub(crate) rows: Vec<ProjectLine>,
    /// The new one's name.
    pub(crate) name: Input,
}

/// A project in the list.
#[derive(Debug, Clone)]
pub(crate) struct ProjectLine {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// How many resources belong to it.
    pub(crate) resources: u64,
    /// How many people are members of it.
    pub(crate) members: u64,
}

/// `/projects/{id}`: its name, its members, its resources.
#[derive(Template)]
#[template(path = "project.html")]
pub(crate) struct ProjectPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The project.
    pub(crate) project: Ref,
    /// Its name, as typed.
    pub(crate) name: Input,
    /// Its members, by name.
    pub(crate) members: Vec<Member>,
    /// People who are no members yet, none chosen.
    pub(crate) others: Vec<Choice>,
    /// The roles, for a new member.
    pub(crate) roles: Vec<Choice>,
    /// Its resources, by name.
    pub(crate) resources: Vec<Ref>,
    /// Why a change was refused.
    pub(crate) problem: Option<Told>,
    /// Whether the person may change it: an owner of it, or an administrator.
    pub(crate) may_manage: bool,
}

/// A member of a project.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Who.
    pub(crate) user: Ref,
    /// The roles, with theirs chosen.
    pub(crate) roles: Vec<Choice>,
    /// Whether they can no longer sign in.
    pub(crate) disabled: bool,
}

impl ProjectsPage {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[("name", &self.name)])
    }
}

impl ProjectPage {
    fn wrong(&self) -> Vec<Wrong> {
        wrong(&[("name", &self.name)])
    }
}

impl Member {
    /// What they are, in a word.
    pub(crate) fn role(&self) -> &str {
        self.roles.iter().find(|role| role.chosen).map_or("", |role| role.label.as_str())
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
            view::{
                choices,
                tests::samples::{shell, told},
            },
        },
    };

    pub(crate) fn lists(lang: Lang) -> Vec<ProjectsPage> {
        let mut page = shell(lang, "ui-nav-projects");
        page.here = Here::Projects;
        let line = |id: &str, name: &str| ProjectLine {
            id: id.to_owned(),
            name: name.to_owned(),
            resources: 3,
            members: 1,
        };
        vec![ProjectsPage {
            page,
            rows: vec![line("1", "shop & co"), line("2", "clinic")],
            name: Input::of("shop & co").wrong("Another one is called so."),
        }]
    }

    pub(crate) fn pages(lang: Lang) -> Vec<ProjectPage> {
        let mut page = shell(lang, "ui-nav-projects");
        page.here = Here::Projects;
        let member = |id: &str, role: &str, disabled| Member {
            user: Ref::new(id, format!("<{id}>")),
            roles: choices::roles(page.t, role),
            disabled,
        };
        let full = ProjectPage {
            project: Ref::new("1", "shop & co"),
            name: Input::of("shop & co"),
            members: vec![member("ana", "owner", false), member("rui", "viewer", true)],
            others: vec![Choice::new("eva", "eva", false)],
            roles: choices::roles(page.t, "viewer"),
            resources: vec![Ref::new("7", "billing-pg"), Ref::new("8", "orders")],
            problem: Some(told(lang, &problem!("confirm-needed", name = "x"))),
            may_manage: true,
            page: page.clone(),
        };
        let seen = ProjectPage {
            members: vec![member("ana", "owner", false)],
            others: vec![],
            roles: vec![],
            resources: vec![],
            project: full.project.clone(),
            name: full.name.clone(),
            problem: None,
            may_manage: false,
            page,
        };
        vec![full, seen]
    }
}
