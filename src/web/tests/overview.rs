//! The overview: what needs a person comes first, filters show what they name, and the
//! figures are of what one may see.

use super::TestSite;
use crate::{
    db::{Finish, ResourceRow, ResourceState},
    domain::{id::OperationId, operation::OpState, role::Role},
    i18n::Lang,
    problem,
    web::text::T,
};

/// A resource of alpha's for each way it can be.
struct Estate {
    site: TestSite,
    all: Vec<ResourceRow>,
}

async fn queued(site: &TestSite, of: &ResourceRow) -> String {
    site.post("alpha-operator", format!("/resources/{}/backup", of.id), &[]).await.operation()
}

impl Estate {
    /// `good` has a whole backup and a damaged one; the others are what they are called.
    async fn new() -> Self {
        let site = TestSite::new().await;
        let db = &site.site.world.db;
        db.rename_resource(&site.shop.id, "good", "test").await.unwrap();
        let mut all = vec![db.resource(&site.shop.id).await.unwrap()];
        let damaged = site.backup(&all[0]).await;
        db.mark_corrupt(&damaged, &problem!("part-digest", path = "x")).await.unwrap();
        site.backup(&all[0]).await;
        for name in ["bare", "busy", "failing", "missing", "needs_person"] {
            let row = site.another(name).await;
            match name {
                "busy" => drop(queued(&site, &row).await),
                "failing" => fails(&site, &queued(&site, &row).await).await,
                "missing" => db.set_resource_state(&row.id, ResourceState::Missing).await.unwrap(),
                "needs_person" => site.gets_stuck(&queued(&site, &row).await).await,
                _ => {}
            }
            all.push(row);
        }
        Self { site, all }
    }

    /// The resources of a list, in its order.
    async fn rows(&self, query: &str) -> Vec<&str> {
        let page = self.site.open("alpha-viewer", format!("/dashboard{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.text());
        let main = page.main();
        let rows = main.split("<th scope=\"row\"><a class=\"name\" href=\"/resources/").skip(1);
        rows.map(|row| self.name(row.split('"').next().unwrap())).collect()
    }

    fn name(&self, id: &str) -> &str {
        self.all.iter().find(|row| row.id.as_str() == id).map_or("?", |row| row.name.as_str())
    }
}

async fn fails(site: &TestSite, id: &str) {
    let (id, db) = (id.parse::<OperationId>().unwrap(), &site.site.world.db);
    let until = site.site.now() + chrono::TimeDelta::hours(1);
    let (_, fence) = db.claim(&id, "w-test", until).await.unwrap().unwrap();
    let end = Finish { state: OpState::Failed, problem: None, result: serde_json::Value::Null };
    db.finish(&id, fence, end).await.unwrap();
}

#[actix_web::test]
async fn what_needs_a_person_comes_first() {
    let estate = Estate::new().await;
    let gravest = ["needs_person", "missing", "failing", "bare", "busy", "good"];
    assert_eq!(estate.rows("").await, gravest);
    let main = estate.site.open("alpha-viewer", "/dashboard").await.main();
    let findings = main.split("id=\"findings\"").nth(1).unwrap().split("</section>").next().unwrap();
    let found: Vec<_> = findings.split("<li class=\"").skip(1).collect();
    let about = |finding: &&str| {
        let title = finding.split("<h3>").nth(1).unwrap().split("</h3>").next().unwrap();
        let names = estate.all.iter().map(|row| row.name.as_str());
        names.into_iter().find(|name| title.contains(name)).unwrap_or("?")
    };
    let named: Vec<_> = found.iter().map(about).collect();
    assert_eq!(named, ["needs_person", "missing", "failing", "good", "bare"], "{findings}");
    let severe: Vec<_> = found.iter().map(|finding| finding.split('"').next().unwrap()).collect();
    assert_eq!(severe, ["is-bad", "is-bad", "is-bad", "is-bad", "is-warn"], "{findings}");
    let needs = T::of(Lang::En).n("ui-overview-needs", 5_usize);
    assert!(main.contains(&needs), "{needs}: {main}");
}

#[actix_web::test]
async fn a_filter_shows_what_it_names() {
    let estate = Estate::new().await;
    for row in &estate.all {
        assert_eq!(estate.rows(&format!("?state={}", row.name)).await, [row.name.as_str()]);
    }
    let by_name = ["bare", "busy", "failing", "good", "missing", "needs_person"];
    let backwards: Vec<_> = by_name.iter().rev().copied().collect();
    assert_eq!(estate.rows("?sort=name").await, by_name);
    assert_eq!(estate.rows("?sort=-name").await, backwards);
    assert_eq!(estate.rows("?sort=-backup").await[0], "good");
    assert_eq!(estate.rows("?sort=backup").await[5], "good");
    assert_eq!(estate.rows("?sort=health").await[0], "good");
    assert_eq!(estate.rows("?q=+FAIL+").await, ["failing"]);
    assert_eq!(estate.rows("?q=s&sort=name").await, ["busy", "missing", "needs_person"]);
    assert_eq!(estate.rows("?kind=sqlite&sort=name").await, by_name);
    for none in ["?kind=postgres", "?kind=x", "?state=x", "?q=%25", "?q=%00", "?state=bare&q=good"] {
        assert_eq!(estate.rows(none).await, [""; 0], "{none}");
    }
    for all in ["?page=0", "?page=99", "?sort=x", "?part=x", "?unknown=1"] {
        assert_eq!(estate.rows(all).await.len(), 6, "{all}");
    }
    for bad in ["?page=x", "?page=-1", "?q=a&q=b"] {
        assert_eq!(estate.site.open("alpha-viewer", format!("/dashboard{bad}")).await.status, 400, "{bad}");
    }
}

/// What stands in the ledger under a word.
fn figure(main: &str, word: &str) -> (String, String) {
    let told = main.split(&format!("<dt>{}</dt>", T::of(Lang::En).s(word))).nth(1);
    let mut values = told.unwrap_or_else(|| panic!("no {word}: {main}")).split("<dd>").skip(1);
    let mut value = || {
        let whole = values.next().unwrap_or_default().split("</dd>").next().unwrap_or_default();
        super::browse::without(whole, "<", ">")
    };
    (value(), value())
}

#[actix_web::test]
async fn figures_are_of_what_one_may_see() {
    let site = TestSite::new().await;
    let (db, t) = (&site.site.world.db, T::of(Lang::En));
    site.another("bare").await;
    let own = [site.backup(&site.shop).await, site.backup(&site.shop).await];
    let theirs = site.backup(&site.other).await;
    let mut bytes = 0;
    for id in &own {
        bytes += db.backup(id).await.unwrap().stored_bytes;
    }
    let figures = async |who: &str| {
        let main = site.open(who, "/dashboard").await.main();
        ["ui-figure-backed-up", "ui-figure-verified", "ui-figure-backups"].map(|word| figure(&main, word))
    };
    let of = |count: u64| t.n("ui-figure-of", count);
    let stored = |bytes: u64| t.a("ui-figure-stored", t.size(bytes));
    let [backed_up, verified, backups] = figures("alpha-viewer").await;
    assert_eq!((backed_up.0, verified.0), (format!("1 {}", of(2)), format!("1 {}", of(2))));
    assert_eq!(backups, ("2".to_owned(), stored(bytes)));
    // A member of both sees both.
    let viewer = &site.person("alpha-viewer").id;
    db.set_member(&site.beta, viewer, Role::Viewer, "test").await.unwrap();
    bytes += db.backup(&theirs).await.unwrap().stored_bytes;
    let [backed_up, _, backups] = figures("alpha-viewer").await;
    assert_eq!((backed_up.0, backups), (format!("2 {}", of(3)), ("3".to_owned(), stored(bytes))));
    // Who is a member of nothing is told of nothing.
    let nobody = site.open("nobody", "/dashboard").await.main();
    assert!(!nobody.contains("class=\"ledger\"") && !nobody.contains("href=\"/resources/"), "{nobody}");
}
