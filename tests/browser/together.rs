//! Two people at one resource: what must not run twice runs once, and the other sees
//! that it does.

use crate::{
    chromium::Driver,
    main_path::{Scripts, Walk},
    person::Person,
    shop::{Contained, Shop},
    site::Site,
    support::text,
};

/// Both have the plan of a restore before them, and both press.
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_start_one_restore() {
    let Some(driver) = Driver::up() else { return };
    let Some(shop) = Contained::up("browser-two") else { return };
    let site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    let bia = Person::new(driver.browser("bia").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    bia.signs_in().await;
    let added = site.told(&["resource", "add", "shop", "--detected", &shop.server.name]);
    let resource = text(&added["id"]);
    let backup = text(&site.told(&["backup", "create", "shop"])["operation"]["backup"]);
    shop.work();

    for person in [&ana, &bia] {
        person.go(&format!("/backups/{backup}/restore")).await;
        let field = person.sees("[name=confirm]").await;
        let name = field.attr("data-confirm-name").await.unwrap().unwrap();
        person.fill("[name=confirm]", &name).await;
    }

    let before = restores(&site);
    let locked = shop.locked();
    tokio::join!(ana.click("[data-confirm-submit]"), bia.click("[data-confirm-submit]"));
    let (of_ana, of_bia) = (outcome(&ana).await, outcome(&bia).await);
    let (first, second, refused) = match (&of_ana, &of_bia) {
        (Some(operation), None) => (&ana, operation, &bia),
        (None, Some(operation)) => (&bia, operation, &ana),
        both => panic!("not one of the two was started: {both:?}"),
    };
    // The other is told who is at it, and the way there.
    refused.sees(&format!("main a[href*='/operations/{second}']")).await;
    refused.go(&format!("/resources/{resource}")).await;
    refused.sees(&format!("a[href*='/operations/{second}']")).await;
    assert_eq!(restores(&site), before + 1, "more than one restore was started");

    drop(locked);
    let downloads = driver.downloads("ana");
    let walk = Walk { site: &site, person: first, scripts: Scripts::On, downloads: &downloads };
    walk.comes_to_an_end().await;
    refused.go(&format!("/operations/{second}")).await;
    Walk { person: refused, ..walk }.comes_to_an_end().await;
    assert_eq!(restores(&site), before + 1, "more than one restore was started");
    ana.leaves().await;
    bia.leaves().await;
}

/// The operation on whose page they are, or `None` if they were refused.
async fn outcome(person: &Person) -> Option<String> {
    person
        .until("pressing it leads nowhere", async |p| {
            p.path().await.starts_with("/operations/")
                || p.has("main .notice a[href*='/operations/']").await
                || p.has("main a[href*='/operations/'].btn").await
        })
        .await;
    let path = person.path().await;
    path.strip_prefix("/operations/").map(|rest| rest.split(['/', '?']).next().unwrap().to_owned())
}

fn restores(site: &Site) -> usize {
    let all = site.told(&["operation", "list"]);
    let restores = |o: &&serde_json::Value| o["kind"] == "restore" && o["parent"].is_null();
    all.as_array().unwrap().iter().filter(restores).count()
}
