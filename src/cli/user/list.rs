//! `zelo user list`.

use serde::Serialize;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    db::UserRow,
    domain::{id::ProjectId, msg::Msg, role::Role},
    i18n::words,
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// A person and what they are a member of.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    user: UserRow,
    projects: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct Member {
    id: ProjectId,
    name: String,
    role: Role,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let mut listed = Vec::new();
        for user in world.db.users().await? {
            let projects = world.db.memberships_of(&user.id).await?.into_iter();
            let projects =
                projects.map(|(project, role)| Member { id: project.id, name: project.name, role }).collect();
            listed.push(Listed { user, projects });
        }
        let heads =
            ["cli-col-name", "cli-col-email", "cli-col-rights", "cli-col-projects", "cli-col-sign-in"];
        let table = listed.iter().map(|row| line(desk, row)).collect();
        desk.out.table(&heads, table, &Msg::new("cli-no-users"));
        desk.out.json(&listed);
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, row: &Listed) -> Vec<Field> {
    let texts = desk.out.words();
    let rights = if row.user.is_admin { "cli-administrator" } else { "cli-person" };
    let (state, tone) = match row.user.disabled_at {
        None => ("cli-enabled", Tone::Good),
        Some(_) => ("cli-disabled", Tone::Bad),
    };
    let projects = row.projects.iter();
    let projects =
        projects.map(|member| format!("{} ({})", member.name, texts.label(words::role(member.role))));
    vec![
        row.user.name.clone().into(),
        row.user.email.clone().unwrap_or_default().into(),
        texts.label(rights).into(),
        projects.collect::<Vec<_>>().join(", ").into(),
        Field::text(texts.label(state)).tone(tone),
    ]
}
