//! What `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET` have set. Many a
//! value is a key or a password (`app.settings.jwt_secret`), and which ones are
//! nobody can tell: all are secrets. They lie in a part of their own beside the
//! database's, `settings:orders`, and cannot be serialised into anything else.
//!
//! The part is SQL that plain psql can run. Zelo restores from the comment lines of
//! JSON in it, with its own quoting, as it does with `roles.sql`, and refuses a file
//! whose statements are not those.

use serde::{Deserialize, Deserializer, Serialize};
use tokio::io::AsyncReadExt;

use super::{
    dress::Dress,
    dump::PREFIX,
    error::PgError,
    quote::{ident, setting},
    validate::unread,
};
use crate::{
    domain::{
        manifest::{Manifest, Part},
        problem::Problem,
    },
    engine::Shelf,
    host::Reader,
    problem,
    secret::Secret,
    store::part::{OnBytes, open_part},
};

/// The prefix of the part that holds a database's settings.
pub(super) const SETTINGS: &str = crate::domain::manifest::SETTINGS;
/// What its file's name ends with, before that of its compression: no dump's does.
pub(super) const SUFFIX: &str = "settings";
/// A file of settings is never larger, in bytes.
const LIMIT: u64 = 64 << 20;

/// Settings of a database, for everyone or for one role.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Settings {
    /// `None`: for everyone.
    pub(super) role: Option<String>,
    /// `name=value`, as the server keeps it.
    #[serde(deserialize_with = "secrets")]
    pub(super) settings: Vec<Secret>,
}

fn secrets<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Secret>, D::Error> {
    Ok(Vec::<String>::deserialize(from)?.into_iter().map(Secret::new).collect())
}

impl Settings {
    /// The statements that set them on `database`.
    pub(super) fn statements(&self, database: &str) -> impl Iterator<Item = String> {
        let name = ident(database);
        let whose = match &self.role {
            None => format!("ALTER DATABASE {name}"),
            Some(role) => format!("ALTER ROLE {} IN DATABASE {name}", ident(role)),
        };
        self.settings.iter().filter_map(move |s| Some(format!("{whose} {}", setting(s.expose())?)))
    }
}

/// How many there are, for everyone and for roles.
pub(super) fn count(all: &[Settings]) -> i64 {
    i64::try_from(all.iter().map(|s| s.settings.len()).sum::<usize>()).unwrap_or(i64::MAX)
}

/// Whether two databases have the same, in whatever order.
pub(super) fn same(one: &[Settings], other: &[Settings]) -> bool {
    let flat = |all: &[Settings]| {
        let each = |s: &Settings| s.settings.iter().map(|v| (s.role.clone(), v.clone())).collect::<Vec<_>>();
        let mut flat: Vec<(Option<String>, Secret)> = all.iter().flat_map(each).collect();
        flat.sort_unstable_by(|(a, x), (b, y)| (a, x.expose()).cmp(&(b, y.expose())));
        flat
    };
    flat(one) == flat(other)
}

/// An error without the values among these: a server repeats one it does not take.
pub(super) fn without_values<'a>(error: PgError, stored: impl IntoIterator<Item = &'a str>) -> PgError {
    let PgError::Sql { state, mut message } = error else { return error };
    let values = stored.into_iter().filter_map(|s| Some(s.split_once('=')?.1));
    let mut values: Vec<&str> = values.filter(|v| !v.is_empty()).collect();
    // A value may be part of a longer one.
    values.sort_unstable_by_key(|v| std::cmp::Reverse(v.len()));
    for value in values {
        message = message.replace(value, "…");
    }
    PgError::Sql { state, message }
}

/// The first line of JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    database: String,
    lines: usize,
}

/// A line of JSON: the only way out of [`Settings`], and only into the part.
#[derive(Serialize)]
struct Line<'a> {
    role: Option<&'a str>,
    settings: Vec<&'a str>,
}

const HEAD: &str = "-- zelo-settings ";
const LINE: &str = "-- zelo-setting ";
const END: &str = "-- zelo-settings-end";

/// The file.
pub(super) fn render(database: &str, all: &[Settings]) -> String {
    let head = Head { version: 1, database: database.to_owned(), lines: all.len() };
    let mut out = format!(
        "-- Settings of a PostgreSQL database, written by Zelo. As a superuser: psql -X postgres\n{HEAD}{}\n\
         SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n",
        json(&head)
    );
    for one in all {
        let settings = one.settings.iter().map(Secret::expose).collect();
        out.push_str(&format!("{LINE}{}\n", json(&Line { role: one.role.as_deref(), settings })));
        for sql in one.statements(database) {
            out.push_str(&format!("{sql};\n"));
        }
    }
    out.push_str(END);
    out.push('\n');
    out
}

/// Reads a file. Its statements must be exactly those its lines of JSON give: so it
/// is whole, and says to psql what it says to Zelo. Nothing of it gets into an error.
pub(super) fn parse(text: &str) -> Result<Vec<Settings>, Problem> {
    let broken = |what: &str| problem!("pg-settings-broken").detail(what);
    let mut head: Option<Head> = None;
    let mut all = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(HEAD) {
            head = Some(serde_json::from_str(rest).map_err(|_| broken("its head is no JSON"))?);
        } else if let Some(rest) = line.strip_prefix(LINE) {
            all.push(serde_json::from_str(rest).map_err(|_| broken("a line is no JSON"))?);
        }
    }
    let head = head.ok_or_else(|| broken("no head"))?;
    if head.version != 1 {
        return Err(problem!("pg-settings-version", version = head.version));
    }
    if head.lines != all.len() {
        return Err(broken("not as many lines as its head says"));
    }
    if render(&head.database, &all) != text {
        return Err(broken("statements and descriptions differ"));
    }
    Ok(all)
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads the file whole.
pub(super) async fn read(raw: Reader) -> Result<Vec<Settings>, Problem> {
    let mut text = Vec::new();
    raw.take(LIMIT + 1).read_to_end(&mut text).await.map_err(|e| unread(&e))?;
    if text.len() as u64 > LIMIT {
        return Err(problem!("pg-settings-broken").detail("too large"));
    }
    let text = String::from_utf8(text).map_err(|_| problem!("pg-settings-broken").detail("not UTF-8"))?;
    parse(&text)
}

/// Where the settings of one database are in a backup.
#[derive(Clone)]
pub(super) enum Source {
    /// In a part of their own.
    Part(Shelf, Box<Part>),
    /// In the manifest, where the first Zelos wrote them; or there are none.
    Manifest(Vec<Settings>),
}

impl Source {
    /// Of the database whose part is `part`.
    pub(super) fn of(shelf: &Shelf, manifest: &Manifest, part: &Part) -> Self {
        let database = part.name.strip_prefix(PREFIX).unwrap_or_default();
        match manifest.part(&format!("{SETTINGS}{database}")) {
            Some(own) => Self::Part(shelf.clone(), Box::new(own.clone())),
            None => Self::Manifest(Dress::of(part).settings),
        }
    }

    /// Reads them; a file only as far as its digest was found right.
    pub(super) async fn read(&self, on_bytes: OnBytes) -> Result<Vec<Settings>, Problem> {
        match self {
            Self::Manifest(settings) => Ok(settings.clone()),
            Self::Part(Shelf { store, resource, .. }, part) => {
                read(open_part(store.clone(), resource, part, on_bytes).await?).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some(role: Option<&str>, stored: &[&str]) -> Settings {
        Settings { role: role.map(str::to_owned), settings: stored.iter().map(|s| Secret::new(*s)).collect() }
    }

    proptest! {
        #[test]
        fn whatever_they_are_they_survive_the_file(
            database in "[^\u{0}]{1,30}",
            role in proptest::option::of("[^\u{0}]{1,30}"),
            stored in proptest::collection::vec("[a-z.]{1,9}=[^\u{0}]{0,30}", 0..4),
        ) {
            let stored: Vec<&str> = stored.iter().map(String::as_str).collect();
            let all = vec![some(role.as_deref(), &stored), some(None, &["app.key=a=b, 'c'\n\\"])];
            let text = render(&database, &all);
            prop_assert_eq!(parse(&text), Ok(all));
            // Cut anywhere, it is no longer whole.
            let cut = text.char_indices().map(|(at, _)| at).nth(text.chars().count() * 2 / 3).unwrap();
            prop_assert!(parse(&text[..cut]).is_err());
        }
    }

    #[test]
    fn a_statement_smuggled_in_is_refused_without_a_value_being_told() {
        let text = render("shop", &[some(None, &["app.key=hidden"])]);
        for (from, to) in [
            (END, "DROP TABLE x;\n-- zelo-settings-end"),
            ("\"settings\":", "\"settings\":\"hidden\",\"s\":"),
            ("\"lines\":1", "\"lines\":2"),
            ("TO 'hidden'", "TO 'hidden', 'more'"),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text, "{from}");
            let problem = parse(&changed).unwrap_err();
            assert!(problem.is("pg-settings-broken"), "{problem}");
            assert!(!format!("{problem:?}").contains("hidden"), "{problem:?}");
        }
        let newer = parse(&text.replace("\"version\":1", "\"version\":2")).unwrap_err();
        assert!(newer.is("pg-settings-version"), "{newer}");
    }

    #[test]
    fn an_order_is_no_difference_and_a_value_is() {
        let one = [some(None, &["a.a=1", "a.b=2"]), some(Some("app"), &["a.a=3"])];
        let turned = [some(Some("app"), &["a.a=3"]), some(None, &["a.b=2", "a.a=1"])];
        assert!(same(&one, &turned));
        assert!(!same(&one, &[some(None, &["a.a=1", "a.b=2"]), some(None, &["a.a=3"])]));
        assert!(!same(&one, &one[..1]));
        assert_eq!(count(&one), 3);
    }

    #[test]
    fn an_error_does_not_repeat_a_value() {
        let message = "invalid value for parameter \"work_mem\": \"hidden key\"".to_owned();
        let error = PgError::Sql { state: "22023".to_owned(), message };
        let told = without_values(error, ["a.b=hidden", "work_mem=hidden key", "c.d="]).to_string();
        assert!(told.contains("work_mem") && !told.contains("hidden") && !told.contains("key"), "{told}");
        assert!(!format!("{:?}", some(None, &["a.b=hidden"])).contains("hidden"));
    }
}
