//! Every page, rendered from its samples in every language: sound as HTML, and in
//! English as it was.

mod dom;
mod html;
pub(crate) mod samples;

use askama::Template;

use super::{
    account, alerts, api, audit, backup, backup_now, backups, check, detected, diagnosis, error, gate,
    instance, instance_logs, instance_settings, operation, operations, overview, people, plan, projects,
    resource, stores,
};
use crate::{i18n::Lang, web::assets};

/// The markup of a page's own part, and what surrounds it only on request.
fn own(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest);
    let main = main.and_then(|rest| rest.split_once("</main>")).map(|(main, _)| main).unwrap_or(html);
    tidy(main)
}

/// One tag group a line, so that a change shows where it is.
fn tidy(html: &str) -> String {
    let lines = html.replace("><", ">\n<");
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Renders all samples of a page in every language, checks them, and compares the
/// English ones with what they were.
fn pages<P: Template>(name: &str, samples: fn(Lang) -> Vec<P>) {
    let mut faults = Vec::new();
    for lang in Lang::ALL {
        for (number, page) in samples(lang).iter().enumerate() {
            let html = page.render().unwrap();
            faults.extend(html::faults(&html).into_iter().map(|fault| format!("{lang} {number}: {fault}")));
            if lang == Lang::En {
                insta::assert_snapshot!(format!("{name}_{}", number + 1), own(&html));
            }
        }
    }
    assert!(faults.is_empty(), "{name}\n{}", faults.join("\n"));
}

/// A block of a page that is sent alone.
fn block(name: &str, block: impl Template) {
    let html = block.render().unwrap();
    let faults = html::faults_of_block(&html);
    assert!(faults.is_empty(), "{name}\n{}\n{html}", faults.join("\n"));
}

#[test]
fn the_gates_are_sound() {
    pages("login", gate::samples::logins);
    pages("setup", gate::samples::setups);
    pages("error", error::samples::errors);
    pages("download_gone", error::samples::gone);
    pages("sign_in_link", gate::samples::links);
    pages("link_gone", gate::samples::gone);
}

#[test]
fn the_document_of_the_api_is_sound() {
    pages("api", api::samples::pages);
}

#[test]
fn the_overview_is_sound() {
    pages("overview", overview::samples::pages);
    for page in overview::samples::pages(Lang::En) {
        block("overview summary", page.as_summary());
        block("overview list", page.as_list());
        block("overview recent", page.as_recent());
    }
}

#[test]
fn a_resource_is_sound() {
    pages("resource", resource::samples::pages);
    for page in resource::samples::pages(Lang::En) {
        block("resource list", page.as_list());
        block("resource asides", page.as_asides());
        block("resource upload", page.as_upload());
    }
}

#[test]
fn the_lists_are_sound() {
    pages("backups", backups::samples::pages);
    pages("operations", operations::samples::pages);
    for page in backups::samples::pages(Lang::En) {
        block("backups list", page.as_list());
    }
    for page in operations::samples::pages(Lang::En) {
        block("operations list", page.as_list());
    }
}

#[test]
fn a_backup_is_sound() {
    pages("backup", backup::samples::pages);
    pages("backup_now", backup_now::samples::pages);
}

#[test]
fn an_instance_is_sound() {
    pages("instance", instance::samples::pages);
    for page in instance::samples::pages(Lang::En) {
        block("instance services", page.as_services());
    }
}

#[test]
fn a_diagnosis_is_sound() {
    pages("diagnosis", diagnosis::samples::pages);
    for page in diagnosis::samples::pages(Lang::En) {
        block("diagnosis", page.as_diagnosis());
    }
}

#[test]
fn the_settings_of_an_instance_are_sound() {
    pages("instance_settings", instance_settings::samples::pages);
    pages("instance_revealed", instance_settings::samples::revealed);
    pages("instance_history", instance_settings::samples::histories);
}

#[test]
fn the_logs_of_an_instance_are_sound() {
    pages("instance_logs", instance_logs::samples::pages);
    for page in instance_logs::samples::pages(Lang::En) {
        block("instance log", page.as_log());
    }
}

#[test]
fn a_check_is_sound() {
    pages("check", check::samples::pages);
}

#[test]
fn a_plan_is_sound() {
    pages("plan", plan::samples::pages);
    for page in plan::samples::pages(Lang::En) {
        block("plan dialog", plan::PlanDialog { page: page.page.sheet(), plan: page.plan });
    }
}

#[test]
fn an_operation_is_sound() {
    pages("operation", operation::samples::pages);
    for page in operation::samples::pages(Lang::En) {
        let (sheet, op) = (page.page.sheet(), page.op);
        block("operation head", operation::OperationHead { page: &sheet, op: &op });
        block("operation steps", operation::OperationSteps { page: &sheet, op: &op });
        let line = operation::OperationLogLine { page: &sheet, line: &op.log[0] }.render().unwrap();
        assert!(line.trim().starts_with("<li>") && line.trim().ends_with("</li>"), "{line}");
    }
}

#[test]
fn the_administrators_pages_are_sound() {
    pages("detected", detected::samples::pages);
    pages("projects", projects::samples::lists);
    pages("project", projects::samples::pages);
    pages("people", people::samples::lists);
    pages("person", people::samples::pages);
    pages("stores", stores::samples::pages);
    pages("audit", audit::samples::pages);
    pages("alerts", alerts::samples::pages);
    for page in audit::samples::pages(Lang::En) {
        block("audit list", page.as_list());
    }
}

#[test]
fn the_account_is_sound() {
    pages("account", account::samples::pages);
}

/// The frame, once: its assets by their names, whatever is in them.
#[test]
fn the_frame_is_as_it_was() {
    let page = operations::samples::pages(Lang::En).remove(1);
    let mut html = page.render().unwrap();
    for name in ["zelo.css", "zelo.js", "favicon.svg"] {
        assert!(html.contains(assets::url(name)) && !assets::url(name).is_empty(), "{name}");
        html = html.replace(assets::url(name), name);
    }
    let html = html.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("frame", tidy(&html));
}

/// A page without administrator's rights leads to no administrator's page.
#[test]
fn only_administrators_are_led_to_their_pages() {
    let mut page = overview::samples::pages(Lang::En).remove(1);
    page.page.user.is_admin = false;
    let html = page.render().unwrap();
    for path in ["/detected", "/projects", "/people", "/stores", "/alerts", "/audit"] {
        assert!(!html.contains(&format!("\"/zelo{path}\"")), "{path}");
    }
}
