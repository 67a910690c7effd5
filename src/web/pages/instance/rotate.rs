//! A new signing secret with both API keys, a new password of the database: the plan,
//! then the agreement.

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
        view::Input,
    },
};

fn asked(site: &Site, request: &HttpRequest, row: &ResourceRow, guided: Guided, sent: &Sent) -> Asked {
    let (path, title) = match guided {
        Guided::JwtSecret => ("rotate-jwt", "ui-rotate-jwt-of"),
        Guided::PostgresPassword => ("rotate-password", "ui-rotate-password-of"),
    };
    let mut change = ConfigRequest::guided(row.id.clone(), guided);
    change.without_safety = sent.waiver();
    let question = Question {
        request: Request::Config(change),
        action: format!("{}/{path}", at(row)),
        back: format!("{}/settings", at(row)),
        title: T::of(caller::lang(site, request)).a(title, &row.name),
    };
    let waive = Some(Input::of(sent.reason.clone()));
    Asked { question, hidden: sent.hidden(), waive, waive_at: None, copy: None }
}

/// `GET /instances/{resource}/<path>` and `POST` of the same.
macro_rules! pages {
    ($($guided:ident: $ask:ident, $agree:ident;)+) => {$(
        pub(in crate::web::pages) async fn $ask(
            site: web::Data<Site>,
            request: HttpRequest,
            caller: Caller,
            here: Here,
        ) -> Result<HttpResponse, Refusal> {
            let row = here.resource()?;
            if let Some(away) = elsewhere(&site, row) {
                return Ok(away);
            }
            let sent = Sent::of(request.query_string().as_bytes());
            plan::ask(&site, &request, &caller, asked(&site, &request, row, Guided::$guided, &sent)).await
        }

        pub(in crate::web::pages) async fn $agree(
            site: web::Data<Site>,
            request: HttpRequest,
            caller: Caller,
            here: Here,
            body: web::Bytes,
        ) -> Result<HttpResponse, Refusal> {
            let row = here.resource()?;
            if let Some(away) = elsewhere(&site, row) {
                return Ok(away);
            }
            let sent = Sent::of(&body);
            let asked = asked(&site, &request, row, Guided::$guided, &sent);
            plan::agree(&site, &request, &caller, asked, sent).await
        }
    )+};
}

pages! {
    JwtSecret: ask_jwt, jwt;
    PostgresPassword: ask_password, password;
}
