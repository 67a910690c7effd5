//! `zelo serve`: the pages and the operations, until it is told to stop.

use std::sync::Arc;

use serde_json::json;

use super::{
    desk::{Desk, Done},
    exit::Exit,
    signals::Signals,
    worker::{Running, told_to_stop},
};
use crate::{config::Flag, jobs::wake, msg, secret::SystemRandom, web};

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
        let serving = web::serve(running.world.clone(), http, ground(desk))?;
        let (address, streams) = (serving.address, serving.streams());
        let handle = serving.server.handle();
        let serving = tokio::spawn(serving.server);
        // Port 0 in the settings: the port is known only now.
        let url = if http.public_url.is_some() { http.url() } else { format!("http://{address}") };
        let link = web::set_up_link(&running.world, &SystemRandom, &url).await?.map(|link| link.address);
        out.say(&msg!("cli-serving", address = address.to_string()));
        match &link {
            Some(link) => out.say(&msg!("cli-set-up", link = link)),
            None => out.say(&msg!("cli-sign-in-at", url = &url)),
        }
        out.json(&json!({ "address": address.to_string(), "url": url, "link": link }));
        told_to_stop(desk, &mut signals).await;
        streams.cancel();
        // Side by side: a page kept open must not use up the operations' time.
        tokio::join!(handle.stop(true), running.stop(&mut signals));
        let _ = serving.await;
        Ok(Exit::Done)
    }
}

/// What the pages stand on besides the world.
pub(in crate::cli) fn ground(desk: &Desk) -> web::Ground {
    let data = desk.settings.data.clone();
    let knock = {
        let data = data.clone();
        Arc::new(move || wake(&data))
    };
    let room = web::Room::of(&desk.settings.store);
    web::Ground { lang: desk.out.words().lang(), data, random: Arc::new(SystemRandom), knock, room }
}
