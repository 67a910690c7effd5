//! A connection in the replication protocol: start-up, SCRAM, simple queries. Messages
//! and SCRAM are the crate's; nothing here is kept beyond one message.

use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::{
    authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
    message::{
        backend::{DataRowBody, ErrorResponseBody, Header, Message},
        frontend,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{LIMIT, Source, cut};
use crate::{domain::problem::Problem, problem, secret::Secret};

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;
/// The longest message that is taken: the server's own are far shorter.
const LONGEST: i32 = 64 << 20;

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    buffer: BytesMut,
    /// `17.6 (Debian 17.6-0+deb13u1)`, as the server named itself.
    server: String,
    at: String,
    /// Never in an error, even if the server should repeat it.
    password: Option<Secret>,
}

impl Wire {
    /// Connects and logs in. Problems: `pg-physical-unreachable`, `pg-physical-login`,
    /// `pg-physical-login-kind`, `pg-physical-cut`.
    pub(super) async fn open(source: &Source) -> Result<Self, Problem> {
        let (host, port) = &source.address;
        let at = format!("{host}:{port}");
        let away = |why: String| problem!("pg-physical-unreachable", address = &at).detail(why).transient();
        let stream = match timeout(LIMIT, TcpStream::connect((host.as_str(), *port))).await {
            Ok(connected) => connected.map_err(|e| away(e.to_string()))?,
            Err(_) => return Err(away(format!("no answer within {} s", LIMIT.as_secs()))),
        };
        let mut wire = Self {
            stream,
            buffer: BytesMut::new(),
            server: String::new(),
            at: at.clone(),
            password: source.password.clone(),
        };
        match timeout(LIMIT, wire.log_in(source)).await {
            Ok(done) => done.map(|()| wire),
            Err(_) => Err(away(format!("no answer within {} s", LIMIT.as_secs()))),
        }
    }

    async fn log_in(&mut self, source: &Source) -> Result<(), Problem> {
        let parameters = [
            ("user", source.user.as_str()),
            ("database", source.database.as_str()),
            ("replication", "database"),
            ("application_name", source.application.as_str()),
            ("client_encoding", "UTF8"),
        ];
        let mut out = BytesMut::new();
        frontend::startup_message(parameters, &mut out).map_err(cut)?;
        self.send(&mut out).await?;
        loop {
            match self.next().await? {
                Message::AuthenticationOk => {}
                Message::AuthenticationSasl(body) => {
                    let mut offered = body.mechanisms();
                    let mut scram = false;
                    while let Some(mechanism) = offered.next().map_err(cut)? {
                        scram |= mechanism == SCRAM_SHA_256;
                    }
                    if !scram {
                        return Err(problem!("pg-physical-login-kind", method = "SASL"));
                    }
                    self.scram(source).await?;
                }
                Message::AuthenticationCleartextPassword => {
                    return Err(problem!("pg-physical-login-kind", method = "password"));
                }
                Message::AuthenticationMd5Password(_) => {
                    return Err(problem!("pg-physical-login-kind", method = "md5"));
                }
                Message::ParameterStatus(body) if body.name().map_err(cut)? == "server_version" => {
                    self.server = body.value().map_err(cut)?.to_owned();
                }
                Message::ParameterStatus(_) | Message::BackendKeyData(_) | Message::NoticeResponse(_) => {}
                Message::ReadyForQuery(_) => return Ok(()),
                Message::ErrorResponse(body) => return Err(self.refused(source, &body)),
                _ => return Err(cut("an unexpected answer to the start-up message")),
            }
        }
    }

    async fn scram(&mut self, source: &Source) -> Result<(), Problem> {
        let Some(password) = self.password.clone() else {
            return Err(self.not_let_in(source).detail("the server asks for a password"));
        };
        let mut scram = ScramSha256::new(password.expose().as_bytes(), ChannelBinding::unsupported());
        let mut out = BytesMut::new();
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut out).map_err(cut)?;
        self.send(&mut out).await?;
        loop {
            match self.next().await? {
                Message::AuthenticationSaslContinue(body) => {
                    scram.update(body.data()).map_err(cut)?;
                    frontend::sasl_response(scram.message(), &mut out).map_err(cut)?;
                    self.send(&mut out).await?;
                }
                // The server proves that it knows the password too.
                Message::AuthenticationSaslFinal(body) => return scram.finish(body.data()).map_err(cut),
                Message::ErrorResponse(body) => return Err(self.refused(source, &body)),
                Message::NoticeResponse(_) => {}
                _ => return Err(cut("an unexpected message in the login")),
            }
        }
    }

    fn not_let_in(&self, source: &Source) -> Problem {
        problem!("pg-physical-login", user = &source.user, address = &self.at)
    }

    fn refused(&self, source: &Source, body: &ErrorResponseBody) -> Problem {
        let (words, state) = self.words(body);
        let problem = self.not_let_in(source).detail(words);
        // Starting up, shutting down, too many connections: not for good.
        if matches!(state.as_str(), "57P03" | "57P01" | "53300") { problem.transient() } else { problem }
    }

    /// The server's major version.
    pub(super) fn major(&self) -> Result<u32, Problem> {
        let digits: String = self.server.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().map_err(|_| cut("the server does not name its version"))
    }

    /// Asks something that has one row for an answer: that row.
    pub(super) async fn row(&mut self, question: &str) -> Result<Vec<Option<String>>, Problem> {
        match timeout(LIMIT, self.one_row(question)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.broken(&format!("no answer within {} s", LIMIT.as_secs()))),
        }
    }

    async fn one_row(&mut self, question: &str) -> Result<Vec<Option<String>>, Problem> {
        self.ask(question).await?;
        let mut found = None;
        loop {
            match self.next().await? {
                Message::DataRow(body) => found = Some(columns(&body)?),
                Message::ErrorResponse(body) => return Err(self.failed(&body)),
                Message::ReadyForQuery(_) => return found.ok_or_else(|| cut("an answer without a row")),
                _ => {}
            }
        }
    }

    /// Sends a question, and leaves its answer to be read.
    pub(super) async fn ask(&mut self, question: &str) -> Result<(), Problem> {
        let mut out = BytesMut::new();
        frontend::query(question, &mut out).map_err(cut)?;
        self.send(&mut out).await
    }

    /// The next message. Problem: `pg-physical-cut`, also for the end of the connection:
    /// no answer ends with it.
    pub(super) async fn next(&mut self) -> Result<Message, Problem> {
        loop {
            if let Some(header) = Header::parse(&self.buffer).map_err(cut)?
                && header.len() > LONGEST
            {
                return Err(cut(format!("a message of {} bytes", header.len())));
            }
            if let Some(message) = Message::parse(&mut self.buffer).map_err(cut)? {
                return Ok(message);
            }
            self.buffer.reserve(CHUNK);
            let read = self.stream.read_buf(&mut self.buffer).await;
            if read.map_err(|e| self.broken(&e.to_string()))? == 0 {
                return Err(self.broken("the connection ended"));
            }
        }
    }

    async fn send(&mut self, out: &mut BytesMut) -> Result<(), Problem> {
        let sent: io::Result<()> = self.stream.write_all(out).await;
        out.clear();
        sent.map_err(|e| self.broken(&e.to_string()))
    }

    fn broken(&self, why: &str) -> Problem {
        cut(format!("{}: {why}", self.at)).transient()
    }

    /// What the server refused, in its own words. Problem: `pg-physical-failed`.
    pub(super) fn failed(&self, body: &ErrorResponseBody) -> Problem {
        problem!("pg-physical-failed").detail(self.words(body).0)
    }

    /// An error's words and its SQLSTATE.
    fn words(&self, body: &ErrorResponseBody) -> (String, String) {
        let (mut words, mut state, mut fields) = (Vec::new(), String::new(), body.fields());
        while let Ok(Some(field)) = fields.next() {
            let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'C' => state = text,
                b'M' | b'D' | b'H' => words.push(text),
                _ => {}
            }
        }
        let mut words = words.join("\n");
        if let Some(password) = self.password.as_ref().filter(|password| !password.is_empty()) {
            words = words.replace(password.expose(), "[…]");
        }
        (words, state)
    }
}

/// A row's columns as text.
pub(super) fn columns(body: &DataRowBody) -> Result<Vec<Option<String>>, Problem> {
    let (mut found, mut ranges) = (Vec::new(), body.ranges());
    while let Some(range) = ranges.next().map_err(cut)? {
        let text = range.and_then(|range| body.buffer().get(range));
        found.push(text.map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
    }
    Ok(found)
}
