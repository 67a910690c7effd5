//! Server-sent events: a page or a program hears of an operation as it goes.
//!
//! Every event's id is the number of the last line of the log it brings; a client
//! that comes back with it (`Last-Event-ID`) gets the lines after that one, and the
//! state as it is then.

pub(crate) mod hub;
pub(crate) mod seats;

use std::{convert::Infallible, fmt::Display, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING},
};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::watch::Receiver;

use self::hub::Sight;
use super::{Site, error::Refusal};
use crate::{
    db::LogLine,
    domain::{id::OperationId, problem::Problem},
};

/// A line now and then, by which both ends notice that the other is gone.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this and the browser comes back, with its rights looked at
/// anew: who was put out of a project sees nothing more of it.
const LONGEST: Duration = Duration::from_secs(120);

/// Turns what is seen into events of one kind of client.
pub(crate) trait Teller: 'static {
    /// How it stands, without what moves all the time: told only when it differs from
    /// what was told before.
    fn head(&self, _: &Sight) -> Result<Option<(&'static str, String)>, Refusal> {
        Ok(None)
    }
    /// The state, as one event's name and data.
    fn state(&self, sight: &Sight) -> Result<(&'static str, String), Refusal>;
    /// A line of the log, likewise.
    fn line(&self, line: &LogLine) -> (&'static str, String);
}

/// The stream of one client.
pub(crate) async fn events(
    site: &Site,
    request: &HttpRequest,
    operation: &OperationId,
    teller: impl Teller,
) -> Result<HttpResponse, Refusal> {
    let watch = site.hub.watch(&site.world.db, operation, &site.runtime).await?;
    let known = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    // A page says up to which line it has the log already.
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let shown = query.into_iter().find(|(name, _)| name == "after").and_then(|(_, seq)| seq.parse().ok());
    let last = known.or(shown);
    let state = Telling { watch, teller, seq: last.unwrap_or(0), head: None, begun: false, over: false };
    Ok(streamed(told(state, longest(site))))
}

/// Ends when a stream has gone on for long enough, or Zelo stops.
pub(crate) fn longest(site: &Site) -> impl Future<Output = ()> + 'static {
    let end = site.stopping.clone();
    async move {
        tokio::select! {
            () = tokio::time::sleep(LONGEST) => {}
            () = end.cancelled() => {}
        }
    }
}

/// The answer that a stream of events is.
pub(crate) fn streamed(stream: impl Stream<Item = Result<Bytes, Infallible>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_ENCODING, "identity"))
        // nginx would else keep events until its buffer is full.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream)
}

struct Telling<T> {
    watch: Receiver<Result<Arc<Sight>, Problem>>,
    teller: T,
    /// The last line told.
    seq: i64,
    /// The last head told.
    head: Option<String>,
    begun: bool,
    over: bool,
}

fn told<T: Teller>(
    state: Telling<T>,
    end: impl Future<Output = ()> + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let start = (state, Box::pin(end));
    Box::pin(futures_util::stream::unfold(start, |(mut state, mut end)| async move {
        let text = tokio::select! {
            text = state.next() => text?,
            () = &mut end => return None,
        };
        Some((Ok(Bytes::from(text)), (state, end)))
    }))
}

impl<T: Teller> Telling<T> {
    /// The next events, as text; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if self.begun {
            match tokio::time::timeout(HEARTBEAT, self.watch.changed()).await {
                Err(_) => return Some(":\n\n".to_owned()),
                // The operation rests, and that was told.
                Ok(Err(_)) => return None,
                Ok(Ok(())) => {}
            }
        }
        let seen = self.watch.borrow_and_update().clone();
        let mut out = if self.begun { String::new() } else { "retry: 2000\n\n".to_owned() };
        self.begun = true;
        let sight = match seen {
            Ok(sight) => sight,
            Err(problem) => {
                self.over = true;
                out += event("problem", None::<i64>, &problem.code).as_str();
                return Some(out);
            }
        };
        for line in sight.log.iter().filter(|line| line.seq > self.seq) {
            let (name, data) = self.teller.line(line);
            out += &event(name, Some(line.seq), &data);
        }
        self.seq = sight.log.last().map_or(self.seq, |line| line.seq.max(self.seq));
        match self.states(&sight) {
            Ok(text) => out += &text,
            Err(refusal) => tracing::error!(%refusal, "an event could not be made"),
        }
        if sight.rests() {
            self.over = true;
            out += &event("done", Some(self.seq), sight.row.state.as_str());
        }
        Some(out)
    }

    /// The head, if it is news, and the state.
    fn states(&mut self, sight: &Sight) -> Result<String, Refusal> {
        let mut out = String::new();
        let head = self.teller.head(sight)?;
        if let Some((name, data)) = head.filter(|(_, data)| self.head.as_ref() != Some(data)) {
            out += &event(name, Some(self.seq), &data);
            self.head = Some(data);
        }
        let (name, data) = self.teller.state(sight)?;
        out += &event(name, Some(self.seq), &data);
        Ok(out)
    }
}

/// One event. Whatever ends a line in the data begins another data line.
pub(crate) fn event<I: Display>(name: &str, id: Option<I>, data: &str) -> String {
    let mut out = format!("event: {name}\n");
    if let Some(id) = id {
        out += &format!("id: {id}\n");
    }
    for line in data.split(['\n', '\r']) {
        out += &format!("data: {line}\n");
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_data_can_become_an_event_of_its_own() {
        let text = event("log", Some(7), "a\nevent: done\r\ndata: x\n\nb");
        assert_eq!(text.matches("\nevent:").count(), 0, "{text:?}");
        assert_eq!(
            text,
            "event: log\nid: 7\ndata: a\ndata: event: done\ndata: \ndata: data: x\ndata: \ndata: b\n\n"
        );
    }
}
