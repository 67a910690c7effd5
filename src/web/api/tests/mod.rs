//! The API as programs use it.

mod backups;
mod document;
mod operations;
mod resources;
mod who;

use serde_json::{Map, Value};

use crate::web::tests::{Reply, TestSite};

/// An answer without what differs each time: identifiers, times, digests, sizes,
/// versions, the test's folder.
fn plain(site: &TestSite, reply: &Reply) -> Value {
    let folder = site.folder().display().to_string();
    scrubbed("", reply.json(), &folder)
}

fn scrubbed(name: &str, value: Value, folder: &str) -> Value {
    match value {
        // How far it was when it was last heard of: whether it was depends on the machine.
        Value::Object(fields) if name == "progress" && fields.contains_key("step") => Value::Null,
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = scrubbed(&name, value, folder);
                (text(&name, folder), value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(all) => all.into_iter().map(|one| scrubbed(name, one, folder)).collect(),
        Value::Number(_) if name.ends_with("bytes") || name == "total_bytes" => "[bytes]".into(),
        Value::String(_) if matches!(name, "server" | "tool") => "[version]".into(),
        Value::String(whole) => text(&whole, folder).into(),
        other => other,
    }
}

fn text(whole: &str, folder: &str) -> String {
    if chrono::DateTime::parse_from_rfc3339(whole).is_ok() {
        return "[time]".to_owned();
    }
    let piece = |piece: &str| {
        if piece.parse::<crate::domain::id::OperationId>().is_ok() {
            "[id]".to_owned()
        } else if piece.len() == 64 && piece.bytes().all(|b| b.is_ascii_hexdigit()) {
            "[digest]".to_owned()
        } else if piece.len() == 8 && piece.bytes().any(|b| b.is_ascii_digit()) && is_short_id(piece) {
            "[short]".to_owned()
        } else {
            piece.to_owned()
        }
    };
    let whole = whole.replace(folder, "[folder]");
    let mut out = String::new();
    let mut word = String::new();
    for c in whole.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        out += &piece(&std::mem::take(&mut word));
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

/// The end of an identifier, as plans and problems name things by.
fn is_short_id(piece: &str) -> bool {
    piece.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_lowercase() && !b"ilou".contains(&b)))
}
