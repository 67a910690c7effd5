//! Quoting, in one place: SQL identifiers and literals, connection strings,
//! shell words. Names come from other people's databases and may hold anything
//! but NUL. Everything quoted here stays on one line, so that a statement is a
//! line wherever one is written down.

use std::fmt::Write;

/// An identifier, always in double quotes; control characters as `U&"\000A"`.
pub(super) fn ident(name: &str) -> String {
    let escape = name.chars().any(|c| c.is_ascii_control());
    let mut out = String::with_capacity(name.len() + 4);
    out.push_str(if escape { "U&\"" } else { "\"" });
    for c in name.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\\' if escape => out.push_str("\\\\"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A string literal that means the same whatever `standard_conforming_strings`
/// says: `E'…'` as soon as there is a backslash or a control character.
pub(super) fn literal(text: &str) -> String {
    let escape = text.chars().any(|c| c == '\\' || c.is_ascii_control());
    let mut out = String::with_capacity(text.len() + 4);
    // The space keeps `E` apart from a word before it.
    out.push_str(if escape { " E'" } else { "'" });
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// `a, b, c` of literals.
pub(super) fn literals<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    texts.into_iter().map(|t| literal(t.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `dbname='…'` for libpq: a bare name with `=` or `postgres://` in it would be
/// read as a connection string.
pub(super) fn conninfo(database: &str) -> String {
    let mut out = String::from("dbname='");
    for c in database.chars() {
        if matches!(c, '\'' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

/// One word of a POSIX shell command.
pub(super) fn shell(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Settings whose stored value is a list of quoted names: written back whole it
/// would become one long name. PostgreSQL marks them `GUC_LIST_QUOTE`; extensions
/// may not define such settings, so this list is complete.
const LIST_SETTINGS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `SET "name" TO value` for `ALTER DATABASE` and `ALTER ROLE`, from one
/// `name=value` of `pg_db_role_setting.setconfig`; `None` without a `=`.
pub(super) fn setting(stored: &str) -> Option<String> {
    let (name, value) = stored.split_once('=')?;
    let list = LIST_SETTINGS.iter().any(|l| l.eq_ignore_ascii_case(name));
    let value = match list.then(|| list_items(value)).flatten() {
        Some(items) if items.is_empty() => literal(""),
        Some(items) => literals(items),
        None => literal(value),
    };
    Some(format!("SET {} TO {value}", ident(name)))
}

/// The names in `"$user", public`; `None` if it is not such a list.
fn list_items(value: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    let mut rest = value.trim_start();
    if rest.is_empty() {
        return Some(items);
    }
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (item, after) = quoted_item(quoted)?;
            items.push(item);
            rest = after.trim_start();
        } else {
            let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            items.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
        if rest.is_empty() {
            return Some(items);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// What stands up to the closing quote, and what comes after it.
fn quoted_item(text: &str) -> Option<(String, &str)> {
    let mut item = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        item.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                item.push('"');
                rest = after;
            }
            None => return Some((item, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads an identifier as PostgreSQL's scanner does.
    fn unident(sql: &str) -> Option<String> {
        let (unicode, body) = match sql.strip_prefix("U&\"") {
            Some(body) => (true, body),
            None => (false, sql.strip_prefix('"')?),
        };
        let body = body.strip_suffix('"')?;
        let mut out = String::new();
        let mut chars = body.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => out.push(chars.next().filter(|c| *c == '"')?),
                '\\' if unicode => {
                    if chars.peek() == Some(&'\\') {
                        chars.next();
                        out.push('\\');
                    } else {
                        let hex: String = chars.by_ref().take(4).collect();
                        out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                    }
                }
                c => out.push(c),
            }
        }
        Some(out)
    }

    /// Reads a literal as PostgreSQL's scanner does.
    fn unliteral(sql: &str) -> Option<String> {
        let (escape, body) = match sql.strip_prefix(" E'") {
            Some(body) => (true, body),
            None => (false, sql.strip_prefix('\'')?),
        };
        let body = body.strip_suffix('\'')?;
        let mut out = String::new();
        let mut chars = body.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => out.push(chars.next().filter(|c| *c == '\'')?),
                '\\' if escape => match chars.next()? {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    'x' => {
                        let hex: String = chars.by_ref().take(2).collect();
                        out.push(char::from(u8::from_str_radix(&hex, 16).ok()?));
                    }
                    c => out.push(c),
                },
                '\\' => return None,
                c => out.push(c),
            }
        }
        Some(out)
    }

    fn name() -> impl Strategy<Value = String> {
        "(?s)[^\u{0}]{1,63}"
    }

    proptest! {
        #[test]
        fn any_name_survives_as_identifier(name in name()) {
            let sql = ident(&name);
            prop_assert!(!sql.contains(['\n', '\r']));
            prop_assert_eq!(unident(&sql), Some(name));
        }

        #[test]
        fn any_text_survives_as_literal(text in name()) {
            let sql = literal(&text);
            prop_assert!(!sql.contains(['\n', '\r']));
            prop_assert_eq!(unliteral(&sql), Some(text));
        }

        #[test]
        fn any_word_survives_the_shell(word in "[^\u{0}]{0,40}") {
            let quoted = shell(&word);
            let out = std::process::Command::new("/bin/sh")
                .args(["-c", &format!("printf %s {quoted}")])
                .output()
                .unwrap();
            prop_assert_eq!(String::from_utf8(out.stdout).unwrap(), word);
        }
    }

    #[test]
    fn list_settings_stay_lists() {
        assert_eq!(
            setting("search_path=\"$user\", public, \"a\"\"b, c\"").as_deref(),
            Some("SET \"search_path\" TO '$user', 'public', 'a\"b, c'")
        );
        assert_eq!(setting("search_path=\"\"").as_deref(), Some("SET \"search_path\" TO ''"));
        assert_eq!(setting("search_path=").as_deref(), Some("SET \"search_path\" TO ''"));
        assert_eq!(setting("app.jwt=a=b, c").as_deref(), Some("SET \"app.jwt\" TO 'a=b, c'"));
    }

    #[test]
    fn a_database_name_is_never_a_connection_string() {
        assert_eq!(conninfo("host=evil 'x' \\"), "dbname='host=evil \\'x\\' \\\\'");
    }
}
