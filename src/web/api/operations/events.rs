//! `GET /api/operations/{operation}/events`

use serde::Serialize;

use crate::{
    db::LogLine,
    i18n::Catalogue,
    problem,
    web::{
        api::{
            call::{Answer, Call},
            types::operation::{LogEntry, OperationDetail},
        },
        error::Refusal,
        live::{Teller, events as stream, hub::Sight},
    },
};

/// Follow an operation as it goes.
///
/// Server-sent events: `operation` brings an `OperationDetail` whenever something
/// changes (bytes alone: once a second), `log` a `LogEntry`, `done` the state in which
/// it rests, and then the stream ends. After two minutes the stream ends by itself;
/// whoever comes back with `Last-Event-ID` gets the lines of the log after that one,
/// and the operation as it is then.
#[utoipa::path(
    get,
    path = "/api/operations/{operation}/events",
    tag = "Operations",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that was seen.")),
    responses((status = 200, description = "Events until it rests.", content_type = "text/event-stream", body = String)),
)]
pub(in crate::web::api) async fn events(call: Call) -> Answer {
    let told = Told { words: call.words };
    stream(&call.site, &call.request, &call.here.operation()?.id, told).await
}

struct Told {
    words: &'static Catalogue,
}

impl Teller for Told {
    fn state(&self, sight: &Sight) -> Result<(&'static str, String), Refusal> {
        Ok(("operation", json(&OperationDetail::of(sight, self.words))?))
    }

    fn line(&self, line: &LogLine) -> (&'static str, String) {
        ("log", json(&LogEntry::of(line, self.words)).unwrap_or_default())
    }
}

fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|e| problem!("internal-web").detail(e).into())
}
