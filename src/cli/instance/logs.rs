//! `zelo instance logs`: what a service wrote, its secrets taken out.

use serde_json::json;

use super::named;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
    },
    operation::logs,
};

/// The most lines of one container.
const MOST: i64 = 10_000;

/// Of what, and how much.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// Its name in Compose.
    pub service: String,
    /// Of each container.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=MOST))]
    pub lines: u32,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let lines = logs(&world, &row, &self.service, self.lines).await?;
        for line in &lines {
            desk.out.line(&format!("{}  {}", line.at, line.text));
        }
        let as_json =
            |line: &crate::host::LogLine| json!({ "at": line.at, "error": line.error, "text": line.text });
        desk.out.json(&json!({ "lines": lines.iter().map(as_json).collect::<Vec<_>>() }));
        Ok(Exit::Done)
    }
}
