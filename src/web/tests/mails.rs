//! Test mails at the API and the page, against a small mail server; and that no file is
//! edited that is not UTF-8.

use std::path::PathBuf;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::{
    Ask, Reply, TestSite,
    instances::{FORM, site},
    pictured::SECRETS,
};
use crate::{
    db::{AuditFilter, ResourceRow},
    i18n::Lang,
    operation::glance,
};

const ENTERED: &str = "entered-hunter2-hunter2";

/// A server that takes everything but one line; its port.
async fn server(refuses: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut line, mut letter) = (String::new(), false);
            stream.write_all(b"220 mail.test\r\n").await.unwrap();
            while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                let answer = match line.get(..4).unwrap_or(&line) {
                    ".\r\n" => "250 queued as 77",
                    _ if letter => "",
                    start if !refuses.is_empty() && start == refuses => {
                        "535 5.7.8 no entered-hunter2-hunter2"
                    }
                    "EHLO" => "250-mail.test\r\n250 AUTH PLAIN",
                    "DATA" => "354 go on",
                    _ => "250 ok",
                };
                letter = answer.starts_with("354") || (letter && answer.is_empty());
                if !answer.is_empty() {
                    stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
                line.clear();
            }
        }
    });
    port
}

async fn env_file(site: &TestSite, row: &ResourceRow) -> PathBuf {
    PathBuf::from(glance(&site.site.world, row).await.unwrap().folder).join(".env")
}

async fn log(site: &TestSite) -> Vec<(String, Value)> {
    let filter = AuditFilter { action: Some("instance.test-mail".to_owned()), ..AuditFilter::default() };
    let rows = site.site.world.db.audit_log(filter).await.unwrap();
    rows.into_iter().map(|row| (row.actor, row.detail)).collect()
}

fn entered(port: u16) -> Value {
    json!({
        "smtp_host": "localhost", "smtp_port": port.to_string(), "smtp_user": "shop", "smtp_pass": ENTERED,
        "smtp_admin_email": "shop@example.com", "smtp_sender_name": "Shop",
    })
}

async fn ask(site: &TestSite, row: &ResourceRow, name: &str, to: &str, changes: Value) -> Reply {
    let path = format!("/api/instances/{}/config/test-mail", row.id);
    let asked = json!({ "to": to, "changes": changes });
    let reply = site.send(Ask::post(path).token_of(site.person(name)).json(&asked)).await;
    for secret in SECRETS.iter().chain([&ENTERED]) {
        assert!(!reply.text().contains(secret), "{}", reply.text());
    }
    reply
}

#[actix_web::test]
async fn a_test_mail_is_sent_with_what_was_entered_and_written_down() {
    let (site, row) = site().await;
    let before = std::fs::read(env_file(&site, &row).await).unwrap();
    let port = server("").await;
    let sent = ask(&site, &row, "alpha-owner", "ana@example.com", entered(port)).await;
    let mut told = sent.json();
    assert_eq!(sent.status.as_u16(), 200, "{told}");
    let note = told.as_object_mut().unwrap().remove("note").unwrap();
    assert!(note.as_str().unwrap().contains("from the machine Zelo runs on"), "{note}");
    let address = told["address"].as_str().unwrap().to_owned();
    assert!(address.ends_with(&format!(":{port}")), "{address}");
    let wanted = json!({
        "to": "ana@example.com", "from": "shop@example.com", "server": "localhost", "port": port,
        "address": address, "container": null, "tls": false, "login": "plain", "answer": "250 queued as 77",
    });
    assert_eq!(told, wanted);

    let refused = server("AUTH").await;
    let no = ask(&site, &row, "alpha-owner", "ana@example.com", entered(refused)).await;
    assert_eq!(no.problem(), (422, "mail-login".to_owned()));
    for name in ["alpha-operator", "alpha-viewer"] {
        assert_eq!(ask(&site, &row, name, "ana@example.com", entered(port)).await.problem().0, 403);
    }
    let by = format!("user:{}", site.person("alpha-owner").id);
    let row_of = |port: u16, result: &str| {
        let detail =
            json!({ "to": "ana@example.com", "server": format!("localhost:{port}"), "result": result });
        (by.clone(), detail)
    };
    assert_eq!(log(&site).await, [row_of(refused, "mail-login"), row_of(port, "sent")]);
    assert_eq!(std::fs::read(env_file(&site, &row).await).unwrap(), before);
}

#[actix_web::test]
async fn what_is_entered_wrong_is_told_by_field_and_nothing_is_sent() {
    let (site, row) = site().await;
    let changed = |field: &str, value: &str| {
        let mut all = entered(25);
        all[field] = json!(value);
        all
    };
    let mut elsewhere = entered(25);
    elsewhere.as_object_mut().unwrap().remove("smtp_pass");
    let cases = [
        ("ana@example.com\r\nRCPT TO:<x@y.z>", entered(25), "mail-address"),
        ("Ana <ana@example.com>", entered(25), "mail-address"),
        ("", entered(25), "mail-address"),
        ("ana@example.com", changed("smtp_port", "many"), "env-port"),
        ("ana@example.com", changed("smtp_sender_name", "x\nBcc: y@z.w"), "env-value-control"),
        ("ana@example.com", changed("smtp_admin_email", "nobody"), "env-email"),
        ("ana@example.com", changed("smtp_nothing", "x"), "config-field-unknown"),
        ("ana@example.com", changed("site_url", "https://a.b"), "mail-other-field"),
        ("ana@example.com", changed("smtp_host", ""), "mail-no-host"),
        ("ana@example.com", json!({}), "mail-no-port"),
        // A stored password goes to no server of somebody's own.
        ("ana@example.com", elsewhere, "mail-password-elsewhere"),
    ];
    for (to, changes, code) in cases {
        site.hours(1);
        let reply = ask(&site, &row, "alpha-owner", to, changes.clone()).await;
        assert_eq!(reply.problem(), (422, code.to_owned()), "{to:?} {changes}: {}", reply.text());
    }
    assert_eq!(log(&site).await, []);
    // Counted by person, whatever comes of it.
    site.hours(1);
    for _ in 0..5 {
        assert_eq!(ask(&site, &row, "alpha-owner", "", json!({})).await.status.as_u16(), 422);
    }
    let sixth = ask(&site, &row, "alpha-owner", "", json!({})).await;
    assert_eq!((sixth.problem(), sixth.header("retry-after")), ((429, "web-too-many".to_owned()), "60"));
}

#[actix_web::test]
async fn the_form_sends_one_with_what_is_saved() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let page = format!("/instances/{}/settings", row.id);
    let ask = |to: &str| {
        let body = format!("to={to}");
        Ask::post(format!("{page}/test-mail")).page_of(owner).body(FORM, body)
    };
    let form = site.send(Ask::get(&page).page_of(owner)).await.text();
    assert!(form.contains("form=\"test-mail\"") && form.contains("id=\"test-mail\""), "{form}");

    let unset = site.send(ask("ana%40example.com")).await;
    assert_eq!(unset.status.as_u16(), 422);
    assert!(unset.text().contains("SMTP_PORT is not a port"), "{}", unset.text());
    assert!(unset.text().contains("value=\"ana@example.com\""), "what was typed stays");
    let wrong = site.send(ask("%3Cana%3E")).await;
    assert!(wrong.text().contains("aria-invalid=\"true\""), "{}", wrong.text());

    let env = env_file(&site, &row).await;
    let port = server("").await;
    let more = format!("SMTP_HOST=localhost\nSMTP_PORT={port}\nSMTP_USER=shop\nSMTP_ADMIN_EMAIL=a@b.co\n");
    let all = std::fs::read_to_string(&env).unwrap() + &more;
    std::fs::write(&env, &all).unwrap();
    let sent = site.send(ask("ana%40example.com")).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, page.as_str()), "{}", sent.text());
    let mut cookie = sent.headers.get_all("set-cookie").map(|c| c.to_str().unwrap().to_owned());
    let cookie = cookie.find(|c| c.contains("flash")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let shown = Ask::get(&page).header("cookie", &format!("zelo_session={}; {cookie}", owner.session));
    let shown = site.send(shown).await.text();
    assert!(shown.contains("localhost took the test mail to ana@example.com"), "{shown}");
    assert!(shown.contains("250 queued as 77") && !shown.contains(SECRETS[1]));
    assert_eq!(std::fs::read_to_string(&env).unwrap(), all);
    assert_eq!(log(&site).await.len(), 1);
}

#[actix_web::test]
async fn a_file_that_is_not_utf8_is_shown_and_not_edited() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let env = env_file(&site, &row).await;
    let mut bytes = std::fs::read(&env).unwrap();
    let line = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    bytes.extend(b"SMTP_SENDER_NAME=Jo\xe3o\n");
    std::fs::write(&env, &bytes).unwrap();
    let config = format!("/api/instances/{}/config", row.id);
    let one = json!({ "value": "https://a.example.com" });
    let two = json!({ "values": { "site_url": "https://a.example.com", "smtp_host": "b.example.com" } });
    for (method, path, asked) in [
        ("PUT", format!("{config}/site_url"), &one),
        ("PUT", format!("{config}/site_url?dry_run=true"), &one),
        ("PUT", format!("{config}/bulk"), &two),
        ("POST", format!("{config}/jwt_secret/rotate"), &json!({})),
    ] {
        for (lang, says) in [(Lang::En, "is not UTF-8"), (Lang::PtBr, "não está em UTF-8")] {
            let ask = Ask::new(method, &path).token_of(owner).json(asked);
            let reply = site.send(ask.header("accept-language", lang.tag())).await;
            assert_eq!(reply.problem(), (422, "env-not-utf8".to_owned()), "{path}");
            let told = reply.text();
            for part in [says, "SMTP_SENDER_NAME", &line.to_string()] {
                assert!(told.contains(part), "{part}: {told}");
            }
            assert!(!told.contains("Jo"), "{told}");
        }
    }
    let page = format!("/instances/{}/settings", row.id);
    let review = Ask::post(&page).page_of(owner).body(FORM, "site_url=https://a.example.com");
    let review = site.send(review).await;
    assert_eq!(review.status.as_u16(), 422);
    assert!(review.text().contains("is not UTF-8"), "{}", review.text());
    assert_eq!(std::fs::read(&env).unwrap(), bytes);
    // It can be looked at, and its name is Zelo's own.
    assert_eq!(site.send(Ask::get(&page).page_of(owner)).await.status.as_u16(), 200);
    let field = site.send(Ask::get(format!("{config}/site_url")).token_of(owner)).await;
    assert_eq!(field.json()["value"], "https://shop.example.com");
    let name = Ask::new("PUT", format!("{config}/name?dry_run=true")).token_of(owner);
    let name = site.send(name.json(&json!({ "value": "Other" }))).await;
    assert_eq!(name.status.as_u16(), 200, "{}", name.text());
}
