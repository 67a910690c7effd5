//! `zelo token list`.

use std::collections::BTreeMap;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::{Field, Tone},
    },
    db::TokenRow,
    domain::{clock::Moment, msg::Msg},
};

/// Whose.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::user`]; without it everybody's.
    #[arg(long)]
    pub user: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let rows = match &self.user {
            Some(name) => world.db.tokens_of(&find::user(&world, name).await?.id).await?,
            None => world.db.tokens().await?,
        };
        let users = world.db.users().await?;
        let names: BTreeMap<_, _> = users.into_iter().map(|user| (user.id, user.name)).collect();
        let name = |row: &TokenRow| names.get(&row.user).cloned().unwrap_or_default();
        let now = world.clock.now();
        let heads = [
            "cli-col-id",
            "cli-col-person",
            "cli-col-name",
            "cli-col-created",
            "cli-col-used",
            "cli-col-expires",
        ];
        let table = rows.iter().map(|row| line(desk, row, name(row), now)).collect();
        desk.out.table(&heads, table, &Msg::new("cli-no-tokens"));
        desk.out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &TokenRow, name: String, now: Moment) -> Vec<Field> {
    let moment = |at: Option<Moment>| at.map(|at| desk.out.moment(at)).unwrap_or_default();
    let over = row.expires_at.is_some_and(|until| until <= now);
    vec![
        row.id.short().into(),
        name.into(),
        row.name.clone().into(),
        desk.out.moment(row.created_at).into(),
        moment(row.used_at).into(),
        Field::text(moment(row.expires_at)).tone(if over { Tone::Bad } else { Tone::Plain }),
    ]
}
