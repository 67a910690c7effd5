//! A whole instance from the panel: its pages for everybody, a setting changed and seen
//! in force, one that breaks and is put back, sign-up broken, found and mended.

use std::{collections::BTreeMap, net::TcpListener};

use crate::{
    chromium::{Driver, WIDE},
    main_path::{Scripts, Walk},
    pages::{instance_routes, is_for_everybody, path},
    person::Person,
    site::Site,
    support::{
        instance::{Instance, compose},
        text,
    },
};

/// A fragment that other pages load, and what names an operation: visited where there is
/// one.
const LATER: [&str; 3] = ["/services", "/set-back", "/logs/events"];

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_changed_and_mended_from_the_panel() {
    let Some(driver) = Driver::up() else { return };
    let Some(instance) = Instance::up("today") else { return };
    let mut site = Site::new();
    site.starts(&[("ZELO_DOCKER_COMPOSE", &compose())]);
    let person = Person::new(driver.browser("ana").await, &site.url);
    person.sets_up(site.link.as_deref().unwrap()).await;
    let id = text(&site.told(&["resource", "add", "--detected", &instance.project])["id"]);
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: &person, scripts: Scripts::On, downloads: &downloads };

    for route in instance_routes().iter().filter(|route| !LATER.iter().any(|end| route.ends_with(end))) {
        let named = BTreeMap::from([("resource", id.clone())]);
        person.go(&path(route, &named)).await;
        person.sees("h1").await;
        is_for_everybody(&person, route).await;
    }
    person.width(WIDE).await;
    changes(&walk, &instance, &id).await;
    breaks(&walk, &instance, &id).await;
    mends(&walk, &instance, &id).await;
    person.leaves().await;
}

/// Enters a value and reads what it would do.
async fn enters(person: &Person, id: &str, field: &str, value: &str) {
    person.go(&format!("/instances/{id}/settings")).await;
    person.fill(&format!("#{field}"), value).await;
    person.click("form[action$='/settings'] button.btn-primary").await;
    person.sees("form[action$='/settings/confirm'] .steps > li").await;
}

async fn changes(walk: &Walk<'_>, instance: &Instance, id: &str) {
    let p = walk.person;
    enters(p, id, "jwt_expiry", "7200").await;
    let told = p.text().await;
    assert!(told.contains("3600 → 7200"), "the plan shows what changes:\n{told}");
    is_for_everybody(p, "the plan of a change").await;
    p.width(WIDE).await;
    assert_eq!(instance.value("JWT_EXPIRY"), "3600", "a plan writes nothing");
    p.click("form[action$='/settings/confirm'] [data-confirm-submit]").await;
    p.arrives("/operations/").await;
    walk.comes_to_an_end().await;
    assert_eq!(instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some("7200"));
    assert_eq!(instance.value("JWT_EXPIRY"), "7200");
    let exp = instance.sql(
        "SELECT s FROM pg_db_role_setting, unnest(setconfig) s WHERE setrole = 0 AND s LIKE '%jwt_exp=%'",
    );
    assert_eq!(exp, "app.settings.jwt_exp=7200");

    p.go(&format!("/instances/{id}/history")).await;
    is_for_everybody(p, "the history").await;
    p.width(WIDE).await;
    p.click("a[href$='/set-back']").await;
    p.sees("#modal dialog .steps > li, form[action$='/set-back'] .steps > li").await;
}

/// What passes every check and cannot be: its port is taken. Everything is back.
async fn breaks(walk: &Walk<'_>, instance: &Instance, id: &str) {
    let p = walk.person;
    let before = instance.env();
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    enters(p, id, "api_gw_http_port", &port).await;
    p.click("form[action$='/settings/confirm'] [data-confirm-submit]").await;
    p.arrives("/operations/").await;
    p.sees("#head .page-title .status.is-undone, #head .page-title .status.is-bad").await;
    assert_eq!(instance.env(), before, "the file is what it was");
    assert_eq!(instance.sign_up("after-the-port@example.com"), 200);
}

async fn mends(walk: &Walk<'_>, instance: &Instance, id: &str) {
    let p = walk.person;
    instance.sql("ALTER ROLE supabase_auth_admin RESET search_path");
    assert_eq!(instance.sign_up("broken@example.com"), 500);
    p.go(&format!("/instances/{id}")).await;
    // The page looks by itself when nothing is known, or what is may be otherwise by now.
    p.sees("#diagnosis .findings > li").await;
    assert_eq!(p.count("#diagnosis .findings > li").await, 1, "{}", p.text().await);
    is_for_everybody(p, "a diagnosis with a finding").await;
    p.width(WIDE).await;
    p.click("#diagnosis .findings a[href*='/repair']").await;
    p.sees("form[action$='/repair'] .steps > li").await;
    p.click("form[action$='/repair'] [data-confirm-submit]").await;
    p.arrives("/operations/").await;
    walk.comes_to_an_end().await;
    assert_eq!(instance.sign_up("mended@example.com"), 200);
    p.go(&format!("/instances/{id}/diagnosis")).await;
    p.sees("#diagnosis").await;
    assert_eq!(p.count("#diagnosis .findings > li").await, 0, "{}", p.text().await);
}
