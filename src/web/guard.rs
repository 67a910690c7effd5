//! Who may what: every route names its [`Rule`], and this is the only place that
//! checks one. It runs before the handler, looks the things in the path up, and
//! leaves them in [`Here`], from where a handler takes what was checked.
//!
//! What somebody may not see does not exist for them (404); what they see and may
//! not do is refused (403).

use std::{
    future::{Ready, ready},
    time::Duration,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, header::CONTENT_TYPE},
    middleware::Next,
    web,
};

use super::{
    Site,
    caller::{Caller, Proof, id_in, identify},
    csrf,
    error::Refusal,
};
use crate::{
    db::{AsideRow, BackupRow, OperationRow, ProjectRow, ResourceRow},
    domain::{
        id::{BackupId, ProjectId, ResourceId},
        role::Role,
    },
    operation::project_of,
    problem,
};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Everybody, signed in or not.
    Public,
    /// Whoever is signed in; the handler shows only what is theirs.
    Person,
    /// Administrators.
    Administrator,
    /// Members of `{project}` with at least this role.
    Project(Role),
    /// Members of the project of `{resource}`.
    Resource(Role),
    /// Members of the project of `{backup}`'s resource.
    Backup(Role),
    /// Members of the project of `{operation}`.
    Operation(Role),
    /// Members of the project of the resource that `{aside}` was.
    Aside(Role),
    /// Members of `{project}`, and administrators.
    Member,
    /// Who manages the members of `{project}`: its owners, and administrators.
    Members,
}

/// How a route takes its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// A form, or JSON: small, read before the handler runs.
    Small,
    /// A stream the handler reads. Without the header, the form's token is its
    /// first field, and the handler must ask [`Here::form_token`] of it.
    Stream,
}

/// The most a small body may hold, in bytes.
pub(super) const SMALL: usize = 256 << 10;
/// How long a small body may take to arrive.
pub(super) const ARRIVES: Duration = Duration::from_secs(20);

/// What a request is about, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Here {
    project: Option<ProjectRow>,
    resource: Option<ResourceRow>,
    backup: Option<BackupRow>,
    operation: Option<OperationRow>,
    aside: Option<AsideRow>,
    /// What the caller is there.
    pub(crate) role: Option<Role>,
    /// The secret whose token the first field of a stream must be.
    pending: Option<String>,
}

impl Here {
    /// The project in the path.
    pub(crate) fn project(&self) -> Result<&ProjectRow, Refusal> {
        self.project.as_ref().ok_or_else(unchecked)
    }

    /// The resource in the path.
    pub(crate) fn resource(&self) -> Result<&ResourceRow, Refusal> {
        self.resource.as_ref().ok_or_else(unchecked)
    }

    /// The backup in the path.
    pub(crate) fn backup(&self) -> Result<&BackupRow, Refusal> {
        self.backup.as_ref().ok_or_else(unchecked)
    }

    /// The operation in the path.
    pub(crate) fn operation(&self) -> Result<&OperationRow, Refusal> {
        self.operation.as_ref().ok_or_else(unchecked)
    }

    /// What was set aside, named in the path.
    pub(crate) fn aside(&self) -> Result<&AsideRow, Refusal> {
        self.aside.as_ref().ok_or_else(unchecked)
    }

    /// Whether the caller is at least this, where they are.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|own| own >= role)
    }

    /// Whether a stream still owes its form's token.
    pub(crate) fn owes_token(&self) -> bool {
        self.pending.is_some()
    }

    /// Checks the token that came as a stream's first field.
    pub(crate) fn form_token(&self, token: &str) -> Result<(), Refusal> {
        match &self.pending {
            Some(secret) if !csrf::fits(token, secret) => Err(Refusal::foreign_form()),
            _ => Ok(()),
        }
    }
}

/// A handler asks for what its route's rule does not look up: a fault of ours.
fn unchecked() -> Refusal {
    problem!("internal-web").detail("this route's rule does not name what its handler reads").into()
}

impl FromRequest for Here {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(unchecked))
    }
}

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(Refusal::sign_in))
    }
}

/// Stands before every handler.
pub(super) async fn check(
    rule: Rule,
    body: Body,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match admit(rule, body, &mut request).await {
        Ok(()) => next.call(request).await,
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

async fn admit(rule: Rule, body: Body, request: &mut ServiceRequest) -> Result<(), Refusal> {
    let site = request.app_data::<web::Data<Site>>().cloned().ok_or_else(unchecked)?;
    let http = request.request().clone();
    let caller = identify(&site, &http).await?;
    if let Some(caller) = &caller {
        request.extensions_mut().insert(caller.clone());
    }
    let mut here = allowed(&site, rule, &http, caller.as_ref()).await?;
    if !is_safe(http.method()) {
        if caller.as_ref().is_none_or(|caller| caller.proof != Proof::Token) {
            here.pending = own_form(&site, body, request).await?;
        }
        // Handlers would wait for it as long as it takes.
        if body == Body::Small {
            small_body(&site, request).await?;
        }
    }
    request.extensions_mut().insert(here);
    Ok(())
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// Looks up what the path names and whether the caller may.
async fn allowed(
    site: &Site,
    rule: Rule,
    request: &HttpRequest,
    caller: Option<&Caller>,
) -> Result<Here, Refusal> {
    if rule == Rule::Public {
        return Ok(Here::default());
    }
    let caller = caller.ok_or_else(Refusal::sign_in)?;
    let mut here = Here::default();
    let wanted = match rule {
        Rule::Public | Rule::Person => return Ok(here),
        Rule::Administrator if caller.user.is_admin => return Ok(here),
        Rule::Administrator => return Err(Refusal::nothing_here()),
        Rule::Project(role) => {
            here.project = Some(hidden(site.world.db.project(&id_in(request, "project")?).await)?);
            role
        }
        Rule::Resource(role) => {
            here.resource = Some(hidden(site.world.db.resource(&id_in(request, "resource")?).await)?);
            role
        }
        Rule::Backup(role) => {
            here.backup = Some(hidden(site.world.db.backup(&id_in(request, "backup")?).await)?);
            role
        }
        Rule::Member | Rule::Members => {
            here.project = Some(hidden(site.world.db.project(&id_in(request, "project")?).await)?);
            if caller.user.is_admin {
                here.role = site.world.db.role_in(&caller.user.id, &here.project()?.id).await?;
                return Ok(here);
            }
            if rule == Rule::Member { Role::Viewer } else { Role::Owner }
        }
        Rule::Aside(role) => {
            let aside = hidden(site.world.db.aside(&id_in(request, "aside")?).await)?;
            here.resource = Some(hidden(site.world.db.resource(&aside.resource).await)?);
            here.aside = Some(aside);
            role
        }
        Rule::Operation(role) => {
            here.operation = Some(hidden(site.world.db.operation(&id_in(request, "operation")?).await)?);
            role
        }
    };
    let owner = owner(site, &here).await?;
    here.role = role_of(site, caller, owner.as_ref()).await?;
    fits_path(request, &here, owner.as_ref())?;
    match here.role {
        None => Err(Refusal::nothing_here()),
        Some(own) if own < wanted => Err(Refusal::not_allowed(wanted.as_str())),
        Some(_) => Ok(here),
    }
}

/// What is not there answers as what may not be seen.
fn hidden<T>(found: Result<T, crate::domain::problem::Problem>) -> Result<T, Refusal> {
    found.map_err(|problem| match problem.code.starts_with("not-found-") {
        true => Refusal::nothing_here(),
        false => problem.into(),
    })
}

/// The project to which the thing in the path belongs.
async fn owner(site: &Site, here: &Here) -> Result<Option<ProjectId>, Refusal> {
    if let Some(project) = &here.project {
        return Ok(Some(project.id.clone()));
    }
    if let Some(resource) = &here.resource {
        return Ok(resource.project.clone());
    }
    if let Some(backup) = &here.backup {
        return Ok(backup.project.clone());
    }
    match &here.operation {
        Some(operation) => Ok(project_of(&site.world, operation).await?),
        None => Ok(None),
    }
}

/// What nobody has claimed yet is seen by administrators, and changed by nobody
/// before it belongs to a project.
async fn role_of(site: &Site, caller: &Caller, owner: Option<&ProjectId>) -> Result<Option<Role>, Refusal> {
    match owner {
        Some(project) => Ok(site.world.db.role_in(&caller.user.id, project).await?),
        None => Ok(caller.user.is_admin.then_some(Role::Viewer)),
    }
}

/// `/resources/{resource}/backups/{backup}`: what stands further left must be where
/// the rest belongs, or a person could reach one thing by the address of another.
fn fits_path(request: &HttpRequest, here: &Here, owner: Option<&ProjectId>) -> Result<(), Refusal> {
    let named = |name: &str| request.match_info().get(name);
    let resource = match (&here.backup, &here.operation) {
        (Some(backup), _) => Some(&backup.resource),
        (None, Some(operation)) => operation.resource.as_ref(),
        _ => here.resource.as_ref().map(|resource| &resource.id),
    };
    let resource_fits = named("resource").is_none_or(|text| resource.is_some_and(|id| id.as_str() == text));
    let project_fits = named("project").is_none_or(|text| owner.is_some_and(|id| id.as_str() == text));
    if resource_fits && project_fits { Ok(()) } else { Err(Refusal::nothing_here()) }
}

/// A change must come from a form of ours. Returns the secret of a token that is
/// still owed, if the body is a stream.
async fn own_form(site: &Site, body: Body, request: &mut ServiceRequest) -> Result<Option<String>, Refusal> {
    let http = request.request().clone();
    if !csrf::same_origin(&http, site.origin.as_deref()) {
        return Err(Refusal::foreign_form());
    }
    let secret = csrf::secret(&http).ok_or_else(Refusal::foreign_form)?;
    let header = http.headers().get(csrf::HEADER).and_then(|token| token.to_str().ok());
    if let Some(token) = header {
        return if csrf::fits(token, &secret) { Ok(None) } else { Err(Refusal::foreign_form()) };
    }
    if body == Body::Stream {
        return Ok(Some(secret));
    }
    let kind = http.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Refusal::foreign_form());
    }
    let bytes = small_body(site, request).await?;
    let token = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == csrf::FIELD);
    let fits = token.is_some_and(|(_, token)| csrf::fits(&token, &secret));
    if fits { Ok(None) } else { Err(Refusal::foreign_form()) }
}

/// Reads it, and puts it back for whoever reads it next.
async fn small_body(site: &Site, request: &mut ServiceRequest) -> Result<web::Bytes, Refusal> {
    let payload = request.take_payload();
    let read = actix_web::body::to_bytes_limited(actix_web::body::BodyStream::new(payload), SMALL);
    let bytes = match tokio::time::timeout(site.arrives, read).await {
        Err(_) => return Err(Refusal::bad_request("the body did not arrive in time")),
        Ok(Err(_)) => return Err(Refusal::too_large(SMALL as u64)),
        Ok(Ok(Err(error))) => return Err(Refusal::bad_request(error)),
        Ok(Ok(Ok(bytes))) => bytes,
    };
    request.set_payload(bytes.clone().into());
    Ok(bytes)
}

/// One backup of several named in a body: the same check as for one in a path.
pub(super) async fn backup(
    site: &Site,
    caller: &Caller,
    id: &BackupId,
    wanted: Role,
) -> Result<BackupRow, Refusal> {
    let row = hidden(site.world.db.backup(id).await)?;
    match role_of(site, caller, row.project.as_ref()).await? {
        None => Err(Refusal::nothing_here()),
        Some(own) if own < wanted => Err(Refusal::not_allowed(wanted.as_str())),
        Some(_) => Ok(row),
    }
}

/// One resource, likewise: the target of a restore.
pub(super) async fn resource(
    site: &Site,
    caller: &Caller,
    id: &ResourceId,
    wanted: Role,
) -> Result<ResourceRow, Refusal> {
    let row = hidden(site.world.db.resource(id).await)?;
    match role_of(site, caller, row.project.as_ref()).await? {
        None => Err(Refusal::nothing_here()),
        Some(own) if own < wanted => Err(Refusal::not_allowed(wanted.as_str())),
        Some(_) => Ok(row),
    }
}
