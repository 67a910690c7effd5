//! `zelo backup info`.

use std::time::Duration;

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::Field,
        words::{backup_state, origin},
    },
    domain::{
        manifest::{Codec, Manifest, Part},
        msg::Msg,
    },
    i18n::duration,
};

/// Which to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::backup`].
    pub backup: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::backup(&world, &self.backup).await?;
        let manifest = world.db.backup_manifest(&row.id).await?;
        let out = &desk.out;
        let words = out.words();
        out.facts(vec![
            ("cli-col-id", row.id.as_str().into()),
            ("cli-col-name", row.name.clone().unwrap_or_default().into()),
            ("cli-col-note", manifest.note.clone().unwrap_or_default().into()),
            ("cli-col-resource", format!("{} ({})", manifest.resource.name, manifest.resource.kind).into()),
            ("cli-col-origin", words.label(origin(row.origin)).into()),
            ("cli-col-state", words.label(backup_state(row.state)).into()),
            ("cli-col-taken", out.moment(manifest.taken_at).into()),
            ("cli-col-skew", skew(&manifest).into()),
            ("cli-col-finished", out.moment(manifest.finished_at).into()),
            ("cli-col-verified", row.verified_at.map_or_else(|| "–".to_owned(), |at| out.moment(at)).into()),
            ("cli-col-size", words.size(manifest.stored_bytes()).into()),
            ("cli-col-server", manifest.engine.server.clone().into()),
            ("cli-col-tool", manifest.engine.tool.clone().into()),
            ("cli-col-image", manifest.engine.image.clone().unwrap_or_default().into()),
            ("cli-col-operation", manifest.operation.as_str().into()),
            ("cli-col-folder", row.path.as_str().into()),
        ]);
        out.line("");
        parts(desk, &manifest);
        if let Some(problem) = row.problem.as_ref().filter(|_| !out.is_json()) {
            out.problems(std::slice::from_ref(problem));
        }
        out.json(&json!({ "backup": row, "manifest": manifest }));
        Ok(Exit::Done)
    }
}

/// How far apart its parts were taken.
fn skew(manifest: &Manifest) -> String {
    match manifest.parts.len() {
        0 | 1 => "–".to_owned(),
        _ => duration(Duration::from_millis(manifest.consistency.skew_ms)),
    }
}

fn parts(desk: &Desk, manifest: &Manifest) {
    let words = desk.out.words();
    let line = |part: &Part| -> Vec<Field> {
        let stored = part.files.iter().map(|f| f.stored.bytes).sum();
        let codec = match part.files.first().map(|f| f.codec) {
            Some(Codec::Gzip) => "gzip",
            Some(Codec::Zstd) => "zstd",
            Some(Codec::None) | None => "–",
        };
        vec![
            part.name.clone().into(),
            Field::figure(words.size(part.raw.bytes)),
            Field::figure(words.size(stored)),
            codec.into(),
            Field::figure(words.number(i64::try_from(part.counts.len()).unwrap_or(i64::MAX))),
            part.raw.sha256.get(..12).unwrap_or_default().into(),
        ]
    };
    let heads = [
        "cli-col-part",
        "cli-col-raw",
        "cli-col-stored",
        "cli-col-codec",
        "cli-col-counted",
        "cli-col-sha256",
    ];
    desk.out.table(&heads, manifest.parts.iter().map(line).collect(), &Msg::new("cli-nothing"));
}
