//! `zelo operation list`.

use crate::{
    cli::{
        args::count,
        desk::{Desk, Done},
        exit::Exit,
        find, format,
        output::Field,
        watch::{state_id, state_tone},
    },
    db::{OperationFilter, OperationRow},
    domain::{msg::Msg, operation::OpState},
};

/// Which to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    #[arg(long)]
    pub resource: Option<String>,
    /// Empty means all.
    #[arg(long = "state", value_parser = state)]
    pub states: Vec<OpState>,
    /// Rows.
    #[arg(long, default_value_t = 50, value_parser = count)]
    pub limit: u32,
}

fn state(text: &str) -> Result<OpState, String> {
    text.parse().map_err(|_| OpState::ALL.map(OpState::as_str).join(", "))
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = match &self.resource {
            Some(text) => Some(find::resource(&world, text).await?.id),
            None => None,
        };
        let filter = OperationFilter {
            states: self.states,
            resource,
            limit: Some(i64::from(self.limit)),
            ..OperationFilter::default()
        };
        let rows = world.db.operations(filter).await?.rows;
        let names = find::resource_names(&world).await?;
        let name = |row: &OperationRow| row.resource.as_ref().and_then(|id| names.get(id)).cloned();
        let table = rows.iter().map(|row| line(desk, row, name(row))).collect();
        let heads = [
            "cli-col-id",
            "cli-col-kind",
            "cli-col-resource",
            "cli-col-state",
            "cli-col-created",
            "cli-col-took",
            "cli-col-actor",
        ];
        desk.out.table(&heads, table, &Msg::new("cli-no-operations"));
        desk.out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &OperationRow, resource: Option<String>) -> Vec<Field> {
    let took = row.started_at.zip(row.ended_at).map(|(from, to)| format::duration(format::between(from, to)));
    vec![
        row.id.short().into(),
        desk.out.words().operation_kind(&row.kind).into(),
        resource.unwrap_or_default().into(),
        Field::text(desk.out.words().label(state_id(row.state))).tone(state_tone(row.state)),
        desk.out.moment(row.created_at).into(),
        Field::figure(took.unwrap_or_default()),
        row.actor.clone().into(),
    ]
}
