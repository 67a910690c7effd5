//! Settings GoTrue cannot read: it ends at its next start. It runs on with the old ones
//! until then.

use super::kit::{Look, Seen, advice, finding};
use crate::{
    domain::{finding::Severity, msg::Msg},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "auth-settings";

pub(super) const PROBE: Look = Look { id: ID, row: "11", see: |scene| Box::pin(see(scene)) };

/// What Go's `strconv.ParseBool` takes.
const BOOLS: [&str; 12] = ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"];

/// Settings that are read as truth values.
const TRUTHS: [&str; 8] = [
    "GOTRUE_DISABLE_SIGNUP",
    "GOTRUE_EXTERNAL_EMAIL_ENABLED",
    "GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED",
    "GOTRUE_EXTERNAL_PHONE_ENABLED",
    "GOTRUE_MAILER_AUTOCONFIRM",
    "GOTRUE_SMS_AUTOCONFIRM",
    "GOTRUE_EXTERNAL_SKIP_NONCE_CHECK",
    "GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED",
];

/// Settings that are read as whole numbers.
const NUMBERS: [&str; 2] = ["GOTRUE_SMTP_PORT", "GOTRUE_JWT_EXP"];

/// What is wrong with a setting; its value is not told.
fn wrong(name: &str, value: &str) -> Option<Msg> {
    let fault = |kind: &str| Some(msg!("finding-auth-setting-saw", name = name, kind = kind));
    let empty = value.is_empty();
    if TRUTHS.contains(&name) && !BOOLS.contains(&value) {
        return if empty { fault("empty") } else { fault("truth") };
    }
    if NUMBERS.contains(&name) && value.parse::<i64>().is_err() {
        return if empty { fault("empty") } else { fault("number") };
    }
    let json =
        matches!(name, "GOTRUE_JWT_KEYS") && serde_json::from_str::<Vec<serde_json::Value>>(value).is_err();
    if json {
        return if empty { fault("empty") } else { fault("json") };
    }
    if name == "GOTRUE_JWT_SECRET" && empty {
        return fault("empty");
    }
    if name == "GOTRUE_URI_ALLOW_LIST" && value.split(',').any(|glob| !balanced(glob)) {
        return fault("pattern");
    }
    None
}

/// Whether brackets and braces of a pattern close.
fn balanced(glob: &str) -> bool {
    let (mut open, mut chars) = (Vec::new(), glob.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ']' | '}' if open.last() == Some(&c) => drop(open.pop()),
            _ => {}
        }
    }
    open.is_empty()
}

/// The setting that a start says it could not read.
pub(super) fn refused(lines: &[String]) -> Option<String> {
    let line = lines.iter().rev().find(|line| line.contains("envconfig.Process: assigning "))?;
    let name = line.split_once("envconfig.Process: assigning ")?.1;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    Some(name[..end].to_owned())
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Auth)?.to_owned();
    let names = TRUTHS.iter().chain(&NUMBERS).chain(&[
        "GOTRUE_JWT_KEYS",
        "GOTRUE_JWT_SECRET",
        "GOTRUE_URI_ALLOW_LIST",
    ]);
    // What the next start would get; else what the last one got.
    let value = |name: &str| match &scene.resolved {
        Ok(_) => scene.would_get(Part::Auth, name),
        Err(_) => scene.has_now(Part::Auth, name),
    };
    let mut evidence: Vec<Msg> = names.filter_map(|name| wrong(name, value(name)?.expose())).collect();
    if evidence.is_empty()
        && let Some(name) = refused(&scene.lines(Part::Auth).await?)
    {
        evidence.push(msg!("finding-auth-setting-saw", name = name, kind = "other"));
    }
    if evidence.is_empty() {
        return Ok(vec![]);
    }
    let down = !scene.runs(Part::Auth) || scene.loops(Part::Auth);
    let next = advice(
        msg!("finding-auth-settings-next"),
        vec![scene.compose_line("config --quiet"), scene.compose_line(&format!("up -d --no-deps {service}"))],
    );
    let severity = if down { Severity::Critical } else { Severity::Serious };
    let title = msg!("finding-auth-settings", settings = evidence.len());
    let means = msg!("finding-auth-settings-means");
    let mut found = finding(ID, severity, title, means, next).harmed_by_restart();
    found.evidence = evidence;
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_gotrue_reads_them() {
        for (name, value, fine) in [
            ("GOTRUE_DISABLE_SIGNUP", "true", true),
            ("GOTRUE_DISABLE_SIGNUP", "True", true),
            ("GOTRUE_DISABLE_SIGNUP", "yes", false),
            ("GOTRUE_DISABLE_SIGNUP", "true ", false),
            ("GOTRUE_DISABLE_SIGNUP", "", false),
            ("GOTRUE_SMTP_PORT", "2500", true),
            ("GOTRUE_SMTP_PORT", "", false),
            ("GOTRUE_JWT_KEYS", "[]", true),
            ("GOTRUE_JWT_KEYS", "", false),
            ("GOTRUE_URI_ALLOW_LIST", "", true),
            ("GOTRUE_URI_ALLOW_LIST", "https://*.a.b/**,x://{a|b}", true),
            // The list is parted at its commas, inside braces too.
            ("GOTRUE_URI_ALLOW_LIST", "x://{a,b}", false),
            ("GOTRUE_URI_ALLOW_LIST", "https://[a", false),
            ("GOTRUE_SITE_URL", "", true),
        ] {
            assert_eq!(wrong(name, value).is_none(), fine, "{name}={value}");
        }
    }

    #[test]
    fn a_refused_start_is_read() {
        let line = r#"{"level":"fatal","msg":"Failed to load configuration: envconfig.Process: assigning GOTRUE_SMTP_PORT to Port: converting '' to type int."}"#;
        assert_eq!(refused(&[line.to_owned()]).as_deref(), Some("GOTRUE_SMTP_PORT"));
        assert_eq!(refused(&["fine".to_owned()]), None);
    }
}
