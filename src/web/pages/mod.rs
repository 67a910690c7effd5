//! The pages, one file each: what is asked, what is looked up or done, what is shown.

mod account;
mod asides;
mod backup;
mod backup_change;
mod backup_list;
mod backup_now;
mod backups;
mod bulk;
mod check;
mod choice;
mod confirm;
mod enter;
mod instance;
mod lines;
mod link;
mod login;
mod logout;
mod manage;
mod operation;
mod operation_change;
mod operations;
mod overview;
mod resource;
mod restore;
mod setup;
mod upload;

use self::manage::{alerts, audit, detected, people, person, project, projects, stores};
use super::{
    guard::Rule,
    routes::{Entry, get, post, stream},
};
use crate::domain::role::Role::{Operator, Owner, Viewer};

/// Their routes.
pub(super) const ROUTES: &[Entry] = &[
    get("/", Rule::Public, |r| r.to(overview::home)),
    get("/sign-in", Rule::Public, |r| r.to(login::show)),
    post("/sign-in", Rule::Public, |r| r.to(login::submit)),
    post("/sign-in/link", Rule::Public, |r| r.to(link::submit)),
    post("/sign-out", Rule::Person, |r| r.to(logout::submit)),
    get("/setup", Rule::Public, |r| r.to(setup::show)),
    post("/setup", Rule::Public, |r| r.to(setup::submit)),
    post("/theme", Rule::Public, |r| r.to(choice::theme)),
    post("/language", Rule::Public, |r| r.to(choice::language)),
    post("/project", Rule::Person, |r| r.to(choice::project)),
    get("/dashboard", Rule::Person, |r| r.to(overview::show)),
    get("/dashboard/backup", Rule::Person, |r| r.to(backups::show)),
    get("/resources/{resource}", Rule::Resource(Viewer), |r| r.to(resource::show)),
    get("/resources/{resource}/backup", Rule::Resource(Operator), |r| r.to(backup_now::ask)),
    get("/resources/{resource}/check", Rule::Resource(Operator), |r| r.to(check::show)),
    post("/resources/{resource}/backup", Rule::Resource(Operator), |r| r.to(backup_now::submit)),
    get("/instances/{resource}", Rule::Resource(Viewer), |r| r.to(instance::show::show)),
    get("/instances/{resource}/services", Rule::Resource(Viewer), |r| r.to(instance::show::services)),
    get("/instances/{resource}/restart", Rule::Resource(Operator), |r| r.to(instance::run::ask_restart)),
    post("/instances/{resource}/restart", Rule::Resource(Operator), |r| r.to(instance::run::restart)),
    get("/instances/{resource}/stop", Rule::Resource(Operator), |r| r.to(instance::run::ask_stop)),
    post("/instances/{resource}/stop", Rule::Resource(Operator), |r| r.to(instance::run::stop)),
    get("/instances/{resource}/start", Rule::Resource(Operator), |r| r.to(instance::run::ask_start)),
    post("/instances/{resource}/start", Rule::Resource(Operator), |r| r.to(instance::run::start)),
    get("/instances/{resource}/diagnosis", Rule::Resource(Operator), |r| r.to(instance::diagnosis::show)),
    get("/instances/{resource}/repair", Rule::Resource(Owner), |r| r.to(instance::run::ask_repair)),
    post("/instances/{resource}/repair", Rule::Resource(Owner), |r| r.to(instance::run::repair)),
    get("/instances/{resource}/copy", Rule::Resource(Owner), |r| r.to(instance::run::ask_copy)),
    post("/instances/{resource}/copy", Rule::Resource(Owner), |r| r.to(instance::run::copy)),
    get("/instances/{resource}/release", Rule::Resource(Owner), |r| r.to(instance::run::ask_release)),
    post("/instances/{resource}/release", Rule::Resource(Owner), |r| r.to(instance::run::release)),
    get("/instances/{resource}/logs", Rule::Resource(Operator), |r| r.to(instance::logs::show)),
    get("/instances/{resource}/logs/events", Rule::Resource(Operator), |r| r.to(instance::follow::events)),
    get("/instances/{resource}/settings", Rule::Resource(Owner), |r| r.to(instance::settings::show)),
    post("/instances/{resource}/settings", Rule::Resource(Owner), |r| r.to(instance::settings::review)),
    post("/instances/{resource}/settings/confirm", Rule::Resource(Owner), |r| {
        r.to(instance::settings::agree)
    }),
    post("/instances/{resource}/settings/waive", Rule::Resource(Owner), |r| r.to(instance::settings::waive)),
    post("/instances/{resource}/settings/test-mail", Rule::Resource(Owner), |r| {
        r.to(instance::test_mail::send)
    }),
    post("/instances/{resource}/settings/{field}/reveal", Rule::Resource(Owner), |r| {
        r.to(instance::settings::reveal)
    }),
    get("/instances/{resource}/rotate-jwt", Rule::Resource(Owner), |r| r.to(instance::rotate::ask_jwt)),
    post("/instances/{resource}/rotate-jwt", Rule::Resource(Owner), |r| r.to(instance::rotate::jwt)),
    get("/instances/{resource}/rotate-password", Rule::Resource(Owner), |r| {
        r.to(instance::rotate::ask_password)
    }),
    post("/instances/{resource}/rotate-password", Rule::Resource(Owner), |r| {
        r.to(instance::rotate::password)
    }),
    get("/instances/{resource}/history", Rule::Resource(Owner), |r| r.to(instance::history::show)),
    get("/instances/{resource}/history/{operation}/set-back", Rule::Operation(Owner), |r| {
        r.to(instance::history::ask_set_back)
    }),
    post("/instances/{resource}/history/{operation}/set-back", Rule::Operation(Owner), |r| {
        r.to(instance::history::set_back)
    }),
    stream("/resources/{resource}/upload", Rule::Resource(Owner), |r| r.to(upload::submit)),
    post("/backups/bulk", Rule::Person, |r| r.to(bulk::submit)),
    get("/backups/{backup}", Rule::Backup(Viewer), |r| r.to(backup::show)),
    post("/backups/{backup}/verify", Rule::Backup(Operator), |r| r.to(backup_change::verify)),
    post("/backups/{backup}/pin", Rule::Backup(Operator), |r| r.to(backup_change::pin)),
    post("/backups/{backup}/unpin", Rule::Backup(Owner), |r| r.to(backup_change::unpin)),
    post("/backups/{backup}/untrash", Rule::Backup(Owner), |r| r.to(backup_change::untrash)),
    post("/backups/{backup}/links", Rule::Backup(Operator), |r| r.to(backup_change::link)),
    post("/backups/{backup}/links/revoke", Rule::Backup(Operator), |r| r.to(backup_change::revoke)),
    get("/backups/{backup}/delete", Rule::Backup(Owner), |r| r.to(confirm::ask_delete)),
    post("/backups/{backup}/delete", Rule::Backup(Owner), |r| r.to(confirm::delete)),
    get("/backups/{backup}/restore", Rule::Backup(Owner), |r| r.to(restore::ask)),
    post("/backups/{backup}/restore", Rule::Backup(Owner), |r| r.to(restore::agree)),
    post("/asides/{aside}/keep", Rule::Aside(Owner), |r| r.to(asides::keep)),
    get("/asides/{aside}/free", Rule::Aside(Owner), |r| r.to(confirm::ask_free)),
    post("/asides/{aside}/free", Rule::Aside(Owner), |r| r.to(confirm::free)),
    get("/operations", Rule::Person, |r| r.to(operations::show)),
    get("/operations/{operation}", Rule::Operation(Viewer), |r| r.to(operation::show)),
    get("/operations/{operation}/events", Rule::Operation(Viewer), |r| r.to(operation::events)),
    get("/operations/{operation}/log", Rule::Operation(Viewer), |r| r.to(operation::log)),
    post("/operations/{operation}/cancel", Rule::Operation(Operator), |r| r.to(operation_change::cancel)),
    post("/operations/{operation}/resolve", Rule::Operation(Owner), |r| r.to(operation_change::resolve)),
    get("/operations/{operation}/undo", Rule::Operation(Owner), |r| r.to(confirm::ask_undo)),
    post("/operations/{operation}/undo", Rule::Operation(Owner), |r| r.to(confirm::undo)),
    get("/operations/{operation}/safety", Rule::Operation(Owner), |r| r.to(confirm::ask_safety)),
    post("/operations/{operation}/safety", Rule::Operation(Owner), |r| r.to(confirm::safety)),
    get("/account", Rule::Person, |r| r.to(account::show)),
    post("/account/password", Rule::Person, |r| r.to(account::password)),
    post("/account/sessions/end", Rule::Person, |r| r.to(account::end_sessions)),
    post("/account/tokens", Rule::Person, |r| r.to(account::add_token)),
    post("/account/tokens/{token}/revoke", Rule::Person, |r| r.to(account::revoke_token)),
    get("/detected", Rule::Administrator, |r| r.to(detected::show)),
    post("/detected/assign", Rule::Administrator, |r| r.to(detected::assign)),
    post("/detected/folder", Rule::Administrator, |r| r.to(detected::folder)),
    post("/detected/import", Rule::Administrator, |r| r.to(detected::import)),
    get("/projects", Rule::Administrator, |r| r.to(projects::show)),
    post("/projects", Rule::Administrator, |r| r.to(projects::add)),
    get("/projects/{project}", Rule::Member, |r| r.to(project::show)),
    post("/projects/{project}/name", Rule::Members, |r| r.to(project::rename)),
    post("/projects/{project}/members", Rule::Members, |r| r.to(project::set_member)),
    post("/projects/{project}/members/{user}/remove", Rule::Members, |r| r.to(project::remove_member)),
    get("/people", Rule::Administrator, |r| r.to(people::show)),
    post("/people", Rule::Administrator, |r| r.to(people::add)),
    get("/people/{user}", Rule::Administrator, |r| r.to(person::show)),
    post("/people/{user}/admin", Rule::Administrator, |r| r.to(person::admin)),
    post("/people/{user}/disable", Rule::Administrator, |r| r.to(person::disable)),
    post("/people/{user}/enable", Rule::Administrator, |r| r.to(person::enable)),
    post("/people/{user}/password", Rule::Administrator, |r| r.to(person::password)),
    get("/stores", Rule::Administrator, |r| r.to(stores::show)),
    get("/alerts", Rule::Administrator, |r| r.to(alerts::show)),
    get("/audit", Rule::Administrator, |r| r.to(audit::show)),
];
