//! `/instances/{resource}/logs`: what a service wrote last, its secrets taken out.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{at, desk, elsewhere, link, may, tabs};
use crate::{
    db::ResourceRow,
    domain::{clock::Moment, problem::Problem},
    host::LogLine,
    operation,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        guard::Here,
        text::T,
        view::{
            Choice,
            instance_logs::{Line, LogsPage},
        },
    },
};

/// How many lines of each container may be looked through; the first, unless asked.
const LENGTHS: [u32; 3] = [200, 500, 2000];

/// What is asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web::pages) struct Wish {
    #[serde(default)]
    pub(super) service: String,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    lines: String,
    /// `1`: as it is written.
    #[serde(default)]
    live: String,
    /// Of events: the line after which they begin.
    #[serde(default)]
    pub(super) after: String,
}

impl Wish {
    pub(super) fn length(&self) -> u32 {
        LENGTHS.into_iter().find(|length| length.to_string() == self.lines).unwrap_or(LENGTHS[0])
    }
}

/// The page, or only its lines.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let known = site.glances.fresh(&site, row).await;
    let mut names: Vec<String> =
        known.glance.iter().flat_map(|glance| &glance.services).map(|one| one.service.clone()).collect();
    names.dedup();
    let service = names.iter().find(|name| **name == wish.service).or(names.first()).cloned();
    let found: Result<Vec<LogLine>, Problem> = match (&service, known.problem) {
        (Some(service), _) => operation::logs(&site.world, row, service, wish.length()).await,
        (None, Some(problem)) => Err(problem),
        (None, None) => Ok(Vec::new()),
    };
    let desk = desk(&site, &request, &caller, row, "ui-logs").await?;
    let (t, tabs) = (desk.page.t, tabs(desk.page.t, row, may(&here), "logs"));
    let (lines, problem) = match found {
        Ok(lines) => (lines, None),
        Err(problem) => (Vec::new(), Some(t.told(&problem))),
    };
    let (resource, text) = (link(row), wish.text.trim().to_owned());
    let services = names.iter().map(|name| Choice::new(name, name, Some(name) == service.as_ref()));
    let lengths = LENGTHS.map(|n| Choice::new(n.to_string(), t.number(n), n == wish.length()));
    let services = services.collect();
    let live = wish.live == "1" && problem.is_none();
    let follow = service.filter(|_| live).map(|service| followed(row, &service, &text, &lines));
    let lines = fitting(&lines, &text).map(|one| line(t, one)).collect();
    desk.answer(StatusCode::OK, |page| {
        let lengths = lengths.into();
        let view = LogsPage { tabs, resource, services, lengths, text, lines, problem, follow, page };
        if is_htmx(&request) { view.as_log().render() } else { view.render() }
    })
}

/// The lines that have a text in them.
fn fitting<'a>(lines: &'a [LogLine], text: &str) -> impl Iterator<Item = &'a LogLine> {
    lines.iter().filter(move |line| fits(line, text))
}

/// Whether a line has a text in it, whatever its capitals.
pub(super) fn fits(line: &LogLine, text: &str) -> bool {
    text.is_empty() || line.text.to_lowercase().contains(&text.to_lowercase())
}

/// Where the lines come from as they are written, after the last one that is shown.
fn followed(row: &ResourceRow, service: &str, text: &str, shown: &[LogLine]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("service", service).append_pair("text", text);
    query.append_pair("after", shown.last().map_or("", |line| line.at.as_str()));
    format!("{}/logs/events?{}", at(row), query.finish())
}

pub(super) fn line(t: T, one: &LogLine) -> Line {
    let clock = match one.at.parse::<Moment>() {
        Ok(at) => format!("{} {}", t.day(at), t.clock(at)),
        Err(_) => one.at.clone(),
    };
    Line { at: one.at.clone(), clock, text: one.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_whatever_their_capitals() {
        let line = |text: &str| LogLine { at: String::new(), error: false, text: text.to_owned() };
        let lines = [line("FATAL: no"), line("all well"), line("a fatality")];
        let found = |text: &str| fitting(&lines, text).count();
        assert_eq!((found(""), found("fatal"), found("WELL"), found("nothing")), (3, 2, 1, 0));
    }

    #[test]
    fn only_lengths_that_are_offered_are_taken() {
        for (lines, length) in [("", 200), ("500", 500), ("2000", 2000), ("999999999", 200), ("-1", 200)] {
            assert_eq!(Wish { lines: lines.to_owned(), ..Wish::default() }.length(), length);
        }
    }
}
