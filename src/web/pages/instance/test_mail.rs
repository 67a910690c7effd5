//! `POST /instances/{resource}/settings/test-mail`: a test mail with the settings as they
//! are saved, told of on the form.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{at, elsewhere, settings};
use crate::{
    msg,
    operation::{self, MailRequest, TestMail},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash,
        guard::Here,
    },
};

/// Characters of the server's answer that are told: all of it has to fit a cookie.
const SAID: usize = 120;

/// To whom.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Asked {
    #[serde(default)]
    to: String,
}

/// Sends it, and goes back to the form.
pub(in crate::web::pages) async fn send(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    web::Form(asked): web::Form<Asked>,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    site.mails.begin(&caller.user.id, site.now()).map_err(Refusal::too_many)?;
    let (to, lang) = (asked.to.trim().to_owned(), caller::lang(&site, &request));
    let wanted = MailRequest { to: to.clone(), entered: Default::default(), lang };
    match operation::test_mail(&site.world, row, wanted, &caller.actor()).await {
        Ok(sent) => Ok(flash::done(&site, &format!("{}/settings", at(row)), told(&sent))),
        Err(problem) if problem.code.starts_with("internal-") => Err(problem.into()),
        Err(problem) => settings::unsent(&site, &request, &caller, &here, &to, problem).await,
    }
}

fn told(mail: &TestMail) -> crate::domain::msg::Msg {
    let said: String = mail.sent.said.chars().take(SAID).collect();
    match mail.sent.tls {
        true => msg!("flash-mail-sent-tls", to = &mail.to, host = &mail.host, said = said),
        false => msg!("flash-mail-sent-clear", to = &mail.to, host = &mail.host, said = said),
    }
}
