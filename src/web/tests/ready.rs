//! `/readyz` and `/healthz`: what a supervisor is told.

use super::{Ask, TestSite};

#[allow(clippy::disallowed_methods)] // the test breaks Zelo's own database
fn break_it(site: &TestSite, sql: &str) {
    rusqlite::Connection::open(site.folder().join("zelo.db")).unwrap().execute_batch(sql).unwrap();
}

#[actix_web::test]
async fn it_is_ready_while_its_database_answers_and_it_is_to_go_on() {
    let site = TestSite::new().await;
    let told = async |path: &str| {
        let reply = site.send(Ask::get(path)).await;
        (reply.status.as_u16(), reply.text())
    };
    let (ready, not) = ((200, "ready\n".to_owned()), (503, "not ready\n".to_owned()));
    let alive = (200, "ok\n".to_owned());
    assert_eq!((told("/readyz").await, told("/healthz").await), (ready.clone(), alive.clone()));
    let head = site.send(Ask::new("HEAD", "/readyz")).await;
    assert_eq!(head.status, 200);

    break_it(&site, "ALTER TABLE users RENAME TO elsewhere");
    assert_eq!((told("/readyz").await, told("/healthz").await), (not.clone(), alive.clone()));
    break_it(&site, "ALTER TABLE elsewhere RENAME TO users");
    assert_eq!(told("/readyz").await, ready, "it comes back by itself");

    site.site.stopping.cancel();
    assert_eq!((told("/readyz").await, told("/healthz").await), (not, alive));
}
