//! Downloads of a backup whose stored file is not what it was: touched, cut, grown,
//! gone, or with other bytes. None of them ever looks whole.

use std::{
    fs::{self, File},
    path::PathBuf,
    time::SystemTime,
};

use chrono::TimeDelta;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Ask, Reply, TestSite};
use crate::domain::{
    backup::BackupState,
    id::{BackupId, OperationId},
    operation::OpState,
};

/// A backup of more than is sent at once, and the file it lies in.
struct Shelf {
    site: TestSite,
    backup: BackupId,
    /// A link to it.
    link: String,
    file: PathBuf,
    bytes: Vec<u8>,
}

impl Shelf {
    async fn new() -> Self {
        let site = TestSite::new().await;
        site.sql("CREATE TABLE pictures (bytes); INSERT INTO pictures VALUES (randomblob(1500000))");
        let backup = site.backup(&site.shop).await;
        let db = &site.site.world.db;
        let folder = site.folder().join("store").join(db.backup(&backup).await.unwrap().path);
        let manifest = db.backup_manifest(&backup).await.unwrap();
        let file = folder.parent().unwrap().join(&manifest.parts[0].files[0].path);
        let page = site.post("alpha-operator", format!("/backups/{backup}/links"), &[]).await.text();
        let from = page.find("/download/").unwrap();
        let link = page[from..].split(['"', '<']).next().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        Self { site, backup, link, file, bytes }
    }

    fn api(&self) -> String {
        format!("/api/resources/{}/backups/{}/download", self.site.shop.id, self.backup)
    }

    async fn by_api(&self) -> Reply {
        self.site.send(Ask::get(self.api()).token_of(self.site.person("alpha-operator"))).await
    }

    async fn by_link(&self) -> Reply {
        self.site.send(Ask::get(&self.link)).await
    }

    async fn state(&self) -> BackupState {
        self.site.site.world.db.backup(&self.backup).await.unwrap().state
    }

    /// Other bytes, of the same length and as old as before.
    fn corrupt(&self) {
        let before = fs::metadata(&self.file).unwrap().modified().unwrap();
        let mut bytes = self.bytes.clone();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&self.file, bytes).unwrap();
        self.dated(before);
    }

    fn dated(&self, at: SystemTime) {
        File::options().write(true).open(&self.file).unwrap().set_modified(at).unwrap();
    }

    /// Both ways are refused until it was verified; the operation that does it.
    async fn is_verified_first(&self) -> OperationId {
        let link = self.by_link().await;
        assert!(link.status.is_client_error(), "{}", link.status);
        assert_eq!((link.header("content-disposition"), link.header("retry-after")), ("", "10"));
        let api = self.by_api().await;
        assert_eq!((api.status.as_u16(), &api.json()["kind"]), (202, &"verify".into()));
        api.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Both ways are refused with the reason, and none of its bytes is sent.
    async fn is_refused(&self, code: &str) {
        assert_eq!(self.by_api().await.problem(), (422, code.to_owned()));
        let link = self.by_link().await;
        assert_eq!((link.status.as_u16(), link.header("content-disposition")), (422, ""));
        let problem = crate::domain::problem::Problem::new(code).with("backup", self.backup.short());
        let told = crate::web::text::T::of(crate::i18n::Lang::En).told(&problem).what;
        assert!(link.main().contains(&told), "{told}: {}", link.main());
    }
}

#[actix_web::test]
async fn what_was_only_touched_is_verified_first_and_then_sent() {
    let shelf = Shelf::new().await;
    assert_eq!(shelf.by_link().await.body, shelf.bytes);
    shelf.dated(SystemTime::from(shelf.site.site.now() + TimeDelta::minutes(30)));
    let verify = shelf.is_verified_first().await;
    shelf.site.hours(1);
    assert_eq!(shelf.site.run(verify.as_str()).await.state, OpState::Succeeded);
    // By now the link is over.
    assert_eq!(shelf.by_api().await.body, shelf.bytes);
}

#[actix_web::test]
async fn what_has_another_size_or_is_gone_is_found_before_a_byte_is_sent() {
    for damage in ["cut", "grown", "gone"] {
        let shelf = Shelf::new().await;
        match damage {
            "cut" => fs::write(&shelf.file, &shelf.bytes[..shelf.bytes.len() - 1]).unwrap(),
            "grown" => fs::write(&shelf.file, [&shelf.bytes[..], b"x"].concat()).unwrap(),
            _ => fs::remove_file(&shelf.file).unwrap(),
        }
        let verify = shelf.is_verified_first().await;
        assert_eq!(shelf.site.run(verify.as_str()).await.state, OpState::Failed, "{damage}");
        assert_eq!(shelf.state().await, BackupState::Corrupt, "{damage}");
        shelf.is_refused("backup-corrupt").await;
    }
}

#[actix_web::test]
async fn other_bytes_that_look_untouched_break_the_answer_off() {
    let shelf = Shelf::new().await;
    shelf.corrupt();
    assert_eq!(shelf.by_link().await.body, &b"broken off"[..]);
    assert_eq!(shelf.state().await, BackupState::Corrupt, "nobody relies on it any more");
    shelf.is_refused("backup-corrupt").await;
}

/// As `curl` sees it: what came is shorter than what was announced.
#[actix_web::test]
async fn on_the_network_it_is_too_short() {
    let shelf = Shelf::new().await;
    shelf.corrupt();
    let mut stream = TcpStream::connect(shelf.site.listen()).await.unwrap();
    let token = &shelf.site.person("alpha-operator").token;
    let ask = format!("GET {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n", shelf.api());
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let ended = stream.read_to_end(&mut got).await;
    let at = got.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{ended:?}"));
    let (head, body) = (String::from_utf8_lossy(&got[..at]).to_lowercase(), &got[at + 4..]);
    assert!(head.starts_with("http/1.1 200") && !head.contains("transfer-encoding"), "{head}");
    assert!(head.contains(&format!("content-length: {}", shelf.bytes.len())), "{head}");
    assert!(!body.is_empty() && body.len() < shelf.bytes.len(), "{} of {}", body.len(), shelf.bytes.len());
    assert_eq!(shelf.state().await, BackupState::Corrupt);
}
