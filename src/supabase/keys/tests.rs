//! Every key with everything a person, or somebody worse, may enter.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::*;
use crate::{
    i18n::{Catalogue, Lang},
    supabase::dotenv::Dotenv,
};

const SECRET: &str = "a-signing-secret-of-more-than-32-characters";

fn sign(header: &str, claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn token(role: &str) -> String {
    sign(HEADER, &format!(r#"{{"role":"{role}","iss":"supabase","iat":1,"exp":1999999999}}"#), SECRET)
}

fn current(key: &str) -> Option<String> {
    (key == "JWT_SECRET").then(|| SECRET.to_owned())
}

fn key(field: &str) -> &'static Key {
    by_field(field).unwrap_or_else(|| panic!("no key {field}"))
}

/// What is written for an input, or the problem's code.
fn answer(field: &str, input: &str) -> Result<String, String> {
    check(key(field), input, &current).map_err(|problem| problem.code)
}

/// A value of the right form.
fn good(key: &Key) -> String {
    match &key.kind {
        ValueKind::Bool => "true".to_owned(),
        ValueKind::Int { max, .. } => max.to_string(),
        ValueKind::Port => "8443".to_owned(),
        ValueKind::Text { .. } => "Ana & Bob's “$HOME” #1 \\ |".to_owned(),
        ValueKind::Login { max, .. } | ValueKind::Alphanumeric { max, .. } => "a".repeat(*max),
        ValueKind::Token { max, .. } => "Zx9+/".repeat(52).chars().take(*max).collect(),
        ValueKind::Hex { length } => "0f".repeat(length / 2),
        ValueKind::Url { .. } => "https://a.example.com:8443/x?y=$z".to_owned(),
        ValueKind::Host => "mail.example.com".to_owned(),
        ValueKind::Email => "it's+$me&you@example.com".to_owned(),
        ValueKind::Names { .. } => "public,a$b,c-d".to_owned(),
        ValueKind::Globs => "https://*.example.com/**,http://[!a-z]?.{x}\\\\".to_owned(),
        ValueKind::Jwt { role } => token(role),
        ValueKind::ApiKey { prefix } => {
            format!("{prefix}{}_{}", "aB3-_".repeat(5).split_at(22).0, "12345678")
        }
        ValueKind::Json { array: true } => r#"[{"kty":"EC","d":"$x\\"}]"#.to_owned(),
        ValueKind::Json { array: false } => r#"{"keys":[]}"#.to_owned(),
    }
}

/// Where a value is put: files as they are, plain, quoted, with a comment behind.
fn round_trip(key: &Key, value: &str) {
    for line in ["", "{}=old # why\n", "A=1\r\n{}='old'\r\nB=2\r\n", "{}=\"old\"L=1\n"] {
        let file = Dotenv::parse(line.replace("{}", key.env));
        let file = file.set(key.env, value).unwrap_or_else(|problem| panic!("{}: {problem}", key.env));
        let read = Dotenv::parse(file.as_bytes());
        assert_eq!(read.value(key.env).unwrap().unwrap().expose(), value, "{}", key.env);
        assert_eq!(read.problems(), [], "{}", key.env);
    }
}

/// Said in every language, all of it, and without what was entered.
fn told(key: &Key, input: &str, problem: &Problem) {
    for lang in Lang::ALL {
        let told = Catalogue::of(lang).problem(problem);
        let all = format!("{} {:?} {:?} {:?}", told.what, told.safe, told.next, told.detail);
        assert!(told.safe.is_some() && told.next.is_some(), "{} {all}", key.env);
        assert!(!all.contains("[problem-") && !all.contains("{$"), "{all}");
        assert!(told.what.contains(key.env), "{} is not named: {all}", key.env);
        assert!(input.trim().len() < 8 || !all.contains(input.trim()), "{} quotes: {all}", key.env);
    }
}

#[test]
fn whatever_is_entered_is_kept_whole_or_refused_in_words() {
    let long = "a".repeat(10_000);
    let inputs = [
        "",
        " ",
        "\u{a0}",
        "x",
        "yes",
        "true ",
        " true",
        "-1",
        "1.5",
        "0x10",
        "99999999999999999999",
        "0",
        "007",
        "hunter2hunter2",
        "hunter2\nJWT_SECRET=x",
        "hunter2\r\nJWT_SECRET=x",
        "hunter2\0",
        "hunter2\t",
        "hunter2\u{1b}[31m",
        "a$b",
        "$HOME",
        "${X:?y}",
        "$(id)",
        "`id`",
        "a\"b",
        "\"quoted\"",
        "a'b",
        "'quoted'",
        "a|b",
        "a&b",
        "a\\b",
        "a\\",
        "a #b",
        "#a",
        "a=b",
        "a:b",
        "a;b",
        "{\"a\":1}",
        "[1]",
        "é😀",
        "http://x",
        "https://u:p@x/",
        "ftp://x",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://a b",
        "http://a|b",
        "http://a&b/",
        "http://a/?q=1&r=2",
        "http://a\\b",
        "a,b",
        ",",
        "a,,b",
        "*.x",
        "[",
        "{",
        "a@b",
        "a@b,c@d",
        "a.b.c",
        "sb_secret_x",
        &long,
    ];
    let (mut kept, mut refused) = (0, 0);
    for key in all() {
        for input in inputs {
            match check(key, input, &current) {
                Ok(value) => {
                    kept += 1;
                    round_trip(key, &value);
                    let again = check(key, &value, &current);
                    assert_eq!(again.as_deref(), Ok(value.as_str()), "{}: not in one form", key.env);
                }
                Err(problem) => {
                    refused += 1;
                    told(key, input, &problem);
                }
            }
        }
    }
    assert!(kept > 200 && refused > 2000, "{kept} kept, {refused} refused");
}

#[test]
fn a_good_value_is_taken_and_arrives() {
    for key in all() {
        let good = good(key);
        let value = check(key, &good, &current);
        match (&key.kind, key.envoy_sed) {
            (ValueKind::Text { .. }, true) => assert!(value.is_err(), "{}", key.env),
            _ => round_trip(key, &value.unwrap_or_else(|problem| panic!("{}: {problem}", key.env))),
        }
    }
}

#[test]
fn what_every_key_refuses() {
    for key in all() {
        let code = |input: &str| check(key, input, &current).err().map(|problem| problem.code);
        for control in ["\n", "\r", "\0", "\t", "\u{7f}", "\u{85}", "\nJWT_SECRET=x"] {
            let input = format!("{}{control}", good(key));
            assert_eq!(code(&input).as_deref(), Some("env-value-control"), "{} {control:?}", key.env);
        }
        assert_eq!(code(&"1".repeat(8001)).as_deref(), Some("env-long"), "{}", key.env);
        let empty = (!key.kind.may_be_empty()).then_some("env-empty");
        assert_eq!(code("").as_deref(), empty, "{}", key.env);
        for mark in ["|", "&", "\\"].into_iter().filter(|_| key.envoy_sed) {
            let input = format!("x{mark}");
            assert_eq!(code(&input).as_deref(), Some("env-gateway-characters"), "{} {mark}", key.env);
        }
        let free = matches!(key.kind, ValueKind::Text { .. });
        for mark in ["$(id)", "a\"b", "`id`", "a'b c"].into_iter().filter(|_| !free) {
            let taken = matches!((&key.kind, mark), (ValueKind::Globs, "$(id)" | "a\"b" | "`id`"));
            assert_eq!(code(mark).is_none(), taken, "{} {mark}", key.env);
        }
    }
}

#[test]
fn bools_and_numbers_are_written_in_one_form() {
    for (input, written) in [
        ("true", Ok("true")),
        ("True", Ok("true")),
        ("1", Ok("true")),
        ("t", Ok("true")),
        ("F", Ok("false")),
        ("0", Ok("false")),
        ("FALSE", Ok("false")),
        ("yes", Err("env-bool")),
        ("true ", Err("env-bool")),
        ("tRUE", Err("env-bool")),
        ("", Err("env-empty")),
    ] {
        assert_eq!(
            answer("disable_signup", input),
            written.map(str::to_owned).map_err(str::to_owned),
            "{input:?}"
        );
    }
    for (input, taken) in [
        ("1", true),
        ("604800", true),
        ("0", false),
        ("604801", false),
        ("-1", false),
        ("+1", false),
        ("1e3", false),
        ("060", false),
        (" 60", false),
        ("60 ", false),
        ("3600s", false),
        ("٣", false),
    ] {
        assert_eq!(answer("jwt_expiry", input).is_ok(), taken, "{input:?}");
    }
    for (input, taken) in [("1", true), ("65535", true), ("0", false), ("65536", false), ("080", false)] {
        assert_eq!(answer("smtp_port", input).is_ok(), taken, "{input:?}");
    }
}

#[test]
fn lengths_are_those_that_the_services_ask_for() {
    for (field, least, most) in [
        ("secret_key_base", 64, 256),
        ("vault_enc_key", 32, 32),
        ("realtime_db_enc_key", 16, 16),
        ("pg_meta_crypto_key", 32, 256),
        ("logflare_public_token", 32, 256),
        ("jwt_secret", 32, 512),
    ] {
        for (length, code) in
            [(least - 1, Some("env-short")), (least, None), (most, None), (most + 1, Some("env-long"))]
        {
            assert_eq!(answer(field, &"k".repeat(length)).err().as_deref(), code, "{field} {length}");
        }
    }
    assert_eq!(answer("s3_access_key_id", &"0".repeat(31)).unwrap_err(), "env-hex");
    assert_eq!(answer("s3_access_key_secret", &"g".repeat(64)).unwrap_err(), "env-hex");
    let private = |name: &str| (name == "LOGFLARE_PRIVATE_ACCESS_TOKEN").then(|| "k".repeat(40));
    let same = check(key("logflare_public_token"), &"k".repeat(40), &private).unwrap_err();
    assert_eq!(same.code, "env-same");
    told(key("logflare_public_token"), &"k".repeat(40), &same);
}

#[test]
fn the_dashboards_password_starts_every_gateway() {
    for (input, code) in [
        ("correct-horse_9.battery", None),
        ("12345678a", None),
        ("1234567890", Some("env-login-letter")),
        ("0x123456789", Some("env-login-letter")),
        ("12345678e9", Some("env-login-letter")),
        ("infinity", Some("env-login-letter")),
        ("short1", Some("env-short")),
        ("with space", Some("env-characters")),
        ("pässword1", Some("env-characters")),
        ("passw$rd", Some("env-characters")),
        ("passw|rd", Some("env-characters")),
    ] {
        assert_eq!(answer("dashboard_password", input).err().as_deref(), code, "{input}");
    }
    assert_eq!(answer("dashboard_username", "no").unwrap_err(), "env-login-letter");
}

#[test]
fn addresses_are_whole() {
    for (input, taken) in [
        ("http://localhost:8000", true),
        ("https://a.example.com/auth/v1", true),
        ("http://[::1]:3000", true),
        ("https://a.example.com/@me", true),
        ("a.example.com", false),
        ("//a.example.com", false),
        ("http:a.example.com", false),
        ("http://", false),
        ("http:///a", false),
        ("http://:80", false),
        ("https://user:pass@a", false),
        ("https://@a", false),
        ("HTTPS://a", false),
        ("ftp://a", false),
        ("http://a:99999", false),
        (" http://a", false),
        ("http://a b", false),
        ("http://\u{430}.example", false),
    ] {
        assert_eq!(answer("api_external_url", input).is_ok(), taken, "{input}");
    }
    assert_eq!(answer("public_url", "http://a/?b=1&c=2").unwrap_err(), "env-gateway-characters");
    assert_eq!(answer("site_url", "").unwrap(), "");
    let caution = |url: &str| caution(key("api_external_url"), url).map(|msg| msg.id);
    assert_eq!(caution("https://a/auth/v1"), None);
    assert_eq!(caution("https://a").as_deref(), Some("env-caution-auth-path"));
}

#[test]
fn patterns_that_stop_sign_in_are_refused() {
    for (input, written) in [
        ("https://*.example.com/**", Some("https://*.example.com/**")),
        (" a , b ", Some("a,b")),
        ("[abc]?,[a-z],[!x]", Some("[abc]?,[a-z],[!x]")),
        ("", Some("")),
        ("http://a,[b", None),
        ("a[b", None),
        ("[]", None),
        ("[!]", None),
        ("[z-a]", None),
        ("[a-]", None),
        ("[a-zA-Z]", None),
        ("{a,b}", None),
        ("}", None),
        ("a\\", None),
        ("a,,b", None),
    ] {
        assert_eq!(answer("additional_redirect_urls", input).ok().as_deref(), written, "{input}");
    }
    let problem = check(key("additional_redirect_urls"), "a,[b", &current).unwrap_err();
    assert!(Catalogue::of(Lang::En).problem(&problem).what.contains("Pattern 2"), "{problem:?}");
}

#[test]
fn api_keys_are_signed_for_their_role_and_instance() {
    let anon = token("anon");
    assert_eq!(answer("anon_key", &anon), Ok(anon.clone()));
    assert_eq!(expires(&anon), Some(1_999_999_999));
    let other = sign(HEADER, r#"{"role":"anon","exp":1}"#, "another-secret");
    let (signed, signature) = anon.rsplit_once('.').unwrap();
    let forged = format!(
        "{signed}.{}",
        if signature.starts_with('A') { "B" } else { "A" }.to_owned() + &signature[1..]
    );
    let claims = anon.split('.').nth(1).unwrap();
    let grown = anon.replace(claims, &URL_SAFE_NO_PAD.encode(r#"{"role":"anon","exp":9999999999}"#));
    for (input, code) in [
        (token("service_role"), "env-jwt-role"),
        (other, "env-jwt-signature"),
        (forged, "env-jwt-signature"),
        (grown, "env-jwt-signature"),
        (anon.replace('.', ""), "env-jwt-shape"),
        (format!("{anon}.x"), "env-jwt-shape"),
        (sign(HEADER, r#"{"role":"anon"}"#, SECRET), "env-jwt-shape"),
        (sign(r#"{"alg":"none"}"#, r#"{"role":"anon","exp":1}"#, SECRET), "env-jwt-shape"),
        ("sb_publishable_x".to_owned(), "env-jwt-shape"),
    ] {
        let problem = check(key("anon_key"), &input, &current).unwrap_err();
        assert!(problem.is(code), "{input}: {problem}");
        told(key("anon_key"), &input, &problem);
    }
    let bare = check(key("anon_key"), &anon, &|_| None).unwrap_err();
    assert_eq!(bare.code, "env-jwt-no-secret");
    told(key("anon_key"), &anon, &bare);
    assert_eq!(answer("secret_key", "").unwrap(), "");
    for input in [
        "sb_secret_x",
        "sb_publishable_aaaaaaaaaaaaaaaaaaaaaa_bbbbbbbb",
        "sb_secret_aaaaaaaaaaaaaaaaaaaaaaa_bbbbbbb",
    ] {
        assert_eq!(answer("secret_key", input).unwrap_err(), "env-api-key", "{input}");
    }
}

#[test]
fn what_needs_a_procedure_is_refused_with_the_reason() {
    let refused: Vec<_> = all().filter(|key| key.refused.is_some()).map(|key| key.env).collect();
    for env in [
        "POSTGRES_PASSWORD",
        "POSTGRES_HOST",
        "POSTGRES_DB",
        "JWT_SECRET",
        "VAULT_ENC_KEY",
        "POOLER_TENANT_ID",
    ] {
        assert!(refused.contains(&env), "{env}");
    }
    for key in all() {
        let good = if key.env == "DASHBOARD_USERNAME" { "ana".to_owned() } else { good(key) };
        match (key.refused, accept(key, &good, &current)) {
            (None, accepted) => assert!(accepted.is_ok(), "{}: {accepted:?}", key.env),
            (Some(code), Err(problem)) => {
                assert_eq!(problem.code, code);
                told(key, &good, &problem);
            }
            (Some(_), Ok(_)) => panic!("{} is accepted", key.env),
        }
    }
}

#[test]
fn the_table_is_consistent() {
    let mut seen = BTreeSet::new();
    let groups: Vec<Group> = all().map(|key| key.group).collect();
    assert!(groups.is_sorted(), "groups in the form's order");
    assert_eq!(groups.into_iter().collect::<BTreeSet<_>>(), Group::ALL.into_iter().collect());
    for key in all() {
        assert!(seen.insert(key.field) && seen.insert(key.env), "{} twice", key.env);
        assert!(key.field.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        assert_eq!(by_env(key.env), Some(key));
        assert!(!key.secret || key.default.is_none(), "{}: a secret has no default", key.env);
        assert_eq!(key.help, format!("{}-help", key.label));
        for lang in Lang::ALL {
            for id in [key.label, key.help, key.group.label()] {
                assert!(Catalogue::of(lang).has(id), "{id} in {lang}");
            }
        }
        if let Some(default) = key.default {
            let checked = check(key, default, &current);
            assert_eq!(checked.as_deref(), Ok(default), "{}", key.env);
        }
    }
    assert_eq!(by_env("JWT_EXPIRY").unwrap().sql, Some(SqlEffect::DatabaseSetting("app.settings.jwt_exp")));
}
