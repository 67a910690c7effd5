//! A file brought by dragging it, and what is said beside the form of one that is not
//! taken.

use std::{fs, path::Path};

use crate::{
    chromium::Driver,
    main_path::{Scripts, Walk},
    person::Person,
    shop::{Filed, Shop},
    site::{Site, sha256},
    support::text,
};

/// More than any disk has free.
const ALL: &str = "8000 TiB";
const PROBLEM: &str = "#upload [role=alert]";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_becomes_a_backup_or_is_refused_beside_the_form() {
    let Some(driver) = Driver::up() else { return };
    let mut site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    let shop = Filed::in_folder(&site.path("shop"));
    let at = format!("path={}", shop.path.display());
    let resource = text(&site.told(&["resource", "add", "shop", "--kind", "sqlite", "--set", &at])["id"]);
    let page = format!("/resources/{resource}");

    let junk = site.path("diary.txt");
    fs::write(&junk, "no dump of anything").unwrap();
    ana.go(&page).await;
    drop_it(&ana, &junk).await;
    let unknown = ana.sees(PROBLEM).await.text().await.unwrap();
    assert!(unknown.contains("diary.txt"), "{unknown}");
    is_as_before(&site, &ana, &page).await;

    // The form is a new one and works again.
    let dump = shop.dump(&site.path(""));
    drop_it(&ana, &dump).await;
    ana.arrives("/operations/").await;
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: &ana, scripts: Scripts::On, downloads: &downloads };
    becomes_a_backup(&walk, &dump).await;
    finds_no_room(&mut site, &ana, &page, &dump).await;
    ana.leaves().await;
}

/// On whose operation's page they are.
async fn becomes_a_backup(walk: &Walk<'_>, dump: &Path) {
    walk.comes_to_an_end().await;
    let told = walk.site.told(&["backup", "info", &walk.made().await]);
    let part = &told["manifest"]["parts"][0];
    assert_eq!(text(&part["raw"]["sha256"]), sha256(dump), "{told}");
}

/// Once all of the disk is to stay free.
async fn finds_no_room(site: &mut Site, person: &Person, page: &str, dump: &Path) {
    site.dies();
    site.starts(&[("ZELO_STORE_RESERVE_BYTES", ALL)]);
    person.go(page).await;
    drop_it(person, dump).await;
    let full = person.sees(PROBLEM).await.text().await.unwrap();
    assert!(!full.contains("from-elsewhere"), "it is about the file: {full}");
    assert_eq!(person.path().await, page, "{full}");
    assert_eq!(site.told(&["operation", "list"]).as_array().unwrap().len(), 1, "{full}");
}

/// The zone shows that it would take the file, then is given it.
async fn drop_it(person: &Person, file: &Path) {
    person
        .drops("#upload .drop", file, async |p| {
            p.sees("#upload .drop.is-over").await;
        })
        .await;
}

/// Nothing began, nothing was kept, and nobody was led elsewhere.
async fn is_as_before(site: &Site, person: &Person, page: &str) {
    assert_eq!(person.path().await, page);
    assert_eq!(site.told(&["operation", "list"]), serde_json::json!([]));
    let left = fs::read_dir(site.data().join("tmp/uploads")).unwrap().count();
    assert_eq!(left, 0, "the refused file is still there");
    person.sees("#upload .drop").await;
}
