//! Every path there is, with who may use it: the one list from which the server is
//! built and the tests of who-may-what are made. A route without a rule cannot be
//! written.

use std::collections::BTreeMap;

use actix_web::{
    Route, guard as when,
    http::{Method, StatusCode},
    middleware::from_fn,
    web,
};

use super::{
    api, assets, download,
    error::Refusal,
    guard::{self, Body, Rule},
    health, pages,
};
use crate::problem;

/// One route.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) rule: Rule,
    pub(crate) body: Body,
    to: fn(Route) -> Route,
}

pub(super) const fn entry(
    method: &'static str,
    path: &'static str,
    rule: Rule,
    to: fn(Route) -> Route,
) -> Entry {
    Entry { method, path, rule, body: Body::Small, to }
}

pub(super) const fn get(path: &'static str, rule: Rule, to: fn(Route) -> Route) -> Entry {
    entry("GET", path, rule, to)
}

pub(super) const fn post(path: &'static str, rule: Rule, to: fn(Route) -> Route) -> Entry {
    entry("POST", path, rule, to)
}

/// The same with a body that is read as it comes.
pub(super) const fn stream(path: &'static str, rule: Rule, to: fn(Route) -> Route) -> Entry {
    Entry { body: Body::Stream, ..post(path, rule, to) }
}

const OWN: &[Entry] = &[
    get("/healthz", Rule::Public, |r| r.to(health::alive)),
    get("/readyz", Rule::Public, |r| r.to(health::ready)),
    get("/static/{name}", Rule::Public, |r| r.to(assets::asset_file)),
    get("/download/{token}", Rule::Public, |r| r.to(download::show)),
];

/// All of them.
pub(crate) fn table() -> Vec<Entry> {
    [OWN, pages::ROUTES, api::ROUTES].concat()
}

/// Builds the server's routes: by path, each method behind its rule.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    let mut paths: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    let all = table();
    for entry in &all {
        paths.entry(entry.path).or_default().push(*entry);
    }
    // In the order they are written: a fixed word comes before `{id}` of that place.
    let mut done = Vec::new();
    for entry in &all {
        if done.contains(&entry.path) {
            continue;
        }
        done.push(entry.path);
        let mut resource = web::resource(entry.path).default_service(web::to(other_method));
        for entry in &paths[entry.path] {
            resource = resource.route(route(*entry));
        }
        config.service(resource);
    }
    config.default_service(web::to(nothing));
}

fn route(entry: Entry) -> Route {
    let bare = match entry.method {
        "GET" => web::route().guard(when::Any(when::Get()).or(when::Head())),
        other => {
            let method = Method::from_bytes(other.as_bytes()).unwrap_or(Method::POST);
            web::route().guard(when::Method(method))
        }
    };
    (entry.to)(bare).wrap(from_fn(move |request, next| guard::check(entry.rule, entry.body, request, next)))
}

async fn nothing() -> Result<&'static str, Refusal> {
    Err(Refusal::nothing_here())
}

async fn other_method() -> Result<&'static str, Refusal> {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Err(Refusal { status, ..problem!("web-method").into() })
}
