//! Against a small mail server that speaks as it is told to, on a real socket.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls};

use super::*;
use crate::msg;

const PASSWORD: &str = "hunter2-hunter2";
const SOON: Limits = Limits { connects: Duration::from_millis(400), all: Duration::from_secs(2) };

/// What the server answers, by how a line begins; the first that fits. `close`: it goes
/// away. `hang`: it says nothing any more.
type Script = &'static [(&'static str, &'static str)];

const WELL: Script = &[
    ("EHLO", "250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000"),
    ("AUTH", "235 2.7.0 in"),
    ("MAIL", "250 sender"),
    ("RCPT", "250 reader"),
    ("DATA", "354 go on"),
    (".", "250 2.0.0 queued as 77"),
    ("QUIT", "221 bye"),
];

/// A running one: its port, and what it was told until it went.
struct Fake {
    port: u16,
    told: JoinHandle<Vec<String>>,
}

impl Fake {
    async fn new(greeting: &'static str, first: Script, tls: Option<TlsAcceptor>, tls_first: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut told = Vec::new();
            let mut stream: Box<dyn Both> = Box::new(stream);
            if tls_first {
                match tls.clone().unwrap().accept(stream).await {
                    Ok(within) => stream = Box::new(within),
                    Err(_) => return told,
                }
            }
            let stream = speak(stream, Some(greeting), first, &mut told).await;
            if let (Some(stream), Some(tls)) = (stream, tls)
                && let Ok(stream) = tls.accept(stream).await
            {
                speak(Box::new(stream), None, WELL, &mut told).await;
            }
            told
        });
        Self { port, told }
    }

    async fn plain(first: Script) -> Self {
        Self::new("220 mail.test", first, None, false).await
    }

    fn server(&self) -> Server {
        let login = Login { user: "shop".to_owned(), password: Secret::new(PASSWORD) };
        Server::new("localhost", self.port, Some(login))
    }
}

trait Both: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Both for T {}

/// Speaks until it is over; hands the stream back where TLS is to begin.
async fn speak(
    stream: Box<dyn Both>,
    greeting: Option<&str>,
    script: Script,
    told: &mut Vec<String>,
) -> Option<Box<dyn Both>> {
    let mut stream = BufReader::new(stream);
    if let Some(greeting) = greeting {
        stream.write_all(format!("{greeting}\r\n").as_bytes()).await.unwrap();
    }
    let mut letter = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        told.push(line.clone());
        if letter && line != "." {
            continue;
        }
        let answer =
            script.iter().find(|(begins, _)| line.starts_with(begins)).map_or("502 what", |(_, a)| a);
        match answer {
            "close" => return None,
            "hang" => tokio::time::sleep(Duration::from_secs(60)).await,
            answer => {
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
                letter = answer.starts_with("354");
            }
        }
        if line == "STARTTLS" {
            return Some(stream.into_inner());
        }
    }
}

/// A certificate for `localhost` that nobody but the second knows.
fn certified() -> (TlsAcceptor, TlsParameters) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let root = Certificate::from_der(made.cert.der().to_vec()).unwrap();
    let trusting = TlsParameters::builder("localhost".to_owned()).add_root_certificate(root);
    (TlsAcceptor::from(Arc::new(config)), trusting.build_rustls().unwrap())
}

fn letter() -> Letter {
    Letter {
        name: "Loja do João".to_owned(),
        from: "shop@example.com".to_owned(),
        to: "ana@example.com".to_owned(),
        subject: msg!("mail-test-subject", instance = "shop"),
        paragraphs: vec![msg!("mail-test-body", instance = "shop"), msg!("mail-test-end", instance = "shop")],
        lang: Lang::PtBr,
        at: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        id: "01k".to_owned(),
    }
}

async fn send_to(server: &Server) -> Result<Sent, Problem> {
    let tls = TlsParameters::new_rustls("localhost".to_owned()).unwrap();
    send_by(server, &letter(), tls, SOON).await
}

async fn refused(script: Script) -> (String, Problem) {
    let fake = Fake::plain(script).await;
    let problem = send_to(&fake.server()).await.unwrap_err();
    let shown = format!("{problem:?}");
    for hidden in fake.server().login.unwrap().forms() {
        assert!(!shown.contains(&hidden), "{shown}");
    }
    (problem.code.clone(), problem)
}

#[tokio::test]
async fn a_letter_is_handed_over_whole() {
    let fake = Fake::plain(WELL).await;
    let sent = send_to(&fake.server()).await.unwrap();
    assert_eq!((sent.tls, sent.login), (false, Some("plain")));
    assert_eq!(sent.said, "250 2.0.0 queued as 77");
    assert_eq!(sent.address.unwrap().port(), fake.port);
    let told = fake.told.await.unwrap();
    assert!(told.contains(&"MAIL FROM:<shop@example.com>".to_owned()), "{told:?}");
    assert!(told.contains(&"RCPT TO:<ana@example.com>".to_owned()), "{told:?}");
    let all = told.join("\n");
    for line in
        ["From: =?utf-8?b?", "To: ana@example.com", "Date: Mon, 21 Sep 2026", "Message-ID: <01k@example.com>"]
    {
        assert!(all.contains(line), "{line}: {all}");
    }
    assert_eq!(told.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn without_a_name_nobody_logs_in() {
    let fake = Fake::plain(WELL).await;
    let sent = send_to(&Server { login: None, ..fake.server() }).await.unwrap();
    assert_eq!(sent.login, None);
    assert!(!fake.told.await.unwrap().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn login_is_spoken_too() {
    const LOGIN: Script = &[
        ("EHLO", "250-mail.test\r\n250 AUTH LOGIN"),
        ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
        ("c2hvcA==", "334 UGFzc3dvcmQ6"),
        ("aHVudGVyMi1odW50ZXIy", "235 in"),
        ("MAIL", "250 sender"),
        ("RCPT", "250 reader"),
        ("DATA", "354 go on"),
        // A server that repeats what it was sent.
        (".", "250 hunter2-hunter2 aHVudGVyMi1odW50ZXIy"),
        ("QUIT", "close"),
    ];
    let fake = Fake::plain(LOGIN).await;
    let sent = send_to(&fake.server()).await.unwrap();
    assert_eq!((sent.login, sent.said.as_str()), (Some("login"), "250 […] […]"));
}

#[tokio::test]
async fn starttls_is_used_where_it_is_offered() {
    const OFFERS: Script = &[("EHLO", "250-mail.test\r\n250 STARTTLS"), ("STARTTLS", "220 now")];
    let (acceptor, trusting) = certified();
    let fake = Fake::new("220 mail.test", OFFERS, Some(acceptor), false).await;
    let sent = send_by(&fake.server(), &letter(), trusting, SOON).await.unwrap();
    assert_eq!((sent.tls, sent.login), (true, Some("plain")));
    let told = fake.told.await.unwrap();
    let at = |begins: &str| told.iter().position(|line| line.starts_with(begins)).unwrap();
    assert!(at("STARTTLS") < at("AUTH"), "{told:?}");

    // The same server to somebody who does not know its certificate.
    let (acceptor, _) = certified();
    let fake = Fake::new("220 mail.test", OFFERS, Some(acceptor), false).await;
    let problem = send_to(&fake.server()).await.unwrap_err();
    assert_eq!(problem.code, "mail-tls");
    assert!(problem.detail.unwrap().contains("certificate"));
    assert!(!fake.told.await.unwrap().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn on_port_465_tls_comes_first() {
    assert!(Server::new("mail.test", 465, None).tls_first);
    assert!(!Server::new("mail.test", 587, None).tls_first);
    let (acceptor, trusting) = certified();
    let fake = Fake::new("220 mail.test", WELL, Some(acceptor), true).await;
    let server = Server { tls_first: true, ..fake.server() };
    let sent = send_by(&server, &letter(), trusting, SOON).await.unwrap();
    assert_eq!((sent.tls, sent.login), (true, Some("plain")));

    // A server without TLS, asked for it; and nobody at all.
    let fake = Fake::plain(WELL).await;
    let server = Server { tls_first: true, ..fake.server() };
    assert_eq!(send_to(&server).await.unwrap_err().code, "mail-tls");
    drop(fake);
    let server = Server { port: closed().await, ..server };
    assert_eq!(send_to(&server).await.unwrap_err().code, "mail-connect");
}

async fn closed() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn what_keeps_a_connection_from_standing_is_told_apart() {
    let mut server =
        Server { at: Some([127, 0, 0, 1].into()), ..Server::new("mail.test", closed().await, None) };
    assert_eq!(send_to(&server).await.unwrap_err().code, "mail-connect");

    server = Server::new("no-such-host.invalid", 25, None);
    assert_eq!(send_to(&server).await.unwrap_err().code, "mail-name-unknown");

    // Nobody takes what waits: the third connection is not answered.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let one = timeout(Duration::from_millis(200), TcpStream::connect(address)).await;
        waiting.extend(one.into_iter().flatten());
    }
    let full = Server::new("127.0.0.1", address.port(), None);
    assert_eq!(send_to(&full).await.unwrap_err().code, "mail-connect-slow");
    let full = Server { tls_first: true, ..full };
    assert_eq!(send_to(&full).await.unwrap_err().code, "mail-connect-slow");
}

#[tokio::test]
async fn what_is_no_mail_server_is_told() {
    let fake = Fake::new("SSH-2.0-OpenSSH", &[], None, false).await;
    assert_eq!(send_to(&fake.server()).await.unwrap_err().code, "mail-not-smtp");
    let fake = Fake::new("554 5.7.1 not you", &[], None, false).await;
    let problem = send_to(&fake.server()).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.detail.as_deref()), ("mail-greeting", Some("5.7.1 not you")));
    assert_eq!(refused(&[("EHLO", "close")]).await.0, "mail-not-smtp");
    assert_eq!(refused(&[("EHLO", "hang")]).await.0, "mail-slow");
}

#[tokio::test]
async fn each_refusal_has_its_own_name() {
    const EHLO: (&str, &str) = ("EHLO", "250-mail.test\r\n250 AUTH PLAIN");
    const IN: (&str, &str) = ("AUTH", "235 in");
    const MAIL: (&str, &str) = ("MAIL", "250 ok");
    const RCPT: (&str, &str) = ("RCPT", "250 ok");
    const REPEATS: &str = "535 5.7.8 no such AHNob3AAaHVudGVyMi1odW50ZXIy";
    let garbage: Script =
        &[("EHLO", "250-mail.test\r\n250 STARTTLS"), ("STARTTLS", "220 now\r\nno TLS at all")];
    let cases: [(Script, &str, &str); 9] = [
        (garbage, "mail-tls", ""),
        (&[("EHLO", "250-mail.test\r\n250 STARTTLS"), ("STARTTLS", "454 later")], "mail-tls", "454"),
        (&[("EHLO", "250-mail.test\r\n250 AUTH CRAM-MD5")], "mail-login-way", ""),
        (&[EHLO, ("AUTH", REPEATS)], "mail-login", ""),
        (&[EHLO, ("AUTH", "close")], "mail-broken", ""),
        (&[EHLO, IN, ("MAIL", "550 5.1.0 not yours")], "mail-sender", "5.1.0 not yours"),
        (&[EHLO, IN, MAIL, ("RCPT", "550 hunter2-hunter2 unknown")], "mail-recipient", "[…] unknown"),
        (&[EHLO, IN, MAIL, RCPT, ("DATA", "452 full")], "mail-letter", "full"),
        (&[EHLO, IN, MAIL, RCPT, ("DATA", "354 go on"), (".", "554 spam")], "mail-letter", "spam"),
    ];
    for (script, code, detail) in cases {
        let (found, problem) = refused(script).await;
        assert_eq!(found, code, "{problem:?}");
        let said = problem.detail.clone().unwrap_or_default();
        assert!(said.contains(detail), "{code}: {said}");
        let login = problem.is("mail-login") && problem.args.contains_key("code");
        assert!(!problem.is("mail-login") || (login && problem.detail.is_none()), "{problem:?}");
    }
}

#[tokio::test]
async fn a_password_does_not_travel_in_the_clear() {
    let fake = Fake::plain(WELL).await;
    let elsewhere = Server { host: "mail.test".to_owned(), at: Some([127, 0, 0, 1].into()), ..fake.server() };
    assert_eq!(send_to(&elsewhere).await.unwrap_err().code, "mail-login-unsafe");
    assert!(!fake.told.await.unwrap().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn only_one_plain_address_is_one() {
    for good in ["a@b.co", "first.last+tag@sub.example.com"] {
        assert!(is_address(good), "{good}");
    }
    let long = format!("{}@example.com", "a".repeat(260));
    for bad in [
        "",
        "a",
        "a@",
        "@b.co",
        "a@b.co\r\nRCPT TO:<x@y.z>",
        "a@b.co\n",
        "a b@c.d",
        "Ana <a@b.co>",
        "a@b.co,c@d.e",
        "joão@b.co",
        &long,
    ] {
        assert!(!is_address(bad), "{bad:?}");
        let letter = Letter { to: bad.to_owned(), ..letter() };
        let server = Server::new("127.0.0.1", 9, None);
        assert_eq!(send(&server, &letter).await.unwrap_err().code, "mail-address", "{bad:?}");
    }
}
