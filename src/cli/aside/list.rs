//! `zelo aside list`.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::{Field, Tone},
    },
    db::AsideRow,
    domain::{clock::Moment, msg::Msg},
    msg,
};

/// Which to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for `find::resource`.
    pub resource: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = match &self.resource {
            Some(text) => Some(find::resource(&world, text).await?.id),
            None => None,
        };
        let rows = world.db.kept_asides(resource.as_ref()).await?;
        let names = find::resource_names(&world).await?;
        let name = |row: &AsideRow| names.get(&row.resource).cloned().unwrap_or_default();
        let now = world.clock.now();
        let table = rows.iter().map(|row| line(desk, row, name(row), now)).collect();
        let heads = [
            "cli-col-id",
            "cli-col-resource",
            "cli-col-item",
            "cli-col-size",
            "cli-col-made",
            "cli-col-operation",
            "cli-col-until",
        ];
        desk.out.table(&heads, table, &Msg::new("cli-no-asides"));
        if !rows.is_empty() {
            let total: u64 = rows.iter().map(|row| row.bytes).sum();
            desk.out.line("");
            desk.out.say(&msg!("cli-asides-total", count = rows.len(), bytes = total));
        }
        desk.out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &AsideRow, resource: String, now: Moment) -> Vec<Field> {
    let tone = if row.keep_until <= now { Tone::Caution } else { Tone::Plain };
    vec![
        row.id.short().into(),
        resource.into(),
        row.item.clone().into(),
        Field::figure(desk.out.words().size(row.bytes)),
        desk.out.moment(row.made_at).into(),
        row.operation.short().into(),
        Field::text(desk.out.moment(row.keep_until)).tone(tone),
    ]
}
