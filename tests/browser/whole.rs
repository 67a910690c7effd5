//! From the set-up link to signing out, with a PostgreSQL in a container: all that
//! the panel exists for.

use crate::{
    chromium::Driver,
    main_path::{Scripts, Walk},
    person::Person,
    shop::{Contained, Shop},
    site::Site,
};

/// Set up, sign out and in, assign what was detected, back up and watch, download,
/// upload, restore, undo, sign out.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_all_the_way() {
    let Some(driver) = Driver::up() else { return };
    let Some(shop) = Contained::up("browser") else { return };
    let site = Site::fresh();
    let person = Person::new(driver.browser("ana").await, &site.url);
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: &person, scripts: Scripts::On, downloads: &downloads };

    let link = site.link.as_deref().unwrap();
    person.sets_up(link).await;
    person.signs_out().await;
    person.go(link).await;
    assert!(!person.has("form[action$='/setup']").await, "the set-up link works twice");
    person.signs_in().await;

    let resource = assigns(&person, &shop.server.name).await;
    watches_it_fill_in(&walk, &shop, &resource).await;
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
async fn watches_it_fill_in(walk: &Walk<'_>, shop: &Contained, resource: &str) {
    let before = shop.contents();
    let locked = shop.locked();
    walk.starts_backup(resource).await;
    walk.is_running().await;
    let done = walk.person.count("#steps li.is-done").await;
    drop(locked);
    walk.comes_to_an_end().await;
    assert!(walk.person.count("#steps li.is-done").await > done, "no step was seen to end");
    assert_eq!(shop.contents(), before, "a backup changed the database");
}
