//! Small bodies that come too slowly: whoever sends one is let go after the limit, and
//! keeps nobody else waiting.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::TestSite;
use crate::{
    secret::SystemRandom,
    web::{csrf, guard},
};

/// Longer than anything here takes, and far shorter than the limit of a real server.
const PATIENCE: Duration = Duration::from_secs(8);

async fn impatient() -> TestSite {
    let mut site = TestSite::new().await;
    assert!(PATIENCE < guard::ARRIVES);
    site.site.arrives = Duration::from_millis(300);
    site
}

/// The heads of requests that change something, in each way one can be let in.
fn heads(site: &TestSite) -> Vec<String> {
    let owner = site.person("alpha-owner");
    let token = csrf::token(&SystemRandom, &owner.session).unwrap();
    let backup = format!("/resources/{}/backup", site.shop.id);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let session = format!("Cookie: zelo_session={}\r\n", owner.session);
    vec![
        format!("POST {backup} HTTP/1.1\r\n{form}{session}"),
        format!("POST {backup} HTTP/1.1\r\n{form}{session}X-CSRF-Token: {token}\r\n"),
        format!("POST /sign-in HTTP/1.1\r\n{form}Cookie: zelo_guest=g\r\n"),
        format!(
            "POST /api/resources/{}/backups HTTP/1.1\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {}\r\n",
            site.shop.id, owner.token
        ),
    ]
}

/// Begins a request of so many bytes, of which only one comes at once.
async fn begun(address: SocketAddr, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let whole = format!("{head}Host: x\r\nContent-Length: 5000\r\n\r\nn");
    stream.write_all(whole.as_bytes()).await.unwrap();
    stream
}

/// What it is answered, once the server has hung up.
async fn ended(mut stream: TcpStream) -> String {
    let mut told = Vec::new();
    // A server that hangs up on a client that still sends may be heard as a reset.
    let ended = timeout(PATIENCE, stream.read_to_end(&mut told)).await;
    assert!(ended.is_ok(), "the server waits: {}", String::from_utf8_lossy(&told));
    String::from_utf8_lossy(&told).into_owned()
}

#[actix_web::test]
async fn who_stops_is_let_go_with_the_reason() {
    let site = impatient().await;
    let address = site.listen();
    let before = site.held().await;
    for head in heads(&site) {
        let told = ended(begun(address, &head).await).await;
        assert!(told.starts_with("HTTP/1.1 400"), "{head}: {told}");
        assert!(told.contains("did not arrive in time"), "{head}: {told}");
    }
    assert_eq!(site.held().await, before);
}

#[actix_web::test]
async fn who_sends_byte_by_byte_gains_no_time() {
    let site = impatient().await;
    let address = site.listen();
    for head in heads(&site) {
        let stream = begun(address, &head).await;
        let (mut reading, mut writing) = stream.into_split();
        let drip = async {
            while writing.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let mut told = [0; 12];
        let answered = async {
            reading.read_exact(&mut told).await.unwrap();
        };
        let ended = async {
            tokio::select! {
                () = drip => {}
                () = answered => {}
            }
        };
        timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("the server waits: {head}"));
        assert_eq!(String::from_utf8_lossy(&told), "HTTP/1.1 400", "{head}");
    }
}

#[actix_web::test]
async fn nobody_else_waits_for_them() {
    let mut site = impatient().await;
    // Longer than the test: those who are slow are all there until its end.
    site.site.arrives = guard::ARRIVES;
    let address = site.listen();
    let mut slow = Vec::new();
    for head in heads(&site).iter().cycle().take(40) {
        slow.push(begun(address, head).await);
    }
    for path in ["/healthz", "/sign-in"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        assert!(ended(stream).await.starts_with("HTTP/1.1 200"), "{path}");
    }
    for stream in slow {
        let mut byte = [0; 1];
        let answered = stream.try_read(&mut byte);
        assert!(answered.is_err(), "it waits still: {answered:?}");
    }
}
