//! Several backups at once: picked in the list, counted, pinned, deleted.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    chromium::Driver,
    person::Person,
    shop::Filed,
    site::Site,
    support::{text, until},
};

const ROWS: &str = "#list tbody .pick input";
const ALL: &str = "#list thead .pick input";

#[tokio::test(flavor = "multi_thread")]
async fn several_are_picked_counted_pinned_and_deleted() {
    let Some(driver) = Driver::up() else { return };
    let site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    let shop = Filed::in_folder(&site.path("shop"));
    let at = format!("path={}", shop.path.display());
    let resource = text(&site.told(&["resource", "add", "shop", "--kind", "sqlite", "--set", &at])["id"]);
    for _ in 0..4 {
        site.told(&["backup", "create", "shop"]);
    }
    ana.go(&format!("/resources/{resource}")).await;
    assert!(!is_shown(&ana, ".bulkbar").await, "there is something to do with none");

    picks_two(&ana).await;
    let picked = picked(&ana).await;
    ana.click(".bulkbar button[value=pin]").await;
    ana.until("they are not pinned", async |p| p.count("#list tbody th .tag").await == 2).await;
    assert_eq!(those(&site, |backup| backup["pinned"] == true), picked);

    for row in [1, 2] {
        let loose =
            format!("#list tbody tr:not(:has(th .tag)):nth-child({row} of :not(:has(th .tag))) .pick input");
        ana.click(&loose).await;
    }
    deletes_two(&ana, &site).await;
    assert_eq!(those(&site, |backup| backup["state"] != "trashed"), picked);
    ana.leaves().await;
}

/// By way of all of them.
async fn picks_two(person: &Person) {
    person.click(ALL).await;
    is_counted(person, 4).await;
    // A list that is read anew has none picked, and is counted as well.
    person.click("#list th[aria-sort] a").await;
    person.until("the list is not read anew", async |p| !is_shown(p, ".bulkbar").await).await;
    person.click(ALL).await;
    is_counted(person, 4).await;
    person.click("#list tbody tr:nth-child(1) .pick input").await;
    person.click("#list tbody tr:nth-child(2) .pick input").await;
    is_counted(person, 2).await;
    let partly = person.ask(&format!("return document.querySelector('{ALL}').indeterminate"), vec![]).await;
    assert_eq!(partly, Value::Bool(true), "some of them look like all or none");
}

/// Asked for their number, and not content with another one.
async fn deletes_two(person: &Person, site: &Site) {
    person.click(".bulkbar button[value=delete]").await;
    let button = "form[action$='/backups/bulk'] button[data-confirm-submit]";
    person.sees(button).await;
    for (typed, enough) in [("4", false), ("2", true)] {
        person.fill("[name=confirm]", typed).await;
        assert_eq!(person.sees(button).await.is_enabled().await.unwrap(), enough, "{typed}");
    }
    person.click(button).await;
    person.arrives("/resources/").await;
    until("they are not deleted", std::time::Duration::from_secs(60), || {
        those(site, |backup| backup["state"] == "trashed").len() == 2
    });
}

/// So many rows are ticked, and the bar says so.
async fn is_counted(person: &Person, many: usize) {
    person
        .until(&format!("not {many} are counted"), async |p| {
            p.count(&format!("{ROWS}:checked")).await == many
                && p.sees("[data-picked]").await.text().await.unwrap_or_default() == many.to_string()
        })
        .await;
}

/// The ids that are ticked.
async fn picked(person: &Person) -> BTreeSet<String> {
    let script = "return [...document.querySelectorAll(arguments[0])].map((input) => input.value)";
    let ids = person.ask(script, vec![format!("{ROWS}:checked").into()]).await;
    ids.as_array().unwrap().iter().map(text).collect()
}

async fn is_shown(person: &Person, css: &str) -> bool {
    let found = person.browser.find(thirtyfour::By::Css(css)).await.unwrap();
    found.is_displayed().await.unwrap_or(false)
}

/// The ids of the backups of which something is so.
fn those(site: &Site, so: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let all = site.told(&["backup", "list", "--all"]);
    all["backups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|backup| so(backup))
        .map(|backup| text(&backup["id"]))
        .collect()
}
