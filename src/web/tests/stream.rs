//! Live events: many who watch one operation, who comes back, and a server that stops
//! while somebody listens.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Ask, TestSite};
use crate::{
    config::Http,
    db::Finish,
    domain::{id::OperationId, operation::OpState},
    saga::Journal,
    web::{Ground, serve},
};

const MANY: usize = 100;
/// Longer than anything here takes, shorter than what a stop may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// A backup of the shop that waits to be run.
async fn queued(site: &TestSite) -> String {
    let path = format!("/resources/{}/backup", site.shop.id);
    site.post("alpha-operator", path, &[("name", "watched")]).await.operation()
}

fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// The ids of the events of one name, in the order they came.
fn ids(body: &str, name: &str) -> Vec<i64> {
    let events = body.split("\n\n").filter(|event| event.contains(&format!("event: {name}\n")));
    events.filter_map(|event| event.split("id: ").nth(1)?.split('\n').next()?.parse().ok()).collect()
}

#[actix_web::test]
async fn many_who_watch_share_one_look_and_hear_the_end() {
    let site = TestSite::new().await;
    let id: OperationId = queued(&site).await.parse().unwrap();
    let (hub, db) = (&site.site.hub, &site.site.world.db);
    let before = tasks();
    let mut watchers = Vec::new();
    for _ in 0..MANY {
        watchers.push(hub.watch(db, &id, &site.site.runtime).await.unwrap());
    }
    assert_eq!(tasks(), before + 1, "one task looks for all of them");
    let ends = watchers.into_iter().map(|mut watcher| async move {
        let rests = watcher.wait_for(|seen| seen.as_ref().is_ok_and(|sight| sight.rests())).await;
        rests.unwrap().clone().unwrap()
    });
    let (row, ends) = tokio::join!(site.run(id.as_str()), timeout(PATIENCE, join_all(ends)));
    let ends = ends.expect("all hear of the end");
    assert_eq!((row.state, ends.len()), (OpState::Succeeded, MANY));
    assert!(ends.iter().all(|sight| Arc::ptr_eq(sight, &ends[0]) && sight.row.state == row.state));
}

#[actix_web::test]
async fn when_nobody_watches_nobody_looks() {
    let site = TestSite::new().await;
    let id: OperationId = queued(&site).await.parse().unwrap();
    let (hub, db) = (&site.site.hub, &site.site.world.db);
    let before = tasks();
    let one = hub.watch(db, &id, &site.site.runtime).await.unwrap();
    let two = hub.watch(db, &id, &site.site.runtime).await.unwrap();
    drop(one);
    tokio::task::yield_now().await;
    assert_eq!(tasks(), before + 1, "one still watches");
    drop(two);
    let ended = async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the look ends with the last who watches");
    // Whoever comes after that sees what happened meanwhile.
    site.run(id.as_str()).await;
    let late = hub.watch(db, &id, &site.site.runtime).await.unwrap();
    assert_eq!(late.borrow().as_ref().unwrap().row.state, OpState::Succeeded);
}

/// Plays the runner: claims it, says so many lines, ends it.
async fn worked(site: &TestSite, id: &OperationId, lines: usize) {
    let db = &site.site.world.db;
    let until = site.site.now() + TimeDelta::hours(1);
    let (_, fence) = db.claim(id, "w-test", until).await.unwrap().unwrap();
    for _ in 0..lines {
        db.log(id, fence, &crate::msg!("plan-backup", resource = "shop")).await.unwrap();
    }
    let end = Finish { state: OpState::Succeeded, problem: None, result: Value::Null };
    db.finish(id, fence, end).await.unwrap();
}

#[actix_web::test]
async fn every_open_page_is_told_all_of_it_once() {
    let site = TestSite::new().await;
    let id: OperationId = queued(&site).await.parse().unwrap();
    let path = format!("/operations/{id}/events");
    let listening = join_all((0..MANY).map(|n| {
        let who = ["alpha-viewer", "alpha-operator", "alpha-owner"][n % 3];
        site.open(who, &path)
    }));
    let (replies, ()) = tokio::join!(timeout(PATIENCE * 4, listening), worked(&site, &id, 4));
    for reply in replies.expect("all streams end with the operation") {
        let body = reply.text();
        assert_eq!(reply.header("content-type"), "text/event-stream");
        assert_eq!(body.matches("event: done\n").count(), 1);
        assert!(body.ends_with("data: succeeded\n\n"), "{body}");
        assert_eq!(ids(&body, "log"), [1, 2, 3, 4]);
        assert!(body.contains("Back up shop"), "{body}");
    }
    // Whoever comes back hears only what is new to them.
    let back = Ask::get(&path).session_of(site.person("alpha-viewer"));
    let body = site.send(back.header("last-event-id", "2")).await.text();
    assert_eq!(ids(&body, "log"), [3, 4]);
    let body = site.open("alpha-viewer", format!("{path}?after=3")).await.text();
    assert_eq!(ids(&body, "log"), [4]);
    for who in ["beta-owner", "nobody", "admin"] {
        assert_eq!(site.open(who, &path).await.status, 404, "{who}");
    }
}

/// The same site, served as `zelo serve` does.
fn serving(site: &TestSite) -> crate::web::Serving {
    let inner = &site.site;
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let http = Http { bind, public_url: None, trusted_proxies: Vec::new() };
    let ground = Ground {
        lang: inner.lang,
        data: inner.data.clone(),
        random: inner.random.clone(),
        knock: Arc::new(|| {}),
        room: inner.room,
    };
    serve(inner.world.clone(), &http, ground).unwrap()
}

#[actix_web::test]
async fn a_stop_ends_open_streams_cleanly_and_at_once() {
    let site = TestSite::new().await;
    let id = queued(&site).await;
    let serving = serving(&site);
    let (streams, address, handle) = (serving.streams(), serving.address, serving.server.handle());
    let stopped = actix_web::rt::spawn(serving.server);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let session = &site.person("alpha-viewer").session;
    let head =
        format!("GET /operations/{id}/events HTTP/1.1\r\nHost: x\r\nCookie: zelo_session={session}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let begun = async {
        while !String::from_utf8_lossy(&heard).contains("event: steps") {
            assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "it ended before it began");
        }
    };
    timeout(PATIENCE, begun).await.expect("events come");

    streams.cancel();
    timeout(PATIENCE, handle.stop(true)).await.expect("nobody is waited for");
    timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("it is closed").unwrap();
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.starts_with("HTTP/1.1 200"), "{heard}");
    assert!(heard.ends_with("\r\n0\r\n\r\n"), "the stream has its proper end: {heard}");
    timeout(PATIENCE, stopped).await.expect("the server ended").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody else comes in");
}
