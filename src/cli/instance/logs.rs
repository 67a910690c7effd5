//! `zelo instance logs`: what a service wrote, its secrets taken out.

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::named;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
    },
    host::LogLine,
    operation::{follow_logs, logs},
};

/// The most lines of one container.
const MOST: i64 = 10_000;

fn as_json(line: &LogLine) -> Value {
    json!({ "at": line.at, "error": line.error, "text": line.text })
}

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
    /// Goes on until the containers stop, or it is interrupted.
    #[arg(long, short)]
    pub follow: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        if self.follow {
            let mut lines = follow_logs(&world, &row, &self.service, self.lines, None).await?;
            while let Some(line) = lines.next().await {
                let line = line?;
                desk.out.line(&format!("{}  {}", line.at, line.text));
                desk.out.json(&as_json(&line));
            }
            return Ok(Exit::Done);
        }
        let lines = logs(&world, &row, &self.service, self.lines).await?;
        for line in &lines {
            desk.out.line(&format!("{}  {}", line.at, line.text));
        }
        desk.out.json(&json!({ "lines": lines.iter().map(as_json).collect::<Vec<_>>() }));
        Ok(Exit::Done)
    }
}
