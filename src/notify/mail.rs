//! One letter by SMTP, the way an instance's sign-in service (GoTrue) sends its own, so
//! that what is learned here holds there too. GoTrue uses gomail.v2 over Go's net/smtp;
//! read in their sources: TLS from the start on port 465 and nowhere else; elsewhere
//! STARTTLS if the server offers it, and no TLS if not; certificates are checked; a login
//! only if the server offers one; PLAIN without TLS only to the machine itself; LOGIN,
//! where the server knows no PLAIN, also in the clear. Where it differs: GoTrue logs in by
//! CRAM-MD5 where that is offered, which the library here does not know.

mod login;
#[cfg(test)]
mod tests;
mod trouble;

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use lettre::{
    Address, Message,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
        response::Response,
    },
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use self::trouble::Trouble;
use crate::{
    domain::{clock::Moment, msg::Msg, problem::Problem},
    i18n::{Catalogue, Lang},
    problem,
    secret::Secret,
};

/// How long a connection may take to stand, as gomail has it, and how long everything may
/// take, from the name to the server's last answer.
const LIMITS: Limits = Limits { connects: Duration::from_secs(10), all: Duration::from_secs(15) };
/// How long the server may take to part.
const PARTS: Duration = Duration::from_secs(1);
/// The port on which TLS comes first.
const TLS_PORT: u16 = 465;
/// The longest an address may be (RFC 5321, 4.5.3.1.3, without its brackets).
const LONGEST: usize = 254;
/// Characters kept of what a server says.
const SAID: usize = 300;

/// How long is waited.
#[derive(Debug, Clone, Copy)]
struct Limits {
    connects: Duration,
    all: Duration,
}

/// A mail server, as an instance's settings name it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name or address; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Where it is, if that is known better than the machine's resolver does.
    pub at: Option<IpAddr>,
    /// Whether TLS comes before anything else is said.
    pub tls_first: bool,
    /// As whom to log in.
    pub login: Option<Login>,
}

/// A name and its password.
#[derive(Debug, Clone)]
pub struct Login {
    /// The name.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// A letter.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The sender's name; may be empty.
    pub name: String,
    /// The sender's address.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: Msg,
    /// Its paragraphs.
    pub paragraphs: Vec<Msg>,
    /// The reader's language.
    pub lang: Lang,
    /// When it is written.
    pub at: Moment,
    /// Unique; what its `Message-ID` begins with.
    pub id: String,
}

/// What came of it: the server has taken the letter. Whether it arrives only its reader
/// can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The address that was spoken with.
    pub address: Option<SocketAddr>,
    /// Whether everything after the greeting was encrypted.
    pub tls: bool,
    /// How it was logged in: `plain`, `login`; `None`: not at all.
    pub login: Option<&'static str>,
    /// The server's last answer, with its code, without the password.
    pub said: String,
}

impl Server {
    /// As its settings are meant: TLS from the start on port 465.
    pub fn new(host: &str, port: u16, login: Option<Login>) -> Self {
        Self { host: host.to_owned(), port, at: None, tls_first: port == TLS_PORT, login }
    }

    /// A text of the server's for people: one line, without the password in any form in
    /// which it was sent.
    fn clean(&self, said: &str) -> String {
        let mut said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if let Some(login) = &self.login {
            for hidden in login.forms() {
                said = said.replace(&hidden, "[…]");
            }
        }
        said.trim().chars().take(SAID).collect()
    }
}

/// Whether a letter can be sent to this address: one, plain, without a name.
pub fn is_address(text: &str) -> bool {
    // Addresses beyond ASCII need an extension that few servers have.
    text.is_ascii() && text.len() <= LONGEST && text.parse::<Address>().is_ok()
}

/// Hands a letter to a server, in 15 seconds at most. Nothing is tried twice.
///
/// # Errors
/// `mail-address` (args `field`: `from` or `to`), `mail-name-unknown`, `mail-connect`,
/// `mail-connect-slow`, `mail-slow`, `mail-not-smtp`, `mail-greeting`, `mail-tls`,
/// `mail-login-unsafe`, `mail-login-way`, `mail-login`, `mail-sender`, `mail-recipient`,
/// `mail-letter`, `mail-broken`.
pub async fn send(server: &Server, letter: &Letter) -> Result<Sent, Problem> {
    let tls = TlsParameters::new_rustls(server.host.clone());
    send_by(server, letter, tls.map_err(|e| problem!("mail-tls", host = &server.host).detail(e))?, LIMITS)
        .await
}

/// The same, trusting whom `tls` trusts.
async fn send_by(
    server: &Server,
    letter: &Letter,
    tls: TlsParameters,
    limits: Limits,
) -> Result<Sent, Problem> {
    let written = Written::of(letter)?;
    let (host, port) = (&server.host, server.port.to_string());
    let came = timeout(limits.all, hand_over(server, &written, tls, limits.connects)).await;
    let slow = || problem!("mail-slow", host = host, port = &port, seconds = limits.all.as_secs());
    came.map_err(|_| slow())?.map_err(|trouble| trouble.told(server, letter))
}

/// A letter as it goes over the wire.
struct Written {
    from: Address,
    to: Address,
    bytes: Vec<u8>,
}

impl Written {
    /// Problem: `mail-address`.
    fn of(letter: &Letter) -> Result<Self, Problem> {
        let read = |field: &str, text: &str| {
            let wrong = || problem!("mail-address", field = field);
            if is_address(text) { text.parse::<Address>().map_err(|_| wrong()) } else { Err(wrong()) }
        };
        let (from, to) = (read("from", &letter.from)?, read("to", &letter.to)?);
        // A control character would end the header.
        let name: String = letter.name.chars().filter(|c| !c.is_control()).collect();
        let name = Some(name).filter(|name| !name.is_empty());
        let words = Catalogue::of(letter.lang);
        let body: Vec<String> = letter.paragraphs.iter().map(|one| words.text(one)).collect();
        let message = Message::builder()
            .from(Mailbox::new(name, from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(words.text(&letter.subject))
            .date(letter.at.into())
            .message_id(Some(format!("<{}@{}>", letter.id, from.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(body.join("\r\n\r\n"))
            .map_err(|e| problem!("internal-mail").detail(e))?;
        Ok(Self { from, to, bytes: message.formatted() })
    }
}

/// From the name to the server's last answer.
async fn hand_over(
    server: &Server,
    letter: &Written,
    tls: TlsParameters,
    connects: Duration,
) -> Result<Sent, Trouble> {
    let hello = ClientId::Domain("localhost".to_owned()); // as net/smtp says
    let addresses = addresses(server).await?;
    let (mut open, address) = opened(server, &addresses, &tls, &hello, connects).await?;
    if !server.tls_first && open.can_starttls() {
        open.starttls(tls, &hello).await.map_err(Trouble::tls)?;
    }
    let tls = open.is_encrypted();
    let login = login::log_in(&mut open, server, &hello).await?;
    let said = given(&mut open, letter).await;
    // The letter is taken or refused by now; a server that does not part changes nothing.
    let _ = timeout(PARTS, open.quit()).await;
    let said = said?;
    let lines: Vec<&str> = said.message().collect();
    let said = server.clean(&format!("{} {}", said.code(), lines.join(" ")));
    Ok(Sent { address, tls, login, said })
}

async fn addresses(server: &Server) -> Result<Vec<SocketAddr>, Trouble> {
    if let Some(at) = server.at {
        return Ok(vec![SocketAddr::new(at, server.port)]);
    }
    let found = lookup_host((server.host.as_str(), server.port)).await.map_err(Trouble::Name)?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() { Err(Trouble::Name(std::io::ErrorKind::NotFound.into())) } else { Ok(found) }
}

/// A connection on which the server has greeted.
async fn opened(
    server: &Server,
    addresses: &[SocketAddr],
    tls: &TlsParameters,
    hello: &ClientId,
    connects: Duration,
) -> Result<(AsyncSmtpConnection, Option<SocketAddr>), Trouble> {
    if server.tls_first {
        let open =
            AsyncSmtpConnection::connect_tokio1(addresses, Some(connects), hello, Some(tls.clone()), None);
        // The library does not say which of several it was.
        let address = addresses.first().copied().filter(|_| addresses.len() == 1);
        return open.await.map(|open| (open, address)).map_err(Trouble::opening_tls);
    }
    let stream = timeout(connects, TcpStream::connect(addresses)).await;
    let stream = stream.map_err(|_| Trouble::ConnectSlow)?.map_err(Trouble::connect)?;
    let address = stream.peer_addr().ok();
    let open = AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await;
    Ok((open.map_err(Trouble::greeting)?, address))
}

/// Sender, reader, letter; each may be refused.
async fn given(open: &mut AsyncSmtpConnection, letter: &Written) -> Result<Response, Trouble> {
    open.command(Mail::new(Some(letter.from.clone()), vec![])).await.map_err(Trouble::Sender)?;
    open.command(Rcpt::new(letter.to.clone(), vec![])).await.map_err(Trouble::Recipient)?;
    open.command(Data).await.map_err(Trouble::Letter)?;
    open.message(&letter.bytes).await.map_err(Trouble::Letter)
}
