//! `/instances/{resource}/logs/events`: a service's lines as it writes them, for the page
//! of its logs. A browser that comes back says which line it had last.

use std::convert::Infallible;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::{
    elsewhere,
    logs::{Wish, fits, line},
};
use crate::{
    domain::problem::Problem,
    host::LogLine,
    operation::{self, Followed},
    problem,
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        guard::Here,
        live::{
            HEARTBEAT, event, longest,
            seats::{SEATS, Seat},
            streamed,
        },
        text::T,
        view::instance_logs::{Line, OneLine},
    },
};

/// What is told of one stream.
struct Telling {
    lines: Followed,
    text: String,
    t: T,
    /// Held as long as the stream is.
    _seat: Seat,
    over: bool,
}

/// The stream.
pub(in crate::web::pages) async fn events(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let t = T::of(caller::lang(&site, &request));
    let known = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let after = known.or(Some(wish.after.as_str())).filter(|at| !at.is_empty()).map(str::to_owned);
    let Some(seat) = site.seats.take(&caller.user.id) else {
        return Ok(ended(t, &problem!("log-streams-full", most = SEATS)));
    };
    let followed = operation::follow_logs(&site.world, row, &wish.service, wish.length(), after).await;
    let lines = match followed {
        Ok(lines) => lines,
        Err(problem) => return Ok(ended(t, &problem)),
    };
    let text = wish.text.trim().to_owned();
    let telling = Telling { lines, text, t, _seat: seat, over: false };
    Ok(streamed(told(telling, longest(&site))))
}

/// A stream that says only why there is none; the browser does not come back then.
fn ended(t: T, problem: &Problem) -> HttpResponse {
    let text = farewell(t, problem);
    streamed(stream::once(std::future::ready(Ok(Bytes::from(text)))))
}

fn farewell(t: T, problem: &Problem) -> String {
    let told = t.told(problem).what;
    let line = Line { at: String::new(), clock: String::new(), text: told };
    written(&line, None) + &event("done", None::<String>, "")
}

fn written(line: &Line, id: Option<&str>) -> String {
    let html = OneLine { line }.render().unwrap_or_default();
    event("log", id, &html)
}

fn told(
    telling: Telling,
    end: impl Future<Output = ()> + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let begin = stream::once(std::future::ready(Ok(Bytes::from_static(b"retry: 2000\n\n"))));
    let lines = stream::unfold((telling, Box::pin(end)), |(mut telling, mut end)| async move {
        let text = tokio::select! {
            text = telling.next() => text?,
            () = &mut end => return None,
        };
        Some((Ok(Bytes::from(text)), (telling, end)))
    });
    begin.chain(lines).boxed_local()
}

impl Telling {
    /// The next event; `None` at the end, after which the browser comes back.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        match tokio::time::timeout(HEARTBEAT, self.fitting()).await {
            Err(_) => Some(":\n\n".to_owned()),
            Ok(None) => None,
            Ok(Some(Ok(one))) => Some(written(&line(self.t, &one), Some(&one.at))),
            Ok(Some(Err(problem))) => {
                self.over = true;
                Some(farewell(self.t, &problem))
            }
        }
    }

    /// The next line that is looked for.
    async fn fitting(&mut self) -> Option<Result<LogLine, Problem>> {
        loop {
            match self.lines.next().await? {
                Ok(one) if !fits(&one, &self.text) => {}
                told => return Some(told),
            }
        }
    }
}
