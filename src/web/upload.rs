//! Receives a file from a browser or a program, for the pages and the API alike:
//! streamed to Zelo's own folder, its digest made in the same pass, limited by a
//! setting and by what must stay free on the disk. What breaks off leaves nothing.
//!
//! One field after another, as they come: `csrf` (from a page), `name`, `note`, and
//! last `file`. What the file is, is for [`Request::Upload`] to find out.

mod incoming;
#[cfg(test)]
mod tests;

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    HttpRequest,
    http::{StatusCode, header::CONTENT_LENGTH},
};
use futures_util::TryStreamExt;

pub(crate) use self::incoming::Incoming;
use super::{Site, error::Refusal, guard::Here};
use crate::{
    config,
    db::{Enqueued, OperationRow, ResourceRow},
    domain::{manifest::Digest, problem::Problem},
    operation::{self, Actor, LookWhen, Prepared, Request, UploadRequest},
    problem,
    store::Reserve,
};

/// How much may come, and what must stay free.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// What must stay free on the disk.
    pub reserve: Reserve,
    /// How long nothing may come before it is given up.
    pub stall: Duration,
}

/// How long nothing may come.
const STALL: Duration = Duration::from_secs(60);
/// The most the fields before the file may hold, each.
const SMALL_FIELD: usize = 16 << 10;
/// What a form has besides its file.
const AROUND: u64 = 64 << 10;
/// As long as the catalogue takes them, in characters.
const LONGEST_NAME: usize = 80;
const LONGEST_NOTE: usize = 2000;
/// Longer names of files are cut, in characters.
const LONGEST_FILE_NAME: usize = 120;

impl Room {
    /// As the settings have it.
    pub fn of(store: &config::Store) -> Self {
        let reserve = Reserve { percent: store.reserve_percent, bytes: store.reserve_bytes };
        Self { limit: store.upload_limit, reserve, stall: STALL }
    }
}

/// A file that came whole, and what was said of it.
#[derive(Debug)]
pub(crate) struct Received {
    file: Incoming,
    digest: Digest,
    file_name: String,
    name: Option<String>,
    note: Option<String>,
}

/// Receives one file. Problems: `upload-form`, `upload-field`, `upload-no-file`,
/// `upload-broken-off`, `upload-stalled`, `upload-over-limit`, `store-full`,
/// `web-foreign-form`, `text-too-long`.
pub(crate) async fn receive(
    site: &Site,
    request: &HttpRequest,
    here: &Here,
    form: Multipart,
) -> Result<Received, Refusal> {
    let coming = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let coming: u64 = coming.unwrap_or(0);
    if coming > site.room.limit.saturating_add(AROUND) {
        return Err(too_large(site.room.limit));
    }
    incoming::is_room(site, coming).await?;
    let mut reading = Reading { site, here, form, owes: here.owes_token(), name: None, note: None };
    let (file, digest, file_name) = reading.file().await?;
    reading.nothing_more().await?;
    let Reading { name, note, .. } = reading;
    Ok(Received { file, digest, file_name, name, note })
}

/// The file is larger than is taken.
fn too_large(limit: u64) -> Refusal {
    Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, ..problem!("upload-over-limit", bytes = limit).into() }
}

fn bad(problem: Problem) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, ..problem.into() }
}

/// A form as it comes.
struct Reading<'a> {
    site: &'a Site,
    here: &'a Here,
    form: Multipart,
    /// The form's token must come before anything else.
    owes: bool,
    name: Option<String>,
    note: Option<String>,
}

impl Reading<'_> {
    /// Reads up to the end of the file.
    async fn file(&mut self) -> Result<(Incoming, Digest, String), Refusal> {
        while let Some(mut field) = self.next().await? {
            let what = field.name().unwrap_or_default().to_owned();
            if std::mem::take(&mut self.owes) {
                let token = if what == "csrf" { self.text(&mut field).await? } else { String::new() };
                self.here.form_token(&token)?;
                continue;
            }
            match what.as_str() {
                "csrf" => drop(self.text(&mut field).await?),
                "name" => self.name = limited(self.text(&mut field).await?, LONGEST_NAME)?,
                "note" => self.note = limited(self.text(&mut field).await?, LONGEST_NOTE)?,
                "file" => {
                    let given = field.content_disposition().and_then(|about| about.get_filename());
                    let name = plain_name(given.unwrap_or_default());
                    let (file, digest) = incoming::write(self.site, field).await?;
                    return Ok((file, digest, name));
                }
                other => return Err(unknown(other)),
            }
        }
        Err(bad(problem!("upload-no-file")))
    }

    /// The file is the last field: the form's end proves that it came whole.
    async fn nothing_more(&mut self) -> Result<(), Refusal> {
        match self.next().await? {
            None => Ok(()),
            Some(field) => Err(unknown(field.name().unwrap_or_default())),
        }
    }

    async fn next(&mut self) -> Result<Option<Field>, Refusal> {
        let field = tokio::time::timeout(self.site.room.stall, self.form.try_next()).await;
        field.map_err(|_| stalled())?.map_err(|error| broken(&error))
    }

    async fn text(&self, field: &mut Field) -> Result<String, Refusal> {
        let bytes = tokio::time::timeout(self.site.room.stall, field.bytes(SMALL_FIELD)).await;
        let bytes = match bytes {
            Err(_) => return Err(stalled()),
            Ok(Err(_)) => return Err(Refusal::too_large(SMALL_FIELD as u64)),
            Ok(Ok(bytes)) => bytes.map_err(|error| broken(&error))?,
        };
        let text = String::from_utf8(bytes.to_vec());
        text.map(|text| text.trim().to_owned()).map_err(|error| bad(problem!("upload-form").detail(error)))
    }
}

fn unknown(field: &str) -> Refusal {
    let shown: String = field.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    bad(problem!("upload-field", field = shown))
}

fn limited(text: String, most: usize) -> Result<Option<String>, Refusal> {
    if text.chars().count() > most {
        return Err(problem!("text-too-long", limit = most).into());
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Nothing came for too long.
fn stalled() -> Refusal {
    Refusal { status: StatusCode::REQUEST_TIMEOUT, ..problem!("upload-stalled").into() }
}

/// The form ends where it should not, or is none.
fn broken(error: &MultipartError) -> Refusal {
    match error {
        MultipartError::Incomplete | MultipartError::Payload(_) => {
            bad(problem!("upload-broken-off").detail(error))
        }
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Refusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..problem!("upload-form").detail(error).into()
        },
        _ => bad(problem!("upload-form").detail(error)),
    }
}

/// A file's name for people to read: no folders, nothing unseen. It names nothing
/// here.
fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(LONGEST_FILE_NAME).collect();
    let plain = plain.trim();
    if plain.is_empty() { "upload".to_owned() } else { plain.to_owned() }
}

impl Received {
    /// What is asked of the operations.
    fn request(&self, resource: &ResourceRow, look: LookWhen) -> Request {
        Request::Upload(UploadRequest {
            item: None,
            resource: resource.id.clone(),
            file: self.file.path().to_owned(),
            file_name: self.file_name.clone(),
            name: self.name.clone(),
            note: self.note.clone(),
            sha256: Some(self.digest.sha256.clone()),
            keep_source: false,
            look,
        })
    }

    /// Whether an operation is what became of the same file and words before.
    fn became(&self, resource: &ResourceRow, row: &OperationRow) -> bool {
        let text = |name: &str| row.request.get(name).and_then(|value| value.as_str());
        row.kind.as_str() == "upload"
            && row.resource.as_ref() == Some(&resource.id)
            && text("sha256") == Some(self.digest.sha256.as_str())
            && text("name") == self.name.as_deref()
            && text("note") == self.note.as_deref()
    }

    /// The plan of its operation, with what is in the file; the file goes away with
    /// `self`.
    pub(crate) async fn plan(
        &self,
        site: &Site,
        resource: &ResourceRow,
        by: &Actor,
    ) -> Result<Prepared, Problem> {
        operation::prepare(&site.world, self.request(resource, LookWhen::Planning), by).await
    }

    /// Queues its operation, to which the file belongs from then on and which looks
    /// through it. The same file
    /// with the same key gets the operation it became first. Goes on to its end even
    /// if nobody waits for the answer any more.
    pub(crate) async fn begin(
        self,
        site: &Site,
        resource: &ResourceRow,
        by: &Actor,
        key: Option<&str>,
    ) -> Result<OperationRow, Refusal> {
        let (site, resource, by) = (site.clone(), resource.clone(), by.clone());
        let key = key.map(ToOwned::to_owned);
        let runtime = site.runtime.clone();
        let begun = runtime.spawn(async move { self.queue(&site, &resource, &by, key).await });
        begun.await.map_err(|e| problem!("internal-web").detail(e))?
    }

    async fn queue(
        self,
        site: &Site,
        resource: &ResourceRow,
        by: &Actor,
        key: Option<String>,
    ) -> Result<OperationRow, Refusal> {
        if let Some(key) = &key
            && let Some(known) = site.world.db.asked_with(&by.0, key).await?
        {
            return match self.became(resource, &known) {
                true => Ok(known),
                false => {
                    Err(problem!("idempotency-key-reused", key = key, operation = known.id.as_str()).into())
                }
            };
        }
        let request = self.request(resource, LookWhen::Running);
        let prepared = operation::prepare(&site.world, request, by).await?;
        let queued = operation::enqueue(&site.world, prepared, None, key).await?;
        if let Enqueued::Created(_) = &queued {
            self.file.keep();
            site.wake();
        }
        Ok(queued.row().clone())
    }
}
