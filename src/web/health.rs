//! `/healthz`: this process answers. `/readyz`: it can also do its work.

use std::time::Duration;

use actix_web::{HttpResponse, web};

use super::Site;

/// A database that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// It answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Its database answers and it is not about to stop.
pub(super) async fn ready(site: web::Data<Site>) -> HttpResponse {
    let database = tokio::time::timeout(PATIENCE, site.world.db.has_users()).await;
    let ready = matches!(database, Ok(Ok(_))) && !site.stopping.is_cancelled();
    let (mut answer, text) = match ready {
        true => (HttpResponse::Ok(), "ready\n"),
        false => (HttpResponse::ServiceUnavailable(), "not ready\n"),
    };
    answer.content_type("text/plain; charset=utf-8").body(text)
}
