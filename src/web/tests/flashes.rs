//! What is told after a redirect is told on the next page, once.

use super::{Ask, Reply, TestSite};
use crate::{i18n::Lang, web::text::T};

/// A page, by a browser that has this besides its session.
async fn page(site: &TestSite, path: &str, flash: &str) -> Reply {
    let session = &site.person("alpha-owner").session;
    let cookies = format!("zelo_session={session}; zelo_flash={flash}");
    site.send(Ask::get(path).header("cookie", &cookies)).await
}

/// A flash cookie with this in it.
fn made_up(json: &str) -> String {
    hex::encode(json)
}

#[actix_web::test]
async fn it_is_told_once_and_then_gone() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    let done = site.post("alpha-owner", format!("/backups/{backup}/pin"), &[]).await;
    let flash = done.cookie("zelo_flash").expect("it is told");
    let told = T::of(Lang::En).s("flash-backup-pinned");
    let first = page(&site, done.to(), &flash).await;
    assert_eq!(first.text().matches(&told).count(), 1, "{}", first.text());
    assert_eq!(first.cookie("zelo_flash").as_deref(), Some(""), "the browser is told to forget it");
    let gone = first.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok());
    let gone = gone.into_iter().find(|cookie| cookie.starts_with("zelo_flash=")).unwrap();
    assert!(gone.contains("Max-Age=0") && gone.contains("Path=/"), "{gone}");
    // What the browser then sends.
    let next = page(&site, done.to(), "").await;
    assert!(!next.text().contains(&told) && next.cookie("zelo_flash").is_none(), "{}", next.text());
}

#[actix_web::test]
async fn a_piece_of_a_page_leaves_it_to_the_page() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    let done = site.post("alpha-owner", format!("/backups/{backup}/pin"), &[]).await;
    let flash = done.cookie("zelo_flash").unwrap();
    let session = &site.person("alpha-owner").session;
    let cookies = format!("zelo_session={session}; zelo_flash={flash}");
    // Another page that is open refreshes itself at that moment.
    for path in ["/dashboard?part=summary", "/dashboard", "/dashboard/backup", "/operations"] {
        let piece = Ask::get(path).header("cookie", &cookies).header("hx-request", "true");
        assert_eq!(site.send(piece).await.cookie("zelo_flash"), None, "{path}");
    }
    let told = T::of(Lang::En).s("flash-backup-pinned");
    assert!(page(&site, done.to(), &flash).await.text().contains(&told));
}

#[actix_web::test]
async fn a_cookie_somebody_made_up_says_nothing_of_its_own() {
    let site = TestSite::new().await;
    for flash in [
        "x".to_owned(),
        "%3Cscript%3E".to_owned(),
        made_up("{}"),
        made_up(r#"{"tone":"ok","msg":{"id":"problem-part-digest","args":{}}}"#),
        made_up(r#"{"tone":"ok","msg":"<script>quagga</script>"}"#),
        made_up(&format!(r#"{{"tone":"ok","msg":{{"id":"flash-{}","args":{{}}}}}}"#, "quagga".repeat(400))),
    ] {
        let shown = page(&site, "/account", &flash).await;
        assert_eq!(shown.status, 200, "{flash}");
        let text = shown.text();
        let told = ["class=\"toast ", "quagga", "<script>"].iter().any(|some| text.contains(some));
        assert!(!told, "{flash}: {text}");
    }
    let marked = r#"{"tone":"bad","msg":{"id":"flash-failed","args":{"why":"<b>quagga</b>"}}}"#;
    let shown = page(&site, "/account", &made_up(marked)).await.text();
    assert!(!shown.contains("<b>quagga"), "{shown}");
}
