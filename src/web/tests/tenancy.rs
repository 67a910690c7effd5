//! Two projects side by side: on no page of the one is anything of the other, not
//! even that there is more than before.

use super::{Ask, TestSite, browse::without};
use crate::{
    domain::{operation::OpState, role::Role},
    operation::{BackupRequest, Request},
    problem,
};

/// What of beta's must be nowhere: names, and ids whole and short.
struct Beta {
    words: Vec<String>,
    backup: String,
}

/// Beta with more than alpha has: backups, one of them damaged, and an operation
/// that waits.
async fn stocked(site: &TestSite) -> Beta {
    let db = &site.site.world.db;
    db.rename_project(&site.beta, "Quagga Works", "test").await.unwrap();
    db.rename_resource(&site.other.id, "zebra-db", "test").await.unwrap();
    let kept = site.backup(&site.other).await;
    let damaged = site.backup(&site.other).await;
    db.mark_corrupt(&damaged, &problem!("part-digest", path = "zebra")).await.unwrap();
    let wish = serde_json::json!({ "kind": "backup", "resource": site.other.id });
    let request: Request = serde_json::from_value(wish).unwrap();
    assert!(matches!(request, Request::Backup(BackupRequest { .. })));
    let by = crate::operation::Actor("cli:ada".to_owned());
    let prepared = crate::operation::prepare(&site.site.world, request, &by).await.unwrap();
    let queued = crate::operation::enqueue(&site.site.world, prepared, None, None).await.unwrap();
    assert_eq!(queued.row().state, OpState::Queued);
    let mut words = vec!["zebra".to_owned(), "Quagga".to_owned()];
    words.extend([&site.beta.to_string(), &site.other.id.to_string()].map(Clone::clone));
    words.extend([kept.to_string(), damaged.to_string(), queued.row().id.to_string()]);
    words.extend([kept.short(), damaged.short(), queued.row().id.short()].map(str::to_owned));
    Beta { words, backup: kept.to_string() }
}

/// Every page with a list, in all its orders and states.
fn lists(site: &TestSite) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/dashboard",
        "/dashboard?sort=name",
        "/dashboard?sort=-backup&page=2",
        "/dashboard?state=bare",
        "/dashboard?kind=sqlite",
        "/dashboard/backup",
        "/dashboard/backup?state=corrupt",
        "/dashboard/backup?sort=-size&page=2",
        "/operations",
        "/operations?state=queued",
        "/operations?kind=backup",
        "/account",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/resources/{}", site.shop.id));
    pages.push(format!("/projects/{}", site.alpha));
    pages
}

/// Without the room on the disk, which is everybody's.
fn own(main: &str) -> String {
    without(main, "Free for backups", "</dl>")
}

#[actix_web::test]
async fn nothing_of_another_project_is_on_any_list() {
    let site = TestSite::new().await;
    site.backup(&site.shop).await;
    let members = ["alpha-viewer", "alpha-operator", "alpha-owner"];
    let mut before = Vec::new();
    for who in members {
        for path in lists(&site) {
            before.push(own(&site.open(who, &path).await.main()));
        }
    }
    let beta = stocked(&site).await;
    let mut before = before.into_iter();
    for who in members {
        for path in lists(&site) {
            let page = site.open(who, &path).await;
            assert_eq!(page.status, 200, "{path}");
            for word in &beta.words {
                assert!(!page.text().contains(word), "{word} on {path} for {who}");
            }
            assert_eq!(own(&page.main()), before.next().unwrap(), "{path} for {who}");
        }
    }
}

#[actix_web::test]
async fn no_filter_and_no_cookie_reaches_into_another_project() {
    let site = TestSite::new().await;
    site.backup(&site.shop).await;
    let beta = stocked(&site).await;
    let cookie = format!("zelo_session={}; zelo_project={}", site.person("alpha-owner").session, site.beta);
    let other = &site.other.id;
    for path in [
        "/dashboard?q=zebra".to_owned(),
        "/dashboard/backup?q=zebra".to_owned(),
        format!("/dashboard/backup?q={}", beta.backup),
        format!("/operations?resource={other}"),
        format!("/operations?resource={other}&state=queued"),
        "/operations?before=7ZZZZZZZZZZZZZZZZZZZZZZZZZ".to_owned(),
    ] {
        for piece in [false, true] {
            let ask = Ask::get(&path).header("cookie", &cookie);
            let ask = if piece { ask.header("hx-request", "true") } else { ask };
            let reply = site.send(ask).await;
            assert_eq!(reply.status, 200, "{path}");
            // What was asked for may be said again, in the fields of the search.
            let text = without(&without(&reply.text(), "value=\"", "\""), "?", "\"");
            for word in &beta.words {
                assert!(!text.contains(word), "{word} on {path}");
            }
            assert!(!text.contains(&format!("/resources/{other}")), "{path}");
        }
    }
}

#[actix_web::test]
async fn whoever_joins_sees_it_and_whoever_leaves_no_longer() {
    let site = TestSite::new().await;
    let beta = stocked(&site).await;
    let db = &site.site.world.db;
    let viewer = &site.person("alpha-viewer").id;
    let pages = ["/dashboard", "/dashboard/backup", "/operations"];
    let sees = async |who: &str| {
        let mut seen = Vec::new();
        for path in pages {
            seen.push(site.open(who, path).await.text().contains("zebra-db"));
        }
        seen
    };
    assert_eq!(sees("alpha-viewer").await, [false; 3]);
    db.set_member(&site.beta, viewer, Role::Viewer, "test").await.unwrap();
    assert_eq!(sees("alpha-viewer").await, [true; 3]);
    let findings = site.open("alpha-viewer", "/dashboard").await.main();
    assert!(findings.contains("id=\"findings\""), "{findings}");
    assert_eq!(site.open("alpha-viewer", format!("/backups/{}", beta.backup)).await.status, 200);
    db.remove_member(&site.beta, viewer, "test").await.unwrap();
    assert_eq!(sees("alpha-viewer").await, [false; 3]);
    assert_eq!(site.open("alpha-viewer", format!("/backups/{}", beta.backup)).await.status, 404);
}

#[actix_web::test]
async fn an_administrator_sees_what_is_there_and_the_data_of_no_project() {
    let site = TestSite::new().await;
    let beta = stocked(&site).await;
    let projects = site.open("admin", "/projects").await.main();
    assert!(projects.contains("Quagga Works") && projects.contains("Alpha"));
    for path in ["/audit", "/audit?action=backup.", "/alerts"] {
        let text = site.open("admin", path).await.main();
        assert!(text.contains(&beta.backup), "{path}");
    }
    let audit = site.open("admin", "/audit?check=1").await.main();
    assert!(audit.contains("role=\"status\""), "the chain is whole: {audit}");
    for path in ["/dashboard", "/dashboard/backup", "/operations"] {
        let text = site.open("admin", path).await.text();
        assert!(!text.contains("zebra"), "administrators are members of nothing: {path}");
    }
    let page = site.open("admin", format!("/projects/{}", site.beta)).await.main();
    assert!(page.contains("Quagga Works") && !page.contains("zebra-db"));
    assert_eq!(site.open("admin", format!("/backups/{}", beta.backup)).await.status, 404);
}

#[actix_web::test]
async fn the_audits_filters_keep_out_what_was_not_asked_for() {
    let site = TestSite::new().await;
    site.backup(&site.shop).await;
    site.post("admin", "/projects", &[("name", "Gamma")]).await;
    let codes = async |query: &str| {
        let main = site.open("admin", format!("/audit?{query}")).await.main();
        let rows = main.split("<th scope=\"row\"><code>").skip(1);
        rows.map(|row| row.split("</code>").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let projects = codes("action=project.").await;
    assert!(!projects.is_empty() && projects.iter().all(|code| code.starts_with("project.")));
    let own = codes(&format!("actor={}", site.actor("admin"))).await;
    assert!(own.iter().any(|code| code == "project.add") && !own.iter().any(|code| code == "resource.add"));
    assert_eq!(codes("actor=user:nobody").await, [""; 0]);
    assert_eq!(codes("action=%25").await, codes("").await, "no pattern of theirs is looked for");
    assert_eq!(codes("before=1").await, [""; 0]);
    assert_eq!(site.open("admin", "/audit?before=x").await.status, 400);
}
