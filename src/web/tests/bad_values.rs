//! Whatever is entered for a setting over the API: what cannot be written is refused in
//! both languages with the key's name, and the file stays as it is.

use serde_json::{Value, json};

use super::{Ask, instances::site};
use crate::{
    i18n::Lang,
    operation::glance,
    supabase::keys::{self, ValueKind},
};

/// What somebody, or somebody worse, may send.
const INPUTS: [&str; 14] = [
    "",
    "x\nJWT_SECRET=hunter2-hunter2",
    "x\r\nJWT_SECRET=hunter2-hunter2",
    "x\u{1b}[31mred-letters",
    "x\0after-the-end",
    "$(id)-entered",
    "${HOME}-entered",
    "a\"b-entered",
    "a'b c-entered",
    "`id`-entered",
    "a|b-entered",
    "a&b-entered",
    "a\\b-entered",
    "99999999999999999999",
];

#[actix_web::test]
async fn every_field_refuses_what_it_cannot_be_in_both_languages() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let env = std::path::PathBuf::from(glance(&site.site.world, &row).await.unwrap().folder).join(".env");
    let before = std::fs::read(&env).unwrap();
    let long = "1".repeat(8001);
    let put = async |field: &str, lang: Lang, body: &Value| {
        let ask = Ask::new("PUT", format!("/api/instances/{}/config/{field}", row.id));
        site.send(ask.token_of(owner).json(body).header("accept-language", lang.tag())).await
    };
    let mut refused = 0;
    for key in keys::all().filter(|key| key.refused.is_none()) {
        for input in INPUTS.into_iter().chain([long.as_str()]) {
            let Err(problem) = keys::check(key, input, &|_| None) else { continue };
            let mut told = Vec::new();
            for lang in [Lang::En, Lang::PtBr] {
                let reply = put(key.field, lang, &json!({ "value": input })).await;
                assert_eq!(reply.problem(), (422, problem.code.clone()), "{} {input:?}", key.env);
                let text = reply.text();
                assert!(text.contains(key.env), "{} {input:?}: {text}", key.env);
                assert!(input.len() < 9 || !text.contains(input), "{} quotes: {text}", key.env);
                assert!(!text.contains("hunter2"), "{}: {text}", key.env);
                told.push(text);
            }
            assert_ne!(told[0], told[1], "{} {input:?}", key.env);
            refused += 1;
        }
        for wrong in [json!({ "value": 5 }), json!({ "value": null }), json!({ "value": ["a"] }), json!({})] {
            let reply = put(key.field, Lang::En, &wrong).await;
            assert_eq!(reply.status.as_u16(), 422, "{} {wrong}: {}", key.env, reply.text());
        }
    }
    // At least the line breaks, the control characters and the length, for each.
    let open = keys::all().filter(|key| key.refused.is_none()).count();
    assert!(refused >= open * 5, "{refused} of {open} fields");
    assert!(keys::all().any(|key| matches!(key.kind, ValueKind::Bool)), "of every kind");
    assert_eq!(std::fs::read(&env).unwrap(), before);
}

#[actix_web::test]
async fn a_file_that_is_not_utf8_is_refused_in_both_languages() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let env = std::path::PathBuf::from(glance(&site.site.world, &row).await.unwrap().folder).join(".env");
    let odd = [&std::fs::read(&env).unwrap()[..], b"\nODD=\xff\xfe\n"].concat();
    std::fs::write(&env, &odd).unwrap();
    let mut told = Vec::new();
    for lang in [Lang::En, Lang::PtBr] {
        let ask = Ask::new("PUT", format!("/api/instances/{}/config/jwt_expiry", row.id));
        let ask = ask.token_of(owner).json(&json!({ "value": "7200" }));
        let reply = site.send(ask.header("accept-language", lang.tag())).await;
        let (status, code) = reply.problem();
        assert!(status == 422 && code.starts_with("env-not-utf8"), "{status} {code}");
        told.push(reply.text());
    }
    assert_ne!(told[0], told[1]);
    assert_eq!(std::fs::read(&env).unwrap(), odd);
}
