//! Below a path of a proxy's (`/zelo`): every link, form and redirect stays below it,
//! once.

use super::{
    Ask, TestSite,
    who::{Things, pages},
};

const BASE: &str = "/zelo";

/// Attributes that hold an address the browser goes to.
const ADDRESSES: [&str; 10] = [
    " href=\"",
    " src=\"",
    " action=\"",
    " formaction=\"",
    " hx-get=\"",
    " hx-post=\"",
    " hx-push-url=\"",
    " sse-connect=\"",
    " data-base=\"",
    " data-src=\"",
];

fn is_below(address: &str) -> bool {
    let rest = address.strip_prefix(BASE);
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    rest.is_some_and(|rest| !rest.starts_with("/zelo"))
}

/// The addresses of a page that lead out of the path.
fn astray(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ADDRESSES {
        for piece in html.split(attribute).skip(1) {
            let address = piece.split('"').next().unwrap_or_default();
            if address.starts_with('/') && !is_below(address) {
                found.push(format!("{attribute}{address}"));
            }
        }
    }
    found
}

async fn site() -> TestSite {
    TestSite::at(Some("http://panel.example/zelo/")).await
}

#[actix_web::test]
async fn every_link_of_every_page_stays_below() {
    let site = site().await;
    let things = Things::of(&site).await;
    let db = &site.site.world.db;
    let admin = &site.person("admin").id;
    db.set_member(&site.alpha, admin, crate::domain::role::Role::Owner, "test").await.unwrap();
    let mut looked = 0;
    for entry in pages().filter(|entry| entry.method == "GET") {
        let path = things.path(entry.path);
        if path.contains('{') || path.ends_with("/events") {
            continue;
        }
        for address in [path.clone(), format!("{BASE}{path}")] {
            let reply = site.open("admin", &address).await;
            let at = format!("{address}: {}", reply.status);
            if reply.status == 303 {
                assert!(is_below(reply.to()), "{at} to {}", reply.to());
            } else if reply.header("content-type").starts_with("text/html") {
                assert_eq!(astray(&reply.text()), [""; 0], "{at}");
                assert!(reply.text().contains("=\"/zelo/"), "{at} has no link at all");
                looked += 1;
            }
        }
    }
    assert!(looked > 30, "only {looked} pages were looked at");
    // Also those of a refusal, and those without a session.
    for address in ["/zelo/nothing", "/zelo/sign-in", "/zelo/download/x", "/nothing"] {
        assert_eq!(astray(&site.send(Ask::get(address)).await.text()), [""; 0], "{address}");
    }
}

#[actix_web::test]
async fn every_redirect_stays_below() {
    let site = site().await;
    let backup = site.backup(&site.shop).await;
    let out = site.send(Ask::get("/zelo/operations?state=running")).await;
    assert_eq!(out.to(), "/zelo/sign-in?next=%2Foperations%3Fstate%3Drunning");
    let piece = site.send(Ask::get("/zelo/operations").header("hx-request", "true")).await;
    assert_eq!(piece.header("hx-redirect"), "/zelo/sign-in");
    let alpha = site.alpha.to_string();
    let nobody = site.person("nobody").id.to_string();
    for (who, path, fields) in [
        ("alpha-owner", "/theme".to_owned(), &[("theme", "dark")][..]),
        ("alpha-owner", "/language".to_owned(), &[("lang", "en")]),
        ("alpha-owner", "/project".to_owned(), &[("project", alpha.as_str())]),
        ("alpha-owner", format!("/backups/{backup}/verify"), &[]),
        ("alpha-owner", "/backups/bulk".to_owned(), &[("do", "pin"), ("id", backup.as_str())]),
        ("alpha-owner", format!("/backups/{backup}/unpin"), &[("x", "")]),
        ("alpha-owner", format!("/resources/{}/backup", site.shop.id), &[]),
        ("alpha-owner", format!("/projects/{alpha}/name"), &[("name", "Alpha 2")]),
        ("alpha-owner", format!("/projects/{alpha}/members"), &[("user", &*nobody), ("role", "viewer")]),
        ("admin", "/projects".to_owned(), &[("name", "Gamma")]),
        ("admin", format!("/people/{nobody}/disable"), &[]),
        ("nobody", "/sign-in/link".to_owned(), &[("token", "x")]),
    ] {
        let reply = site.post(who, format!("{BASE}{path}"), fields).await;
        if path != "/sign-in/link" && who != "nobody" {
            assert!(is_below(reply.to()), "{path} to {}", reply.to());
        }
        let cookies = reply.headers.get_all("set-cookie").map(|value| value.to_str().unwrap());
        for cookie in cookies {
            assert!(cookie.contains("Path=/zelo/"), "{cookie}");
        }
    }
}

#[actix_web::test]
async fn a_form_sent_from_a_page_leads_back_to_that_page() {
    let site = site().await;
    let backup = site.backup(&site.shop).await;
    let page = "/zelo/dashboard/backup?sort=-size&state=complete";
    let html = site.open("alpha-owner", page).await.text();
    let field = "name=\"back\" value=\"";
    let mut seen = 0;
    for piece in html.split(field).skip(1) {
        let back = piece.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        let fields = [("do", "pin"), ("id", backup.as_str()), ("back", &*back), ("theme", "dark")];
        for form in ["/zelo/backups/bulk", "/zelo/theme"] {
            assert_eq!(site.post("alpha-owner", form, &fields).await.to(), page, "{form}");
        }
        seen += 1;
    }
    assert!(seen > 1, "{html}");
}

#[actix_web::test]
async fn a_link_made_below_works_below() {
    let site = site().await;
    let backup = site.backup(&site.shop).await;
    let page = site.post("alpha-owner", format!("/zelo/backups/{backup}/links"), &[]).await;
    let text = page.text();
    let link = text.split("id=\"new-link\">").nth(1).unwrap().split('<').next().unwrap();
    let link = link.strip_prefix("http://panel.example").unwrap_or(link);
    assert!(link.starts_with("/zelo/download/"), "{link}");
    assert_eq!(site.send(Ask::get(link)).await.status, 200);
}
