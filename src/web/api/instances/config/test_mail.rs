//! `POST /api/instances/{resource}/config/test-mail`

use crate::{
    operation::{self, MailRequest},
    web::{
        api::{
            body::Json,
            call::{Answer, Call},
            instances::here,
            types::{instance::TestMailSent, instance_asked::SendTestMail},
        },
        error::Refusal,
    },
};

/// Send a test mail with the mail settings.
///
/// As they stand in `.env`, or with values that were entered and not saved. Nothing of the
/// instance is changed. It leaves from the machine Zelo runs on, within 15 seconds; at most
/// five a minute and person. The audit log has to whom, by which server and what came of it.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/config/test-mail",
    tag = "Instances",
    request_body = SendTestMail,
    responses((status = 200, description = "The server has taken it.", body = TestMailSent)),
)]
pub(in crate::web::api) async fn test_mail(call: Call, Json(asked): Json<SendTestMail>) -> Answer {
    let row = here(&call)?;
    call.site.mails.begin(&call.caller.user.id, call.site.now()).map_err(Refusal::too_many)?;
    let entered = asked.changes.into_iter().map(|(field, hidden)| (field, hidden.0)).collect();
    let request = MailRequest { to: asked.to, entered, lang: call.words.lang() };
    let sent = operation::test_mail(&call.site.world, row, request, &call.actor()).await?;
    Ok(call.ok(&TestMailSent::of(&sent, call.words)))
}
