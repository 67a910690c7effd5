//! Asking a service over HTTP, on the Docker network: short answers, bounded in time
//! and length.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use crate::secret::Secret;

/// How long an answer may take: GoTrue gives up after 10 s.
const LIMIT: Duration = Duration::from_secs(12);
/// Bytes read of an answer at most.
const MOST: usize = 256 * 1024;

/// A question. Header values are secrets: most carry a key.
#[derive(Debug, Clone)]
pub struct Question {
    /// `GET`, `POST`.
    pub method: &'static str,
    /// From the slash on.
    pub path: String,
    /// Headers.
    pub headers: Vec<(&'static str, Secret)>,
    /// A JSON body, if any.
    pub body: Option<serde_json::Value>,
}

impl Question {
    /// `GET path`.
    pub fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), headers: Vec::new(), body: None }
    }

    /// `POST path` with JSON.
    pub fn post(path: &str, body: serde_json::Value) -> Self {
        Self { method: "POST", path: path.to_owned(), headers: Vec::new(), body: Some(body) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Secret) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        self.header("authorization", Secret::new(format!("Bearer {}", token.expose())))
    }
}

/// An answer. Its body may hold secrets.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its media type.
    pub media_type: String,
    /// Its body; bytes that are no UTF-8 are replaced.
    pub body: String,
}

impl Answer {
    /// The body as JSON, null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Why there was no answer, in the system's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody listens there.
    #[error("{0}")]
    Refused(String),
    /// Not in time.
    #[error("no answer within {} s", LIMIT.as_secs())]
    Late,
    /// The connection broke, or what came is no HTTP.
    #[error("{0}")]
    Broken(String),
}

/// Asks `address:port`.
pub async fn ask(address: &str, port: u16, question: Question) -> Result<Answer, NoAnswer> {
    timeout(LIMIT, exchange(address, port, question)).await.unwrap_or(Err(NoAnswer::Late))
}

async fn exchange(address: &str, port: u16, question: Question) -> Result<Answer, NoAnswer> {
    let stream = TcpStream::connect((address, port)).await.map_err(|e| NoAnswer::Refused(e.to_string()))?;
    let broken = |e: &dyn std::fmt::Display| NoAnswer::Broken(e.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| broken(&e))?;
    // Ends with the sender.
    let driving = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(question.method)
        .uri(&question.path)
        .header("host", format!("{address}:{port}"))
        .header("connection", "close");
    for (name, value) in &question.headers {
        request = request.header(*name, value.expose());
    }
    let body = match &question.body {
        Some(body) => {
            request = request.header("content-type", "application/json");
            Bytes::from(body.to_string())
        }
        None => Bytes::new(),
    };
    let request = request.body(Full::new(body)).map_err(|e| broken(&e))?;
    let answer = sender.send_request(request).await.map_err(|e| broken(&e))?;
    let status = answer.status().as_u16();
    let media_type = answer.headers().get("content-type").and_then(|v| v.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let body = Limited::new(answer.into_body(), MOST).collect().await.map_err(|e| broken(&e))?;
    driving.abort();
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(Answer { status, media_type, body })
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn an_answer_comes_whole_and_a_closed_door_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = vec![0; 4096];
            let read = stream.read(&mut seen).await.unwrap();
            stream
                .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{\"code\":\"bad_jwt\"}\r\n")
                .await
                .unwrap();
            String::from_utf8_lossy(&seen[..read]).into_owned()
        });
        let question = Question::get("/admin/users").bearer(&Secret::new("abc"));
        let answer = ask("127.0.0.1", port, question).await.unwrap();
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("bad_jwt")));
        assert!(server.await.unwrap().contains("authorization: Bearer abc"));
        let closed = ask("127.0.0.1", port, Question::get("/")).await;
        assert!(matches!(closed, Err(NoAnswer::Refused(_))), "{closed:?}");
    }
}
