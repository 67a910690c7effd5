//! `zelo resource list`.

use std::collections::BTreeMap;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    db::{ResourceFilter, ResourceRow, ResourceState},
    domain::{id::ProjectId, kind::Kind, msg::Msg},
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
        let projects = world.db.projects().await?;
        let projects: BTreeMap<_, _> = projects.into_iter().map(|row| (row.id, row.name)).collect();
        let heads = [
            "cli-col-id",
            "cli-col-name",
            "cli-col-project",
            "cli-col-kind",
            "cli-col-access",
            "cli-col-state",
            "cli-col-restore",
        ];
        desk.out.table(
            &heads,
            rows.iter().map(|row| line(desk, row, &projects)).collect(),
            &Msg::new("cli-no-resources"),
        );
        desk.out.json(&rows);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &ResourceRow, projects: &BTreeMap<ProjectId, String>) -> Vec<Field> {
    let words = desk.out.words();
    let project = match &row.project {
        Some(id) => projects.get(id).cloned().unwrap_or_default(),
        None => words.label("cli-unclaimed"),
    };
    let (state, tone) = match row.state {
        ResourceState::Ok => ("cli-resource-ok", Tone::Good),
        ResourceState::Missing => ("cli-resource-missing", Tone::Bad),
    };
    let restore = if row.restore_refused.is_some() { "cli-restore-refused" } else { "cli-restore-allowed" };
    vec![
        row.id.short().into(),
        row.name.clone().into(),
        project.into(),
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
