//! The one map from what went wrong to an answer: status, and a page or
//! problem+json (RFC 9457). Handlers return a [`Refusal`]; [`answer`] renders it
//! where language and form of the request are known.

use std::{cell::RefCell, fmt};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{CONTENT_RANGE, HeaderValue, LOCATION, RETRY_AFTER},
    },
};

use super::{
    Site,
    api::types::problem::{ProblemDocument, Trouble},
    caller, page,
    shell::Sheet,
    view::{Link, error::ErrorPage},
};
use crate::{
    domain::{msg::Arg, problem::Problem},
    i18n::{Catalogue, Told},
    problem,
};

/// Why a request is not answered as asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) problem: Box<Problem>,
    /// To be tried again after so many seconds.
    pub(crate) after: Option<u64>,
    /// Everything that is wrong, where it is more than one thing.
    pub(crate) all: Vec<Problem>,
}

impl Refusal {
    fn new(status: StatusCode, problem: Problem) -> Self {
        Self { status, problem: Box::new(problem), after: None, all: Vec::new() }
    }

    /// There is nothing, or nothing this person may know of: the same answer.
    pub(crate) fn nothing_here() -> Self {
        Self::new(StatusCode::NOT_FOUND, problem!("web-nothing-here"))
    }

    /// They may see it, and may not do this.
    pub(crate) fn not_allowed(role: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, problem!("web-not-allowed", role = role))
    }

    /// Nobody is signed in.
    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, problem!("web-sign-in"))
    }

    /// The form did not come from one of our pages.
    pub(crate) fn foreign_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, problem!("web-foreign-form"))
    }

    /// Too many tries.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let problem = problem!("web-too-many", seconds = seconds);
        Self { after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, problem) }
    }

    /// A request that makes no sense.
    pub(crate) fn bad_request(why: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, problem!("web-bad-request").detail(why))
    }

    /// More than is taken.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, problem!("web-too-large", bytes = limit))
    }
}

/// Codes that begin like this: there is no such thing.
const NOT_FOUND: [&str; 1] = ["not-found-"];
/// Something else has it now.
const CONFLICT: [&str; 9] = [
    "aside-",
    "backup-held",
    "last-administrator",
    "last-owner",
    "locked",
    "resolve-not-needed",
    "resource-exists",
    "resource-name-taken",
    "user-name-taken",
];
/// Zelo cannot work now: its database, its disk, Docker.
const UNAVAILABLE: [&str; 5] = ["db-", "docker-unreachable", "queue-", "store-unusable", "no-random"];
/// No room.
const FULL: [&str; 3] = ["store-full", "disk-reserve", "store-too-small"];
/// A fault of Zelo's own: never told in detail.
const INTERNAL: [&str; 4] = ["internal-", "page-broken", "audit-broken", "secret-damaged"];

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let code = problem.code.as_str();
        let starts = |list: &[&str]| list.iter().any(|prefix| code.starts_with(prefix));
        let status = if code == "api-query" {
            StatusCode::BAD_REQUEST
        } else if code == "token-unknown" {
            StatusCode::UNAUTHORIZED
        } else if starts(&NOT_FOUND) {
            StatusCode::NOT_FOUND
        } else if starts(&CONFLICT) {
            StatusCode::CONFLICT
        } else if starts(&UNAVAILABLE) {
            StatusCode::SERVICE_UNAVAILABLE
        } else if starts(&FULL) {
            StatusCode::INSUFFICIENT_STORAGE
        } else if starts(&INTERNAL) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Self::new(status, problem)
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        problem!("page-broken").detail(error).into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.problem)
    }
}

/// What the answer carries until it is rendered.
struct Carried(RefCell<Option<Refusal>>);

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.status);
        if self.status == StatusCode::RANGE_NOT_SATISFIABLE
            && let Some(Arg::Number(bytes)) = self.problem.args.get("bytes")
            && let Ok(length) = HeaderValue::try_from(format!("bytes */{bytes}"))
        {
            response.headers_mut().insert(CONTENT_RANGE, length);
        }
        response.extensions_mut().insert(Carried(RefCell::new(Some(self.clone()))));
        response
    }
}

/// The last thing before an answer leaves: a refusal, also one of the framework's
/// own (no such path, a body too large), becomes a page or problem+json.
pub(super) fn answer(site: &Site, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let carried = response.response().extensions().get::<Carried>().and_then(|c| c.0.take());
    let refusal = carried.or_else(|| of_framework(&response));
    let Some(refusal) = refusal else { return response };
    log(&response, &refusal);
    let request = response.request().clone();
    let mut rendered = render(site, &request, &refusal);
    for (name, value) in response.headers() {
        if !rendered.headers().contains_key(name) {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(rendered)
}

/// The framework's errors have no body of ours.
fn of_framework(response: &ServiceResponse<BoxBody>) -> Option<Refusal> {
    let error = response.response().error();
    let bare = error.is_some() || response.response().extensions().get::<Bare>().is_some();
    match response.status() {
        status if !bare || status.as_u16() < 400 => None,
        StatusCode::NOT_FOUND => Some(Refusal::nothing_here()),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Some(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, problem!("web-too-large", bytes = 0_u64)))
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            Some(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, problem!("web-method")))
        }
        status if status.is_client_error() => Some(Refusal {
            status,
            ..Refusal::bad_request(error.map(ToString::to_string).unwrap_or_default())
        }),
        status => Some(Refusal::new(status, problem!("internal-web"))),
    }
}

/// An answer of ours without a body, to be rendered as an error.
pub(super) struct Bare;

fn log(response: &ServiceResponse<BoxBody>, refusal: &Refusal) {
    let problem = &refusal.problem;
    // What stands behind it in the path is the link's secret.
    let path = match response.request().path() {
        path if path.contains("/download/") => "/download/…",
        path => path,
    };
    if refusal.status.is_server_error() {
        tracing::error!(path, status = refusal.status.as_u16(), %problem, "request failed");
    } else {
        tracing::debug!(path, status = refusal.status.as_u16(), %problem, "request refused");
    }
}

fn render(site: &Site, request: &HttpRequest, refusal: &Refusal) -> HttpResponse<BoxBody> {
    let lang = caller::lang(site, request);
    let told = told(Catalogue::of(lang), refusal);
    let mut response = if is_api(request) {
        problem_json(request, refusal, Catalogue::of(lang), &told)
    } else if refusal.status == StatusCode::UNAUTHORIZED {
        to_sign_in(site, request)
    } else {
        let status = refusal.status;
        let page =
            page::gate(site, request, status, "ui-error", |page| error_page(page, request, refusal, told));
        page.unwrap_or_else(|_| HttpResponse::build(status).body(status.to_string()))
    };
    if let Some(seconds) = refusal.after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The operation that stands in the way, if one does.
pub(super) fn holder(problem: &Problem) -> Option<&str> {
    match problem.args.get("operation") {
        Some(Arg::Text(operation)) => Some(operation),
        _ => None,
    }
}

fn error_page(page: Sheet, request: &HttpRequest, refusal: &Refusal, told: Told) -> ErrorPage {
    let mut actions = vec![Link { url: "/dashboard".to_owned(), text: page.t.s("ui-nav-overview") }];
    if let Some(operation) = holder(&refusal.problem) {
        let text = page.t.s("ui-error-holder");
        actions.insert(0, Link { url: format!("/operations/{operation}"), text });
    }
    let request = format!("{} {}", request.method(), request.path());
    ErrorPage { page, told, status: refusal.status.as_u16(), request, actions }
}

/// In words; of Zelo's own faults, and those of its database, only that there was one:
/// what exactly stands in the log, and might name paths, hosts or tables.
fn told(words: &Catalogue, refusal: &Refusal) -> Told {
    let mut told = words.problem(&refusal.problem);
    if refusal.status == StatusCode::INTERNAL_SERVER_ERROR || refusal.problem.code.starts_with("db-") {
        told.detail = None;
    }
    told
}

fn problem_json(
    request: &HttpRequest,
    refusal: &Refusal,
    words: &Catalogue,
    told: &Told,
) -> HttpResponse<BoxBody> {
    let detail: Vec<&str> = [told.safe.as_deref(), told.next.as_deref()].into_iter().flatten().collect();
    // Who holds it, for `locked`: a program follows that operation.
    let operation = holder(&refusal.problem).map(str::to_owned);
    let body = ProblemDocument {
        kind: format!("urn:zelo:problem:{}", told.code),
        title: told.what.clone(),
        status: refusal.status.as_u16(),
        detail: detail.join(" "),
        instance: request.path().to_owned(),
        code: told.code.clone(),
        cause: told.detail.clone(),
        operation,
        errors: refusal.all.iter().map(|problem| Trouble::of(problem, words)).collect(),
    };
    let body = serde_json::to_string(&body).unwrap_or_default();
    HttpResponse::build(refusal.status).content_type("application/problem+json").body(body)
}

/// Whoever is not signed in is asked to, and comes back to where they were going.
fn to_sign_in(site: &Site, request: &HttpRequest) -> HttpResponse<BoxBody> {
    let mut to = format!("{}/sign-in", site.base);
    let here = request.uri().path_and_query().map_or("/", |p| p.as_str());
    if request.method() == actix_web::http::Method::GET && here != "/" && !is_htmx(request) {
        let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
        to = format!("{to}?next={next}");
    }
    if is_htmx(request) {
        return HttpResponse::Ok().insert_header(("HX-Redirect", to)).finish();
    }
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// Whether a program asks.
pub(super) fn is_api(request: &HttpRequest) -> bool {
    let path = request.path();
    path == "/api" || path.starts_with("/api/")
}

/// Whether htmx asks for a piece of a page.
pub(super) fn is_htmx(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}
