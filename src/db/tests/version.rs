//! What was read may be kept as long as nobody wrote.

use super::{Bench, both, catalogue::resource, open};
use crate::db::DbTarget;

both!(whoever_writes_makes_another_version);

async fn whoever_writes_makes_another_version(b: Bench) {
    let first = b.db.version().await.unwrap();
    b.db.projects().await.unwrap();
    // Of PostgreSQL, the other tests write to the same server.
    if matches!(b.target, DbTarget::Sqlite(_)) {
        assert_eq!(b.db.version().await.unwrap(), first, "looking changes nothing");
    }
    resource(&b.db, "shop").await;
    let own = b.db.version().await.unwrap();
    assert_ne!(own, first);
    resource(&open(&b.target).await, "other").await;
    assert_ne!(b.db.version().await.unwrap(), own, "another process's write is seen");
}
