//! Projects, resources, backups, holds, asides: the catalogue's rules.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Bench, both, later, new_operation};
use crate::{
    db::{
        AsideState, BackupFilter, Db, Enqueued, Finish, NewAccess, NewAside, NewProof, NewResource,
        ResourceFilter, ResourceRow, ResourceState,
    },
    domain::{
        backup::{BackupState, Origin},
        clock::Moment,
        id::{BackupId, OperationId, ResourceId, StoreId, SystemIds},
        kind::Kind,
        manifest::{
            ChangeMarker, Codec, Consistency, Digest, EngineRef, Manifest, Part, PartFile, ResourceRef,
        },
        operation::OpState,
    },
    problem,
    store::StorePath,
};

both!(
    what_is_ensured_twice_is_made_once,
    an_identity_and_a_name_belong_to_one_resource,
    resources_are_filtered,
    a_backup_is_published_once_however_often,
    a_lost_catalogue_comes_back_from_manifests,
    backups_are_filtered_counted_and_paged,
    checks_change_a_backup_and_are_told_of,
    a_trashed_backup_comes_back_as_it_was,
    a_held_backup_cannot_go,
    a_running_operation_may_need_one_more_backup,
    what_was_set_aside_is_used_or_freed_once,
    what_is_being_removed_cannot_be_kept_longer_and_what_stays_is_told_once,
    the_trash_is_due_when_its_time_is_over,
    a_proof_names_a_known_backup,
);

const WHO: &str = "cli:ada";

pub(super) async fn resource(db: &Db, name: &str) -> ResourceRow {
    let project = db.ensure_default_project().await.unwrap().id;
    let new = NewResource {
        project: Some(project),
        host: None,
        kind: Kind::of("postgres"),
        name: name.to_owned(),
        identity: format!("by-hand:{name}"),
        access: BTreeMap::from([("host".to_owned(), "db".to_owned())]),
        sealed: Some("sealed".to_owned()),
        restore_refused: Some(problem!("supabase-db")),
    };
    db.add_resource(new, WHO).await.unwrap()
}

pub(super) fn manifest(resource: &ResourceId, name: &str, taken_at: Moment, origin: Origin) -> Manifest {
    let digest = |bytes| Digest { bytes, sha256: "a".repeat(64) };
    Manifest {
        version: 1,
        id: BackupId::new(&SystemIds),
        resource: ResourceRef {
            id: resource.clone(),
            name: name.to_owned(),
            kind: Kind::of("postgres"),
            project: "default".to_owned(),
        },
        origin,
        name: Some("Before 50%_off".to_owned()),
        note: None,
        operation: OperationId::new(&SystemIds),
        parent: None,
        taken_at,
        finished_at: taken_at,
        engine: EngineRef::default(),
        consistency: Consistency { snapshots: BTreeMap::new(), skew_ms: 0 },
        marker: Some(ChangeMarker("1/2/3".to_owned())),
        parts: vec![Part {
            name: "database:orders".to_owned(),
            files: vec![PartFile {
                path: "b/production.dump.gz".to_owned(),
                codec: Codec::Gzip,
                key: None,
                stored: digest(40),
            }],
            media_type: "application/vnd.postgresql.custom".to_owned(),
            raw: digest(100),
            counts: BTreeMap::new(),
            facts: json!({"owner": "ada"}),
        }],
        zelo: "0.1.0".to_owned(),
    }
}

pub(super) fn place(manifest: &Manifest) -> StorePath {
    StorePath::new(format!("databases/default/shop/backup-{}", manifest.id)).unwrap()
}

pub(super) async fn store(db: &Db) -> StoreId {
    db.ensure_default_store("/var/lib/zelo/store").await.unwrap().id
}

pub(super) async fn published(db: &Db, resource: &ResourceRow, age: i64, origin: Origin) -> BackupId {
    let manifest = manifest(&resource.id, &resource.name, later(-age), origin);
    db.publish_backup(&manifest, &store(db).await, &place(&manifest)).await.unwrap().id
}

async fn what_is_ensured_twice_is_made_once(b: Bench) {
    let project = b.db.ensure_default_project().await.unwrap();
    assert_eq!(b.db.ensure_default_project().await.unwrap(), project);
    assert_eq!(b.db.projects().await.unwrap(), std::slice::from_ref(&project));
    assert_eq!(b.db.project(&project.id).await.unwrap().name, "default");
    let host = b.db.ensure_local_host("unix:///a").await.unwrap();
    let moved = b.db.ensure_local_host("unix:///b").await.unwrap();
    assert_eq!((&moved.id, moved.address.as_str()), (&host.id, "unix:///b"));
    let store = b.db.ensure_default_store("/a").await.unwrap();
    let moved = b.db.ensure_default_store("/b").await.unwrap();
    assert_eq!((&moved.id, moved.location.as_str()), (&store.id, "/b"));
    assert_eq!(b.db.stores().await.unwrap(), [b.db.store(&store.id).await.unwrap()]);
}

async fn an_identity_and_a_name_belong_to_one_resource(b: Bench) {
    let row = resource(&b.db, "shop").await;
    assert_eq!(b.db.resource(&row.id).await.unwrap(), row);
    assert_eq!(b.db.resource_by_identity("by-hand:shop").await.unwrap(), Some(row.clone()));
    let again = |name: &str, identity: &str| NewResource {
        project: row.project.clone(),
        host: None,
        kind: row.kind.clone(),
        name: name.to_owned(),
        identity: identity.to_owned(),
        access: BTreeMap::new(),
        sealed: None,
        restore_refused: None,
    };
    let same = b.db.add_resource(again("other", "by-hand:shop"), WHO).await.unwrap_err();
    assert_eq!(same, problem!("resource-exists", id = row.id.as_str(), name = "shop"));
    let named = b.db.add_resource(again("shop", "else"), WHO).await.unwrap_err();
    assert_eq!(named, problem!("resource-name-taken", name = "shop"));
    let access = BTreeMap::from([("port".to_owned(), "5433".to_owned())]);
    let new = |identity: &str| NewAccess {
        identity: identity.to_owned(),
        values: access.clone(),
        ..NewAccess::default()
    };
    let changed = b.db.set_resource_access(&row.id, new("by-hand:moved"), WHO).await.unwrap();
    assert_eq!((changed.access, changed.sealed), (access.clone(), None));
    assert_eq!(changed.identity, "by-hand:moved");
    let other = resource(&b.db, "other").await;
    let taken = b.db.set_resource_access(&other.id, new("by-hand:moved"), WHO).await.unwrap_err();
    assert_eq!(taken, problem!("resource-exists", id = row.id.as_str(), name = "shop"));
}

async fn resources_are_filtered(b: Bench) {
    let shop = resource(&b.db, "Shop").await;
    resource(&b.db, "blog").await;
    b.db.set_resource_state(&shop.id, ResourceState::Missing).await.unwrap();
    let names = |filter: ResourceFilter| {
        let db = b.db.clone();
        async move {
            let page = db.resources(filter).await.unwrap();
            (page.rows.into_iter().map(|r| r.name).collect::<Vec<_>>(), page.total)
        }
    };
    let text = Some("sHo".to_owned());
    assert_eq!(names(ResourceFilter { text, ..Default::default() }).await, (vec!["Shop".to_owned()], 1));
    let text = Some("%".to_owned());
    assert_eq!(names(ResourceFilter { text, ..Default::default() }).await, (vec![], 0));
    let state = Some(ResourceState::Missing);
    assert_eq!(names(ResourceFilter { state, ..Default::default() }).await.0, ["Shop"]);
    let name = Some("blog".to_owned());
    assert_eq!(names(ResourceFilter { name, ..Default::default() }).await.0, ["blog"]);
    resource(&b.db, "cart").await;
    let page =
        ResourceFilter { state: Some(ResourceState::Ok), limit: Some(1), offset: 1, ..Default::default() };
    assert_eq!(names(page).await, (vec!["cart".to_owned()], 2));
}

async fn a_backup_is_published_once_however_often(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let store = store(&b.db).await;
    let manifest = manifest(&shop.id, "shop", later(0), Origin::Manual);
    let row = b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap();
    assert_eq!((row.stored_bytes, row.raw_bytes, row.state), (40, 100, BackupState::Complete));
    assert_eq!((row.resource_name.as_str(), row.project.clone()), ("shop", shop.project.clone()));
    assert_eq!((row.taken_at, &row.marker), (manifest.taken_at, &manifest.marker));
    let (entries, _) = b.db.verify_audit().await.unwrap();
    let told = b.db.outbox_due(later(1), 100).await.unwrap().len();
    assert_eq!(b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap(), row);
    assert_eq!(b.db.verify_audit().await.unwrap().0, entries);
    assert_eq!(b.db.outbox_due(later(1), 100).await.unwrap().len(), told);
    assert_eq!(b.db.backup_manifest(&row.id).await.unwrap(), manifest);
    b.db.set_backup_state(&row.id, BackupState::Missing).await.unwrap();
    let found = b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap();
    assert_eq!(found.state, BackupState::Complete, "it is there again");
}

async fn a_lost_catalogue_comes_back_from_manifests(b: Bench) {
    let store = store(&b.db).await;
    let (one, two) = (ResourceId::new(&SystemIds), ResourceId::new(&SystemIds));
    for id in [&one, &two, &one] {
        let mut manifest = manifest(id, "shop", later(0), Origin::Scheduled);
        manifest.resource.project = "clients".to_owned();
        b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap();
    }
    let rows = b.db.resources(ResourceFilter::default()).await.unwrap().rows;
    let names: Vec<_> = rows.iter().map(|r| r.name.clone()).collect();
    assert_eq!(names, ["shop".to_owned(), format!("shop ({})", two.short())]);
    assert!(rows.iter().all(|r| r.state == ResourceState::Missing));
    assert_eq!(b.db.projects().await.unwrap()[0].name, "clients");
    assert_eq!(b.db.backups(BackupFilter::default()).await.unwrap().total, 3);
}

async fn backups_are_filtered_counted_and_paged(b: Bench) {
    let (shop, blog) = (resource(&b.db, "shop").await, resource(&b.db, "blog").await);
    let mut of_shop = vec![];
    for age in 0..4 {
        let origin = if age == 3 { Origin::Safety } else { Origin::Manual };
        of_shop.push(published(&b.db, &shop, age * 60, origin).await);
    }
    published(&b.db, &blog, 30, Origin::Manual).await;
    let list = |filter: BackupFilter| {
        let db = b.db.clone();
        async move {
            let page = db.backups(filter).await.unwrap();
            (page.rows.into_iter().map(|r| r.id).collect::<Vec<_>>(), page.total)
        }
    };
    let resource = Some(shop.id.clone());
    let all = list(BackupFilter { resource: resource.clone(), ..Default::default() }).await;
    assert_eq!(all, (of_shop.clone(), 4), "newest first");
    let page = BackupFilter { resource: resource.clone(), limit: Some(2), offset: 1, ..Default::default() };
    assert_eq!(list(page).await, (of_shop[1..3].to_vec(), 4));
    let origin = Some(Origin::Safety);
    assert_eq!(list(BackupFilter { origin, ..Default::default() }).await.0, of_shop[3..]);
    for (text, total) in [("SHO", 4), ("50%_OFF", 5), ("50_", 0), ("nothing", 0)] {
        let text = Some(text.to_owned());
        assert_eq!(
            list(BackupFilter { text: text.clone(), ..Default::default() }).await.1,
            total,
            "{text:?}"
        );
    }
    let text = Some(of_shop[2].as_str().to_uppercase());
    assert_eq!(list(BackupFilter { text, ..Default::default() }).await.0, of_shop[2..3]);
    let project = shop.project.clone();
    assert_eq!(list(BackupFilter { project, ..Default::default() }).await.1, 5);
    b.db.mark_corrupt(&of_shop[0], &problem!("part-digest")).await.unwrap();
    let state = Some(BackupState::Corrupt);
    assert_eq!(list(BackupFilter { state, ..Default::default() }).await, (of_shop[..1].to_vec(), 1));
}

async fn checks_change_a_backup_and_are_told_of(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let id = published(&b.db, &shop, 0, Origin::Manual).await;
    let at = later(-5);
    let row = b.db.mark_verified(&id, at).await.unwrap();
    assert_eq!((row.verified_at, row.state), (Some(at), BackupState::Complete));
    let why = problem!("part-digest", part = "orders");
    let row = b.db.mark_corrupt(&id, &why).await.unwrap();
    assert_eq!((row.verified_at, row.state, row.problem), (None, BackupState::Corrupt, Some(why)));
    let row = b.db.mark_verified(&id, at).await.unwrap();
    assert_eq!((row.state, row.problem), (BackupState::Complete, None));
    let topics = b.db.outbox_due(later(1), 100).await.unwrap();
    let topics: Vec<_> = topics.iter().map(|t| t.topic.as_str()).collect();
    assert_eq!(topics, ["backup.publish", "backup.corrupt", "backup.complete"]);
    let pinned = b.db.pin_backup(&id, true, WHO).await.unwrap();
    assert!(pinned.pinned && !b.db.pin_backup(&id, false, WHO).await.unwrap().pinned);
    for state in [BackupState::Corrupt, BackupState::Trashed] {
        assert_eq!(b.db.set_backup_state(&id, state).await.unwrap_err().code, "backup-state");
    }
    b.db.verify_audit().await.unwrap();
}

async fn a_trashed_backup_comes_back_as_it_was(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let id = published(&b.db, &shop, 0, Origin::Manual).await;
    b.db.mark_corrupt(&id, &problem!("part-digest")).await.unwrap();
    let until = later(7 * 86400);
    let row = b.db.trash_backup(&id, until, None, WHO).await.unwrap();
    assert_eq!((row.state, row.keep_until), (BackupState::Trashed, Some(until)));
    b.db.trash_backup(&id, until, None, WHO).await.unwrap();
    let row = b.db.untrash_backup(&id, WHO).await.unwrap();
    assert_eq!((row.state, row.keep_until), (BackupState::Corrupt, None));
    b.db.trash_backup(&id, until, None, WHO).await.unwrap();
    b.db.mark_verified(&id, later(0)).await.unwrap();
    assert_eq!(b.db.backup(&id).await.unwrap().state, BackupState::Trashed);
    assert_eq!(b.db.untrash_backup(&id, WHO).await.unwrap().state, BackupState::Complete);
    b.db.forget_backup(&id, None, WHO).await.unwrap();
    b.db.forget_backup(&id, None, WHO).await.unwrap();
    assert_eq!(b.db.backup(&id).await.unwrap_err().code, "not-found-backup");
}

async fn a_held_backup_cannot_go(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let id = published(&b.db, &shop, 0, Origin::Manual).await;
    let hold = |backup: &BackupId| {
        let mut new = new_operation(&[]);
        new.holds = vec![backup.clone(), backup.clone()];
        new
    };
    let Enqueued::Created(op) = b.db.enqueue(hold(&id)).await.unwrap() else { panic!("existed") };
    let other = OperationId::new(&SystemIds);
    let held = problem!("backup-held", backup = id.as_str(), operation = op.id.as_str());
    assert_eq!(b.db.held_by(&id).await.unwrap(), std::slice::from_ref(&op.id));
    assert_eq!(b.db.trash_backup(&id, later(1), Some(&other), WHO).await.unwrap_err(), held);
    assert_eq!(b.db.forget_backup(&id, None, WHO).await.unwrap_err(), held);
    b.db.trash_backup(&id, later(1), Some(&op.id), WHO).await.unwrap();
    let (_, fence) = b.db.claim(&op.id, "w", later(30)).await.unwrap().unwrap();
    b.db.forget_backup(&id, Some(&op.id), WHO).await.unwrap();
    let end = Finish { state: OpState::Succeeded, problem: None, result: json!(null) };
    b.db.finish(&op.id, fence, end).await.unwrap();
    let gone = b.db.enqueue(hold(&id)).await.unwrap_err();
    assert_eq!(gone, problem!("not-found-backup", id = id.as_str()));
}

async fn a_running_operation_may_need_one_more_backup(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let id = published(&b.db, &shop, 0, Origin::Safety).await;
    let op = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    let need = std::slice::from_ref(&id);
    assert_eq!(b.db.hold(&op, need).await.unwrap_err().code, "operation-state");
    let (_, fence) = b.db.claim(&op, "w", later(30)).await.unwrap().unwrap();
    for _ in 0..2 {
        b.db.hold(&op, need).await.unwrap();
    }
    assert_eq!(b.db.held_by(&id).await.unwrap(), std::slice::from_ref(&op));
    let removal = || new_operation(&[&format!("backup:{id}")]);
    assert_eq!(b.db.enqueue(removal()).await.unwrap_err().code, "locked");
    let end = Finish { state: OpState::Succeeded, problem: None, result: json!(null) };
    b.db.finish(&op, fence, end).await.unwrap();
    assert_eq!(b.db.held_by(&id).await.unwrap(), []);
    let removing = b.db.enqueue(removal()).await.unwrap().row().id.clone();
    // And what is being removed cannot be relied on.
    let late = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    b.db.claim(&late, "w", later(30)).await.unwrap().unwrap();
    assert_eq!(b.db.hold(&late, need).await.unwrap_err().code, "locked");
    b.db.request_cancel(&removing, WHO).await.unwrap();
    b.db.trash_backup(&id, later(60), None, WHO).await.unwrap();
    assert_eq!(b.db.hold(&late, need).await.unwrap_err().code, "backup-trashed");
}

async fn what_was_set_aside_is_used_or_freed_once(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let op = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    let aside = |item: &str, days: i64| NewAside {
        item: item.to_owned(),
        locator: json!({"database": format!("{item}__zelo_old")}),
        bytes: 7,
        keep_until: later(days * 86400),
    };
    let rows = b.db.add_asides(&shop.id, &op, vec![aside("orders", 7), aside("users", 3)]).await.unwrap();
    let again = b.db.add_asides(&shop.id, &op, vec![aside("orders", 9)]).await.unwrap();
    assert_eq!((rows.len(), &again), (2, &rows), "written down once");
    assert_eq!(b.db.asides_of(&op).await.unwrap(), rows);
    let kept = b.db.kept_asides(Some(&shop.id)).await.unwrap();
    assert_eq!(kept.iter().map(|a| a.item.as_str()).collect::<Vec<_>>(), ["users", "orders"]);
    let until = later(99);
    assert_eq!(b.db.extend_aside(&rows[0].id, until, WHO).await.unwrap().keep_until, until);
    b.db.end_aside(&rows[0].id, AsideState::Used, WHO).await.unwrap();
    b.db.end_aside(&rows[0].id, AsideState::Used, WHO).await.unwrap();
    let freed = b.db.end_aside(&rows[0].id, AsideState::Freed, WHO).await.unwrap_err();
    assert_eq!(freed, problem!("aside-state", id = rows[0].id.as_str(), state = "used"));
    assert_eq!(b.db.extend_aside(&rows[0].id, until, WHO).await.unwrap_err(), freed);
    assert_eq!(b.db.kept_asides(None).await.unwrap().len(), 1);
}

async fn what_is_being_removed_cannot_be_kept_longer_and_what_stays_is_told_once(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let op = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    let new = NewAside {
        item: "orders".to_owned(),
        locator: json!({"database": "orders__zelo_old"}),
        bytes: 7,
        keep_until: later(-60),
    };
    let aside = b.db.add_asides(&shop.id, &op, vec![new]).await.unwrap().remove(0);
    assert_eq!(b.db.aside(&aside.id).await.unwrap(), aside);
    assert_eq!(b.db.asides_due(later(0)).await.unwrap(), std::slice::from_ref(&aside));
    assert_eq!(b.db.asides_due(later(-3600)).await.unwrap(), []);
    let why = problem!("free-no-safety");
    assert!(b.db.tell_overdue(&aside.id, &why).await.unwrap());
    assert!(!b.db.tell_overdue(&aside.id, &why).await.unwrap(), "told already");
    let told = b.db.outbox_due(later(5), 100).await.unwrap();
    assert_eq!(told.iter().filter(|row| row.topic == "aside.overdue").count(), 1);

    let key = format!("aside:{}", aside.id);
    let freeing = b.db.enqueue(new_operation(&[&key])).await.unwrap().row().id.clone();
    assert_eq!(b.db.extend_aside(&aside.id, later(60), WHO).await.unwrap_err().code, "locked");
    b.db.request_cancel(&freeing, WHO).await.unwrap();
    b.db.extend_aside(&aside.id, later(60), WHO).await.unwrap();
    assert_eq!(b.db.asides_due(later(0)).await.unwrap(), []);
}

async fn the_trash_is_due_when_its_time_is_over(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let (first, second) =
        (published(&b.db, &shop, 0, Origin::Manual).await, published(&b.db, &shop, 1, Origin::Manual).await);
    b.db.trash_backup(&first, later(-60), None, WHO).await.unwrap();
    b.db.trash_backup(&second, later(60), None, WHO).await.unwrap();
    let due = b.db.trash_due(later(0)).await.unwrap();
    assert_eq!(due.iter().map(|row| &row.id).collect::<Vec<_>>(), [&first]);
    b.db.untrash_backup(&first, WHO).await.unwrap();
    assert_eq!(b.db.trash_due(later(0)).await.unwrap(), []);
}

async fn a_proof_names_a_known_backup(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let backup = published(&b.db, &shop, 0, Origin::Manual).await;
    let operation = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    assert_eq!(b.db.proven_at(&backup).await.unwrap(), None);
    let (first, last) = (later(-50), later(-5));
    for proven_at in [last, first] {
        let (backup, operation) = (backup.clone(), operation.clone());
        b.db.add_proof(NewProof { backup, operation, proven_at, result: json!({}) }).await.unwrap();
    }
    assert_eq!(b.db.proven_at(&backup).await.unwrap(), Some(last));
    let unknown =
        NewProof { backup: BackupId::new(&SystemIds), operation, proven_at: last, result: json!({}) };
    assert_eq!(b.db.add_proof(unknown).await.unwrap_err().code, "not-found-backup");
}
