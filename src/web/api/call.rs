//! A call, as every handler gets it: who asks, about what (checked by the route's
//! rule), how, and in which language the answer is to be.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header::LOCATION},
    web,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::IntoParams;

use super::types::{operation::OperationDetail, plan::Plan};
use crate::{
    db::Enqueued,
    domain::{
        id::{OperationId, ProjectId, ResourceId},
        problem::Problem,
        role::Role,
    },
    i18n::Catalogue,
    operation::{self, Actor, Request},
    problem,
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        guard::Here,
        live::hub::Sight,
    },
};

/// What a handler answers.
pub(super) type Answer = Result<HttpResponse, Refusal>;

/// Rows of a list, unless more or fewer are asked for; and the most there are.
const ROWS: u32 = 50;
const MOST_ROWS: u32 = 200;
/// The longest an idempotency key may be.
const LONGEST_KEY: usize = 200;

/// Nothing can be asked for in the address. Whatever is there is refused, so that
/// `?dry_run=true` is never taken for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// How a call that takes a while is to be run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Run {
    /// Only the plan: nothing is changed, nothing is queued.
    #[param(required = false)]
    pub(super) dry_run: bool,
}

/// The rows asked for, as the database counts them. Problem: `api-limit`.
pub(super) fn window(limit: Option<u32>, offset: Option<u32>) -> Result<(i64, i64), Problem> {
    match limit.unwrap_or(ROWS) {
        limit @ 1..=MOST_ROWS => Ok((limit.into(), offset.unwrap_or(0).into())),
        _ => Err(problem!("api-limit", most = MOST_ROWS)),
    }
}

/// A call; `Q` is what may be asked for in its address.
pub(super) struct Call<Q = Nothing> {
    pub(super) site: web::Data<Site>,
    pub(super) caller: Caller,
    pub(super) here: Here,
    /// In the asked language.
    pub(super) words: &'static Catalogue,
    pub(super) query: Q,
    pub(super) request: HttpRequest,
}

impl<Q: DeserializeOwned> FromRequest for Call<Q> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<Q: DeserializeOwned> Call<Q> {
    fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        let missing = || problem!("internal-web").detail("a call without its site");
        let site = request.app_data::<web::Data<Site>>().cloned().ok_or_else(missing)?;
        let query = web::Query::<Q>::from_query(request.query_string())
            .map_err(|error| refused(StatusCode::BAD_REQUEST, problem!("api-query").detail(error)))?;
        Ok(Self {
            caller: of_request(request).ok_or_else(Refusal::sign_in)?,
            here: of_request(request).ok_or_else(missing)?,
            words: Catalogue::of(caller::lang(&site, request)),
            query: query.into_inner(),
            request: request.clone(),
            site,
        })
    }
}

/// What the guard left.
fn of_request<T: Clone + 'static>(request: &HttpRequest) -> Option<T> {
    request.extensions().get::<T>().cloned()
}

/// A refusal with a status of its own.
pub(super) fn refused(status: StatusCode, problem: Problem) -> Refusal {
    Refusal { status, ..problem.into() }
}

impl<Q> Call<Q> {
    /// As operations and the audit log name the caller.
    pub(super) fn actor(&self) -> Actor {
        self.caller.actor()
    }

    /// What makes a request that comes twice the same one. Problem:
    /// `api-idempotency-key`.
    pub(super) fn key(&self) -> Result<Option<&str>, Refusal> {
        let Some(key) = self.request.headers().get("idempotency-key") else { return Ok(None) };
        let wrong = || refused(StatusCode::BAD_REQUEST, problem!("api-idempotency-key", most = LONGEST_KEY));
        let key = key.to_str().map_err(|_| wrong())?;
        if key.is_empty() || key.len() > LONGEST_KEY { Err(wrong()) } else { Ok(Some(key)) }
    }

    /// `200` with what was asked for.
    pub(super) fn ok(&self, body: &impl Serialize) -> HttpResponse {
        HttpResponse::Ok().json(body)
    }

    /// The address of something of ours, as the caller reaches it.
    pub(super) fn place(&self, path: &str) -> String {
        format!("{}{path}", self.site.base)
    }

    /// `202`: an operation was asked for, or goes on; where it can be followed.
    pub(super) async fn accepted(&self, operation: &OperationId) -> Answer {
        let sight = Sight::take(&self.site.world.db, operation).await?;
        let place = self.place(&format!("/api/operations/{operation}"));
        let body = OperationDetail::of(&sight, self.words);
        Ok(HttpResponse::Accepted().insert_header((LOCATION, place)).json(body))
    }

    /// Asks for an operation: its plan for a dry run, else the operation itself,
    /// queued. `confirm`: the name a person gave. The same request with the same
    /// key gets the operation it became first.
    pub(super) async fn ask(&self, run: Run, request: Request, confirm: Option<&str>) -> Answer {
        let (world, by) = (&self.site.world, self.actor());
        if run.dry_run {
            let prepared = operation::prepare(world, request, &by).await?;
            return Ok(self.ok(&Plan::of(&prepared.view, self.words)));
        }
        let key = self.key()?;
        if let Some(known) = operation::asked_before(world, &request, &by, key).await? {
            return self.accepted(&known.id).await;
        }
        let prepared = operation::prepare(world, request, &by).await?;
        let queued = operation::enqueue(world, prepared, confirm, key.map(ToOwned::to_owned)).await?;
        if let Enqueued::Created(_) = &queued {
            self.site.wake();
        }
        self.accepted(&queued.row().id).await
    }

    /// The projects whose things the caller may see.
    pub(super) async fn projects(&self) -> Result<Vec<ProjectId>, Problem> {
        let member = self.site.world.db.memberships_of(&self.caller.user.id).await?;
        Ok(member.into_iter().map(|(project, _)| project.id).collect())
    }

    /// Whether the caller is at least this where another resource belongs. What they
    /// may not see does not exist for them.
    pub(super) async fn may_at(&self, resource: &ResourceId, role: Role) -> Result<(), Refusal> {
        let db = &self.site.world.db;
        let project = match db.resource(resource).await {
            Ok(row) => row.project,
            Err(problem) if problem.code.starts_with("not-found-") => None,
            Err(problem) => return Err(problem.into()),
        };
        let own = match &project {
            Some(project) => db.role_in(&self.caller.user.id, project).await?,
            None => None,
        };
        match own {
            None => Err(Refusal::nothing_here()),
            Some(own) if own < role => Err(Refusal::not_allowed(role.as_str())),
            Some(_) => Ok(()),
        }
    }
}
