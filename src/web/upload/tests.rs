//! What comes in whole is handed on; what does not leaves nothing.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use actix_multipart::Multipart;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Room, plain_name, receive};
use crate::{
    store::Reserve,
    web::{
        guard::Here,
        tests::{Ask, Reply, TestSite},
    },
};

const FORM: &str = "multipart/form-data; boundary=edge";

/// A field of a form, with its file name if it is a file.
fn field(name: &str, file: Option<&str>, data: impl AsRef<[u8]>) -> Vec<u8> {
    let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
    let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
    [head.as_bytes(), data.as_ref(), b"\r\n"].concat()
}

fn form(fields: &[Vec<u8>]) -> Vec<u8> {
    [fields.concat(), b"--edge--\r\n".to_vec()].concat()
}

fn path(site: &TestSite) -> String {
    format!("/api/resources/{}/backups/upload", site.shop.id)
}

async fn send(site: &TestSite, body: Vec<u8>) -> Reply {
    site.send(Ask::post(path(site)).token_of(site.person("alpha-owner")).body(FORM, body)).await
}

async fn nothing_is_left(site: &TestSite) {
    // A thread may still be about to notice.
    for _ in 0..100 {
        if site.uploads().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(site.uploads(), Vec::<std::path::PathBuf>::new());
    let rows = site.send(Ask::get("/api/operations").token_of(site.person("alpha-owner"))).await;
    assert_eq!(rows.json()["total"], 0);
}

#[actix_web::test]
async fn what_is_no_upload_is_refused() {
    let site = TestSite::new().await;
    let file = field("file", Some("a.sql"), "SELECT 1;");
    let big = vec![b'x'; 2 << 20];
    for (body, status, code) in [
        (form(&[]), 400, "upload-no-file"),
        (form(&[field("name", None, "x")]), 400, "upload-no-file"),
        (form(&[field("folder", None, "/etc"), file.clone()]), 400, "upload-field"),
        (form(&[file.clone(), field("name", None, "late")]), 400, "upload-field"),
        (form(&[file.clone(), file.clone()]), 400, "upload-field"),
        (form(&[field("name", None, "x".repeat(81)), file.clone()]), 422, "text-too-long"),
        (form(&[field("note", None, "x".repeat(2001)), file.clone()]), 422, "text-too-long"),
        (form(&[field("note", None, "x".repeat(20_000)), file.clone()]), 413, "web-too-large"),
        (form(&[field("name", None, b"\xff"), file.clone()]), 400, "upload-form"),
        (form(&[field("file", Some("a"), big)]), 413, "upload-over-limit"),
        (file.clone(), 400, "upload-broken-off"),
        (file[..file.len() - 5].to_vec(), 400, "upload-broken-off"),
        (b"rubbish".to_vec(), 400, "upload-broken-off"),
    ] {
        let reply = send(&site, body).await;
        assert_eq!(reply.problem(), (status, code.to_owned()), "{}", reply.text());
        nothing_is_left(&site).await;
    }
    let reply = Ask::post(path(&site)).token_of(site.person("alpha-owner")).body("text/plain", "x");
    assert_eq!(site.send(reply).await.problem(), (415, "upload-form".to_owned()));
}

/// A SQLite database, as somebody brings one.
#[allow(clippy::disallowed_methods)] // a file of this test's own
fn database() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    let theirs = rusqlite::Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1), (2);").unwrap();
    drop(theirs);
    std::fs::read(path).unwrap()
}

#[actix_web::test]
async fn a_database_becomes_a_backup_once() {
    let site = TestSite::new().await;
    let owner = site.person("alpha-owner");
    let ask = |path: &str, name: &str| {
        let fields = [field("name", None, name), field("file", Some("theirs.db"), database())];
        Ask::post(path).token_of(owner).header("idempotency-key", "theirs").body(FORM, form(&fields))
    };
    let dry = format!("{}?dry_run=true", path(&site));
    let plan = site.send(ask(&dry, "theirs")).await;
    assert_eq!(plan.status, 200, "{}", plan.text());
    assert!(plan.json()["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{}", plan.text());
    nothing_is_left(&site).await;

    let taken = site.send(ask(&path(&site), "theirs")).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    let id = taken.json()["id"].as_str().unwrap().to_owned();
    let again = site.send(ask(&path(&site), "theirs")).await;
    assert_eq!((again.status.as_u16(), &again.json()["id"]), (202, &taken.json()["id"]));
    assert_eq!(site.send(ask(&path(&site), "others")).await.problem().0, 422, "the key is used");
    site.run(&id).await;
    assert_eq!(site.uploads(), Vec::<std::path::PathBuf>::new(), "what came in is let go once it is stored");
    let rows = format!("/api/resources/{}/backups?origin=uploaded", site.shop.id);
    let rows = site.send(Ask::get(rows).token_of(owner)).await.json();
    assert_eq!((&rows["total"], &rows["rows"][0]["name"]), (&1.into(), &"theirs".into()), "{rows}");
}

#[actix_web::test]
async fn only_an_owner_uploads_and_a_page_proves_itself_first() {
    let site = TestSite::new().await;
    let owner = site.person("alpha-owner");
    let body = |first: Vec<u8>| form(&[first, field("file", Some("a"), "x")]);
    let from_page =
        |token: &str| Ask::post(path(&site)).session_of(owner).body(FORM, body(field("csrf", None, token)));
    let good = crate::web::csrf::token(&crate::secret::SystemRandom, &owner.session).unwrap();
    for wrong in ["", "x.y", &good[1..]] {
        assert_eq!(site.send(from_page(wrong)).await.problem(), (403, "web-foreign-form".to_owned()));
    }
    let late = form(&[field("file", Some("a"), "x"), field("csrf", None, &good)]);
    let late = site.send(Ask::post(path(&site)).session_of(owner).body(FORM, late)).await;
    assert_eq!(late.problem(), (403, "web-foreign-form".to_owned()), "the token comes first");
    nothing_is_left(&site).await;
    // What is in the file is looked at only now.
    assert_ne!(site.send(from_page(&good)).await.status, 403);
    for name in ["alpha-operator", "alpha-viewer"] {
        let ask = Ask::post(path(&site)).token_of(site.person(name)).body(FORM, body(vec![]));
        assert_eq!(site.send(ask).await.problem().0, 403);
    }
}

#[actix_web::test]
async fn what_is_announced_as_too_much_is_not_even_read() {
    let site = TestSite::new().await;
    let ask = Ask::post(path(&site)).token_of(site.person("alpha-owner")).body(FORM, "");
    let reply = site.send(ask.header("content-length", "99999999")).await;
    assert_eq!(reply.problem(), (413, "upload-over-limit".to_owned()));
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    headers
}

/// A form that begins well.
fn begun(data: &[u8]) -> Bytes {
    let whole = field("file", Some("a.sql"), data);
    Bytes::from(whole[..whole.len() - 2].to_vec())
}

#[actix_web::test]
async fn what_stalls_or_finds_no_room_leaves_nothing() {
    let site = TestSite::new().await;
    let request = actix_web::test::TestRequest::post().to_http_request();
    let stalls = stream::iter([Ok(begun(&vec![b'x'; 600 << 10]))]).chain(stream::pending());
    let here = Here::default();
    let refusal = receive(&site.site, &request, &here, Multipart::new(&headers(), stalls)).await.unwrap_err();
    assert_eq!((refusal.status.as_u16(), refusal.problem.code.as_str()), (408, "upload-stalled"));
    nothing_is_left(&site).await;

    let mut full = site.site.clone();
    full.room = Room { reserve: Reserve { percent: 100, bytes: 0 }, ..full.room };
    let whole = stream::iter([Ok(Bytes::from(form(&[field("file", Some("a"), "x")])))]);
    let refusal = receive(&full, &request, &here, Multipart::new(&headers(), whole)).await.unwrap_err();
    assert_eq!((refusal.status.as_u16(), refusal.problem.code.as_str()), (507, "store-full"));
    nothing_is_left(&site).await;
}

#[actix_web::test]
async fn what_came_whole_lies_there_for_nobody_else_to_read_until_it_is_dropped() {
    let site = TestSite::new().await;
    let request = actix_web::test::TestRequest::post().to_http_request();
    let data: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).take(900_000).collect();
    let fields = [
        field("name", None, " monday "),
        field("note", None, ""),
        field("file", Some("../../etc/passwd.sql"), &data),
    ];
    // In pieces that split everything somewhere.
    let pieces: Vec<_> = form(&fields).chunks(7_001).map(|piece| Ok(Bytes::from(piece.to_vec()))).collect();
    let form = Multipart::new(&headers(), stream::iter(pieces));
    let received = receive(&site.site, &request, &Here::default(), form).await.unwrap();
    let file = received.file.path().to_owned();
    assert_eq!(file.parent().unwrap(), site.folder().join("uploads"));
    assert_eq!(std::fs::read(&file).unwrap(), data);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(received.digest, crate::stream::digest::of(&data));
    assert_eq!(received.file_name, "passwd.sql");
    assert_eq!((received.name.as_deref(), received.note.as_deref()), (Some("monday"), None));
    drop(received);
    nothing_is_left(&site).await;
}

#[actix_web::test]
async fn who_hangs_up_leaves_nothing() {
    let site = TestSite::new().await;
    let address = site.listen();
    let token = &site.person("alpha-owner").token;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {FORM}\r\n\
         Content-Length: 900000\r\n\r\n",
        path(&site),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&begun(&vec![b'x'; 600 << 10])).await.unwrap();
    let mut came = false;
    for _ in 0..100 {
        came = site.uploads().iter().any(|file| std::fs::metadata(file).is_ok_and(|about| about.len() > 0));
        if came {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(came, "nothing came in");
    drop(stream);
    nothing_is_left(&site).await;
}

#[test]
fn a_files_name_is_for_reading_alone() {
    for (given, plain) in [
        ("orders.sql.gz", "orders.sql.gz"),
        ("../../etc/passwd", "passwd"),
        ("C:\\dumps\\orders.dump", "orders.dump"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("", "upload"),
        ("..../", "upload"),
        ("  ", "upload"),
    ] {
        assert_eq!(plain_name(given), plain, "{given:?}");
    }
    assert_eq!(plain_name(&"é".repeat(500)).chars().count(), 120);
}
