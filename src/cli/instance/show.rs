//! `zelo instance show`: services, addresses, versions, the newest recovery point.

use std::time::Duration;

use serde_json::json;

use super::named;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    db::{BackupFilter, BackupRow, ResourceRow},
    domain::{backup::BackupState, msg::Msg, problem::Problem},
    operation::{Glance, Served, World, drift, drift_said, glance, measure},
};

/// Between the two readings that say how busy a container is.
const BETWEEN: Duration = Duration::from_millis(500);

/// Which to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let first = measure(&world, glance(&world, &row).await?, None).await;
        tokio::time::sleep(BETWEEN).await;
        let found = measure(&world, first.clone(), Some(&first)).await;
        let newest = newest(&world, &row).await?;
        // What Compose cannot say is left out: the diagnosis says why.
        let drift = drift(&world, &row).await.ok();
        facts(desk, &row, &found, newest.as_ref());
        desk.out.line("");
        let heads = [
            "cli-col-service",
            "cli-col-state",
            "cli-col-restarts",
            "cli-col-started",
            "cli-col-memory",
            "cli-col-cpu",
            "cli-col-image",
        ];
        let lines = found.services.iter().map(|one| line(desk, one)).collect();
        desk.out.table(&heads, lines, &Msg::new("cli-nothing"));
        if let Some(drift) = &drift {
            desk.out.line("");
            desk.out.line(&desk.out.words().text(&drift_said(drift)));
        }
        desk.out
            .json(&json!({ "drift": drift, "resource": row, "instance": found, "newest_backup": newest }));
        Ok(Exit::Done)
    }
}

async fn newest(world: &World, row: &ResourceRow) -> Result<Option<BackupRow>, Problem> {
    let filter = BackupFilter {
        resource: Some(row.id.clone()),
        state: Some(BackupState::Complete),
        limit: Some(1),
        ..BackupFilter::default()
    };
    Ok(world.db.backups(filter).await?.rows.pop())
}

fn facts(desk: &Desk, row: &ResourceRow, found: &Glance, newest: Option<&BackupRow>) {
    let out = &desk.out;
    let mut facts = vec![
        ("cli-col-id", Field::from(row.id.as_str())),
        ("cli-col-name", row.name.clone().into()),
        ("cli-col-stack", format!("{}/{}", found.host, found.project).into()),
        ("cli-col-folder", found.folder.clone().into()),
        ("cli-col-postgres", found.postgres.map(|major| major.to_string()).unwrap_or_default().into()),
        ("cli-col-gateway", found.gateway.unwrap_or_default().into()),
    ];
    for address in &found.addresses {
        facts.push((&address.label, address.url.clone().into()));
    }
    let point = newest.map_or_else(|| "–".to_owned(), |backup| out.moment(backup.taken_at));
    facts.push(("cli-col-newest-point", point.into()));
    out.facts(facts);
}

fn line(desk: &Desk, one: &Served) -> Vec<Field> {
    let (state, tone) = match (one.state.as_str(), one.health.as_deref()) {
        ("running", Some("unhealthy")) => ("running, unhealthy".to_owned(), Tone::Bad),
        ("running", Some(health)) => (format!("running, {health}"), Tone::Good),
        ("absent", _) => (desk.out.words().label("ui-service-absent"), Tone::Caution),
        ("running", None) => ("running".to_owned(), Tone::Good),
        (state, _) => (state.to_owned(), Tone::Caution),
    };
    vec![
        one.service.clone().into(),
        Field::text(state).tone(tone),
        Field::figure(one.restarts.to_string()),
        one.started_at.map_or_else(|| "–".to_owned(), |at| desk.out.moment(at)).into(),
        Field::figure(one.memory_bytes.map_or_else(|| "–".to_owned(), |bytes| desk.out.words().size(bytes))),
        Field::figure(one.cpu_percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1} %"))),
        one.image.clone().into(),
    ]
}
