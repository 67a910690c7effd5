//! Restores that are refused before anything is done: of what is at work under another
//! name, and of what is only backed up.

use std::{path::Path, sync::Arc};

use crate::{
    db::{NewResource, ResourceRow},
    domain::{
        clock::SystemClock,
        id::{BackupId, OperationId},
        kind::Kind,
        operation::OpState,
        problem::Problem,
    },
    operation::{
        Actor, BackupRequest, Request, RestoreRequest, World, enqueue, execute, prepare, testing::world,
    },
    problem,
};

async fn added(world: &World, name: &str, path: &Path, refused: Option<Problem>) -> ResourceRow {
    let new = NewResource {
        project: None,
        host: None,
        kind: Kind::of("sqlite"),
        name: name.to_owned(),
        identity: name.to_owned(),
        access: [("path".to_owned(), path.display().to_string())].into(),
        sealed: None,
        restore_refused: refused,
    };
    world.db.add_resource(new, "cli:test").await.unwrap()
}

async fn queued(world: &World, request: Request) -> Result<OperationId, Problem> {
    let prepared = prepare(world, request, &Actor("cli:test".to_owned())).await?;
    let confirm = prepared.view.confirm.clone();
    Ok(enqueue(world, prepared, confirm.as_deref(), None).await?.row().id.clone())
}

fn backup(of: &ResourceRow) -> Request {
    let request = serde_json::json!({ "resource": of.id });
    Request::Backup(serde_json::from_value::<BackupRequest>(request).unwrap())
}

fn restore(backup: &BackupId, into: &ResourceRow) -> Request {
    Request::Restore(RestoreRequest { into: Some(into.id.clone()), ..RestoreRequest::of(backup.clone()) })
}

/// A database with one row.
#[allow(clippy::disallowed_methods)] // a file of this test's own
fn database(path: &Path) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1);").unwrap();
}

/// Backs it up.
async fn backed_up(world: &World, of: &ResourceRow) -> BackupId {
    let id = queued(world, backup(of)).await.unwrap();
    execute(world, id.clone()).await;
    let row = world.db.operation(&id).await.unwrap();
    assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
    row.backup.unwrap()
}

#[tokio::test]
async fn what_is_only_backed_up_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path(), Arc::new(SystemClock)).await;
    let live = folder.path().join("live.db");
    database(&live);
    let shop = added(&world, "shop", &live, Some(problem!("pg-supabase-restore"))).await;
    let made = backed_up(&world, &shop).await;
    let refused = queued(&world, restore(&made, &shop)).await.unwrap_err();
    assert!(refused.is("pg-supabase-restore"), "{refused:?}");
}

#[tokio::test]
async fn two_names_of_one_file_are_changed_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path(), Arc::new(SystemClock)).await;
    let (live, link) = (folder.path().join("live.db"), folder.path().join("link.db"));
    database(&live);
    std::os::unix::fs::symlink(&live, &link).unwrap();
    let (shop, alias) = (added(&world, "shop", &live, None).await, added(&world, "alias", &link, None).await);

    let made = backed_up(&world, &shop).await;

    let reads = queued(&world, backup(&shop)).await.unwrap();
    let beside = queued(&world, backup(&alias)).await.unwrap();
    assert!(queued(&world, restore(&made, &alias)).await.unwrap_err().is("locked"), "it is being read");
    for id in [reads, beside] {
        world.db.request_cancel(&id, "cli:test").await.unwrap();
    }
    queued(&world, restore(&made, &shop)).await.unwrap();
    for request in [restore(&made, &alias), backup(&alias), restore(&made, &shop)] {
        assert!(queued(&world, request).await.unwrap_err().is("locked"), "it is being changed");
    }
}
