//! The API as programs use it.

mod backups;
mod document;
mod operations;
mod resources;
mod who;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::web::tests::{Reply, TestSite};

/// An answer without what differs each time: identifiers, times, digests, sizes,
/// versions, the test's folder.
fn plain(site: &TestSite, reply: &Reply) -> Value {
    let known = Known { folder: site.folder().display().to_string(), shorts: shorts(site) };
    scrubbed("", reply.json(), &known)
}

/// What stands in texts and differs each time.
struct Known {
    folder: String,
    /// The ends of identifiers, as plans and problems name things by: by their looks
    /// alone some are words.
    shorts: BTreeSet<String>,
}

#[allow(clippy::disallowed_methods)] // the test looks into Zelo's database
fn shorts(site: &TestSite) -> BTreeSet<String> {
    let db = rusqlite::Connection::open(site.folder().join("zelo.db")).unwrap();
    let sql = "SELECT id FROM backups UNION SELECT id FROM operations UNION SELECT id FROM resources";
    let mut ids = db.prepare(sql).unwrap();
    let ids = ids.query_map([], |row| row.get::<_, String>(0)).unwrap();
    ids.map(|id| id.unwrap().split_off(18)).collect()
}

fn scrubbed(name: &str, value: Value, known: &Known) -> Value {
    match value {
        // How far it was when it was last heard of: whether it was depends on the machine.
        Value::Object(fields) if name == "progress" && fields.contains_key("step") => Value::Null,
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = scrubbed(&name, value, known);
                (text(&name, known), value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(all) => all.into_iter().map(|one| scrubbed(name, one, known)).collect(),
        Value::Number(_) if name.ends_with("bytes") || name == "total_bytes" => "[bytes]".into(),
        Value::String(_) if matches!(name, "server" | "tool") => "[version]".into(),
        Value::String(whole) => text(&whole, known).into(),
        other => other,
    }
}

fn text(whole: &str, known: &Known) -> String {
    if chrono::DateTime::parse_from_rfc3339(whole).is_ok() {
        return "[time]".to_owned();
    }
    let piece = |before: &str, piece: &str| {
        // A plan's own is written down nowhere: what it makes is called after it.
        let made = ["__zelo_new_", "__zelo_old_"].iter().any(|mark| before.ends_with(mark));
        if piece.parse::<crate::domain::id::OperationId>().is_ok() {
            "[id]".to_owned()
        } else if piece.len() == 64 && piece.bytes().all(|b| b.is_ascii_hexdigit()) {
            "[digest]".to_owned()
        } else if made || known.shorts.contains(piece) {
            "[short]".to_owned()
        } else {
            piece.to_owned()
        }
    };
    let whole = whole.replace(&known.folder, "[folder]");
    let mut out = String::new();
    let mut word = String::new();
    for c in whole.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let next = piece(&out, &std::mem::take(&mut word));
        out += &next;
        if c != '\0' {
            out.push(c);
        }
    }
    out
}
