//! Restarting, stopping, starting and repairing an instance: the plan, then the
//! agreement.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    at, elsewhere,
    plan::{self, Asked, Sent},
};
use crate::{
    db::ResourceRow,
    domain::role::Role,
    operation::{RepairRequest, Request, RestartRequest, StartRequest, StopRequest},
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

/// What can be done here.
#[derive(Clone, Copy)]
enum Verb {
    Restart,
    Stop,
    Start,
    Repair,
}

impl Verb {
    /// Its name in addresses, and as an operation.
    const fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Repair => "repair",
        }
    }

    fn request(self, row: &ResourceRow, sent: &Sent) -> Request {
        let (resource, services) = (row.id.clone(), sent.services.clone());
        let without_safety = sent.waiver();
        match self {
            Self::Restart => Request::Restart(RestartRequest { resource, services, without_safety }),
            Self::Stop => Request::Stop(StopRequest { resource, services, without_safety }),
            Self::Start => Request::Start(StartRequest { resource, services }),
            Self::Repair => {
                let probes = sent.probes.clone();
                Request::Repair(RepairRequest { resource, probes, without_safety })
            }
        }
    }

    /// Going without a safety backup is an owner's to decide.
    fn asked(self, site: &Site, request: &HttpRequest, here: &Here, sent: &Sent) -> Result<Asked, Refusal> {
        let (row, own) = (here.resource()?, here.may(Role::Owner));
        if sent.waiver().is_some() && !own {
            return Err(Refusal::not_allowed(Role::Owner.as_str()));
        }
        let t = T::of(caller::lang(site, request));
        let back = match self {
            Self::Repair => format!("{}/diagnosis", at(row)),
            _ => at(row),
        };
        let question = Question {
            request: self.request(row, sent),
            action: format!("{}/{}", at(row), self.name()),
            back,
            title: t.op(self.name(), &row.name),
        };
        let waives = own && !matches!(self, Self::Start);
        let waive = waives.then(|| Input::of(sent.reason.clone()));
        Ok(Asked { question, hidden: sent.hidden(), waive, waive_at: None })
    }

    async fn ask(
        self,
        site: &Site,
        request: &HttpRequest,
        caller: &Caller,
        here: &Here,
    ) -> Result<HttpResponse, Refusal> {
        let row = here.resource()?;
        if let Some(away) = elsewhere(site, row) {
            return Ok(away);
        }
        let sent = Sent::of(request.query_string().as_bytes());
        plan::ask(site, request, caller, self.asked(site, request, here, &sent)?).await
    }

    async fn agree(
        self,
        site: &Site,
        request: &HttpRequest,
        caller: &Caller,
        here: &Here,
        body: &[u8],
    ) -> Result<HttpResponse, Refusal> {
        let row = here.resource()?;
        if let Some(away) = elsewhere(site, row) {
            return Ok(away);
        }
        let sent = Sent::of(body);
        plan::agree(site, request, caller, self.asked(site, request, here, &sent)?, sent).await
    }
}

/// `GET /instances/{resource}/<verb>` and `POST` of the same.
macro_rules! pages {
    ($($verb:ident: $ask:ident, $agree:ident;)+) => {$(
        pub(in crate::web::pages) async fn $ask(
            site: web::Data<Site>,
            request: HttpRequest,
            caller: Caller,
            here: Here,
        ) -> Result<HttpResponse, Refusal> {
            Verb::$verb.ask(&site, &request, &caller, &here).await
        }

        pub(in crate::web::pages) async fn $agree(
            site: web::Data<Site>,
            request: HttpRequest,
            caller: Caller,
            here: Here,
            body: web::Bytes,
        ) -> Result<HttpResponse, Refusal> {
            Verb::$verb.agree(&site, &request, &caller, &here, &body).await
        }
    )+};
}

pages! {
    Restart: ask_restart, restart;
    Stop: ask_stop, stop;
    Start: ask_start, start;
    Repair: ask_repair, repair;
}
