//! Several backups at once: what one may not touch spoils the whole, and looks as if
//! it were not there.

use super::{Reply, TestSite};
use crate::{
    domain::{
        backup::BackupState,
        id::{BackupId, SystemIds},
        operation::OpState,
        role::Role,
    },
    web::tests::browse::Held,
};

const ALL: [&str; 4] = ["verify", "pin", "unpin", "delete"];

async fn send(site: &TestSite, who: &str, act: &str, ids: &[&str], more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("do", act)];
    fields.extend(ids.iter().map(|id| ("id", *id)));
    fields.extend(more);
    site.post(who, "/backups/bulk", &fields).await
}

/// Two of alpha's, one pinned, and one of beta's.
async fn stocked() -> (TestSite, [String; 3]) {
    let site = TestSite::new().await;
    let own = site.backup(&site.shop).await;
    let pinned = site.backup(&site.shop).await;
    let theirs = site.backup(&site.other).await;
    site.site.world.db.pin_backup(&pinned, true, "test").await.unwrap();
    let ids = [own, pinned, theirs].map(|id| id.to_string());
    (site, ids)
}

async fn row(site: &TestSite, id: &str) -> crate::db::BackupRow {
    site.site.world.db.backup(&id.parse().unwrap()).await.unwrap()
}

/// The operations that came since.
async fn begun(site: &TestSite, before: &Held) -> Vec<String> {
    let rows = site.held().await.operations.into_iter();
    rows.filter(|row| !before.operations.contains(row)).map(|row| row.id.to_string()).collect()
}

#[actix_web::test]
async fn a_forged_id_changes_nothing_and_tells_nothing() {
    let (site, [own, pinned, theirs]) = stocked().await;
    let nobodys = BackupId::new(&SystemIds).to_string();
    let before = site.held().await;
    for who in ["alpha-owner", "alpha-operator", "alpha-viewer", "nobody", "admin"] {
        let acts = if who == "alpha-operator" { &ALL[..2] } else { &ALL[..] };
        for act in acts {
            for more in [&[][..], &[("confirm", "2")], &[("confirm", "1")]] {
                let forged = send(&site, who, act, &[&theirs], more).await;
                let unknown = send(&site, who, act, &[&nobodys], more).await;
                assert_eq!(forged.status, 404, "{act} as {who}");
                assert_eq!(forged.main(), unknown.main(), "{act} as {who}");
                assert!(!forged.text().contains(&theirs), "{act} as {who}");
                if who.ends_with("owner") || who.ends_with("operator") {
                    for ids in [[&*own, &theirs], [&theirs, &own], [&pinned, &theirs]] {
                        let mixed = send(&site, who, act, &ids, more).await;
                        assert_eq!(mixed.status, 404, "{act} as {who}");
                        assert_eq!(mixed.main(), forged.main(), "{act} as {who}");
                    }
                }
            }
        }
    }
    assert_eq!(site.held().await, before);
}

#[actix_web::test]
async fn each_of_several_is_looked_at_with_the_role_there() {
    let (site, [own, pinned, theirs]) = stocked().await;
    let db = &site.site.world.db;
    let before = site.held().await;
    for (who, acts) in [("alpha-viewer", &ALL[..]), ("alpha-operator", &ALL[2..])] {
        for act in acts {
            let reply = send(&site, who, act, &[&own, &pinned], &[("confirm", "2")]).await;
            assert_eq!(reply.status, 403, "{act} as {who}");
        }
    }
    assert_eq!(site.held().await, before);
    // An owner here and an operator there does there what operators may.
    let owner = &site.person("alpha-owner").id;
    db.set_member(&site.beta, owner, Role::Operator, "test").await.unwrap();
    let before = site.held().await;
    for act in ["delete", "unpin"] {
        let reply = send(&site, "alpha-owner", act, &[&own, &theirs], &[("confirm", "2")]).await;
        assert_eq!(reply.status, 403, "{act}");
    }
    assert_eq!(site.held().await, before);
    let both = send(&site, "alpha-owner", "pin", &[&own, &theirs], &[]).await;
    assert_eq!(both.flash().unwrap().1, "flash-backups-pinned");
    assert!(row(&site, &own).await.pinned && row(&site, &theirs).await.pinned);
}

#[actix_web::test]
async fn nothing_chosen_is_nothing_done() {
    let (site, [own, ..]) = stocked().await;
    let before = site.held().await;
    for ids in [&[][..], &[""], &["x", "../../etc/passwd", "%00"]] {
        for act in ALL {
            let back = ("back", "/operations?state=running");
            let reply = send(&site, "alpha-owner", act, ids, &[back, ("confirm", "0")]).await;
            assert_eq!(reply.to(), back.1, "{act}");
            let (good, told, _) = reply.flash().unwrap();
            assert!(!good && told == "flash-nothing-chosen", "{act}: {told}");
        }
    }
    for bad in ["//evil.example", "https://evil.example/", "/\\evil.example", ""] {
        let reply = send(&site, "alpha-owner", "pin", &[], &[("back", bad)]).await;
        assert_eq!(reply.to(), "/dashboard/backup", "{bad}");
    }
    for act in ["", "purge", "restore", "DELETE"] {
        let reply = send(&site, "alpha-owner", act, &[&own], &[("confirm", "1")]).await;
        assert_eq!(reply.status, 400, "{act}");
    }
    assert_eq!(site.held().await, before);
}

#[actix_web::test]
async fn several_are_kept_and_let_go() {
    let (site, [own, pinned, theirs]) = stocked().await;
    let (operator, owner) = (site.actor("alpha-operator"), site.actor("alpha-owner"));
    let kept = send(&site, "alpha-operator", "pin", &[&own, &pinned], &[]).await;
    let (good, told, values) = kept.flash().unwrap();
    assert!(good && told == "flash-backups-pinned" && values.contains('2'), "{told}: {values}");
    assert_eq!(kept.to(), "/dashboard/backup");
    assert!(row(&site, &own).await.pinned && row(&site, &pinned).await.pinned);
    let entry = &site.entries("backup.pin").await[0];
    assert_eq!((&entry.actor, &entry.subject), (&operator, &format!("backup:{own}")));
    send(&site, "alpha-owner", "unpin", &[&own, &pinned], &[]).await;
    assert!(!row(&site, &own).await.pinned && !row(&site, &pinned).await.pinned);
    let let_go = site.entries("backup.unpin").await;
    assert_eq!(let_go.len(), 2);
    assert!(let_go.iter().all(|entry| entry.actor == owner));
    assert!(!row(&site, &theirs).await.pinned);
}

#[actix_web::test]
async fn several_are_verified() {
    let (site, [own, pinned, _]) = stocked().await;
    site.hours(2);
    let before = site.held().await;
    let reply = send(&site, "alpha-operator", "verify", &[&own, &pinned], &[]).await;
    assert_eq!(reply.flash().unwrap().1, "flash-backups-verifying");
    let begun = begun(&site, &before).await;
    assert_eq!(begun.len(), 2);
    for id in &begun {
        let row = site.run(id).await;
        assert_eq!((row.state, row.actor), (OpState::Succeeded, site.actor("alpha-operator")));
    }
    for id in [&own, &pinned] {
        let was = before.backups.iter().find(|row| row.id.as_str() == id).unwrap();
        assert!(row(&site, id).await.verified_at > was.verified_at);
    }
}

#[actix_web::test]
async fn several_go_to_the_trash_once_their_number_is_typed() {
    let (site, [own, pinned, theirs]) = stocked().await;
    let second = site.backup(&site.shop).await.to_string();
    let before = site.held().await;
    let ids = [own.as_str(), second.as_str()];
    let asked = send(&site, "alpha-owner", "delete", &ids, &[]).await;
    assert_eq!(asked.status, 200);
    assert!(ids.iter().all(|id| asked.main().contains(id)), "the form names both again");
    for typed in ["", "1", "3", "shop", "two"] {
        let wrong = send(&site, "alpha-owner", "delete", &ids, &[("confirm", typed)]).await;
        assert_eq!(wrong.status, 422, "{typed}");
        assert!(wrong.main().contains("aria-invalid"), "{typed}");
    }
    // One that cannot go keeps the rest.
    let held = send(&site, "alpha-owner", "delete", &[&own, &pinned], &[("confirm", "2")]).await;
    assert_eq!(held.status, 422, "{}", held.text());
    assert_eq!(site.held().await, before);

    let reply = send(&site, "alpha-owner", "delete", &ids, &[("confirm", " 2 ")]).await;
    assert_eq!(reply.flash().unwrap().1, "flash-backups-deleting");
    let begun = begun(&site, &before).await;
    assert_eq!(begun.len(), 2);
    for id in &begun {
        assert_eq!(site.run(id).await.state, OpState::Succeeded);
    }
    for (id, state) in [(&own, BackupState::Trashed), (&second, BackupState::Trashed)] {
        assert_eq!(row(&site, id).await.state, state);
    }
    for id in [&pinned, &theirs] {
        assert_eq!(row(&site, id).await.state, BackupState::Complete);
    }
}

#[actix_web::test]
async fn one_named_twice_is_one() {
    let (site, [own, ..]) = stocked().await;
    let before = site.held().await;
    let twice = [own.as_str(), own.as_str()];
    let pinned = send(&site, "alpha-operator", "pin", &twice, &[]).await.flash().unwrap();
    assert!(pinned.2.contains('1'), "{}", pinned.2);
    send(&site, "alpha-owner", "unpin", &twice, &[]).await;
    let reply = send(&site, "alpha-owner", "delete", &twice, &[("confirm", "1")]).await;
    assert_eq!(reply.flash().unwrap().1, "flash-backups-deleting");
    assert_eq!(begun(&site, &before).await.len(), 1);
}

#[actix_web::test]
async fn where_one_of_several_is_held_it_is_told_how_many_began() {
    let (site, [own, pinned, _]) = stocked().await;
    site.post("alpha-owner", format!("/backups/{pinned}/unpin"), &[]).await;
    let busy = site.post("alpha-owner", format!("/backups/{pinned}/delete"), &[("confirm", "shop")]).await;
    for (act, more) in [("verify", &[][..]), ("delete", &[("confirm", "2")])] {
        let before = site.held().await;
        let reply = send(&site, "alpha-owner", act, &[&own, &pinned], more).await;
        let (good, told, values) = reply.flash().unwrap();
        assert!(!good && told == "flash-backups-some", "{act}: {told}");
        assert!(values.contains("Number(1)") && values.contains("Number(2)"), "{act}: {values}");
        let begun = begun(&site, &before).await;
        assert_eq!(begun.len(), 1, "{act}");
        assert_eq!(site.run(&begun[0]).await.state, OpState::Succeeded);
        // Where none began, that is what is told.
        let alone = send(&site, "alpha-owner", act, &[&pinned], &[("confirm", "1")]).await;
        assert_eq!(alone.status, 409, "{act}");
    }
    assert_eq!(site.run(&busy.operation()).await.state, OpState::Succeeded);
}
