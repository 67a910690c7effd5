//! `zelo serve`: the pages and the operations, until it is told to stop.

use serde_json::json;

use super::{
    desk::{Desk, Done},
    exit::Exit,
    signals::Signals,
    worker::{Running, told_to_stop},
};
use crate::{config::Flag, msg, secret::SystemRandom, web};

/// How to serve.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Stands for the setting `http.bind`.
    #[arg(long)]
    pub bind: Option<String>,
}

impl Args {
    /// The settings this command's options stand for.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let bind = self.bind.clone().map(|value| Flag { flag: "--bind", key: "http.bind", value });
        bind.into_iter().collect()
    }

    pub(super) async fn run(self, desk: &Desk) -> Done {
        let mut signals = Signals::listen()?;
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
        told_to_stop(desk, &mut signals).await;
        // Side by side: a page kept open must not use up the operations' time.
        tokio::join!(handle.stop(true), running.stop(&mut signals));
        let _ = serving.await;
        Ok(Exit::Done)
    }
}
