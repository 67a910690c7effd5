//! From the set-up link to signing out, with a PostgreSQL in a container: all that
//! the panel exists for, on a desk, on a telephone, and without any script, where
//! every form is a form and every page a page.

use crate::{
    chromium::{Driver, NARROW, WIDE},
    main_path::{Scripts, Walk},
    pages,
    person::Person,
    shop::{Contained, Shop},
    site::Site,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_all_the_way() {
    gets_all_the_way("browser", WIDE, Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_all_the_way_on_a_telephone() {
    gets_all_the_way("browser-phone", NARROW, Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_works_without_scripts() {
    gets_all_the_way("browser-plain", WIDE, Scripts::Off).await;
}

/// Set up, sign out and in, assign what was detected, back up and watch, download,
/// upload, restore, undo, sign out.
async fn gets_all_the_way(test: &str, width: u32, scripts: Scripts) {
    let Some(driver) = Driver::up() else { return };
    let Some(shop) = Contained::up(test) else { return };
    let site = Site::fresh();
    let browser = match scripts {
        Scripts::On => driver.browser("ana").await,
        Scripts::Off => driver.browser_without_scripts("ana").await,
    };
    let person = Person::new(browser, &site.url);
    person.width(width).await;
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: &person, scripts, downloads: &downloads };

    let link = site.link.as_deref().unwrap();
    person.sets_up(link).await;
    let ran = person.ask("return typeof zelo !== 'undefined'", vec![]).await;
    assert_eq!(ran, serde_json::Value::Bool(scripts == Scripts::On), "whether Zelo's scripts ran");
    person.signs_out().await;
    person.go(link).await;
    assert!(!person.has("form[action$='/setup']").await, "the set-up link works twice");
    // That it answers with 404 is no complaint about what comes.
    person.browser.browser_log().await.unwrap();
    person.signs_in().await;

    let resource = assigns(&person, &shop.server.name).await;
    if scripts == Scripts::On {
        watches_it_fill_in(&walk, &shop, &resource, width).await;
    }
    walk.all(&shop, &resource).await;
    shop.server.assert_no_sides("in the end");
    person.signs_out().await;
    person.leaves().await;
}

/// Finds a container among what was detected, and gives it to the project; the
/// resource's id.
async fn assigns(person: &Person, container: &str) -> String {
    person.follow("a[href$='/detected']").await;
    person.arrives("/detected").await;
    let line = format!("main li:has(input[name=name][value='{container}'])");
    person.click(&format!("{line} button[type=submit]")).await;
    person.until("it is still to be assigned", async |p| !p.has(&line).await).await;
    person.go("/dashboard").await;
    let link = person.sees("#list a.name[href*='/resources/']").await;
    assert_eq!(link.text().await.unwrap(), container);
    let href = link.attr("href").await.unwrap().unwrap();
    href.rsplit('/').next().unwrap().to_owned()
}

/// While somebody holds the table, the backup waits and its page says so; then the
/// same page, not loaded again, shows each step done.
async fn watches_it_fill_in(walk: &Walk<'_>, shop: &Contained, resource: &str, width: u32) {
    let before = shop.contents();
    let locked = shop.locked();
    walk.starts_backup(resource).await;
    walk.is_running().await;
    if width == WIDE {
        pages::is_for_everybody(walk.person, "an operation that runs").await;
        walk.person.width(width).await;
        walk.is_running().await;
    }
    let done = walk.person.count("#steps li.is-done").await;
    drop(locked);
    walk.comes_to_an_end().await;
    assert!(walk.person.count("#steps li.is-done").await > done, "no step was seen to end");
    assert_eq!(shop.contents(), before, "a backup changed the database");
}
