//! `zelo instance import`: takes over another manager's list of instances.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
        output::{Field, Tone},
    },
    domain::msg::Msg,
    operation::{ImportOutcome, Imported, import_instances},
};

/// What to take over, and into which project.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The list.
    pub file: PathBuf,
    /// As typed, for [`find::project`]; none: the first.
    #[arg(long)]
    pub project: Option<String>,
    /// Only says what would become of each.
    #[arg(long)]
    pub dry_run: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let project = match &self.project {
            Some(name) => find::project(&world, name).await?,
            None => world.db.ensure_default_project().await?,
        };
        let into = (!self.dry_run).then_some(&project.id);
        let all = import_instances(&world, &self.file, into, &desk.actor()).await?;
        let lines = all.iter().map(|one| line(desk, one)).collect();
        desk.out.table(
            &["cli-col-name", "cli-col-folder", "cli-col-outcome"],
            lines,
            &Msg::new("cli-nothing"),
        );
        desk.out.json(&json!({ "dry_run": self.dry_run, "instances": all }));
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, one: &Imported) -> Vec<Field> {
    let words = desk.out.words();
    let outcome = match &one.outcome {
        ImportOutcome::Added { resource: Some(_) } => {
            Field::text(words.label("cli-import-added")).tone(Tone::Good)
        }
        ImportOutcome::Added { resource: None } => {
            Field::text(words.label("cli-import-fits")).tone(Tone::Good)
        }
        ImportOutcome::Known { name } => Field::text(words.text(&crate::msg!("import-known", name = name))),
        ImportOutcome::LeftOut { why } => Field::text(words.text(why)).tone(Tone::Caution),
        ImportOutcome::Refused { problem } => Field::text(words.problem(problem).what).tone(Tone::Bad),
    };
    vec![one.name.clone().into(), one.folder.clone().unwrap_or_default().into(), outcome]
}
