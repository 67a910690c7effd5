//! `/resources/{resource}/check`: looks at the real thing and tells what it found.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::resource;
use crate::{
    engine::{Check, Verdict},
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        guard::Here,
        text::T,
        view::{
            Ref,
            check::{CheckLine, CheckPage},
            words::check_word,
        },
    },
};

/// The page.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    let checks = site.world.engine(row)?.check(&site.world.access(row)?).await;
    let desk = resource::desk(&site, &request, &caller, row).await?;
    let t = desk.page.t;
    let at = format!("/resources/{}", row.id);
    let way = [("/dashboard", t.s("ui-nav-overview")), (at.as_str(), row.name.clone())];
    let desk = desk.titled(t.s("ui-check"), &way);
    let lines = checks.iter().map(|check| line(t, check)).collect();
    let resource = Ref::new(row.id.as_str(), row.name.as_str());
    desk.answer(StatusCode::OK, |page| CheckPage { page, resource, lines }.render())
}

fn line(t: T, check: &Check) -> CheckLine {
    let (found, told) = match &check.verdict {
        Verdict::Good(Some(found)) => (t.m(found), None),
        Verdict::Caution(problem) | Verdict::Bad(problem) => (String::new(), Some(t.told(problem))),
        Verdict::Good(None) | Verdict::Skipped => (String::new(), None),
    };
    CheckLine { title: t.m(&check.title), word: check_word(&check.verdict), found, told }
}
