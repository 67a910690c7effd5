//! A database of an older Zelo, brought up to date with what is in it.

use super::{Bench, both, open, run};
use crate::{
    db::{DbTarget, Figures},
    domain::id::ResourceId,
};

both!(what_is_there_is_counted_and_found);

const SQLITE: &str = include_str!("../../../migrations/sqlite/2026-11-22-000000_first/up.sql");
const POSTGRES: &str = include_str!("../../../migrations/postgres/2026-11-22-000000_first/up.sql");

/// What diesel writes down of the first migration.
const FIRST: &str = "
    CREATE TABLE __diesel_schema_migrations
        (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20261122000000');";

const ROWS: &str = "
    INSERT INTO users (id, name, is_admin, locale, created_at)
        VALUES ('01arz3ndektsv4rrffq69g5fav', 'Ada', TRUE, '', '2026-01-01 00:00:00');
    INSERT INTO stores VALUES ('01arz3ndektsv4rrffq69g5faw', 'local', 'folder', '/s', NULL, '2026-01-01 00:00:00');
    INSERT INTO resources (id, kind, name, identity, access, state, created_at, updated_at) VALUES
        ('01arz3ndektsv4rrffq69g5fax', 'sqlite', 'a', 'a', '{}', 'ok', '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
        ('01arz3ndektsv4rrffq69g5fay', 'sqlite', 'b', 'b', '{}', 'ok', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
    INSERT INTO backups (id, resource_id, store_id, path, origin, state, operation_id, taken_at, finished_at,
        stored_bytes, raw_bytes, pinned, verified_at, created_at) VALUES
        ('01arz3ndektsv4rrffq69g5fb1', '01arz3ndektsv4rrffq69g5fax', '01arz3ndektsv4rrffq69g5faw', 'p1', 'manual',
         'complete', '01arz3ndektsv4rrffq69g5fav', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 5, 9, FALSE,
         '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
        ('01arz3ndektsv4rrffq69g5fb2', '01arz3ndektsv4rrffq69g5fax', '01arz3ndektsv4rrffq69g5faw', 'p2', 'manual',
         'complete', '01arz3ndektsv4rrffq69g5fav', '2026-01-02 00:00:00', '2026-01-02 00:00:00', 7, 9, FALSE,
         NULL, '2026-01-01 00:00:00'),
        ('01arz3ndektsv4rrffq69g5fb3', '01arz3ndektsv4rrffq69g5fax', '01arz3ndektsv4rrffq69g5faw', 'p3', 'manual',
         'corrupt', '01arz3ndektsv4rrffq69g5fav', '2026-01-03 00:00:00', '2026-01-03 00:00:00', 11, 9, FALSE,
         NULL, '2026-01-01 00:00:00'),
        ('01arz3ndektsv4rrffq69g5fb4', '01arz3ndektsv4rrffq69g5fax', '01arz3ndektsv4rrffq69g5faw', 'p4', 'manual',
         'trashed', '01arz3ndektsv4rrffq69g5fav', '2026-01-04 00:00:00', '2026-01-04 00:00:00', 13, 9, FALSE,
         NULL, '2026-01-01 00:00:00');";

async fn what_is_there_is_counted_and_found(b: Bench) {
    let (target, first) = match &b.target {
        DbTarget::Sqlite(path) => (DbTarget::Sqlite(path.with_file_name("old.db")), SQLITE),
        postgres => {
            b.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
            (postgres.clone(), POSTGRES)
        }
    };
    for sql in [first, FIRST, ROWS] {
        run(&target, sql).await.unwrap();
    }
    let db = open(&target).await;
    let figures = Figures {
        resources: 2,
        backups: 3,
        stored_bytes: 23,
        unverified: 1,
        corrupt: 1,
        without_backup: 1,
        ..Figures::default()
    };
    assert_eq!(db.figures(None).await.unwrap(), figures);
    let shop: ResourceId = "01arz3ndektsv4rrffq69g5fax".parse().unwrap();
    let summary = db.resource_summaries(std::slice::from_ref(&shop)).await.unwrap().remove(&shop).unwrap();
    assert_eq!((summary.backups, summary.bytes), (3, 23));
    assert_eq!(summary.last_complete.unwrap().id.short(), "q69g5fb2");
    assert_eq!(db.credentials("ADA").await.unwrap().unwrap().0.name, "Ada");
}
