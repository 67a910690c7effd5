//! `zelo instance add-folder`: a stack without containers is found by its folder only.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
    operation::add_folder,
};

/// Which folder, and as what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the project lies.
    pub folder: PathBuf,
    /// As typed, for [`find::project`]; none: the first.
    #[arg(long)]
    pub project: Option<String>,
    /// None: the Compose project's.
    #[arg(long)]
    pub name: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let project = match &self.project {
            Some(name) => find::project(&world, name).await?,
            None => world.db.ensure_default_project().await?,
        };
        let row = add_folder(&world, &self.folder, &project.id, self.name, &desk.actor()).await?;
        desk.out.line(&desk.out.words().text(&msg!("cli-folder-added", name = &row.name)));
        desk.out.json(&json!(row));
        Ok(Exit::Done)
    }
}
