//! `zelo instance config history`: what was changed when, by whom, and how it ended.

use serde_json::json;

use crate::{
    cli::{
        args::count,
        desk::{Desk, Done},
        exit::Exit,
        instance::named,
        output::Field,
    },
    domain::msg::Msg,
    i18n::words::operation_state,
    operation::{Edited, history},
};

/// Of which.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// Rows.
    #[arg(long, default_value_t = 50, value_parser = count)]
    pub limit: u32,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let all = history(&world, &row, i64::from(self.limit)).await?;
        let heads =
            ["cli-col-operation", "cli-col-created", "cli-col-actor", "cli-col-state", "cli-col-changes"];
        let lines = all.iter().map(|one| line(desk, one)).collect();
        desk.out.table(&heads, lines, &Msg::new("cli-no-changes"));
        desk.out.json(&json!({ "history": all }));
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, one: &Edited) -> Vec<Field> {
    let words = desk.out.words();
    let changes: Vec<String> = one.changes.iter().map(|c| words.text(&c.told())).collect();
    vec![
        one.operation.short().into(),
        desk.out.moment(one.at).into(),
        one.by.clone().into(),
        words.label(operation_state(one.state)).into(),
        changes.join("; ").into(),
    ]
}
