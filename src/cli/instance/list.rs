//! `zelo instance list`: the stacks there are, added or not.

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Field, Tone},
    },
    domain::msg::Msg,
    msg,
    operation::{Stack, stacks},
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let all = stacks(&world).await?;
        let out = &desk.out;
        let heads = ["cli-col-name", "cli-col-stack", "cli-col-services", "cli-col-state", "cli-col-project"];
        let mut rows = Vec::new();
        for stack in &all {
            let project = match &stack.added {
                Some(row) => world.project_name(row).await?,
                None => "–".to_owned(),
            };
            rows.push(line(desk, stack, project));
        }
        out.table(&heads, rows, &Msg::new("cli-no-instances"));
        if let Some(first) = all.iter().find(|stack| stack.added.is_none()) {
            out.note(&out.words().text(&msg!("cli-detect-next", name = &first.project)));
        }
        out.json(&json!({ "instances": all }));
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, stack: &Stack, project: String) -> Vec<Field> {
    let (state, tone) = state(stack);
    vec![
        stack.added.as_ref().map_or_else(|| "–".to_owned(), |row| row.name.clone()).into(),
        format!("{}/{}", stack.host, stack.project).into(),
        Field::figure(format!("{}/{}", stack.running, stack.services)),
        Field::text(desk.out.words().label(state)).tone(tone),
        project.into(),
    ]
}

/// How a stack is, in a word.
fn state(stack: &Stack) -> (&'static str, Tone) {
    match (stack.services, stack.running, stack.unhealthy) {
        (0, ..) if stack.folder.is_some() => ("cli-stack-no-containers", Tone::Caution),
        (0, ..) => ("cli-stack-missing", Tone::Bad),
        (_, 0, _) => ("cli-stack-stopped", Tone::Caution),
        (all, running, 0) if all == running => ("cli-stack-runs", Tone::Good),
        _ => ("cli-stack-degraded", Tone::Bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_as_its_services_are() {
        for (services, running, unhealthy, word) in [
            (0, 0, 0, "cli-stack-missing"),
            (3, 0, 0, "cli-stack-stopped"),
            (3, 3, 0, "cli-stack-runs"),
            (3, 2, 0, "cli-stack-degraded"),
            (3, 3, 1, "cli-stack-degraded"),
        ] {
            let (host, project) = ("local".to_owned(), "shop".to_owned());
            let stack = Stack { host, project, added: None, folder: None, services, running, unhealthy };
            assert_eq!(state(&stack).0, word, "{stack:?}");
            let at_rest = Stack { folder: Some("/srv/shop".to_owned()), ..stack };
            let known = if services == 0 { "cli-stack-no-containers" } else { word };
            assert_eq!(state(&at_rest).0, known, "{at_rest:?}");
        }
    }
}
