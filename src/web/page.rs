//! From a request to what surrounds its page: language, theme, form token, who is
//! signed in, where they can go. One function for pages with navigation, one for
//! those without.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    cookie::Cookie,
    http::{StatusCode, header::ContentType},
};
use askama::Template;

use super::{
    Site,
    board::Board,
    caller::{self, Caller},
    cookies, csrf,
    error::{self, Refusal},
    flash::{self, Tone},
    shell::{self, Counts, Crumb, FlashKind, Kind, Project, Sheet, Shell},
    text::T,
};
use crate::{
    db::ProjectRow,
    domain::{id::ProjectId, problem::Problem, role::Role},
    secret::token,
};

/// What is to be set with an answer.
type Cookies = Vec<Cookie<'static>>;

/// A page being made: what surrounds it, and whose it is.
pub(crate) struct Desk {
    pub(crate) page: Shell,
    /// The projects the person is a member of, with what they are there.
    pub(crate) member: Vec<(ProjectRow, Role)>,
    /// Those the pages are limited to now: the chosen one, or all of theirs.
    pub(crate) scope: Vec<ProjectId>,
    /// The resources of these.
    pub(crate) board: Arc<Board>,
    cookies: Cookies,
}

/// Begins a page with navigation.
pub(crate) async fn desk(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: shell::Here,
) -> Result<Desk, Refusal> {
    let (sheet, mut cookies) = sheet(site, request)?;
    let member = site.world.db.memberships_of(&caller.user.id).await?;
    let chosen = cookies::value(request, cookies::PROJECT);
    let chosen = member
        .iter()
        .map(|(project, _)| project.id.clone())
        .find(|id| Some(id.as_str()) == chosen.as_deref());
    let all = || member.iter().map(|(project, _)| project.id.clone()).collect();
    let scope: Vec<ProjectId> = chosen.as_ref().map_or_else(all, |id| vec![id.clone()]);
    let board = site.boards.of(site, &scope).await?;
    let detected = match caller.user.is_admin {
        true => site.world.detections.last().seen.iter().filter(|seen| seen.is_unclaimed()).count() as u64,
        false => 0,
    };
    // A piece of a page has no place for it: it waits for a whole one.
    let flash = flash::waiting(request).filter(|_| !error::is_htmx(request));
    let flashes = flash.map(|flash| told(sheet.t, flash)).into_iter().collect::<Vec<_>>();
    if !flashes.is_empty() {
        cookies.push(cookies::gone(site, cookies::FLASH));
    }
    let projects = member.iter().map(|(project, _)| Project {
        id: project.id.to_string(),
        name: project.name.clone(),
        current: chosen.as_ref() == Some(&project.id),
    });
    let page = Shell {
        t: sheet.t,
        base: sheet.base,
        path: sheet.path,
        title: String::new(),
        theme: sheet.theme,
        csrf: sheet.csrf,
        now: sheet.now,
        user: shell::User { name: caller.user.name.clone(), is_admin: caller.user.is_admin },
        projects: projects.collect(),
        counts: Counts {
            running: board.figures.running,
            needs_person: board.figures.needs_operator,
            detected,
        },
        kinds: board.kinds.iter().map(|(kind, count)| Kind { kind: kind.clone(), count: *count }).collect(),
        here,
        crumbs: Vec::new(),
        flashes,
    };
    Ok(Desk { page, member, scope, board, cookies })
}

impl Desk {
    /// Names the page, and the way to it.
    pub(crate) fn titled(mut self, title: impl Into<String>, way: &[(&str, String)]) -> Self {
        self.page.title = title.into();
        let above = way.iter().map(|(url, text)| Crumb { url: Some((*url).to_owned()), text: text.clone() });
        let own = Crumb { url: None, text: self.page.title.clone() };
        self.page.crumbs = above.chain([own]).collect();
        self
    }

    /// Names a page right below the overview.
    pub(crate) fn below_overview(self, title: impl Into<String>) -> Self {
        let overview = self.page.t.s("ui-nav-overview");
        self.titled(title, &[("/dashboard", overview)])
    }

    /// The rendered page as an answer.
    pub(crate) fn answer(
        self,
        status: StatusCode,
        view: impl FnOnce(Shell) -> Result<String, askama::Error>,
    ) -> Result<HttpResponse, Refusal> {
        let Self { page, cookies, .. } = self;
        Ok(with(HttpResponse::build(status), cookies).content_type(ContentType::html()).body(view(page)?))
    }

    /// What the person is in a project.
    pub(crate) fn role(&self, project: Option<&ProjectId>) -> Option<Role> {
        self.member.iter().find(|(own, _)| Some(&own.id) == project).map(|(_, role)| *role)
    }
}

fn told(t: T, flash: flash::Flash) -> shell::Flash {
    let kind = match flash.tone {
        Tone::Ok => FlashKind::Ok,
        Tone::Bad => FlashKind::Bad,
    };
    shell::Flash { kind, title: t.m(&flash.msg), text: String::new() }
}

/// Begins a page without navigation. Who has no session gets a cookie for the
/// form's token.
pub(crate) fn sheet(site: &Site, request: &HttpRequest) -> Result<(Sheet, Cookies), Problem> {
    let mut cookies = Vec::new();
    let secret = match csrf::secret(request) {
        Some(secret) => secret,
        None => {
            let (guest, _) = token::new(&*site.random)?;
            cookies.push(cookies::plain(site, cookies::GUEST, guest.expose().to_owned()));
            guest.expose().to_owned()
        }
    };
    let theme = match cookies::value(request, cookies::THEME).as_deref() {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    };
    let sheet = Sheet {
        t: T::of(caller::lang(site, request)),
        base: site.base.clone(),
        path: request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        title: String::new(),
        theme,
        csrf: csrf::token(&*site.random, &secret)?,
        now: site.now(),
    };
    Ok((sheet, cookies))
}

/// A page without navigation as an answer.
pub(crate) fn gate<V: Template>(
    site: &Site,
    request: &HttpRequest,
    status: StatusCode,
    title: &str,
    view: impl FnOnce(Sheet) -> V,
) -> Result<HttpResponse, Refusal> {
    let (mut sheet, cookies) = sheet(site, request)?;
    sheet.title = sheet.t.s(title);
    let html = view(sheet).render()?;
    Ok(with(HttpResponse::build(status), cookies).content_type(ContentType::html()).body(html))
}

fn with(mut answer: HttpResponseBuilder, cookies: Cookies) -> HttpResponseBuilder {
    for cookie in cookies {
        answer.cookie(cookie);
    }
    answer
}

/// A piece of a page, for htmx.
pub(crate) fn piece(html: Result<String, askama::Error>) -> Result<HttpResponse, Refusal> {
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(html?))
}
