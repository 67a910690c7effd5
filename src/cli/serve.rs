//! `zelo serve`: the pages and the operations, until it is told to stop.

use super::{
    desk::{Desk, Done},
    exit::Exit,
    worker,
};
use crate::{config::Flag, msg, web};

/// How to serve.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Address and port to listen on (default: the settings')
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<String>,
}

impl Args {
    /// The settings this command's options stand for.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let bind = self.bind.clone().map(|value| Flag { flag: "--bind", key: "http.bind", value });
        bind.into_iter().collect()
    }

    pub(super) async fn run(self, desk: &Desk) -> Done {
        let worker = worker::Running::start(desk).await?;
        let words = desk.out.words();
        let (server, address) = web::serve(worker.world.clone(), desk.settings.http.bind, words.lang())?;
        let handle = server.handle();
        let serving = tokio::spawn(server);
        desk.out.say(&msg!("cli-serving", address = address.to_string()));
        worker::told_to_stop(desk).await?;
        handle.stop(true).await;
        let _ = serving.await;
        worker.stop().await;
        Ok(Exit::Done)
    }
}
