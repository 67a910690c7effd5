//! What is asked before an instance is touched: the plan, then the agreement, with what
//! was chosen travelling along.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use crate::{
    domain::problem::Problem,
    operation::{PlanView, Request},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash,
        pages::confirm::{Question, plan, show},
        start,
        text::T,
        view::Input,
    },
};

/// Something that is asked about, and what of it is sent along.
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) hidden: Vec<(&'static str, String)>,
    /// See [`crate::web::view::plan::Plan::waive`].
    pub(super) waive: Option<Input>,
    /// See [`crate::web::view::plan::Plan::copy`].
    pub(super) copy: Option<(Input, Input)>,
    /// See [`crate::web::view::plan::Plan::waive_at`].
    pub(super) waive_at: Option<String>,
}

/// What a form or an address sends.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sent {
    pub(super) services: Vec<String>,
    pub(super) probes: Vec<String>,
    pub(super) reason: String,
    pub(super) values: String,
    pub(super) name: String,
    pub(super) port: String,
    pub(super) confirm: String,
    pub(super) key: String,
}

impl Sent {
    /// From a query or a body.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in url::form_urlencoded::parse(text) {
            let value = value.into_owned();
            match &*name {
                "service" => sent.services.push(value),
                "probe" => sent.probes.push(value),
                "reason" => sent.reason = value.trim().to_owned(),
                "values" => sent.values = value,
                "name" => value.trim().clone_into(&mut sent.name),
                "port" => value.trim().clone_into(&mut sent.port),
                "confirm" => sent.confirm = value.trim().to_owned(),
                "key" => sent.key = value,
                _ => {}
            }
        }
        sent
    }

    /// What was chosen, as fields of the form that agrees.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let services = self.services.iter().map(|one| ("service", one.clone()));
        let reason = self.waiver().map(|reason| ("reason", reason));
        let probes = self.probes.iter().map(|one| ("probe", one.clone()));
        let place = [("name", &self.name), ("port", &self.port)].map(|(name, value)| (name, value.clone()));
        let place = place.into_iter().filter(|(_, value)| !value.is_empty());
        services.chain(probes).chain(reason).chain(place).collect()
    }

    /// The reason to go without a safety backup, if one was given.
    pub(super) fn waiver(&self) -> Option<String> {
        Some(self.reason.clone()).filter(|reason| !reason.is_empty())
    }
}

/// Shows the plan.
pub(super) async fn ask(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    asked: Asked,
) -> Result<HttpResponse, Refusal> {
    let planned = start::plan(site, caller, asked.question.request.clone()).await;
    shown(site, request, caller, asked, planned, Input::default(), StatusCode::OK).await
}

/// Shows a plan that is made already, or why it cannot be.
pub(super) async fn shown(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    asked: Asked,
    planned: Result<PlanView, Problem>,
    typed: Input,
    status: StatusCode,
) -> Result<HttpResponse, Refusal> {
    let t = T::of(caller::lang(site, request));
    let mut view = plan(site, t, &asked.question, planned, typed, None)?;
    view.hidden = asked.hidden;
    view.waive = asked.waive;
    view.copy = asked.copy;
    view.waive_at = asked.waive_at;
    show(site, request, caller, view, status).await
}

/// Starts it; shows the plan again if the name it asks for was not typed.
pub(super) async fn agree(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    asked: Asked,
    sent: Sent,
) -> Result<HttpResponse, Refusal> {
    let key = Some(sent.key).filter(|key| !key.is_empty());
    let what: Request = asked.question.request.clone();
    match start::request(site, caller, what.clone(), Some(sent.confirm.as_str()), key).await {
        Ok(row) => Ok(flash::go(site, &format!("/operations/{}", row.id), None)),
        Err(problem) if problem.code == "confirm-needed" => {
            let t = T::of(caller::lang(site, request));
            let typed = Input::of(sent.confirm).wrong(t.told(&problem).what);
            let planned = start::plan(site, caller, what).await;
            shown(site, request, caller, asked, planned, typed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(problem) => Err(problem.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_back_as_it_was() {
        let sent = Sent::of(b"service=auth&service=api%2Dgw&probe=auth-search-path&reason=a%26b&other=x");
        let mut again = url::form_urlencoded::Serializer::new(String::new());
        again.extend_pairs(sent.hidden());
        assert_eq!(Sent::of(again.finish().as_bytes()), sent);
        assert_eq!(sent.services, ["auth", "api-gw"]);
    }
}
