//! The JSON API: the same calls as the pages, for programs. One file a verb;
//! `call.rs` is what every handler gets, `types/` what it speaks, `document.rs` the
//! OpenAPI document made from both.

mod backups;
mod body;
mod call;
pub(crate) mod document;
mod instances;
mod me;
mod operations;
mod projects;
mod resources;
#[cfg(test)]
mod tests;
pub(crate) mod types;
mod viewer;

use super::{
    guard::Rule,
    routes::{Entry, entry, get, post, stream},
};
use crate::domain::role::Role::{Operator, Owner, Viewer};

pub use document::document;

/// Its routes.
pub(super) const ROUTES: &[Entry] = &[
    get("/api", Rule::Public, |r| r.to(viewer::show)),
    get("/api/openapi.json", Rule::Public, |r| r.to(document::show)),
    get("/api/me", Rule::Person, |r| r.to(me::show)),
    get("/api/projects", Rule::Person, |r| r.to(projects::list)),
    get("/api/projects/{project}/resources", Rule::Project(Viewer), |r| r.to(resources::list::list)),
    post("/api/projects/{project}/resources", Rule::Project(Owner), |r| r.to(resources::add::add)),
    get(RESOURCE, Rule::Resource(Viewer), |r| r.to(resources::show::show)),
    entry("PUT", RESOURCE, Rule::Resource(Owner), |r| r.to(resources::change::change)),
    entry("DELETE", RESOURCE, Rule::Resource(Owner), |r| r.to(resources::remove::remove)),
    get("/api/resources/{resource}/backups", Rule::Resource(Viewer), |r| r.to(backups::list::list)),
    post("/api/resources/{resource}/backups", Rule::Resource(Operator), |r| r.to(backups::create::create)),
    stream("/api/resources/{resource}/backups/upload", Rule::Resource(Owner), |r| {
        r.to(backups::upload::upload)
    }),
    get(BACKUP, Rule::Backup(Viewer), |r| r.to(backups::show::show)),
    entry("DELETE", BACKUP, Rule::Backup(Owner), |r| r.to(backups::delete::delete)),
    get("/api/resources/{resource}/backups/{backup}/download", Rule::Backup(Operator), |r| {
        r.to(backups::download::download)
    }),
    post("/api/resources/{resource}/backups/{backup}/download-link", Rule::Backup(Operator), |r| {
        r.to(backups::link::link)
    }),
    post("/api/resources/{resource}/backups/{backup}/restore", Rule::Backup(Owner), |r| {
        r.to(backups::restore::restore)
    }),
    post("/api/resources/{resource}/backups/{backup}/validate", Rule::Backup(Operator), |r| {
        r.to(backups::validate::validate)
    }),
    get("/api/instances", Rule::Person, |r| r.to(instances::list::list)),
    post("/api/instances/import", Rule::Administrator, |r| r.to(instances::import::import)),
    post("/api/instances/from-folder", Rule::Administrator, |r| r.to(instances::from_folder::add)),
    get("/api/instances/{resource}", Rule::Resource(Viewer), |r| r.to(instances::show::show)),
    post("/api/instances/{resource}/safe-restart", Rule::Resource(Operator), |r| {
        r.to(instances::restart::restart)
    }),
    post("/api/instances/{resource}/stop", Rule::Resource(Operator), |r| r.to(instances::stop::stop)),
    post("/api/instances/{resource}/start", Rule::Resource(Operator), |r| r.to(instances::start::start)),
    post("/api/instances/{resource}/auto-repair", Rule::Resource(Owner), |r| r.to(instances::repair::repair)),
    post("/api/instances/{resource}/backup", Rule::Resource(Operator), |r| r.to(instances::backup::backup)),
    get("/api/instances/{resource}/backups", Rule::Resource(Viewer), |r| r.to(instances::backups::backups)),
    get("/api/instances/{resource}/backup/{backup}/details", Rule::Backup(Viewer), |r| {
        r.to(instances::details::details)
    }),
    post("/api/instances/{resource}/restore/{backup}", Rule::Backup(Owner), |r| {
        r.to(instances::restore::restore)
    }),
    post("/api/instances/{resource}/copy", Rule::Resource(Owner), |r| r.to(instances::copy::copy)),
    post("/api/instances/{resource}/release", Rule::Resource(Owner), |r| r.to(instances::release::release)),
    get("/api/instances/{resource}/diagnose", Rule::Resource(Operator), |r| {
        r.to(instances::diagnose::diagnose)
    }),
    get("/api/instances/{resource}/logs", Rule::Resource(Operator), |r| r.to(instances::logs::logs)),
    // Fixed words stand before `{field}`.
    entry("PUT", "/api/instances/{resource}/config/bulk", Rule::Resource(Owner), |r| {
        r.to(instances::config::bulk::bulk)
    }),
    get("/api/instances/{resource}/config/editable-fields", Rule::Resource(Owner), |r| {
        r.to(instances::config::fields::fields)
    }),
    get("/api/instances/{resource}/config/history", Rule::Resource(Owner), |r| {
        r.to(instances::config::history::history)
    }),
    post("/api/instances/{resource}/config/test-mail", Rule::Resource(Owner), |r| {
        r.to(instances::config::test_mail::test_mail)
    }),
    post("/api/instances/{resource}/config/{field}/rotate", Rule::Resource(Owner), |r| {
        r.to(instances::config::rotate::rotate)
    }),
    post("/api/instances/{resource}/config/history/{operation}/set-back", Rule::Operation(Owner), |r| {
        r.to(instances::config::set_back::set_back)
    }),
    get(FIELD, Rule::Resource(Owner), |r| r.to(instances::config::show::show)),
    entry("PUT", FIELD, Rule::Resource(Owner), |r| r.to(instances::config::change::change)),
    post("/api/instances/{resource}/config/{field}/reveal", Rule::Resource(Owner), |r| {
        r.to(instances::config::reveal::reveal)
    }),
    get("/api/operations", Rule::Person, |r| r.to(operations::list::list)),
    get("/api/operations/{operation}", Rule::Operation(Viewer), |r| r.to(operations::show::show)),
    get("/api/operations/{operation}/events", Rule::Operation(Viewer), |r| r.to(operations::events::events)),
    post("/api/operations/{operation}/cancel", Rule::Operation(Operator), |r| {
        r.to(operations::cancel::cancel)
    }),
    post("/api/operations/{operation}/resolve", Rule::Operation(Owner), |r| {
        r.to(operations::resolve::resolve)
    }),
    post("/api/operations/{operation}/undo", Rule::Operation(Owner), |r| r.to(operations::undo::undo)),
];

const RESOURCE: &str = "/api/projects/{project}/resources/{resource}";
const FIELD: &str = "/api/instances/{resource}/config/{field}";
const BACKUP: &str = "/api/resources/{resource}/backups/{backup}";
