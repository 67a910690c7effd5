//! Signing out: the session ends here and in the database.

use actix_web::{HttpResponse, http::header::LOCATION, web};

use crate::web::{
    Site,
    caller::{Caller, Proof},
    cookies,
    error::Refusal,
};

/// Ends the session.
pub(super) async fn submit(site: web::Data<Site>, caller: Caller) -> Result<HttpResponse, Refusal> {
    if let Proof::Session(hash) = &caller.proof {
        site.world.db.close_session(hash).await?;
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{}/sign-in", site.base)))
        .cookie(cookies::closed(&site))
        .cookie(cookies::gone(&site, cookies::PROJECT))
        // What a browser still keeps of the pages goes with it.
        .insert_header(("Clear-Site-Data", "\"cache\""))
        .finish())
}
