//! The database as a whole: how it is made, what it refuses, and that neither
//! crowds nor a killed process damage it.

use std::sync::Arc;

use serde_json::json;

use super::{Bench, both, later, new_operation, newest, open};
use crate::{
    db::{Db, DbTarget, Finish},
    domain::{
        clock::SystemClock,
        id::{OperationId, SystemIds},
        operation::OpState,
    },
    problem,
    saga::{Journal, StepState, journal::Event},
    secret::Secret,
};

both!(
    a_newer_database_is_refused,
    two_may_open_a_new_database_at_once,
    the_audit_log_refuses_change_and_shows_it,
    settings_keep_their_word,
    a_crowd_of_writers_gets_no_error,
);

async fn try_open(target: &DbTarget) -> Result<Db, crate::domain::problem::Problem> {
    Db::open(target.clone(), Arc::new(SystemClock), Arc::new(SystemIds)).await
}

async fn a_newer_database_is_refused(b: Bench) {
    b.tamper(
        "INSERT INTO __diesel_schema_migrations (version, run_on) \
         VALUES ('99990101000000', '2026-01-01 00:00:00')",
    )
    .await
    .unwrap();
    let refused = try_open(&b.target).await.err().unwrap();
    assert_eq!(refused, problem!("db-newer", version = "99990101000000"));
}

async fn two_may_open_a_new_database_at_once(b: Bench) {
    // On SQLite a file of its own beside; on PostgreSQL the tables are dropped.
    let target = match &b.target {
        DbTarget::Sqlite(path) => DbTarget::Sqlite(path.with_file_name("new.db")),
        postgres => {
            b.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
            postgres.clone()
        }
    };
    let opened = futures_util::future::join_all((0..4).map(|_| try_open(&target))).await;
    for db in opened {
        db.unwrap().ensure_default_project().await.unwrap();
    }
}

async fn the_audit_log_refuses_change_and_shows_it(b: Bench) {
    assert_eq!(b.db.verify_audit().await.unwrap().0, 0);
    for _ in 0..5 {
        b.db.enqueue(new_operation(&[])).await.unwrap();
    }
    let (entries, last) = b.db.verify_audit().await.unwrap();
    let newest = b.db.audit_log(newest(2)).await.unwrap();
    assert_eq!((entries, &last, newest[0].seq), (5, &newest[0].hash, 5));
    assert_eq!((newest[1].action.as_str(), newest[1].actor.as_str()), ("operation.enqueue", "cli:ada"));
    for change in ["UPDATE audit SET actor = 'x' WHERE seq = 3", "DELETE FROM audit WHERE seq = 3"] {
        let refused = b.tamper(change).await.unwrap_err();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let off = match b.target {
        DbTarget::Sqlite(_) => "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete",
        DbTarget::Postgres(_) => {
            assert!(b.tamper("TRUNCATE audit").await.unwrap_err().contains("append-only"));
            "ALTER TABLE audit DISABLE TRIGGER ALL"
        }
    };
    b.tamper(off).await.unwrap();
    let tamperings = [
        ("UPDATE audit SET actor = 'cli:eve' WHERE seq = 3", 3),
        ("UPDATE audit SET actor = 'cli:ada' WHERE seq = 3", 0),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 2", 2),
    ];
    for (sql, broken_at) in tamperings {
        b.tamper(sql).await.unwrap();
        match broken_at {
            0 => assert_eq!(b.db.verify_audit().await.unwrap(), (entries, last.clone())),
            seq => assert_eq!(b.db.verify_audit().await.unwrap_err(), problem!("audit-broken", seq = seq)),
        }
    }
}

async fn settings_keep_their_word(b: Bench) {
    assert_eq!(b.db.setting("retention").await.unwrap(), None);
    b.db.set_setting("retention", json!({"days": 7}), "user:1").await.unwrap();
    b.db.set_setting("retention", json!({"days": 9}), "user:1").await.unwrap();
    assert_eq!(b.db.setting("retention").await.unwrap(), Some(json!({"days": 9})));
    let change = &b.db.audit_log(newest(1)).await.unwrap()[0];
    assert_eq!(change.detail, json!({"from": {"days": 7}, "to": {"days": 9}}));
}

/// Eight writers, four through this pool and four through another one (as
/// another process would), 200 transactions each.
async fn a_crowd_of_writers_gets_no_error(b: Bench) {
    let other = open(&b.target).await;
    let begun = std::time::Instant::now();
    let writers = (0..8_usize).map(|writer| {
        let db = if writer % 2 == 0 { b.db.clone() } else { other.clone() };
        tokio::spawn(async move {
            for round in 0..40 {
                let new = new_operation(&[&format!("w{writer}")]);
                let id = db.enqueue(new).await.unwrap().row().id.clone();
                let (_, fence) = db.claim(&id, "w", later(30)).await.unwrap().unwrap();
                db.record(&id, fence, 0, Event::Began).await.unwrap();
                db.note(&id, fence, 0, json!({"round": round})).await.unwrap();
                let end = Finish { state: OpState::Failed, problem: None, result: json!(null) };
                db.finish(&id, fence, end).await.unwrap();
                db.operation(&id).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("crowd: 1600 transactions in {seconds:.2} s, {:.0} a second", 1600.0 / seconds);
    assert_eq!(b.db.verify_audit().await.unwrap().0, 8 * 40 * 2);
}

#[tokio::test]
async fn a_sqlite_file_is_private_and_durable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/zelo.db");
    let db = open(&DbTarget::Sqlite(path.clone())).await;
    db.ensure_default_project().await.unwrap();
    for name in ["zelo.db", "zelo.db-wal", "zelo.db-shm"] {
        let mode = std::fs::metadata(path.with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let folder_mode = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(folder_mode & 0o777, 0o700);
    let pragma = |sql: &'static str, column: &'static str| {
        use diesel::{RunQueryDsl, sql_types::Text};
        let target = DbTarget::Sqlite(path.clone());
        let sql = format!("SELECT CAST({column} AS TEXT) AS value FROM {sql}");
        #[derive(diesel::QueryableByName)]
        struct Value {
            #[diesel(sql_type = Text)]
            value: String,
        }
        let mut conn = target.connect(crate::db::Purpose::Work).unwrap();
        diesel::sql_query(sql).get_result::<Value>(&mut conn).unwrap().value
    };
    assert_eq!(pragma("pragma_journal_mode", "journal_mode"), "wal");
    assert_eq!(pragma("pragma_synchronous", "synchronous"), "2");
    assert_eq!(pragma("pragma_foreign_keys", "foreign_keys"), "1");
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database, but long enough to have a header ".repeat(100)).unwrap();
    let refused = try_open(&DbTarget::Sqlite(text)).await.err().unwrap();
    assert_eq!(refused.code, "db-corrupt");
    let refused = try_open(&DbTarget::Sqlite(folder.path().to_owned())).await.err().unwrap();
    assert_eq!(refused.code, "db-path");
    let nowhere = Secret::new("host=/nowhere user=zelo password=hunter2 dbname=zelo");
    let refused = try_open(&DbTarget::Postgres(nowhere)).await.err().unwrap();
    assert_eq!((refused.code.as_str(), refused.transient), ("db-unreachable", true));
    assert!(!format!("{refused:?}").contains("hunter2"));
}

const CHILD: &str = "ZELO_TEST_JOURNAL_CHILD";

/// Not a test by itself: what [`a_killed_process_leaves_a_readable_journal`] runs and kills.
#[tokio::test]
async fn journal_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let db = open(&DbTarget::Sqlite(path.into())).await;
    let id = db.enqueue(new_operation(&["r"])).await.unwrap().row().id.clone();
    let (_, fence) = db.claim(&id, "child", later(30)).await.unwrap().unwrap();
    db.record(&id, fence, 0, Event::Began).await.unwrap();
    for n in 1.. {
        db.note(&id, fence, 0, json!(n)).await.unwrap();
        // What has been promised, for the parent to compare.
        println!("\nnoted {id} {n}");
    }
}

#[tokio::test]
async fn a_killed_process_leaves_a_readable_journal() {
    use std::io::{BufRead, BufReader};
    for kill_after in [1_u64, 20, 60] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zelo.db");
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "db::tests::whole::journal_until_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut promised: Option<(OperationId, u64)> = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((id, n)) = line.strip_prefix("noted ").and_then(|rest| rest.split_once(' ')) {
                promised = Some((id.parse().unwrap(), n.parse().unwrap()));
            }
            if promised.as_ref().is_some_and(|(_, n)| *n == kill_after) {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        let (id, promised) = promised.unwrap();
        let db = open(&DbTarget::Sqlite(path)).await;
        let steps = db.steps(&id).await.unwrap();
        let noted = steps[0].notes.len() as u64;
        assert_eq!(steps[0].state, StepState::Running);
        assert!(noted == promised || noted == promised + 1, "promised {promised}, kept {noted}");
        let row = &db.running().await.unwrap()[0];
        let fence = db.take_over(&row.id, row.fence, "next", later(30)).await.unwrap().unwrap();
        db.record(&id, fence, 0, Event::UndoBegan).await.unwrap();
        db.verify_audit().await.unwrap();
    }
}
