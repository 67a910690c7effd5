//! The line from an operation's page to the server: cut, refused by what stands in
//! front, and taken up again, the log is there once and whole.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    ops::RangeInclusive,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    chromium::Driver,
    main_path::{Scripts, Walk},
    person::Person,
    shop::Contained,
    site::Site,
    support::text,
};

const LINES: &str = "return [...document.querySelectorAll('#lines > li')].map((line) => line.textContent)";
const OVER: &str = "#head .status:is(.is-ok, .is-bad, .is-undone, .is-warn)";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_goes_on_after_the_server_died() {
    let Some(driver) = Driver::up() else { return };
    let Some(shop) = Contained::up("browser-line") else { return };
    let mut site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    let added = site.told(&["resource", "add", "shop", "--detected", &shop.server.name]);
    let resource = text(&added["id"]);
    let downloads = driver.downloads("ana");

    // First nothing answers; then, as a proxy does, something says that Zelo is away.
    for proxied in [false, true] {
        let locked = shop.locked();
        let walk = Walk { site: &site, person: &ana, scripts: Scripts::On, downloads: &downloads };
        walk.starts_backup(&resource).await;
        walk.is_running().await;
        let operation = ana.path().await.rsplit('/').next().unwrap().to_owned();
        write(&site, &operation, 1..=3);
        ana.until("the log does not fill in", async |p| p.count("#lines > li").await == 3).await;
        ana.ask("window.stayed = true", vec![]).await;

        site.dies();
        write(&site, &operation, 4..=5);
        is_missed(&ana, site.address(), proxied).await;
        site.starts(&[]);
        ana.sees(OVER).await;
        drop(locked);
        assert_eq!(ana.ask("return window.stayed === true", vec![]).await, Value::Bool(true));
        assert!(!ana.has("#offline:not([hidden])").await, "it still says that the line is cut");
        is_whole(&ana).await;
    }
    ana.leaves().await;
}

/// The page says that the line is cut.
async fn is_missed(person: &Person, address: &str, proxied: bool) {
    if proxied {
        let asked = is_away(address);
        asked.recv_timeout(Duration::from_secs(60)).expect("the page comes back for more");
    }
    person.sees("#offline").await;
}

/// What came line by line is what the page has when it is loaded.
async fn is_whole(person: &Person) {
    let live = person.ask(LINES, vec![]).await;
    person.go(&person.path().await).await;
    let whole = person.ask(LINES, vec![]).await;
    assert!(whole.as_array().unwrap().len() >= 5, "{whole}");
    assert_eq!(live, whole);
}

/// Lines as an operation writes them.
fn write(site: &Site, operation: &str, numbers: RangeInclusive<u32>) {
    let db = Connection::open(site.data().join("zelo.db")).unwrap();
    db.busy_timeout(Duration::from_secs(30)).unwrap();
    let sql = "INSERT INTO operation_logs (operation_id, seq, at, line) VALUES (?1, ?2, ?3, ?4)";
    for number in numbers {
        let line = json!({ "id": "log-safety-reused", "args": { "backup": format!("no. {number}") } });
        db.execute(sql, (operation, number, "2026-11-26 10:00:00", line.to_string())).unwrap();
    }
}

/// Answers in Zelo's place until somebody asks for events; told when that was answered.
fn is_away(address: &str) -> Receiver<()> {
    let listener = TcpListener::bind(address).unwrap();
    let (told, asked) = channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut first = String::new();
            // A browser opens lines in advance, and says nothing on them.
            connection.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let _ = BufReader::new(&connection).read_line(&mut first);
            let answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = connection.write_all(answer.as_bytes());
            if first.contains("/events") {
                break;
            }
        }
        drop(listener);
        told.send(()).unwrap();
    });
    asked
}
