//! `zelo backup list`.

use serde_json::json;

use crate::{
    cli::{
        args::count,
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::{Field, Tone},
        words::{backup_state, origin},
    },
    db::{BackupFilter, BackupRow, Page},
    domain::{backup::BackupState, msg::Msg},
    msg,
};

/// Which to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    pub resource: Option<String>,
    /// Whatever their state.
    #[arg(long)]
    pub all: bool,
    /// Only what is in the trash, and until when it stays there.
    #[arg(long, conflicts_with = "all")]
    pub trash: bool,
    /// Rows.
    #[arg(long, default_value_t = 100, value_parser = count)]
    pub limit: u32,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = match &self.resource {
            Some(text) => Some(find::resource(&world, text).await?.id),
            None => None,
        };
        let filter = BackupFilter {
            resource,
            state: self.trash.then_some(BackupState::Trashed),
            present: !self.all && !self.trash,
            limit: Some(i64::from(self.limit)),
            ..BackupFilter::default()
        };
        let Page { rows, total } = world.db.backups(filter).await?;
        let table = rows.iter().map(|row| line(desk, row, self.trash)).collect();
        let heads = [
            "cli-col-id",
            "cli-col-resource",
            "cli-col-taken",
            "cli-col-size",
            "cli-col-origin",
            "cli-col-state",
            if self.trash { "cli-col-until" } else { "cli-col-verified" },
            "cli-col-name",
        ];
        let none = if self.trash { "cli-no-trash" } else { "cli-no-backups" };
        desk.out.table(&heads, table, &Msg::new(none));
        if total > rows.len() as u64 {
            desk.out.note(&desk.out.words().text(&msg!("cli-more", shown = rows.len(), all = total)));
        }
        desk.out.json(&json!({ "backups": rows, "total": total }));
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &BackupRow, trash: bool) -> Vec<Field> {
    let words = desk.out.words();
    let moment = if trash { row.keep_until } else { row.verified_at };
    let tone = match row.state {
        BackupState::Complete => Tone::Good,
        BackupState::Corrupt | BackupState::Missing => Tone::Bad,
        BackupState::Trashed => Tone::Dim,
    };
    vec![
        row.id.short().into(),
        row.resource_name.clone().into(),
        desk.out.moment(row.taken_at).into(),
        Field::figure(words.size(row.stored_bytes)),
        words.label(origin(row.origin)).into(),
        Field::text(words.label(backup_state(row.state))).tone(tone),
        moment.map_or_else(|| "–".to_owned(), |at| desk.out.moment(at)).into(),
        row.name.clone().unwrap_or_default().into(),
    ]
}
