//! The addresses people reach an instance by: links in mails and sign-in by other
//! services are made from them.

use super::kit::{Gap, Look, Seen, advice, finding, list};
use crate::{
    domain::{finding::Severity, msg::Msg},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "urls";

pub(super) const PROBE: Look = Look { id: ID, row: "9", see: |scene| Box::pin(see(scene)) };

/// Keys that must be whole addresses; an empty SITE_URL passes.
const KEYS: [&str; 3] = ["SUPABASE_PUBLIC_URL", "API_EXTERNAL_URL", "SITE_URL"];
/// The first release whose API_EXTERNAL_URL ends in [`AUTH`].
const SINCE: (u32, u32) = (0, 7);
const AUTH: &str = "/auth/v1";

fn local(text: &str) -> Option<bool> {
    let url = url::Url::parse(text).ok()?;
    Some(matches!(url.host_str()?, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0"))
}

/// What is wrong with one address, by itself.
fn malformed(key: &str, text: &str) -> Option<Msg> {
    if text.is_empty() {
        return (key != "SITE_URL").then(|| msg!("finding-url-empty", key = key));
    }
    if !text.starts_with("http://") && !text.starts_with("https://") {
        // Apps of phones have schemes of their own.
        let own = key == "SITE_URL" && text.contains("://");
        return (!own).then(|| msg!("finding-url-scheme", key = key));
    }
    local(text).is_none().then(|| msg!("finding-url-broken", key = key))
}

/// `ref=v0.8.0` → (0, 8).
fn release(text: &str) -> Option<(u32, u32)> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("ref="))?;
    let number = line.trim().rsplit(['/', '@']).next()?.trim_start_matches('v');
    let mut pieces = number.split('.');
    Some((pieces.next()?.parse().ok()?, pieces.next()?.parse().ok()?))
}

/// What to set, with a host to put in.
fn example(evidence: &[Msg], newer: bool) -> String {
    let told = |key: &str| evidence.iter().any(|msg| msg.args.get("key").is_some_and(|v| *v == key.into()));
    let keys = KEYS.into_iter().filter(|key| told(key));
    let set = keys.map(|key| {
        let path = if newer && key == "API_EXTERNAL_URL" { AUTH } else { "" };
        format!("{}=https://HOST{path}", key.to_lowercase())
    });
    set.collect::<Vec<_>>().join(" ")
}

async fn see(scene: &Scene) -> Seen {
    scene.service(Part::Auth)?;
    if scene.env.is_err() {
        return Err(Gap::Unknown(msg!("probe-no-key", key = list(KEYS))));
    }
    let values: Vec<(&str, String)> = KEYS
        .iter()
        .filter_map(|key| Some((*key, scene.env_value(key)?.expose().trim().to_owned())))
        .collect();
    let get = |key: &str| values.iter().find(|(k, _)| *k == key).map(|(_, v)| v.as_str());
    let mut evidence: Vec<Msg> = values.iter().filter_map(|(key, text)| malformed(key, text)).collect();
    let fatal = get("API_EXTERNAL_URL").is_some_and(|text| malformed("API_EXTERNAL_URL", text).is_some());
    let version = tokio::fs::read_to_string(scene.instance.folder.join(".supabase-version")).await;
    let newer = version.ok().and_then(|text| release(&text)).is_some_and(|release| release >= SINCE);
    if evidence.is_empty() {
        let [public, api] = ["SUPABASE_PUBLIC_URL", "API_EXTERNAL_URL"].map(|key| get(key).and_then(local));
        if let (Some(public), Some(api)) = (public, api)
            && public != api
        {
            let key = if api { "API_EXTERNAL_URL" } else { "SUPABASE_PUBLIC_URL" };
            evidence.push(msg!("finding-url-local", key = key));
        }
        if newer && get("API_EXTERNAL_URL").is_some_and(|u| !u.trim_end_matches('/').ends_with(AUTH)) {
            evidence.push(msg!("finding-url-path", key = "API_EXTERNAL_URL", path = AUTH));
        }
    }
    if evidence.is_empty() {
        return Ok(vec![]);
    }
    let severity = if fatal { Severity::Critical } else { Severity::Warning };
    let command = scene.zelo_line("config set", &example(&evidence, newer));
    let next = advice(msg!("finding-urls-next"), vec![command]);
    let mut found = finding(ID, severity, msg!("finding-urls"), msg!("finding-urls-means"), next);
    found.evidence = evidence;
    found.restart_harms = fatal;
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_an_address_is_named() {
        let id = |key, text| malformed(key, text).map(|m| m.id);
        assert_eq!(id("API_EXTERNAL_URL", "https://a.example/auth/v1"), None);
        assert_eq!(id("API_EXTERNAL_URL", "a.example").as_deref(), Some("finding-url-scheme"));
        assert_eq!(id("API_EXTERNAL_URL", "").as_deref(), Some("finding-url-empty"));
        assert_eq!(id("API_EXTERNAL_URL", "http://").as_deref(), Some("finding-url-broken"));
        assert_eq!(id("SITE_URL", ""), None);
        assert_eq!(id("SITE_URL", "myapp://open"), None);
        assert_eq!(local("http://localhost:8000"), Some(true));
        assert_eq!(local("https://a.example"), Some(false));
    }

    #[test]
    fn what_to_set_names_each_key_that_is_wrong() {
        let wrong = [
            msg!("finding-url-empty", key = "API_EXTERNAL_URL"),
            msg!("finding-url-broken", key = "SITE_URL"),
        ];
        assert_eq!(example(&wrong, false), "api_external_url=https://HOST site_url=https://HOST");
        assert_eq!(example(&wrong[..1], true), "api_external_url=https://HOST/auth/v1");
    }

    #[test]
    fn releases_are_read() {
        assert_eq!(release("ref=v0.8.0\n"), Some((0, 8)));
        assert_eq!(release("x=1\nref=self-hosted/v0.7.2"), Some((0, 7)));
        assert_eq!(release("ref=master"), None);
    }
}
