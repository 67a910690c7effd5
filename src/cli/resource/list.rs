//! `zelo resource list`.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    db::{ResourceFilter, ResourceRow, ResourceState},
    domain::{kind::Kind, msg::Msg},
};

/// Which to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// See [`ResourceFilter::kind`].
    #[arg(long)]
    pub kind: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let filter = ResourceFilter {
            kind: self.kind.map(Kind::named),
            limit: Some(10_000),
            ..ResourceFilter::default()
        };
        let rows = world.db.resources(filter).await?.rows;
        let heads = [
            "cli-col-id",
            "cli-col-name",
            "cli-col-kind",
            "cli-col-access",
            "cli-col-state",
            "cli-col-restore",
        ];
        desk.out.table(
            &heads,
            rows.iter().map(|row| line(desk, row)).collect(),
            &Msg::new("cli-no-resources"),
        );
        desk.out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &ResourceRow) -> Vec<Field> {
    let words = desk.out.words();
    let (state, tone) = match row.state {
        ResourceState::Ok => ("cli-resource-ok", Tone::Good),
        ResourceState::Missing => ("cli-resource-missing", Tone::Bad),
    };
    let restore = if row.restore_refused.is_some() { "cli-restore-refused" } else { "cli-restore-allowed" };
    vec![
        row.id.short().into(),
        row.name.clone().into(),
        row.kind.as_str().into(),
        access(&row.access).into(),
        Field::text(words.label(state)).tone(tone),
        words.label(restore).into(),
    ]
}

/// Open values in one line: `host=db port=5432`.
pub(super) fn access(values: &std::collections::BTreeMap<String, String>) -> String {
    values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
