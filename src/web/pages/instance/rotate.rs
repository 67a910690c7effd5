//! A new signing secret with both API keys: the plan, then the agreement.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    at, elsewhere,
    plan::{self, Asked, Sent},
};
use crate::{
    db::ResourceRow,
    operation::{ConfigRequest, Guided, Request},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        guard::Here,
        pages::confirm::Question,
        text::T,
    },
};

fn asked(site: &Site, request: &HttpRequest, row: &ResourceRow) -> Asked {
    let change = ConfigRequest::guided(row.id.clone(), Guided::JwtSecret);
    let question = Question {
        request: Request::Config(change),
        action: format!("{}/rotate-jwt", at(row)),
        back: format!("{}/settings", at(row)),
        title: T::of(caller::lang(site, request)).a("ui-rotate-jwt-of", &row.name),
    };
    Asked { question, hidden: Vec::new(), waive: None, copy: None }
}

/// `GET /instances/{resource}/rotate-jwt`
pub(in crate::web::pages) async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    match elsewhere(&site, row) {
        Some(away) => Ok(away),
        None => plan::ask(&site, &request, &caller, asked(&site, &request, row)).await,
    }
}

/// `POST /instances/{resource}/rotate-jwt`
pub(in crate::web::pages) async fn agree(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    match elsewhere(&site, row) {
        Some(away) => Ok(away),
        None => plan::agree(&site, &request, &caller, asked(&site, &request, row), Sent::of(&body)).await,
    }
}
