//! Projects and what is in them: whose it is, who sees it, who may read it.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    Bench, Stopped, both,
    catalogue::{published, resource},
    later, new_operation, newest, open_by,
    people::user,
};
use crate::{
    db::{
        BackupFilter, Db, Enqueued, Finish, NewOperation, OperationFilter, ProjectRow, ResourceFilter,
        ResourceRow,
    },
    domain::{
        backup::Origin,
        id::{BackupId, ProjectId, SystemIds, UserId},
        operation::OpState,
        role::Role,
    },
    problem,
};

both!(
    the_oldest_project_is_the_default_whatever_it_is_called,
    a_member_has_one_role_in_each_project,
    a_project_keeps_an_owner,
    a_resource_goes_to_a_project_with_all_it_has,
    a_resource_is_renamed,
    a_resource_at_work_is_not_removed,
    a_removed_resource_leaves_its_backups,
    each_list_shows_only_the_projects_asked_for,
    a_download_link_opens_one_backup_for_its_time,
    a_download_is_noted,
);

const WHO: &str = "cli:ada";

async fn project(db: &Db, name: &str) -> ProjectRow {
    db.add_project(name, None, WHO).await.unwrap()
}

async fn the_oldest_project_is_the_default_whatever_it_is_called(b: Bench) {
    let first = b.db.ensure_default_project().await.unwrap();
    assert_eq!(first.name, "default");
    let second = project(&b.db, "aaa").await;
    let renamed = b.db.rename_project(&first.id, "zzz", WHO).await.unwrap();
    assert_eq!((&renamed.id, renamed.name.as_str()), (&first.id, "zzz"));
    assert_eq!(b.db.ensure_default_project().await.unwrap(), renamed);
    assert_eq!(b.db.projects().await.unwrap(), [second.clone(), renamed.clone()]);
    let taken = problem!("project-name-taken", name = "aaa");
    assert_eq!(b.db.rename_project(&first.id, "aaa", WHO).await.unwrap_err(), taken);
    assert_eq!(b.db.add_project("aaa", None, WHO).await.unwrap_err(), taken);
    assert_eq!(b.db.add_project("a\n", None, WHO).await.unwrap_err().code, "project-name");
    assert_eq!(b.db.rename_project(&second.id, "aaa", WHO).await.unwrap(), second, "as it is");
    let unknown = ProjectId::new(&SystemIds);
    assert_eq!(b.db.rename_project(&unknown, "b", WHO).await.unwrap_err().code, "not-found-project");
    let nobody = UserId::new(&SystemIds);
    assert_eq!(b.db.add_project("b", Some(&nobody), WHO).await.unwrap_err().code, "not-found-user");
    assert_eq!(b.db.projects().await.unwrap().len(), 2, "nothing of what was refused is left");
}

async fn a_member_has_one_role_in_each_project(b: Bench) {
    let (ada, bob) = (user(&b.db, "ada").await, user(&b.db, "bob").await);
    let shop = b.db.add_project("shop", Some(&ada.id), WHO).await.unwrap();
    let blog = project(&b.db, "blog").await;
    b.db.set_member(&shop.id, &bob.id, Role::Viewer, WHO).await.unwrap();
    b.db.set_member(&blog.id, &bob.id, Role::Operator, WHO).await.unwrap();
    let before = b.db.verify_audit().await.unwrap().0;
    b.db.set_member(&blog.id, &bob.id, Role::Operator, WHO).await.unwrap();
    assert_eq!(b.db.verify_audit().await.unwrap().0, before, "nothing changed");
    b.db.set_member(&shop.id, &bob.id, Role::Operator, WHO).await.unwrap();
    let told = &b.db.audit_log(newest(1)).await.unwrap()[0];
    assert_eq!(told.subject, format!("project:{}", shop.id));
    assert_eq!(told.detail, json!({"user": bob.id, "from": "viewer", "to": "operator"}));

    assert_eq!(b.db.role_in(&ada.id, &shop.id).await.unwrap(), Some(Role::Owner));
    assert_eq!(b.db.role_in(&ada.id, &blog.id).await.unwrap(), None);
    let of_bob = b.db.memberships_of(&bob.id).await.unwrap();
    assert_eq!(of_bob, [(blog.clone(), Role::Operator), (shop.clone(), Role::Operator)]);
    let of_shop = b.db.members(&shop.id).await.unwrap();
    assert_eq!(of_shop, [(ada.clone(), Role::Owner), (bob.clone(), Role::Operator)]);
    b.db.remove_member(&shop.id, &bob.id, WHO).await.unwrap();
    assert_eq!(b.db.role_in(&bob.id, &shop.id).await.unwrap(), None);
    let gone = b.db.remove_member(&shop.id, &bob.id, WHO).await.unwrap_err();
    assert_eq!(gone.code, "not-found-member");
    let (nobody, nothing) = (UserId::new(&SystemIds), ProjectId::new(&SystemIds));
    let refused = b.db.set_member(&shop.id, &nobody, Role::Owner, WHO).await.unwrap_err();
    assert_eq!(refused.code, "not-found-user");
    let refused = b.db.set_member(&nothing, &ada.id, Role::Owner, WHO).await.unwrap_err();
    assert_eq!(refused.code, "not-found-project");
}

async fn a_project_keeps_an_owner(b: Bench) {
    let (ada, bob) = (user(&b.db, "ada").await, user(&b.db, "bob").await);
    let shop = b.db.add_project("shop", Some(&ada.id), WHO).await.unwrap().id;
    let last = problem!("last-owner", project = "shop");
    let demote = || b.db.set_member(&shop, &ada.id, Role::Operator, WHO);
    let remove = || b.db.remove_member(&shop, &ada.id, WHO);
    b.db.set_member(&shop, &bob.id, Role::Operator, WHO).await.unwrap();
    assert_eq!(demote().await.unwrap_err(), last);
    assert_eq!(remove().await.unwrap_err(), last);
    b.db.set_member(&shop, &bob.id, Role::Owner, WHO).await.unwrap();
    b.db.disable_user(&bob.id, WHO).await.unwrap();
    assert_eq!(remove().await.unwrap_err(), last, "one who may not sign in does not count");
    b.db.enable_user(&bob.id, WHO).await.unwrap();
    demote().await.unwrap();
    remove().await.unwrap();
    let refused = b.db.remove_member(&shop, &bob.id, WHO).await.unwrap_err();
    assert_eq!(refused, last);
}

/// A finished backup operation of a resource.
async fn operation(db: &Db, of: &ResourceRow) -> crate::db::OperationRow {
    let new =
        NewOperation { resource: Some(of.id.clone()), project: of.project.clone(), ..new_operation(&[]) };
    let Enqueued::Created(row) = db.enqueue(new).await.unwrap() else { panic!("existed") };
    let (_, fence) = db.claim(&row.id, "w", later(30)).await.unwrap().unwrap();
    let end = Finish { state: OpState::Succeeded, problem: None, result: json!(null) };
    db.finish(&row.id, fence, end).await.unwrap()
}

async fn a_resource_goes_to_a_project_with_all_it_has(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let backup = published(&b.db, &shop, 0, Origin::Manual).await;
    let done = operation(&b.db, &shop).await;
    let clients = project(&b.db, "clients").await.id;
    let moved = b.db.assign_resource(&shop.id, &clients, WHO).await.unwrap();
    assert_eq!(moved.project.as_ref(), Some(&clients));
    assert_eq!(b.db.backup(&backup).await.unwrap().project.as_ref(), Some(&clients));
    assert_eq!(b.db.operation(&done.id).await.unwrap().project.as_ref(), Some(&clients));
    // Planned before it was assigned, queued after.
    assert_eq!(operation(&b.db, &shop).await.project.as_ref(), Some(&clients));
    let told = &b.db.audit_log(newest(10)).await.unwrap();
    let told = told.iter().find(|row| row.action == "resource.assign").unwrap();
    assert_eq!(told.detail, json!({"name": "shop", "from": shop.project, "to": clients}));
    assert_eq!(b.db.assign_resource(&shop.id, &clients, WHO).await.unwrap(), moved, "again");
    let other = resource(&b.db, "shop-2").await;
    b.tamper("UPDATE resources SET name = 'shop'").await.unwrap();
    let refused = b.db.assign_resource(&other.id, &clients, WHO).await.unwrap_err();
    assert_eq!(refused, problem!("resource-name-taken", name = "shop"));
    let nowhere = ProjectId::new(&SystemIds);
    let refused = b.db.assign_resource(&other.id, &nowhere, WHO).await.unwrap_err();
    assert_eq!(refused.code, "not-found-project");
}

async fn a_resource_is_renamed(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    resource(&b.db, "blog").await;
    let renamed = b.db.rename_resource(&shop.id, "store", WHO).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.identity), ("store", shop.identity));
    for (name, code) in [("blog", "resource-name-taken"), (" x", "resource-name")] {
        assert_eq!(b.db.rename_resource(&shop.id, name, WHO).await.unwrap_err().code, code);
    }
    b.db.rename_resource(&shop.id, "store", WHO).await.unwrap();
}

async fn a_resource_at_work_is_not_removed(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    for state in [OpState::Queued, OpState::Running, OpState::NeedsOperator] {
        let new = NewOperation { resource: Some(shop.id.clone()), ..new_operation(&[]) };
        let id = b.db.enqueue(new).await.unwrap().row().id.clone();
        if state != OpState::Queued {
            let (_, fence) = b.db.claim(&id, "w", later(30)).await.unwrap().unwrap();
            if state == OpState::NeedsOperator {
                let stuck = Finish { state, problem: None, result: json!(null) };
                b.db.finish(&id, fence, stuck).await.unwrap();
            }
        }
        let refused = b.db.remove_resource(&shop.id, WHO).await.unwrap_err();
        let key = format!("resource:{}", shop.id);
        let want = problem!("locked", operation = id.as_str(), kind = "restore", key = key);
        assert_eq!(refused, want, "{state}");
        b.tamper("UPDATE operations SET state = 'failed'").await.unwrap();
    }
    b.db.remove_resource(&shop.id, WHO).await.unwrap();
    assert_eq!(b.db.remove_resource(&shop.id, WHO).await.unwrap_err().code, "not-found-resource");
}

async fn a_removed_resource_leaves_its_backups(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let backup = published(&b.db, &shop, 0, Origin::Manual).await;
    b.db.remove_resource(&shop.id, WHO).await.unwrap();
    assert_eq!(b.db.resource(&shop.id).await.unwrap_err().code, "not-found-resource");
    assert_eq!(b.db.resources(ResourceFilter::default()).await.unwrap().total, 0);
    assert!(b.db.any_resource(&shop.id).await.unwrap().removed_at.is_some());
    let row = b.db.backup(&backup).await.unwrap();
    assert_eq!((row.resource_name.as_str(), &row.project), ("shop", &shop.project));
    for filter in [
        BackupFilter::default(),
        BackupFilter { resource: Some(shop.id.clone()), ..BackupFilter::default() },
        BackupFilter { projects: shop.project.clone().map(|id| vec![id]), ..BackupFilter::default() },
        BackupFilter { text: Some("shop".to_owned()), present: true, ..BackupFilter::default() },
    ] {
        let page = b.db.backups(filter.clone()).await.unwrap();
        assert_eq!((page.rows, page.total), (vec![row.clone()], 1), "{filter:?}");
    }
    let again = resource(&b.db, "shop").await;
    assert_ne!(again.id, shop.id, "its name and identity are free");
    assert_eq!(b.db.audit_log(newest(2)).await.unwrap()[1].action, "resource.remove");
}

async fn each_list_shows_only_the_projects_asked_for(b: Bench) {
    let (shop, blog) = (resource(&b.db, "shop").await, resource(&b.db, "blog").await);
    resource(&b.db, "nobodys").await;
    let (one, two) = (project(&b.db, "one").await.id, project(&b.db, "two").await.id);
    b.tamper("UPDATE resources SET project_id = NULL WHERE name = 'nobodys'").await.unwrap();
    for (row, project) in [(&shop, &one), (&blog, &two)] {
        b.db.assign_resource(&row.id, project, WHO).await.unwrap();
        published(&b.db, row, 0, Origin::Manual).await;
        operation(&b.db, row).await;
    }
    for (projects, names) in [
        (None, vec!["blog", "nobodys", "shop"]),
        (Some(vec![]), vec![]),
        (Some(vec![one.clone()]), vec!["shop"]),
        (Some(vec![one.clone(), two.clone()]), vec!["blog", "shop"]),
        (Some(vec![ProjectId::new(&SystemIds)]), vec![]),
    ] {
        let filter = ResourceFilter { projects: projects.clone(), ..ResourceFilter::default() };
        let page = b.db.resources(filter).await.unwrap();
        let found: Vec<_> = page.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((&found, page.total), (&names, names.len() as u64), "{projects:?}");
        let with_work: Vec<_> = names.iter().filter(|name| **name != "nobodys").collect();
        let filter = BackupFilter { projects: projects.clone(), ..BackupFilter::default() };
        let page = b.db.backups(filter).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (with_work.len(), with_work.len() as u64));
        let filter = OperationFilter { projects: projects.clone(), ..OperationFilter::default() };
        let page = b.db.operations(filter).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (with_work.len(), with_work.len() as u64));
        let figures = b.db.figures(projects).await.unwrap();
        assert_eq!((figures.resources, figures.backups), (names.len() as u64, with_work.len() as u64));
    }
    let unclaimed = ResourceFilter { unclaimed: true, ..ResourceFilter::default() };
    assert_eq!(b.db.resources(unclaimed).await.unwrap().rows[0].name, "nobodys");
}

async fn a_download_link_opens_one_backup_for_its_time(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let (backup, other) =
        (published(&b.db, &shop, 0, Origin::Manual).await, published(&b.db, &shop, 1, Origin::Manual).await);
    let now = later(0);
    let clock = Stopped::at(now);
    let db = open_by(&b.target, clock.clone()).await;
    let hash = |start: &str| format!("{start}{}", "0".repeat(56));
    let (first, second) = (hash("aaaaaaaa"), hash("bbbbbbbb"));
    let until = now + TimeDelta::hours(1);
    let row = db.add_download_link(&first, &backup, "user:1", until).await.unwrap();
    assert_eq!((row.short.as_str(), &row.backup, row.expires_at), ("aaaaaaaa", &backup, until));
    db.add_download_link(&second, &backup, "user:2", until).await.unwrap();
    for _ in 0..3 {
        assert_eq!(db.download_link(&first).await.unwrap(), Some(row.clone()), "as often as wanted");
    }
    assert_eq!(db.download_link("aaaaaaaa").await.unwrap(), None, "its name is not the link");
    assert_eq!(db.download_links_of(&backup).await.unwrap().len(), 2);
    assert_eq!(db.download_links_of(&other).await.unwrap(), []);
    for (of, short) in [(&other, "aaaaaaaa"), (&backup, "aaaaaaa%"), (&backup, ""), (&backup, "cccccccc")] {
        let refused = db.revoke_download_link(of, short, WHO).await.unwrap_err();
        assert_eq!(refused.code, "not-found-download-link", "{short}");
    }
    db.revoke_download_link(&backup, "aaaaaaaa", WHO).await.unwrap();
    assert_eq!(db.download_link(&first).await.unwrap(), None, "revoked");
    assert!(db.download_link(&second).await.unwrap().is_some());
    clock.set(until);
    assert_eq!(db.download_link(&second).await.unwrap(), None, "over");
    assert_eq!(db.download_links_of(&backup).await.unwrap(), []);
    let unknown = BackupId::new(&SystemIds);
    let refused = db.add_download_link("x", &unknown, WHO, until).await.unwrap_err();
    assert_eq!(refused.code, "not-found-backup");
}

async fn a_download_is_noted(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let backup = published(&b.db, &shop, 0, Origin::Manual).await;
    let hash = "abcdef01".repeat(8);
    b.db.add_download_link(&hash, &backup, "user:1", later(60)).await.unwrap();
    b.db.note_download(&hash, &backup, &json!({"bytes": 7})).await.unwrap();
    let rows = b.db.audit_log(newest(2)).await.unwrap();
    assert_eq!((rows[0].actor.as_str(), rows[0].action.as_str()), ("link:abcdef01", "download"));
    assert_eq!(rows[0].subject, format!("backup:{backup}"));
    let detail = json!({"link": "abcdef01", "made_by": "user:1", "download": {"bytes": 7}});
    assert_eq!(rows[0].detail, detail);
    assert_eq!(rows[1].action, "download.link");
    assert!(!format!("{rows:?}").contains(&hash), "the hash itself stays out of the log");
}
