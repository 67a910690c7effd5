//! Restarting, stopping, starting, repairing, copying and releasing an instance: the
//! plan, then the agreement.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    at, elsewhere,
    plan::{self, Asked, Sent},
};
use crate::{
    db::ResourceRow,
    domain::role::Role,
    operation::{
        CopyRequest, ReleaseRequest, RepairRequest, Request, RestartRequest, StartRequest, StopRequest,
    },
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
    Copy,
    Release,
}

impl Verb {
    /// Its name in addresses, and as an operation.
    const fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Repair => "repair",
            Self::Copy => "copy",
            Self::Release => "release",
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
            Self::Copy => {
                let port = Some(sent.port.clone()).filter(|port| !port.is_empty());
                let place = port.map(|port| ("port".to_owned(), port)).into_iter().collect();
                Request::Copy(CopyRequest { resource, name: sent.name.clone(), place })
            }
            Self::Release => Request::Release(ReleaseRequest { resource, without_safety }),
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
        let waives = own && !matches!(self, Self::Start | Self::Copy);
        let waive = waives.then(|| Input::of(sent.reason.clone()));
        let copy =
            matches!(self, Self::Copy).then(|| (Input::of(sent.name.clone()), Input::of(sent.port.clone())));
        Ok(Asked { question, hidden: sent.hidden(), waive, waive_at: None, copy })
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
        let mut sent = Sent::of(request.query_string().as_bytes());
        if matches!(self, Self::Copy) && sent.name.is_empty() {
            sent.name = format!("{}-copy", row.access.get("project").unwrap_or(&row.name));
        }
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
    Copy: ask_copy, copy;
    Release: ask_release, release;
}
