//! The API's document as a page.

use askama::Template;

use crate::web::shell::Sheet;

/// `/api`.
#[derive(Template)]
#[template(path = "api.html")]
pub(crate) struct ApiPage {
    /// What every page needs.
    pub(crate) page: Sheet,
    /// What stands before everything, by paragraph.
    pub(crate) intro: Vec<String>,
    /// The calls.
    pub(crate) groups: Vec<Group>,
    /// The types they speak.
    pub(crate) kinds: Vec<Kind>,
}

/// Calls about the same things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// What about.
    pub(crate) name: String,
    /// The same in a sentence.
    pub(crate) about: String,
    /// The calls.
    pub(crate) calls: Vec<Call>,
}

/// One call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its name in the document.
    pub(crate) id: String,
    /// `GET`, `POST`…
    pub(crate) method: String,
    /// With what stands for identifiers.
    pub(crate) path: String,
    /// What it does.
    pub(crate) summary: String,
    /// More about it, by paragraph.
    pub(crate) about: Vec<String>,
    /// What may be given besides a body.
    pub(crate) inputs: Vec<Input>,
    /// Media type and kind of its body.
    pub(crate) body: Option<(String, String)>,
    /// What it answers when all is well.
    pub(crate) answers: Vec<Answers>,
    /// The statuses of what may go wrong.
    pub(crate) problems: Vec<String>,
}

/// Something that may be given, or a type's field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its name.
    pub(crate) name: String,
    /// `path`, `query`, `header`; empty for a field.
    pub(crate) place: String,
    /// Its type.
    pub(crate) kind: String,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it is.
    pub(crate) about: String,
}

/// One answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// Its status.
    pub(crate) status: String,
    /// When it comes.
    pub(crate) about: String,
    /// What it holds.
    pub(crate) kind: Option<String>,
}

/// A type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) about: String,
    /// The words it is one of.
    pub(crate) words: Vec<String>,
    /// Its fields.
    pub(crate) fields: Vec<Input>,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{i18n::Lang, web::view::tests::samples::sheet};

    pub(crate) fn pages(lang: Lang) -> Vec<ApiPage> {
        let input = |place: &str, required| Input {
            name: "project".to_owned(),
            place: place.to_owned(),
            kind: "string".to_owned(),
            required,
            about: "Of <this> project.".to_owned(),
        };
        let call = Call {
            id: "listResources".to_owned(),
            method: "GET".to_owned(),
            path: "/api/projects/{projectId}/resources".to_owned(),
            summary: "Lists resources".to_owned(),
            about: vec!["By name.".to_owned()],
            inputs: vec![input("path", true), input("query", false)],
            body: Some(("application/json".to_owned(), "Filter".to_owned())),
            answers: vec![Answers {
                status: "200".to_owned(),
                about: "The list.".to_owned(),
                kind: Some("Resources".to_owned()),
            }],
            problems: vec!["403".to_owned(), "404".to_owned()],
        };
        let bare = Call { id: "getHealth".to_owned(), path: "/api".to_owned(), ..Call::default() };
        let kind = Kind {
            name: "Role".to_owned(),
            about: "What a member may do.".to_owned(),
            words: vec!["viewer".to_owned(), "owner".to_owned()],
            fields: vec![input("", true)],
        };
        let group = Group {
            name: "Resources".to_owned(),
            about: "What is protected.".to_owned(),
            calls: vec![call, bare],
        };
        vec![ApiPage {
            page: sheet(lang, "ui-api"),
            intro: vec!["All of it.".to_owned()],
            groups: vec![group],
            kinds: vec![kind, Kind { name: "Empty".to_owned(), ..Kind::default() }],
        }]
    }
}
