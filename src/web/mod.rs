//! The panel: pages, JSON API, downloads, uploads, events.
//!
//! `routes.rs` lists every path with who may use it; `guard.rs` is the one place
//! that checks; `error.rs` the one map from problems to answers. A handler is
//! short: what it needs is extracted, one call into `operation` or `db`, an answer.
//! Pages are typed contexts in `view/`, rendered by askama.

pub(crate) mod api;
mod assets;
mod board;
mod caller;
mod cookies;
mod csrf;
mod download;
mod edge;
pub(crate) mod error;
mod flash;
mod glances;
pub(crate) mod guard;
mod health;
mod limit;
mod links;
mod live;
mod mails;
mod page;
mod pages;
mod proxy;
pub(crate) mod routes;
mod shell;
mod start;
mod text;
mod upload;
mod view;

#[cfg(test)]
mod tests;

pub use api::document;
pub use links::{OneTimeLink, set_up_link, sign_in_link};
pub use upload::Room;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    web,
};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Http,
    domain::{clock::Moment, problem::Problem},
    i18n::Lang,
    operation::{self, World},
    problem,
    secret::Random,
};

/// Tells whoever runs operations that there is a new one.
pub type Knock = Arc<dyn Fn() + Send + Sync>;

/// What the pages stand on besides the world.
pub struct Ground {
    /// When nobody wishes for another.
    pub lang: Lang,
    /// Zelo's own folder.
    pub data: PathBuf,
    /// Where tokens come from.
    pub random: Arc<dyn Random>,
    /// See [`Knock`].
    pub knock: Knock,
    /// For what is uploaded.
    pub room: Room,
}

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) random: Arc<dyn Random>,
    /// When nobody wishes for another.
    pub(crate) lang: Lang,
    /// People come by HTTPS: a cookie must never travel otherwise.
    pub(crate) https: bool,
    /// The path the proxy serves us under: empty, or `/zelo`.
    pub(crate) base: String,
    /// Scheme, host and port of the address people use, if the settings name it.
    pub(crate) origin: Option<String>,
    /// Peers whose word on a client's address counts.
    pub(crate) proxies: Vec<IpNet>,
    /// Zelo's own folder.
    pub(crate) data: PathBuf,
    /// For what is uploaded into it.
    pub(crate) room: Room,
    /// How long a small body may take to arrive.
    pub(crate) arrives: Duration,
    /// Knocks where operations are run.
    knock: Knock,
    pub(crate) limiter: Arc<limit::Limiter>,
    /// Who sent test mails.
    pub(crate) mails: mails::Mails,
    /// So many passwords are checked at once: each takes 19 MiB and a core.
    pub(crate) hashing: Arc<tokio::sync::Semaphore>,
    pub(crate) hub: live::hub::Hub,
    pub(crate) boards: board::Boards,
    pub(crate) glances: glances::Glances,
    /// Where work goes that must not hold up the threads that answer.
    pub(crate) runtime: tokio::runtime::Handle,
    /// The process is about to end: streams end with it.
    pub(crate) stopping: CancellationToken,
    /// Who follows how many logs.
    pub(crate) seats: live::seats::Seats,
}

/// Passwords checked at once.
const HASHING: usize = 2;
/// Threads that answer.
const WORKERS: usize = 2;
/// Connections that wait for their first bytes are let go after this.
const HEAD_ARRIVES: Duration = Duration::from_secs(10);
/// How long requests may go on once the process is to stop, in seconds.
const STOPS_WITHIN: u64 = 10;

impl Site {
    /// What the pages stand on.
    pub(crate) fn new(world: World, http: &Http, ground: Ground) -> Self {
        let Ground { lang, data, random, knock, room } = ground;
        Self {
            world,
            random,
            lang,
            https: http.https(),
            base: http.base(),
            origin: http.public_url.as_ref().map(|url| url.origin().ascii_serialization()),
            proxies: http.trusted_proxies.clone(),
            data,
            room,
            arrives: guard::ARRIVES,
            knock,
            limiter: Arc::default(),
            mails: mails::Mails::default(),
            hashing: Arc::new(tokio::sync::Semaphore::new(HASHING)),
            hub: live::hub::Hub::default(),
            boards: board::Boards::default(),
            glances: glances::Glances::default(),
            runtime: tokio::runtime::Handle::current(),
            stopping: CancellationToken::new(),
            seats: live::seats::Seats::default(),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.world.clock.now()
    }

    /// Tells whoever runs operations that there is a new one.
    pub(crate) fn wake(&self) {
        (self.knock)();
    }
}

/// The pages, being served.
pub struct Serving {
    /// Runs until it is stopped.
    pub server: Server,
    /// Where it listens: the port is known only now if the settings say 0.
    pub address: SocketAddr,
    stopping: CancellationToken,
}

impl Serving {
    /// Cancelled, it ends the streams, which would else be waited for.
    pub fn streams(&self) -> CancellationToken {
        self.stopping.clone()
    }
}

/// What uploads left that were broken off by the end of the process goes.
fn sweep_leftovers(world: &World) {
    let (world, left) = (world.clone(), operation::received(&world.rules.uploads));
    tokio::spawn(async move {
        if let Err(problem) = operation::sweep_uploads(&world, left).await {
            tracing::warn!(%problem, "received files could not be looked through");
        }
    });
}

/// Binds and returns the server, not yet running. Problem: `http-bind`.
pub fn serve(world: World, http: &Http, ground: Ground) -> Result<Serving, Problem> {
    let site = Site::new(world, http, ground);
    sweep_leftovers(&site.world);
    let (stopping, bind) = (site.stopping.clone(), http.bind);
    let make = move || {
        App::new()
            .app_data(web::Data::new(site.clone()))
            .app_data(web::PayloadConfig::new(guard::SMALL))
            .wrap(from_fn(edge::edge))
            .wrap(Compress::default())
            .configure(routes::configure)
    };
    let server = HttpServer::new(make)
        .workers(WORKERS)
        .client_request_timeout(HEAD_ARRIVES)
        // An answer in several pieces would wait for a browser's delayed word that it has
        // the first.
        .tcp_nodelay(true)
        .shutdown_timeout(STOPS_WITHIN)
        .disable_signals();
    let taken = |error: std::io::Error| problem!("http-bind", address = bind.to_string()).detail(error);
    let server = server.bind(bind).map_err(taken)?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok(Serving { server: server.run(), address, stopping })
}
