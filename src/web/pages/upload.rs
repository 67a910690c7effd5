//! Bringing in a dump from a resource's page. What is wrong with the file is told
//! beside the form; what came whole goes on as an operation.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::resource;
use crate::{
    db::OperationRow,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        flash,
        guard::Here,
        upload,
    },
};

/// Receives the file.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    form: Multipart,
) -> Result<HttpResponse, Refusal> {
    match begin(&site, &request, &caller, &here, form).await {
        Ok(row) => Ok(go(&site, &request, &row)),
        Err(refusal) if beside_the_form(refusal.status) => {
            resource::page(&site, &request, &caller, &here, &Default::default(), Some(refusal)).await
        }
        Err(refusal) => Err(refusal),
    }
}

/// What is wrong with the file, or that there is no room for it; not who may not.
fn beside_the_form(status: StatusCode) -> bool {
    status == StatusCode::INSUFFICIENT_STORAGE
        || (status.is_client_error() && status != StatusCode::FORBIDDEN)
}

async fn begin(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    form: Multipart,
) -> Result<OperationRow, Refusal> {
    let received = upload::receive(site, request, here, form).await?;
    received.begin(site, here.resource()?, &caller.actor(), None).await
}

/// On to the operation; htmx takes the whole page there.
fn go(site: &Site, request: &HttpRequest, row: &OperationRow) -> HttpResponse {
    let to = format!("/operations/{}", row.id);
    match is_htmx(request) {
        true => HttpResponse::Ok().insert_header(("HX-Redirect", format!("{}{to}", site.base))).finish(),
        false => flash::go(site, &to, None),
    }
}
