//! `zelo project list`.

use serde::Serialize;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::Field,
    },
    db::{ProjectRow, ResourceFilter},
    domain::{id::UserId, msg::Msg, role::Role},
    i18n::words,
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// A project, its members and how much it holds.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    project: ProjectRow,
    resources: u64,
    members: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct Member {
    id: UserId,
    name: String,
    role: Role,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let mut listed = Vec::new();
        for project in world.db.projects().await? {
            let members = world.db.members(&project.id).await?.into_iter();
            let members = members.map(|(user, role)| Member { id: user.id, name: user.name, role }).collect();
            let filter = ResourceFilter {
                project: Some(project.id.clone()),
                limit: Some(0),
                ..ResourceFilter::default()
            };
            let resources = world.db.resources(filter).await?.total;
            listed.push(Listed { project, resources, members });
        }
        let heads = ["cli-col-id", "cli-col-name", "cli-col-resources", "cli-col-members"];
        let table = listed.iter().map(|row| line(desk, row)).collect();
        desk.out.table(&heads, table, &Msg::new("cli-nothing"));
        desk.out.json(&listed);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &Listed) -> Vec<Field> {
    let texts = desk.out.words();
    let members = row.members.iter();
    let members =
        members.map(|member| format!("{} ({})", member.name, texts.label(words::role(member.role))));
    vec![
        row.project.id.short().into(),
        row.project.name.clone().into(),
        Field::figure(row.resources.to_string()),
        members.collect::<Vec<_>>().join(", ").into(),
    ]
}
