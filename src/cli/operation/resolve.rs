//! `zelo operation resolve`: the three ways out when an undo failed.

use serde_json::json;

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        exit::Exit,
        find,
        follow::report,
        run,
        watch::ended,
    },
    domain::id::OperationId,
    jobs::wake,
    msg,
    operation::{self, Way, WayOut, World},
};

/// Which operation, and which way out.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("way").required(true)))]
pub struct Args {
    /// As typed, for [`find::operation`].
    pub operation: String,
    /// Stands for [`Way::Retry`].
    #[arg(long, group = "way", conflicts_with = "idempotency_key")]
    pub retry: bool,
    /// Stands for [`Way::Restore`].
    #[arg(long, group = "way")]
    pub restore: bool,
    /// Stands for [`Way::Resolved`].
    #[arg(long, group = "way", conflicts_with = "idempotency_key")]
    pub note: Option<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub agree: ConfirmArgs,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let id = find::operation(&world, &self.operation).await?.id;
        let way = match (self.retry, &self.note) {
            (true, _) => Way::Retry,
            (_, Some(note)) => Way::Resolved { note: note.clone() },
            _ => Way::Restore,
        };
        if way != Way::Restore {
            if self.run.dry_run {
                return would(desk, &world, &id, &way).await;
            }
            if way == Way::Retry && self.run.no_wait {
                run::needs_server(desk).await?;
            }
        }
        match operation::resolve(&world, &id, way, &desk.actor()).await? {
            WayOut::Same(id) => {
                wake(&desk.settings.data);
                if !self.run.no_wait {
                    return run::watch(desk, &world, &id).await;
                }
                let row = world.db.operation(&id).await?;
                ended(&desk.out, &row);
                Ok(report(desk, &row))
            }
            WayOut::Restore(request) => run::request(desk, &world, request, &self.run, &self.agree).await,
        }
    }
}

/// What would be done, for a way out that has no plan of its own.
async fn would(desk: &Desk, world: &World, id: &OperationId, way: &Way) -> Done {
    let row = operation::check_way_out(world, id, way).await?;
    let text = match way {
        Way::Retry => msg!("cli-would-retry", operation = id.as_str()),
        _ => msg!("cli-would-resolve", operation = id.as_str()),
    };
    desk.out.say(&text);
    desk.out.say(&msg!("cli-dry-run"));
    desk.out.json(&json!({ "operation": row, "would": way }));
    Ok(Exit::Done)
}
