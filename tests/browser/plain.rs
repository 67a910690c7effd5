//! The same without any script: every form is a form, every page a page.

use crate::{
    chromium::Driver,
    main_path::{Scripts, Walk},
    person::Person,
    shop::Filed,
    site::Site,
};

/// Set up, sign out and in, back up, download, upload, restore, undo, sign out.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_works_without_scripts() {
    let Some(driver) = Driver::up() else { return };
    let site = Site::fresh();
    let shop = Filed::in_folder(&site.path("shop"));
    let person = Person::new(driver.browser_without_scripts("ana").await, &site.url);
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: &person, scripts: Scripts::Off, downloads: &downloads };

    person.sets_up(site.link.as_deref().unwrap()).await;
    assert!(!person.has("[data-theme-form].is-live").await);
    person.signs_out().await;
    person.signs_in().await;

    let path = format!("path={}", shop.path.display());
    let added = site.told(&["resource", "add", "shop", "--kind", "sqlite", "--set", &path]);
    site.told(&["resource", "assign", "shop", "default"]);
    let resource = crate::support::text(&added["id"]);
    walk.all(&shop, &resource).await;
    person.signs_out().await;
    person.leaves().await;
}
