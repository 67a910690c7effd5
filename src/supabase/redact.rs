//! Takes secrets out of what an instance's services write before anybody reads it.
//! Services print their own passwords when they start badly: in URLs, in error texts,
//! in dumps of their settings.

use super::{dotenv::Dotenv, instance::Instance, keys::by_env};
use crate::secret::Secret;

/// What a variable's name has in it if its value is nobody's to read.
const MARKS: [&str; 7] = ["PASS", "SECRET", "KEY", "TOKEN", "JWT", "CRYPTO", "DSN"];
/// Values shorter than this, in characters, would hide ordinary words.
const SHORTEST: usize = 6;
/// Values that such variables often have and that are names everybody knows.
const KNOWN: [&str; 5] = ["authenticated", "service_role", "supabase_admin", "postgres", "supabase"];
/// What stands where a secret stood.
const COVER: &str = "[…]";

/// The secrets of one instance, the longest first: a part of one may be another.
pub struct Redactor(Vec<Secret>);

impl Redactor {
    /// Of an instance's containers and its `.env`.
    pub fn of(instance: &Instance, env: Option<&Dotenv>) -> Self {
        let mut found = Self(Vec::new());
        for (_, container) in instance.containers() {
            for (name, value) in &container.env {
                found.learn(name, value.expose());
            }
        }
        for key in env.map(Dotenv::keys).unwrap_or_default() {
            if let Some(Ok(value)) = env.and_then(|env| env.value(key)) {
                found.learn(key, value.expose());
            }
        }
        found.in_order()
    }

    /// A text without them.
    pub fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.0 {
            if clean.contains(secret.expose()) {
                clean = clean.replace(secret.expose(), COVER);
            }
        }
        without_tokens(&without_logins(&clean))
    }

    fn in_order(mut self) -> Self {
        self.0.sort_by(|a, b| b.expose().len().cmp(&a.expose().len()).then(a.expose().cmp(b.expose())));
        self.0.dedup();
        self
    }

    /// Takes a value in, where its name says that it is one to hide; of a URL with a
    /// login in it, the password, which may stand elsewhere without the URL.
    fn learn(&mut self, name: &str, value: &str) {
        if let Some(login) = login_of(value) {
            self.add(login.password);
        }
        let upper = name.to_uppercase();
        let hidden = by_env(name).is_some_and(|key| key.secret);
        if hidden || MARKS.iter().any(|mark| upper.contains(mark)) {
            self.add(value);
        }
    }

    /// A value as it stands, and as it stands in a URL; each line of one of several.
    fn add(&mut self, value: &str) {
        for line in value.lines().map(str::trim) {
            if line.chars().count() < SHORTEST || KNOWN.contains(&line) {
                continue;
            }
            self.0.push(Secret::new(line));
            let coded: String = url::form_urlencoded::byte_serialize(line.as_bytes()).collect();
            if coded != line {
                self.0.push(Secret::new(coded.replace('+', "%20")));
                self.0.push(Secret::new(coded));
            }
        }
    }
}

/// Where a URL's password stands in a text.
struct Login<'a> {
    /// Bytes before it.
    before: usize,
    password: &'a str,
}

/// The first `scheme://user:password@` of a text.
fn login_of(text: &str) -> Option<Login<'_>> {
    let scheme = text.find("://")? + "://".len();
    let rest = text.get(scheme..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let whole = rest.split(ends).next().unwrap_or_default();
    let colon = whole.find(':')?;
    let authority = whole.split(['/', '?', '#']).next().unwrap_or_default();
    let at = match authority.rfind('@') {
        Some(at) => at,
        // A password with a slash in it; a port is none.
        None if port_follows(whole.get(colon + 1..)?) => return None,
        None => whole.rfind('@')?,
    };
    let password = whole.get(colon + 1..at)?;
    (!password.is_empty()).then_some(Login { before: scheme + colon + 1, password })
}

fn port_follows(text: &str) -> bool {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && text.get(digits..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Without the passwords of URLs, whoever's they are.
pub fn without_logins(text: &str) -> String {
    let (mut clean, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let cut = match login_of(rest) {
            Some(login) => {
                clean.push_str(rest.get(..login.before).unwrap_or_default());
                clean.push_str(COVER);
                login.before + login.password.len()
            }
            None => {
                clean.push_str(rest.get(..at + 3).unwrap_or_default());
                at + 3
            }
        };
        rest = rest.get(cut..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

/// Without what looks like a signed token: people's own, which no setting names.
fn without_tokens(text: &str) -> String {
    let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (mut clean, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("eyJ") {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c| !in_token(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        clean.push_str(before);
        let parts: Vec<&str> = word.split('.').collect();
        let signed = parts.len() >= 3 && parts.iter().take(2).all(|part| part.len() >= 8);
        clean.push_str(if signed { COVER } else { word });
        rest = after;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(pairs: &[(&str, &str)]) -> Redactor {
        let mut found = Redactor(Vec::new());
        for (name, value) in pairs {
            found.learn(name, value);
        }
        found.in_order()
    }

    #[test]
    fn what_is_known_to_be_secret_is_covered_wherever_it_stands() {
        let found = knowing(&[
            ("POSTGRES_PASSWORD", "hunter2hunter2"),
            ("GOTRUE_DB_DATABASE_URL", "postgres://auth:other/pass@db:5432/postgres"),
            ("SMTP_PASS", "a b+c&d"),
            ("SITE_URL", "https://shop.example.com"),
            ("PG_META_CRYPTO_KEY", "hunter2hunter2-and-more"),
            ("SOME_PRIVATE_KEY", "first line of it\nsecond line of it"),
        ]);
        for (text, clean) in [
            ("password hunter2hunter2 failed", "password […] failed"),
            ("key hunter2hunter2-and-more!", "key […]!"),
            ("other/pass", "[…]"),
            ("smtp://x/?p=a+b%2Bc%26d and a b+c&d", "smtp://x/?p=[…] and […]"),
            ("> second line of it <", "> […] <"),
            ("at https://shop.example.com/auth", "at https://shop.example.com/auth"),
        ] {
            assert_eq!(found.clean(text), clean);
        }
    }

    #[test]
    fn short_values_and_names_of_roles_stay() {
        let found =
            knowing(&[("JWT_EXPIRY", "3600"), ("GOTRUE_JWT_AUD", "authenticated"), ("DB_PASS", "abc12")]);
        let text = "role authenticated, 3600 s, abc12";
        assert_eq!(found.clean(text), text);
    }

    #[test]
    fn logins_in_urls_are_covered_whoever_s_they_are() {
        for (text, clean) in [
            ("to postgres://u:p@db:5432/x now", "to postgres://u:[…]@db:5432/x now"),
            ("a://u:p@h, b://v:q/r@i", "a://u:[…]@h, b://v:[…]@i"),
            ("\"redis://:word@cache\"", "\"redis://:[…]@cache\""),
            ("http://host:8000/to?mail=a@b", "http://host:8000/to?mail=a@b"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("nothing :// here", "nothing :// here"),
        ] {
            assert_eq!(without_logins(text), clean);
        }
    }

    #[test]
    fn signed_tokens_are_covered() {
        let found = knowing(&[]);
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.sig-na_ture";
        assert_eq!(found.clean(&format!("Bearer {token}, eyJust.a.word")), "Bearer […], eyJust.a.word");
    }
}
