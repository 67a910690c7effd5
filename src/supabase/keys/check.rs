//! Checks what a person entered, one kind after another. No problem quotes it: it
//! may be a secret.

use std::net::IpAddr;

use url::Url;

use super::{Key, ValueKind, glob, jwt};
use crate::{domain::problem::Problem, problem};

/// The text to write.
pub(super) fn check(
    key: &Key,
    input: &str,
    current: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Problem> {
    let max = key.kind.longest();
    if input.chars().any(char::is_control) {
        return Err(problem!("env-value-control", key = key.env));
    }
    if input.chars().count() > max {
        return Err(problem!("env-long", key = key.env, max = max));
    }
    if key.envoy_sed && input.contains(['|', '&', '\\']) {
        return Err(problem!("env-gateway-characters", key = key.env));
    }
    if input.trim().is_empty() {
        return match key.kind.may_be_empty() {
            true => Ok(String::new()),
            false => Err(problem!("env-empty", key = key.env)),
        };
    }
    let checked = of_kind(key, input, current)?;
    match other_of_pair(key.env) {
        Some(other) if current(other).is_some_and(|value| value == checked) => {
            Err(problem!("env-same", key = key.env, other = other))
        }
        _ => Ok(checked),
    }
}

fn of_kind(key: &Key, input: &str, current: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    let kept = || input.to_owned();
    match &key.kind {
        ValueKind::Bool => bool(input).map(str::to_owned).ok_or_else(|| problem!("env-bool", key = key.env)),
        ValueKind::Int { min, max } => int(key, input, *min, *max),
        ValueKind::Port => match decimal(input) {
            Some(1..=65_535) => Ok(kept()),
            _ => Err(problem!("env-port", key = key.env)),
        },
        ValueKind::Text { min, .. } => {
            let text = if key.secret { input } else { input.trim() };
            long_enough(key, text, *min).map(|()| text.to_owned())
        }
        ValueKind::Login { min, .. } => login(key, input, *min).map(|()| kept()),
        ValueKind::Alphanumeric { min, .. } => written_in(key, input, *min, b"").map(|()| kept()),
        ValueKind::Token { min, .. } => written_in(key, input, *min, b"_-.+/=").map(|()| kept()),
        ValueKind::Hex { length } => match input.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true if input.len() == *length => Ok(kept()),
            _ => Err(problem!("env-hex", key = key.env, length = *length)),
        },
        ValueKind::Url { .. } => url(key, input).map(|()| kept()),
        ValueKind::Host => match is_host(input) {
            true => Ok(kept()),
            false => Err(problem!("env-host", key = key.env)),
        },
        ValueKind::Email => match is_address(input) {
            true => Ok(kept()),
            false => Err(problem!("env-email", key = key.env)),
        },
        ValueKind::Names { .. } => names(key, input),
        ValueKind::Globs => globs(key, input),
        ValueKind::Jwt { role } => jwt::check(key.env, input, role, current).map(|()| kept()),
        ValueKind::ApiKey { prefix } => match is_api_key(input, prefix) {
            true => Ok(kept()),
            false => Err(problem!("env-api-key", key = key.env, prefix = *prefix)),
        },
        ValueKind::Json { array } => json(key, input, *array).map(|()| kept()),
    }
}

/// As Go's `strconv.ParseBool`, which knows no space around it.
fn bool(input: &str) -> Option<&'static str> {
    match input {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some("true"),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some("false"),
        _ => None,
    }
}

/// Digits without a leading zero, which some services would read as octal.
fn decimal(input: &str) -> Option<u32> {
    let digits = input.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (input == "0" || !input.starts_with('0'));
    plain.then(|| input.parse().ok()).flatten()
}

fn int(key: &Key, input: &str, min: u32, max: u32) -> Result<String, Problem> {
    match decimal(input) {
        Some(number) if (min..=max).contains(&number) => Ok(input.to_owned()),
        _ => Err(problem!("env-int", key = key.env, min = min, max = max)),
    }
}

fn long_enough(key: &Key, text: &str, min: usize) -> Result<(), Problem> {
    if text.chars().count() < min {
        return Err(problem!("env-short", key = key.env, min = min));
    }
    Ok(())
}

/// Letters, digits and these, all of ASCII.
fn written_in(key: &Key, input: &str, min: usize, more: &[u8]) -> Result<(), Problem> {
    if !input.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte)) {
        // Said in words nowhere else: which characters a kind takes.
        let allowed: String = more.iter().map(|byte| char::from(*byte)).collect();
        return Err(match allowed.is_empty() {
            true => problem!("env-alphanumeric", key = key.env),
            false => problem!("env-characters", key = key.env, allowed = allowed),
        });
    }
    long_enough(key, input, min)
}

/// Kong's settings are YAML: what reads as a number or a word of YAML there is no
/// text, and Kong does not start.
fn login(key: &Key, input: &str, min: usize) -> Result<(), Problem> {
    written_in(key, input, min, b"_-.")?;
    let hex = input.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let word = ["true", "false", "yes", "no", "on", "off", "null"].contains(&input.to_lowercase().as_str());
    let letter = input.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !letter || hex || word || input.parse::<f64>().is_ok() {
        return Err(problem!("env-login-letter", key = key.env));
    }
    Ok(())
}

/// More strict than the parser, which mends much that services do not.
fn url(key: &Key, input: &str) -> Result<(), Problem> {
    let refusal = || problem!("env-url", key = key.env);
    let scheme = input.strip_prefix("http://").or_else(|| input.strip_prefix("https://"));
    let authority = scheme.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let plain = input.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"'<>`^{|}".contains(&byte));
    // `http:///x` would be mended to the host `x`; a user name is a secret's place.
    let host = !authority.is_empty() && !authority.contains('@');
    let parsed = Url::parse(input).is_ok_and(|url| url.has_host());
    if plain && host && parsed { Ok(()) } else { Err(refusal()) }
}

fn is_host(input: &str) -> bool {
    let label = |label: &str| {
        let written = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (1..=63).contains(&label.len()) && written && !label.starts_with('-') && !label.ends_with('-')
    };
    input.parse::<IpAddr>().is_ok() || input.split('.').all(label)
}

fn is_address(input: &str) -> bool {
    let Some((local, host)) = input.rsplit_once('@') else { return false };
    let written = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte);
    (1..=64).contains(&local.len()) && local.bytes().all(written) && is_host(host)
}

fn names(key: &Key, input: &str) -> Result<String, Problem> {
    let written = |byte: u8| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte);
    let names: Vec<_> = input.split(',').map(str::trim).collect();
    match names.iter().all(|name| (1..=63).contains(&name.len()) && name.bytes().all(written)) {
        true => Ok(names.join(",")),
        false => Err(problem!("env-names", key = key.env)),
    }
}

/// Sign-in splits at every comma, also at one inside `{a,b}`.
fn globs(key: &Key, input: &str) -> Result<String, Problem> {
    let globs: Vec<_> = input.split(',').map(str::trim).collect();
    match globs.iter().position(|glob| glob.is_empty() || !glob::compiles(glob)) {
        None => Ok(globs.join(",")),
        Some(at) => Err(problem!("env-glob", key = key.env, number = at + 1)),
    }
}

fn is_api_key(input: &str, prefix: &str) -> bool {
    let rest = input.strip_prefix(prefix).map(str::as_bytes).unwrap_or_default();
    let written = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    rest.len() == 31 && rest[22] == b'_' && written(&rest[..22]) && written(&rest[23..])
}

fn json(key: &Key, input: &str, array: bool) -> Result<(), Problem> {
    let value: Option<serde_json::Value> = serde_json::from_str(input).ok();
    match value {
        Some(value) if array && value.is_array() || !array && value.is_object() => Ok(()),
        _ => Err(problem!("env-json", key = key.env)),
    }
}

/// Keys that must differ.
fn other_of_pair(env: &str) -> Option<&'static str> {
    match env {
        "LOGFLARE_PUBLIC_ACCESS_TOKEN" => Some("LOGFLARE_PRIVATE_ACCESS_TOKEN"),
        "LOGFLARE_PRIVATE_ACCESS_TOKEN" => Some("LOGFLARE_PUBLIC_ACCESS_TOKEN"),
        "KONG_HTTP_PORT" => Some("KONG_HTTPS_PORT"),
        "KONG_HTTPS_PORT" => Some("KONG_HTTP_PORT"),
        _ => None,
    }
}
