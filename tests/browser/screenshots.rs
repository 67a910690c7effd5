//! The pictures of `docs/screenshots/`, taken by `docs/screenshots/make`: a panel in
//! use, in both themes.

use std::{fs, path::Path};

use crate::{
    chromium::{Driver, WIDE},
    main_path::{Scripts, Walk},
    person::Person,
    shop::{Contained, Filed, Shop},
    site::Site,
    support::{
        instance::{Instance, compose},
        text,
    },
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/screenshots");

/// Overview, resource, the plan of a restore, and the restore while it runs.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes docs/screenshots: run docs/screenshots/make"]
async fn takes_the_pictures() {
    let driver = Driver::up().expect("Chromium");
    let shop = Contained::up("screenshots").expect("the lab");
    let site = Site::fresh();
    let person = Person::new(driver.browser("ana").await, &site.url);
    person.sets_up(site.link.as_deref().unwrap()).await;
    let resource = text(&site.told(&["resource", "add", "shop", "--detected", &shop.server.name])["id"]);
    let backup = in_use(&site, &shop);
    person.width(WIDE).await;

    take(&person, "overview", "/dashboard").await;
    take(&person, "resource", &format!("/resources/{resource}")).await;
    take(&person, "restore", &format!("/backups/{backup}/restore")).await;

    let field = person.sees("[name=confirm]").await;
    let name = field.attr("data-confirm-name").await.unwrap().unwrap();
    person.fill("[name=confirm]", &name).await;
    let locked = shop.locked();
    person.click("[data-confirm-submit]").await;
    let operation = person.arrives("/operations/").await;
    person.until("no step is over", async |p| p.has("#steps li.is-done").await).await;
    take(&person, "operation", &format!("/operations/{operation}")).await;
    drop(locked);
    let downloads = driver.downloads("ana");
    Walk { site: &site, person: &person, scripts: Scripts::On, downloads: &downloads }
        .comes_to_an_end()
        .await;
    person.leaves().await;
}

/// An instance's page, a diagnosis that found something, its settings, and the plan of
/// putting a recovery point back.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes docs/screenshots: run docs/screenshots/make"]
async fn takes_the_pictures_of_an_instance() {
    let driver = Driver::up().expect("Chromium");
    let instance = Instance::up("today").expect("the lab");
    let mut site = Site::new();
    site.starts(&[("ZELO_DOCKER_COMPOSE", &compose())]);
    let person = Person::new(driver.browser("ana").await, &site.url);
    person.sets_up(site.link.as_deref().unwrap()).await;
    let id = text(&site.told(&["resource", "add", "--detected", &instance.project])["id"]);
    let made = site.told(&["instance", "backup", &instance.project, "--name", "before the update"]);
    let backup = text(&made["operation"]["backup"]);
    person.width(WIDE).await;

    let page = format!("/instances/{id}");
    person.go(&page).await;
    person.sees("#services table").await;
    take(&person, "instance", &page).await;
    instance.sql("ALTER ROLE supabase_auth_admin RESET search_path");
    take(&person, "diagnosis", &format!("{page}/diagnosis")).await;
    take(&person, "settings", &format!("{page}/settings")).await;
    take(&person, "recovery", &format!("/backups/{backup}/restore")).await;
    person.leaves().await;
}

/// Some months of a small company, in short; a backup of the shop.
fn in_use(site: &Site, shop: &Contained) -> String {
    for name in ["wiki", "mailing-list", "door-log"] {
        let filed = Filed::in_folder(&site.path(name));
        let path = format!("path={}", filed.path.display());
        site.told(&["resource", "add", name, "--kind", "sqlite", "--set", &path]);
        if name != "door-log" {
            site.told(&["backup", "create", name]);
        }
        if name == "mailing-list" {
            fs::remove_file(filed.path).unwrap();
            site.zelo(&["backup", "create", name, "--json"]);
        }
    }
    site.told(&["backup", "create", "shop", "--note", "before the move"]);
    shop.work();
    let middle =
        text(&site.told(&["backup", "create", "shop", "--name", "end of month"])["operation"]["backup"]);
    shop.work_again();
    site.told(&["backup", "create", "shop"]);
    middle
}

async fn take(person: &Person, name: &str, path: &str) {
    person.go(path).await;
    person.sees("h1").await;
    for theme in ["light", "dark"] {
        person.theme(theme).await;
        let file = Path::new(FOLDER).join(format!("{name}-{theme}.png"));
        person.browser.screenshot(&file).await.unwrap();
    }
}
