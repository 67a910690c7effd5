//! `zelo backup list`.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::{Field, Tone},
        words::{backup_state, origin},
    },
    db::{BackupFilter, BackupRow},
    domain::{backup::BackupState, msg::Msg},
};

/// Which to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this resource, by name or id
    pub resource: Option<String>,
    /// Also deleted and missing ones
    #[arg(long)]
    pub all: bool,
    /// Only what is in the trash, and until when it stays there
    #[arg(long, conflicts_with = "all")]
    pub trash: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
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
            limit: Some(i64::from(self.limit)),
            ..BackupFilter::default()
        };
        let mut rows = world.db.backups(filter).await?.rows;
        if !self.all && !self.trash {
            rows.retain(|row| matches!(row.state, BackupState::Complete | BackupState::Corrupt));
        }
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
        desk.out.json(&rows);
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
