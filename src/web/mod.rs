//! The pages. So far one: what there is, for the person who started Zelo.

mod home;
mod sign_in;

use std::net::SocketAddr;

use actix_web::{
    App, HttpServer,
    dev::Server,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
    middleware::DefaultHeaders,
    web,
};

use crate::{config::Http, domain::problem::Problem, i18n::Lang, operation::World, problem};

pub use sign_in::new_link;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) lang: Lang,
    /// People come by HTTPS: a cookie must never travel otherwise.
    pub(crate) https: bool,
}

/// Binds and returns the server, not yet running, and the address it got.
pub fn serve(world: World, http: &Http, lang: Lang) -> Result<(Server, SocketAddr), Problem> {
    let (site, bind) = (Site { world, lang, https: http.https() }, http.bind);
    let make = move || {
        App::new()
            .app_data(web::Data::new(site.clone()))
            .wrap(
                DefaultHeaders::new()
                    .add((
                        CONTENT_SECURITY_POLICY,
                        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                    ))
                    .add((X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    .add((X_FRAME_OPTIONS, "DENY"))
                    .add((REFERRER_POLICY, "no-referrer"))
                    .add((CACHE_CONTROL, "no-store")),
            )
            .service(home::home)
            .service(sign_in::sign_in)
    };
    let server = HttpServer::new(make).workers(2).shutdown_timeout(5).disable_signals();
    let taken = |error: std::io::Error| problem!("http-bind", address = bind.to_string()).detail(error);
    let server = server.bind(bind).map_err(taken)?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok((server.run(), address))
}
