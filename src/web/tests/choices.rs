//! What a person chooses for themselves: theme, language, project. Each leads back to
//! where it was made, and never elsewhere.

use super::{Ask, Reply, TestSite, browse::FORM};
use crate::{i18n::Lang, secret::SystemRandom, web::csrf};

/// Addresses that are not ours, however they are written.
const ELSEWHERE: [&str; 8] = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/x\r\nLocation: https://evil.example",
    "javascript:alert(1)",
];

/// A guest's form.
async fn as_guest(site: &TestSite, path: &str, fields: &[(&str, &str)]) -> Reply {
    let form = csrf::token(&SystemRandom, "g").unwrap();
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields).append_pair("csrf", &form);
    site.send(Ask::post(path).header("cookie", "zelo_guest=g").body(FORM, body.finish())).await
}

#[actix_web::test]
async fn every_way_back_stays_here() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    let pin = format!("/backups/{backup}/pin");
    let unpin = format!("/backups/{backup}/unpin");
    let own = format!("/backups/{backup}");
    let forms: [(&str, (&str, &str), &str); 6] = [
        ("/theme", ("theme", "dark"), "/dashboard"),
        ("/language", ("lang", "en"), "/dashboard"),
        ("/project", ("project", ""), "/dashboard"),
        (&pin, ("x", ""), &own),
        (&unpin, ("x", ""), &own),
        ("/backups/bulk", ("do", "pin"), "/dashboard/backup"),
    ];
    for (path, field, home) in forms {
        for bad in ELSEWHERE.iter().chain(&["", "dashboard"]) {
            let reply = site.post("alpha-owner", path, &[field, ("back", bad)]).await;
            assert_eq!(reply.to(), home, "{path}: {bad:?}");
        }
        let good = "/operations?state=running&kind=backup";
        let reply = site.post("alpha-owner", path, &[field, ("back", good)]).await;
        assert_eq!(reply.to(), good, "{path}");
        assert_eq!(site.post("alpha-owner", path, &[field]).await.to(), home, "{path}");
    }
}

#[actix_web::test]
async fn a_theme_is_kept_for_guests_and_people() {
    let site = TestSite::new().await;
    for (chosen, kept) in [("dark", "dark"), ("light", "light"), ("system", ""), ("\"><script>", "")] {
        let reply = as_guest(&site, "/theme", &[("theme", chosen), ("back", "/sign-in")]).await;
        assert_eq!((reply.to(), reply.cookie("zelo_theme").as_deref()), ("/sign-in", Some(kept)), "{chosen}");
    }
    let page = site.send(Ask::get("/sign-in").header("cookie", "zelo_theme=dark")).await.text();
    assert!(page.contains("data-theme=\"dark\""));
    let page = site.send(Ask::get("/sign-in").header("cookie", "zelo_theme=\"x")).await.text();
    assert!(!page.contains("data-theme"));
    let bare = Ask::post("/theme").body(FORM, "theme=dark");
    assert_eq!(site.send(bare).await.status, 403, "without a form of ours");
}

#[actix_web::test]
async fn a_language_is_kept_with_the_person() {
    let site = TestSite::new().await;
    let locale = async || site.site.world.db.user(&site.person("alpha-viewer").id).await.unwrap().locale;
    let tag = async || {
        let text = site.open("alpha-viewer", "/dashboard").await.text();
        text.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!((locale().await, tag().await), (None, "en".to_owned()));
    let reply = site.post("alpha-viewer", "/language", &[("lang", "pt-BR"), ("back", "/account")]).await;
    assert_eq!((reply.to(), reply.cookie("zelo_lang").as_deref()), ("/account", Some("pt-BR")));
    assert_eq!((locale().await, tag().await), ("pt-BR".parse::<Lang>().ok(), "pt-BR".to_owned()));
    let reply = site.post("alpha-viewer", "/language", &[("lang", "tlh")]).await;
    assert_eq!((locale().await, reply.cookie("zelo_lang").as_deref()), (None, Some("")));
    let others = site.site.world.db.users().await.unwrap();
    assert!(others.iter().all(|user| user.locale.is_none()));
    // A guest has it in a cookie.
    let reply = as_guest(&site, "/language", &[("lang", "pt-BR"), ("back", "/sign-in")]).await;
    assert_eq!(reply.cookie("zelo_lang").as_deref(), Some("pt-BR"));
    let page = site.send(Ask::get("/sign-in").header("cookie", "zelo_lang=pt-BR")).await.text();
    assert!(page.contains("<html lang=\"pt-BR\""));
}

#[actix_web::test]
async fn a_project_limits_pages_to_what_is_ones_own() {
    let site = TestSite::new().await;
    let person = site.person("alpha-viewer");
    let db = &site.site.world.db;
    db.rename_resource(&site.other.id, "zebra-db", "test").await.unwrap();
    db.set_member(&site.beta, &person.id, crate::domain::role::Role::Viewer, "test").await.unwrap();
    let seen = async |project: &str| {
        let cookie = format!("zelo_session={}; zelo_project={project}", person.session);
        let text = site.send(Ask::get("/dashboard").header("cookie", &cookie)).await.main();
        (text.contains(">shop<"), text.contains(">zebra-db<"))
    };
    let chosen = site.post("alpha-viewer", "/project", &[("project", site.alpha.as_str())]).await;
    let chosen = chosen.cookie("zelo_project").unwrap();
    assert_eq!(seen(&chosen).await, (true, false));
    assert_eq!(seen(site.beta.as_str()).await, (false, true));
    let all = site.post("alpha-viewer", "/project", &[("project", "")]).await;
    assert_eq!(seen(&all.cookie("zelo_project").unwrap()).await, (true, true));
    assert_eq!(seen("nonsense").await, (true, true));
    db.remove_member(&site.beta, &person.id, "test").await.unwrap();
    assert_eq!(seen(site.beta.as_str()).await, (true, false), "what was chosen is no membership");
}
