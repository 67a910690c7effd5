//! `zelo serve`: the pages and the operations, until it is told to stop.

use serde_json::json;

use super::{
    desk::{Desk, Done},
    exit::Exit,
    worker::{Running, told_to_stop},
};
use crate::{config::Flag, msg, secret::SystemRandom, web};

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
        let running = Running::start(desk, "serve").await?;
        let (out, http) = (&desk.out, &desk.settings.http);
        let (server, address) = web::serve(running.world.clone(), http, out.words().lang())?;
        let handle = server.handle();
        let serving = tokio::spawn(server);
        // Port 0 in the settings: the port is known only now.
        let url = if http.public_url.is_some() { http.url() } else { format!("http://{address}") };
        let link = web::new_link(&running.world, &SystemRandom, &url).await?;
        out.say(&msg!("cli-serving", address = address.to_string()));
        out.say(&msg!("cli-sign-in", link = &link));
        out.json(&json!({ "address": address.to_string(), "url": url, "link": link }));
        told_to_stop(desk).await?;
        handle.stop(true).await;
        let _ = serving.await;
        running.stop().await;
        Ok(Exit::Done)
    }
}
