//! `zelo resource detect`: what runs in containers and can be protected.

use serde_json::json;

use super::list::access;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    domain::msg::Msg,
    msg,
    operation::{Seen, look},
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let look = look(&world).await?;
        if let Some(problem) = look.away.values().next() {
            return Err(problem.clone().into());
        }
        let seen = &look.seen;
        let out = &desk.out;
        let heads = ["cli-col-name", "cli-col-kind", "cli-col-access", "cli-col-added", "cli-col-restore"];
        out.table(&heads, seen.iter().map(|one| line(desk, one)).collect(), &Msg::new("cli-none-detected"));
        for refused in seen.iter().filter_map(|one| one.found.restore_refused.as_ref()) {
            out.note(&out.words().problem(refused).what);
        }
        if let Some(first) = seen.iter().find(|one| one.added.is_none()) {
            out.note(&out.words().text(&msg!("cli-detect-next", name = &first.found.name)));
        }
        let rows: Vec<_> = seen.iter().map(as_json).collect();
        out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, seen: &Seen) -> Vec<Field> {
    let words = desk.out.words();
    let found = &seen.found;
    let (restore, tone) = match found.restore_refused {
        Some(_) => ("cli-restore-refused", Tone::Caution),
        None => ("cli-restore-allowed", Tone::Plain),
    };
    vec![
        found.name.clone().into(),
        found.kind.as_str().into(),
        access(&found.access.values).into(),
        seen.added.as_ref().map_or_else(|| "–".to_owned(), |row| row.name.clone()).into(),
        Field::text(words.label(restore)).tone(tone),
    ]
}

/// Without its secrets: only which of them were found.
fn as_json(seen: &Seen) -> serde_json::Value {
    let found = &seen.found;
    json!({
        "name": found.name,
        "kind": found.kind,
        "identity": found.identity,
        "access": found.access.values,
        "secrets": found.access.secrets.keys().collect::<Vec<_>>(),
        "added": seen.added.as_ref().map(|row| &row.name),
        "restore_refused": found.restore_refused,
    })
}
