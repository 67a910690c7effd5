//! `/download/{token}`: a backup for whoever has the link. A link is for one backup
//! and an hour; what is wrong, over or revoked gets one page that tells nothing else.

mod content;
mod flow;
#[cfg(test)]
mod tests;

use actix_web::body::SizedStream;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE,
        RANGE, Range,
    },
    web,
};
use chrono::Duration;

use self::{
    content::{Content, content},
    flow::Flow,
};
use serde_json::json;

use super::{Site, error::Refusal, page, proxy, view::error::DownloadGone};
use crate::{
    db::{BackupRow, DownloadLinkRow, OperationFilter},
    domain::{
        id::{BackupId, OperationId},
        operation::{OpKind, OpState},
        problem::Problem,
        role::Role,
    },
    operation::{self, Actor, Request, VerifyRequest, World},
    problem,
    secret::token,
    store::StorePath,
};

/// How long a verification counts for a download.
const VERIFIED_FOR: Duration = Duration::hours(24);

/// Answers with the backup, or the part of it that was asked for.
pub(super) async fn show(
    site: web::Data<Site>,
    link: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let hash = token::digest(&link);
    let found = site.world.db.download_link(&hash).await?;
    let Some(found) = still_theirs(&site.world, found).await? else {
        let status = actix_web::http::StatusCode::NOT_FOUND;
        return page::gate(&site, &request, status, "ui-download-gone", |page| DownloadGone { page });
    };
    let reader = Reader { link: Some(&hash), actor: &found.actor };
    answer(&site, &request, &found.backup, reader).await
}

/// The link, if who made it may still have that backup: it ends with their membership.
async fn still_theirs(
    world: &World,
    link: Option<DownloadLinkRow>,
) -> Result<Option<DownloadLinkRow>, Problem> {
    let Some(link) = link else { return Ok(None) };
    // Not made by a person in the panel: on this machine, by whoever runs it.
    let Some(user) = link.actor.strip_prefix("user:") else { return Ok(Some(link)) };
    let Ok(user) = user.parse() else { return Ok(None) };
    let Some(project) = world.db.backup(&link.backup).await?.project else { return Ok(None) };
    let role = world.db.role_in(&user, &project).await?;
    let known = world.db.user(&user).await?.disabled_at.is_none();
    Ok(role.filter(|role| known && *role >= Role::Operator).map(|_| link))
}

/// Who reads a backup.
pub(super) struct Reader<'a> {
    /// The digest of the link they have; `None`: they were let in as themselves.
    pub(super) link: Option<&'a str>,
    /// Who made the link, or who they are.
    pub(super) actor: &'a str,
}

impl Reader<'_> {
    /// Notes who gets which bytes: a transfer that goes on too, since nothing tells it
    /// from one that leaves out the first byte.
    async fn note(
        &self,
        site: &Site,
        request: &HttpRequest,
        backup: &BackupId,
        wanted: &Wanted,
    ) -> Result<(), Problem> {
        let mut detail = json!({ "address": proxy::client(site, request).to_string() });
        if wanted.part {
            detail["from"] = wanted.from.into();
            detail["bytes"] = wanted.length.into();
        }
        match self.link {
            Some(hash) => site.world.db.note_download(hash, backup, &detail).await,
            None => site.world.db.note_read(backup, self.actor, &detail).await,
        }
    }
}

/// The same for callers who were let in otherwise.
pub(super) async fn answer(
    site: &Site,
    request: &HttpRequest,
    backup: &BackupId,
    reader: Reader<'_>,
) -> Result<HttpResponse, Refusal> {
    let world = &site.world;
    let row = world.db.backup(backup).await?;
    row.usable()?;
    if !is_fresh(world, &row).await? {
        let started = verify(site, &row, &Actor(reader.actor.to_owned())).await?;
        return Err(Refusal {
            after: Some(10),
            ..problem!("download-verifying", operation = started.as_str()).into()
        });
    }
    let store = world.stores.get(&row.store)?;
    let manifest = world.db.backup_manifest(&row.id).await?;
    let content = content(&*store, &row, &manifest).await?;
    let wanted = Wanted::of(request, &content)?;
    if !wanted.unchanged && request.method() == actix_web::http::Method::GET {
        reader.note(site, request, &row.id, &wanted).await?;
    }
    Ok(send(site, request, Flow { store, content }, wanted, row.id))
}

/// Whether every byte was found right within a day, and nothing was touched since.
pub(super) async fn is_fresh(world: &World, row: &BackupRow) -> Result<bool, Problem> {
    let Some(verified) = row.verified_at.filter(|at| world.clock.now() - *at < VERIFIED_FOR) else {
        return Ok(false);
    };
    let store = world.stores.get(&row.store)?;
    let folder = StorePath::new(row.path.clone())?;
    let resource =
        crate::store::layout::parent(&folder).ok_or_else(|| problem!("store-path", path = &row.path))?;
    let manifest = world.db.backup_manifest(&row.id).await?;
    for file in manifest.parts.iter().flat_map(|part| &part.files) {
        let entry = store.stat(&resource.join(&file.path)?).await?;
        let same = entry.is_some_and(|entry| {
            entry.bytes == file.stored.bytes && entry.modified.is_none_or(|modified| modified <= verified)
        });
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Starts the verification a download needs first; the operation's id. One that
/// runs already is that one.
pub(super) async fn verify(site: &Site, row: &BackupRow, by: &Actor) -> Result<OperationId, Problem> {
    if let Some(going) = verifying(&site.world, row).await? {
        return Ok(going);
    }
    let request = Request::Verify(VerifyRequest { backup: row.id.clone() });
    let prepared = operation::prepare(&site.world, request, by).await?;
    let queued = operation::enqueue(&site.world, prepared, None, None).await?;
    site.wake();
    Ok(queued.row().id.clone())
}

/// The verification of this backup that is not over, whoever asked for it.
async fn verifying(world: &World, row: &BackupRow) -> Result<Option<OperationId>, Problem> {
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running],
        kind: Some(OpKind::of("verify")),
        resource: Some(row.resource.clone()),
        ..OperationFilter::default()
    };
    let open = world.db.operations(filter).await?.rows;
    Ok(open.into_iter().find(|open| open.backup.as_ref() == Some(&row.id)).map(|open| open.id))
}

/// Which bytes are wanted.
struct Wanted {
    from: u64,
    length: u64,
    part: bool,
    unchanged: bool,
}

impl Wanted {
    /// One range of a GET is heeded; several, or one of another version, get the whole
    /// (RFC 9110, 13.1.2, 13.1.5 and 14.2).
    fn of(request: &HttpRequest, content: &Content) -> Result<Self, Refusal> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let tag = format!("\"{}\"", content.etag);
        let whole = Self { from: 0, length: content.length, part: false, unchanged: false };
        let known = |known: &str| {
            let known = known.trim();
            known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
        };
        if header(IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(known)) {
            return Ok(Self { unchanged: true, ..whole });
        }
        let current = header(IF_RANGE).is_none_or(|known| known.trim() == tag);
        let heeded = current && request.method() == actix_web::http::Method::GET;
        let Some(range) = header(RANGE).filter(|_| heeded) else { return Ok(whole) };
        let Ok(Range::Bytes(specs)) = range.parse::<Range>() else { return Ok(whole) };
        let [spec] = specs.as_slice() else { return Ok(whole) };
        match spec.to_satisfiable_range(content.length) {
            Some((from, to)) => Ok(Self { from, length: to - from + 1, part: true, unchanged: false }),
            None => Err(Refusal {
                status: actix_web::http::StatusCode::RANGE_NOT_SATISFIABLE,
                ..problem!("download-range", bytes = content.length).into()
            }),
        }
    }
}

fn send(site: &Site, request: &HttpRequest, flow: Flow, wanted: Wanted, backup: BackupId) -> HttpResponse {
    let content = &flow.content;
    let mut answer = match (wanted.unchanged, wanted.part) {
        (true, _) => HttpResponse::NotModified(),
        (false, true) => HttpResponse::PartialContent(),
        (false, false) => HttpResponse::Ok(),
    };
    answer
        .insert_header((ETAG, format!("\"{}\"", content.etag)))
        .insert_header((ACCEPT_RANGES, "bytes"))
        // Already compressed, and its length must stand: never encoded on the way.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", content.name)))
        .content_type(content.media_type);
    if wanted.unchanged {
        return answer.finish();
    }
    if wanted.part {
        let last = wanted.from + wanted.length - 1;
        answer.insert_header((CONTENT_RANGE, format!("bytes {}-{last}/{}", wanted.from, content.length)));
    }
    if request.method() == actix_web::http::Method::HEAD {
        answer.no_chunking(wanted.length);
        return answer.body(SizedStream::new(
            wanted.length,
            futures_util::stream::empty::<Result<_, std::io::Error>>(),
        ));
    }
    let world = site.world.clone();
    let failed = move |problem| async move { broken_off(&world, &backup, &problem).await };
    let bytes = flow.start(&site.runtime, wanted.from, wanted.length, failed);
    answer.body(SizedStream::new(wanted.length, Box::pin(bytes)))
}

/// What does not have its digest any more is marked, so that nobody relies on it.
async fn broken_off(world: &World, backup: &BackupId, problem: &Problem) {
    tracing::error!(%backup, %problem, "a download was broken off");
    if problem.code == "part-digest"
        && let Err(error) = world.db.mark_corrupt(backup, problem).await
    {
        tracing::error!(%backup, %error, "the backup could not be marked as corrupt");
    }
}
