//! The API's routes of an instance, each asked for real: what is queued comes to its end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    copy::Copied,
    panel::Panel,
    serving::{Serving, token},
    support::{text, until},
};

/// One person's calls about one instance.
struct Asking {
    serving: Serving,
    token: String,
    at: String,
}

impl Asking {
    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let (status, body) = self.serving.ask(&self.token, "GET", &format!("{}{path}", self.at), None);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.serving.ask(&self.token, method, &format!("{}{path}", self.at), Some(body))
    }

    /// Queued, and done; the operation.
    #[track_caller]
    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, queued) = self.ask(method, path, body);
        assert_eq!(status, 202, "{method} {path}: {queued}");
        self.ended(&text(&queued["id"]), &format!("{method} {path}"))
    }

    /// What came of an operation, when it is over.
    #[track_caller]
    fn ended(&self, id: &str, what: &str) -> Value {
        let operation = || self.serving.ask(&self.token, "GET", &format!("/api/operations/{id}"), None).1;
        let over = || {
            std::thread::sleep(Duration::from_millis(300));
            !["queued", "running"].contains(&text(&operation()["state"]).as_str())
        };
        until(what, Duration::from_secs(300), over);
        let ended = operation();
        assert_eq!(ended["state"], "succeeded", "{what}: {ended}");
        ended
    }
}

#[test]
fn each_route_of_an_instance_does_what_it_says() {
    let Some(panel) = Panel::over("today") else { return };
    let token = token(&panel, "ana");
    let name = panel.name();
    let id = text(&panel.zelo(&["resource", "list", "--json"]).code(0).json()[0]["id"]);
    let api = Asking { serving: Serving::over(&panel), token, at: format!("/api/instances/{id}") };
    let confirmed = json!({ "confirm": name });
    let (status, all) = api.serving.ask(&api.token, "GET", "/api/instances", None);
    assert_eq!((status, &all["total"]), (200, &json!(1)), "{all}");
    assert_eq!(api.get("")["now"]["project"], name.as_str());

    let backup = text(&api.done("POST", "/backup", &json!({}))["backup"]);
    assert_eq!(api.get("/backups")["rows"][0]["id"], backup.as_str());
    let details = api.get(&format!("/backup/{backup}/details"));
    assert!(details["parts"].as_array().is_some_and(|parts| parts.len() >= 5), "{details}");

    // `bulk` and `editable-fields` are no fields.
    assert!(api.get("/config/editable-fields")["total"].as_u64() > Some(40));
    assert_eq!(api.get("/config/jwt_expiry")["value"], "3600");
    let secret = api.get("/config/smtp_pass");
    assert_eq!((&secret["set"], &secret["value"]), (&json!(true), &Value::Null), "{secret}");
    let (_, revealed) = api.ask("POST", "/config/smtp_pass/reveal", &json!({}));
    assert_eq!(revealed["value"], panel.instance.value("SMTP_PASS").as_str());
    api.done("PUT", "/config/jwt_expiry", &json!({ "value": "5400", "confirm": name }));
    assert_eq!(panel.instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some("5400"));
    let both = json!({ "values": { "jwt_expiry": "3600", "disable_signup": "true" }, "confirm": name });
    api.done("PUT", "/config/bulk", &both);
    assert_eq!(panel.instance.variable("auth", "GOTRUE_DISABLE_SIGNUP").as_deref(), Some("true"));

    let set = api.done("PUT", "/config/jwt_expiry", &json!({ "value": "7200", "confirm": name }));
    let set_back = format!("/config/history/{}/set-back", text(&set["id"]));
    api.done("POST", &set_back, &confirmed);
    assert_eq!(panel.instance.value("JWT_EXPIRY"), "3600");

    let one = json!({ "services": ["rest"], "confirm": name });
    api.done("POST", "/safe-restart", &one);
    api.done("POST", "/stop", &one);
    assert_eq!(panel.instance.containers()["rest"].2, "exited");
    api.done("POST", "/start", &json!({ "services": ["rest"] }));
    assert_eq!(panel.instance.containers()["rest"].2, "running");
    assert!(!api.get("/logs?service=auth")["lines"].as_array().unwrap().is_empty());

    panel.instance.sql("ALTER ROLE supabase_auth_admin RESET search_path");
    assert_eq!(api.get("/diagnose")["findings"][0]["probe"], "auth-search-path");
    api.done("POST", "/auto-repair", &confirmed);
    assert_eq!(api.get("/diagnose")["findings"], json!([]));

    asked_twice(&api, &confirmed);
    copied_and_released(&api, &panel);
    let anon = panel.instance.value("ANON_KEY");
    api.done("POST", "/config/jwt_secret/rotate", &confirmed);
    assert_ne!(panel.instance.value("ANON_KEY"), anon);
    api.done("POST", &format!("/restore/{backup}"), &confirmed);
    assert_eq!(panel.instance.value("ANON_KEY"), anon);
    assert_eq!(panel.instance.value("DISABLE_SIGNUP"), "false");
    assert_eq!(panel.instance.sign_up("after-the-api@example.com"), 200);
    visited(&api, &id, &backup);
    drop(api);
    panel.assert_tidy("asked by the API");
}

/// A copy is an instance of its own, cut off until it is released.
fn copied_and_released(api: &Asking, panel: &Panel) {
    let copy = Copied { panel, name: format!("{}-api", panel.name()) };
    api.done("POST", "/copy", &json!({ "name": copy.name }));
    let (_, all) = api.serving.ask(&api.token, "GET", "/api/instances", None);
    let made = all["rows"].as_array().unwrap().iter().find(|row| row["name"] == copy.name.as_str());
    let at = format!("/api/instances/{}", text(&made.unwrap_or_else(|| panic!("{all}"))["id"]));
    let cut_off = || api.serving.ask(&api.token, "GET", &at, None).1["now"]["cut_off"].clone();
    assert_eq!(cut_off(), true);
    let confirm = json!({ "confirm": copy.name });
    let (status, queued) = api.serving.ask(&api.token, "POST", &format!("{at}/release"), Some(&confirm));
    assert_eq!(status, 202, "{queued}");
    api.ended(&text(&queued["id"]), "release");
    until("it is released", Duration::from_secs(60), || cut_off() == false);
}

/// A program that lost the answer asks again, and gets what became of its first request.
fn asked_twice(api: &Asking, confirmed: &Value) {
    let key = ["idempotency-key: restart-once"];
    let once = |path: &str, body: &Value| {
        let path = format!("{}{path}", api.at);
        api.serving.ask_with(&api.token, "POST", &path, Some(body), &key)
    };
    let one = json!({ "services": ["rest"], "confirm": confirmed["confirm"] });
    let (status, first) = once("/safe-restart", &one);
    assert_eq!(status, 202, "{first}");
    let (_, again) = once("/safe-restart", &one);
    assert_eq!(again["id"], first["id"], "{again}");
    let (status, other) = once("/safe-restart", confirmed);
    assert_eq!((status, &other["code"]), (422, &json!("idempotency-key-reused")), "{other}");
    let (status, other) = once("/auto-repair", confirmed);
    assert_eq!((status, &other["code"]), (422, &json!("idempotency-key-reused")), "{other}");
    api.ended(&text(&first["id"]), "/safe-restart");
}

/// Every page of the instance: what they show is looked through for secrets.
fn visited(api: &Asking, id: &str, backup: &str) {
    let pages = api.serving.sign_in("ana");
    let dashboard = pages.get("/dashboard");
    assert!(dashboard.contains(&format!("/instances/{id}")), "{dashboard}");
    let of_it =
        ["", "/services", "/restart", "/stop", "/start", "/diagnosis", "/repair", "/copy", "/settings"];
    let others = ["/rotate-jwt", "/rotate-password", "/history", "/logs?service=auth", "/logs?service=db"];
    for page in of_it.iter().chain(&others) {
        pages.get(&format!("/instances/{id}{page}"));
    }
    pages.get(&format!("/backups/{backup}"));
    pages.get(&format!("/backups/{backup}/restore"));
    pages.get("/operations");
    let (_, operations) = api.serving.ask(&api.token, "GET", "/api/operations", None);
    let rows = operations["rows"].as_array().unwrap();
    assert!(rows.len() > 8, "{operations}");
    for operation in rows {
        pages.get(&format!("/operations/{}", text(&operation["id"])));
        pages.get(&format!("/operations/{}/log", text(&operation["id"])));
    }
}
