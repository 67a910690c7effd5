//! Lists in any order, cut and counted, and many resources at a glance: what the
//! totals say is what counting says, and they are there at once.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;

use super::{
    Bench, both,
    catalogue::{manifest, place, published, resource, store},
    later, new_operation,
};
use crate::{
    db::{
        AuditFilter, BackupFilter, BackupSort, Db, DbTarget, Figures, Finish, NewOperation, NewProof,
        OperationFilter, ResourceFilter, ResourceState,
    },
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, ResourceId, SystemIds},
        operation::{OpKind, OpState},
    },
    problem,
};

both!(
    backups_are_filtered_by_time_and_marks,
    backups_come_in_the_order_asked_for,
    operations_are_counted_and_paged,
    the_audit_log_is_filtered,
    what_the_totals_say_is_what_counting_says,
    a_summary_has_the_newest_of_each,
    figures_say_what_needs_a_person,
    a_hundred_thousand_backups_are_there_at_once,
);

const WHO: &str = "cli:ada";

async fn ids(db: &Db, filter: BackupFilter) -> Vec<BackupId> {
    let page = db.backups(filter).await.unwrap();
    assert_eq!(page.total, page.rows.len() as u64);
    page.rows.into_iter().map(|row| row.id).collect()
}

async fn backups_are_filtered_by_time_and_marks(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let (old, new) = (
        published(&b.db, &shop, 7200, Origin::Manual).await,
        published(&b.db, &shop, 0, Origin::Manual).await,
    );
    let at = b.db.backup(&new).await.unwrap().taken_at;
    let list = |filter: BackupFilter| ids(&b.db, filter);
    let all = BackupFilter::default;
    let only = |id: &BackupId| vec![id.clone()];
    assert_eq!(list(BackupFilter { from: Some(at), ..all() }).await, only(&new), "from and at it");
    assert_eq!(list(BackupFilter { to: Some(at), ..all() }).await, only(&old), "before it");
    let between = BackupFilter { from: Some(later(-8000)), to: Some(later(-7000)), ..all() };
    assert_eq!(list(between).await, only(&old));

    b.db.mark_verified(&old, later(0)).await.unwrap();
    assert_eq!(list(BackupFilter { verified: Some(true), ..all() }).await, only(&old));
    assert_eq!(list(BackupFilter { verified: Some(false), ..all() }).await, only(&new));
    b.db.pin_backup(&new, true, WHO).await.unwrap();
    assert_eq!(list(BackupFilter { pinned: Some(true), ..all() }).await, only(&new));
    assert_eq!(list(BackupFilter { pinned: Some(false), ..all() }).await, only(&old));
    let operation = b.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    for proven_at in [later(0), later(1)] {
        let (backup, operation) = (old.clone(), operation.clone());
        b.db.add_proof(NewProof { backup, operation, proven_at, result: json!({}) }).await.unwrap();
    }
    assert_eq!(list(BackupFilter { proven: Some(true), ..all() }).await, only(&old));
    assert_eq!(list(BackupFilter { proven: Some(false), ..all() }).await, only(&new));
}

async fn backups_come_in_the_order_asked_for(b: Bench) {
    let store = store(&b.db).await;
    let mut made = Vec::new();
    for (name, age, size) in [("blog", 30, 500), ("shop", 20, 100), ("blog", 10, 300)] {
        let named = ResourceFilter { name: Some(name.to_owned()), ..ResourceFilter::default() };
        let row = match b.db.resources(named).await.unwrap().rows.pop() {
            Some(row) => row,
            None => resource(&b.db, name).await,
        };
        let mut manifest = manifest(&row.id, name, later(-age), Origin::Manual);
        manifest.parts[0].files[0].stored.bytes = size;
        made.push(b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap().id);
    }
    let [oldest, middle, newest] = [&made[0], &made[1], &made[2]];
    for (sort, ascending, order) in [
        (BackupSort::Taken, false, [newest, middle, oldest]),
        (BackupSort::Taken, true, [oldest, middle, newest]),
        (BackupSort::Size, false, [oldest, newest, middle]),
        (BackupSort::Size, true, [middle, newest, oldest]),
        (BackupSort::Name, false, [middle, newest, oldest]),
        (BackupSort::Name, true, [newest, oldest, middle]),
    ] {
        let filter = BackupFilter { sort, ascending, ..BackupFilter::default() };
        assert_eq!(ids(&b.db, filter).await.iter().collect::<Vec<_>>(), order, "{sort:?} {ascending}");
    }
    // Whichever page, the total is that of all.
    for (limit, offset, rows) in [(0, 0, 0), (2, 0, 2), (2, 2, 1), (3, 0, 3), (3, 3, 0), (9, 0, 3), (9, 9, 0)]
    {
        let page = BackupFilter { limit: Some(limit), offset, ..BackupFilter::default() };
        let page = b.db.backups(page).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (rows, 3), "{limit} after {offset}");
    }
}

async fn operations_are_counted_and_paged(b: Bench) {
    let shop = resource(&b.db, "shop").await;
    let mut all = vec![];
    for n in 0..5 {
        let resource = (n % 2 == 0).then(|| shop.id.clone());
        let kind = OpKind::of(if n == 0 { "backup" } else { "restore" });
        let new = NewOperation { resource, kind, ..new_operation(&[]) };
        all.push(b.db.enqueue(new).await.unwrap().row().id.clone());
    }
    all.sort();
    all.reverse();
    let page = |filter: OperationFilter| {
        let db = b.db.clone();
        async move {
            let page = db.operations(filter).await.unwrap();
            (page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), page.total)
        }
    };
    let any = OperationFilter::default;
    let cut = page(OperationFilter { limit: Some(2), offset: 1, ..any() }).await;
    assert_eq!(cut, (all[1..3].to_vec(), 5));
    let next = OperationFilter { before: Some(all[1].clone()), limit: Some(2), ..any() };
    assert_eq!(page(next).await, (all[2..4].to_vec(), 5), "counted with those before it");
    let resource = Some(shop.id.clone());
    assert_eq!(page(OperationFilter { resource: resource.clone(), ..any() }).await.1, 3);
    let kind = Some(OpKind::of("restore"));
    assert_eq!(page(OperationFilter { resource, kind, ..any() }).await.1, 2);
}

async fn the_audit_log_is_filtered(b: Bench) {
    let shop = resource(&b.db, "shop_1").await;
    let backup = published(&b.db, &shop, 0, Origin::Manual).await;
    b.db.pin_backup(&backup, true, "user:1").await.unwrap();
    b.db.pin_backup(&backup, false, "user:2").await.unwrap();
    let list = |filter: AuditFilter| {
        let db = b.db.clone();
        async move {
            let rows = db.audit_log(filter).await.unwrap();
            rows.into_iter().map(|row| row.action).collect::<Vec<_>>()
        }
    };
    let any = AuditFilter::default;
    let all = list(any()).await;
    assert_eq!(all, ["backup.unpin", "backup.pin", "backup.publish", "resource.add"]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(list(AuditFilter { actor: text("user:1"), ..any() }).await, all[1..2]);
    assert_eq!(list(AuditFilter { actor: text("user:"), ..any() }).await.len(), 0, "actors are whole");
    assert_eq!(list(AuditFilter { subject: text("backup:"), ..any() }).await, all[..3]);
    assert_eq!(list(AuditFilter { subject: text(&format!("backup:{backup}")), ..any() }).await, all[..3]);
    assert_eq!(list(AuditFilter { action: text("backup.p"), ..any() }).await, all[1..3]);
    for nothing in ["%", "_ackup", "ackup"] {
        assert_eq!(list(AuditFilter { action: text(nothing), ..any() }).await.len(), 0, "{nothing}");
    }
    assert_eq!(list(AuditFilter { before: Some(3), limit: Some(1), ..any() }).await, all[2..3]);
}

/// What counting and adding up says.
async fn counted(db: &Db) -> Figures {
    let rows = db.backups(BackupFilter::default()).await.unwrap().rows;
    let complete = rows.iter().filter(|row| row.state == BackupState::Complete);
    let present = rows.iter().filter(|row| matches!(row.state, BackupState::Complete | BackupState::Corrupt));
    let listed = db.resources(ResourceFilter::default()).await.unwrap().rows;
    let without = listed.iter().filter(|row| complete.clone().all(|backup| backup.resource != row.id));
    Figures {
        resources: listed.len() as u64,
        backups: present.clone().count() as u64,
        stored_bytes: present.map(|row| row.stored_bytes).sum(),
        unverified: complete.clone().filter(|row| row.verified_at.is_none()).count() as u64,
        corrupt: rows.iter().filter(|row| row.state == BackupState::Corrupt).count() as u64,
        without_backup: without.count() as u64,
        ..Figures::default()
    }
}

async fn what_the_totals_say_is_what_counting_says(b: Bench) {
    let store = store(&b.db).await;
    let resources = [resource(&b.db, "shop").await, resource(&b.db, "blog").await];
    let mut dice = StdRng::seed_from_u64(7);
    let mut all: Vec<BackupId> = Vec::new();
    for _ in 0..60 {
        let one = (!all.is_empty()).then(|| all[dice.random_range(0..all.len())].clone());
        match (dice.random_range(0..8), one) {
            (0..=2, _) | (_, None) => {
                let of = &resources[dice.random_range(0..2)];
                let mut manifest = manifest(&of.id, &of.name, later(0), Origin::Manual);
                manifest.parts[0].files[0].stored.bytes = dice.random_range(0..1000);
                all.push(b.db.publish_backup(&manifest, &store, &place(&manifest)).await.unwrap().id);
            }
            (3, Some(id)) => drop(b.db.mark_verified(&id, later(0)).await.unwrap()),
            (4, Some(id)) => drop(b.db.mark_corrupt(&id, &problem!("part-digest")).await.unwrap()),
            (5, Some(id)) => drop(b.db.trash_backup(&id, later(60), None, WHO).await.unwrap()),
            (6, Some(id)) => drop(b.db.untrash_backup(&id, WHO).await.unwrap()),
            (_, Some(id)) => {
                b.db.forget_backup(&id, None, WHO).await.unwrap();
                all.retain(|there| *there != id);
            }
        }
        assert_eq!(b.db.figures(None).await.unwrap(), counted(&b.db).await);
    }
    let states = [BackupState::Complete, BackupState::Corrupt, BackupState::Trashed, BackupState::Missing];
    let filters = states.map(|state| BackupFilter { state: Some(state), ..BackupFilter::default() });
    let present = BackupFilter { present: true, ..BackupFilter::default() };
    for filter in filters.into_iter().chain([present]) {
        for resource in [None, Some(resources[0].id.clone())] {
            let filter = BackupFilter { resource, ..filter.clone() };
            let rows = b.db.backups(filter.clone()).await.unwrap().rows.len() as u64;
            assert_eq!(b.db.count_backups(filter.clone()).await.unwrap(), rows, "{filter:?}");
        }
    }
}

async fn a_summary_has_the_newest_of_each(b: Bench) {
    let (shop, empty) = (resource(&b.db, "shop").await, resource(&b.db, "empty").await);
    published(&b.db, &shop, 300, Origin::Manual).await;
    let whole = published(&b.db, &shop, 200, Origin::Manual).await;
    let damaged = published(&b.db, &shop, 100, Origin::Manual).await;
    let deleted = published(&b.db, &shop, 0, Origin::Manual).await;
    b.db.mark_corrupt(&damaged, &problem!("part-digest")).await.unwrap();
    b.db.trash_backup(&deleted, later(60), None, WHO).await.unwrap();
    let brought = published(&b.db, &shop, 150, Origin::Uploaded).await;
    assert_ne!(brought, whole);
    let of_shop = || NewOperation { resource: Some(shop.id.clone()), ..new_operation(&[]) };
    let backup = NewOperation { kind: OpKind::of("backup"), ..of_shop() };
    let backup = b.db.enqueue(backup).await.unwrap().row().id.clone();
    let of_shop = || NewOperation { kind: OpKind::of("verify"), ..of_shop() };
    let last = b.db.enqueue(of_shop()).await.unwrap().row().id.clone();
    b.db.claim(&last, "w", later(30)).await.unwrap().unwrap();
    // What another one began is not what somebody asked for.
    b.db.enqueue(NewOperation { parent: Some(last.clone()), ..of_shop() }).await.unwrap();

    let unknown = ResourceId::new(&SystemIds);
    let asked = [shop.id.clone(), empty.id.clone(), unknown.clone()];
    let mut found = b.db.resource_summaries(&asked).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found.remove(&empty.id).unwrap(), crate::db::Summary::default());
    let summary = found.remove(&shop.id).unwrap();
    assert_eq!(summary.last_complete, Some(b.db.backup(&whole).await.unwrap()));
    assert_eq!((summary.backups, summary.bytes), (4, 160));
    assert_eq!(summary.last_operation.unwrap().id, last);
    assert_eq!(summary.last_backup.unwrap().id, backup);
    assert_eq!(b.db.resource_summaries(&[]).await.unwrap().len(), 0);
    b.tamper("UPDATE operations SET state = 'failed'").await.unwrap();
    b.db.remove_resource(&shop.id, WHO).await.unwrap();
    assert_eq!(b.db.resource_summaries(&asked).await.unwrap()[&shop.id].backups, 4);
}

async fn figures_say_what_needs_a_person(b: Bench) {
    let (shop, gone) = (resource(&b.db, "shop").await, resource(&b.db, "gone").await);
    let removed = resource(&b.db, "removed").await;
    b.db.set_resource_state(&gone.id, ResourceState::Missing).await.unwrap();
    published(&b.db, &shop, 0, Origin::Manual).await;
    published(&b.db, &removed, 0, Origin::Manual).await;
    b.db.remove_resource(&removed.id, WHO).await.unwrap();
    let of = |resource: &ResourceId| NewOperation { resource: Some(resource.clone()), ..new_operation(&[]) };
    for (state, count) in [(OpState::Running, 2), (OpState::NeedsOperator, 1), (OpState::Queued, 3)] {
        for _ in 0..count {
            let id = b.db.enqueue(of(&shop.id)).await.unwrap().row().id.clone();
            if state == OpState::Queued {
                continue;
            }
            let (_, fence) = b.db.claim(&id, "w", later(30)).await.unwrap().unwrap();
            if state == OpState::NeedsOperator {
                b.db.finish(&id, fence, Finish { state, problem: None, result: json!(null) }).await.unwrap();
            }
        }
    }
    let figures = Figures {
        resources: 2,
        missing: 1,
        backups: 2,
        stored_bytes: 80,
        unverified: 2,
        corrupt: 0,
        needs_operator: 1,
        running: 2,
        without_backup: 1,
    };
    assert_eq!(b.db.figures(None).await.unwrap(), figures);
    assert_eq!(b.db.figures(Some(vec![shop.project.clone().unwrap()])).await.unwrap(), figures);
    assert_eq!(b.db.figures(Some(vec![])).await.unwrap(), Figures::default());
}

/// 1,000 resources of 20 projects; the first has 10,000 backups, the others 90 each.
const MANY: &str = "
    INSERT INTO projects SELECT {id(1)}, 'p' || n, '2026-01-01 00:00:00' FROM {0..20};
    INSERT INTO resources (id, project_id, kind, name, identity, access, state, created_at, updated_at)
        SELECT {id(2)}, {project}, 'sqlite', 'r' || n, 'r' || n, '{}', 'ok', '2026-01-01 00:00:00', '2026-01-01 00:00:00'
        FROM {0..1000};
    INSERT INTO backups (id, resource_id, store_id, path, origin, state, operation_id, taken_at, finished_at,
        stored_bytes, raw_bytes, pinned, verified_at, created_at)
        SELECT {id(3)}, {resource}, (SELECT id FROM stores), 'p' || n, 'scheduled', 'complete', {id(4)},
            {taken}, '2026-01-01 00:00:00', (n * 7919) % 100003, 9, FALSE, NULL, '2026-01-01 00:00:00'
        FROM {0..99910};";

fn many(target: &DbTarget) -> String {
    let sqlite = matches!(target, DbTarget::Sqlite(_));
    let id = |kind: u32, n: &str| {
        if sqlite {
            format!("printf('01arz3ndek{kind}%015d', {n})")
        } else {
            format!("'01arz3ndek{kind}' || lpad(({n})::text, 15, '0')")
        }
    };
    let rows = |count: u32| {
        if sqlite {
            format!(
                "(WITH RECURSIVE c (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c)",
                count - 1
            )
        } else {
            format!("generate_series(0, {}) AS c (n)", count - 1)
        }
    };
    let taken = if sqlite {
        "datetime('2026-01-01', (n * 7919 % 99991) || ' minutes')"
    } else {
        "timestamp '2026-01-01' + (n * 7919 % 99991) * interval '1 minute'"
    };
    let resource = "CASE WHEN n < 10000 THEN 0 ELSE (n - 10000) / 90 + 1 END";
    let resource = if sqlite { resource.to_owned() } else { format!("({resource})") };
    let mut sql = MANY.replace("{project}", &id(1, "n % 20")).replace("{resource}", &id(2, &resource));
    for kind in 1..=4 {
        sql = sql.replace(&format!("{{id({kind})}}"), &id(kind, "n"));
    }
    for count in [20, 1000, 99910] {
        sql = sql.replace(&format!("{{0..{count}}}"), &rows(count));
    }
    sql = sql.replace("{taken}", taken);
    if sqlite { sql } else { format!("{UNCOUNTED}{sql}{COUNTED}") }
}

/// On PostgreSQL each row changed twice in one transaction is one more version of it
/// to look through: ten thousand of one take minutes. In life a backup comes alone.
const UNCOUNTED: &str = "ALTER TABLE backups DISABLE TRIGGER backups_counted;";
const COUNTED: &str = "
    INSERT INTO resource_totals SELECT resource_id, count(*), count(*), 0, 0, 0, sum(stored_bytes)
        FROM backups GROUP BY resource_id;
    ALTER TABLE backups ENABLE TRIGGER backups_counted;";

/// The best of three.
async fn time<T, F: Future<Output = T>>(call: impl Fn() -> F) -> (Duration, T) {
    let mut best: Option<(Duration, T)> = None;
    for _ in 0..3 {
        let begun = Instant::now();
        let answer = call().await;
        let took = begun.elapsed();
        if best.as_ref().is_none_or(|(least, _)| took < *least) {
            best = Some((took, answer));
        }
    }
    best.unwrap()
}

async fn a_hundred_thousand_backups_are_there_at_once(b: Bench) {
    store(&b.db).await;
    b.tamper(&many(&b.target)).await.unwrap();
    let projects = b.db.projects().await.unwrap();
    let mine: Vec<_> = projects.iter().take(3).map(|row| row.id.clone()).collect();
    let small = projects.iter().rev().take(1).map(|row| row.id.clone()).collect();
    let first: ResourceId = "01arz3ndek2000000000000000".parse().unwrap();
    let listed = ResourceFilter { limit: Some(100), ..ResourceFilter::default() };
    let listed: Vec<_> = b.db.resources(listed).await.unwrap().rows.into_iter().map(|row| row.id).collect();
    let any = || BackupFilter { limit: Some(50), ..BackupFilter::default() };
    // What reads all of them, for comparison.
    let whole = BackupFilter { text: Some("zzz".to_owned()), ..any() };
    let (whole, _) = time(|| b.db.backups(whole.clone())).await;

    let mut slow = Vec::new();
    let mut look = |what: &str, took: Duration| {
        eprintln!("{what}: {:.1} ms of {:.1}", took.as_secs_f64() * 1e3, whole.as_secs_f64() * 1e3);
        if took * 3 > whole {
            slow.push(what.to_owned());
        }
    };
    for (what, total, filter) in [
        ("all", 99_910, any()),
        ("present", 99_910, BackupFilter { present: true, ..any() }),
        ("largest", 99_910, BackupFilter { sort: BackupSort::Size, ..any() }),
        ("complete", 99_910, BackupFilter { state: Some(BackupState::Complete), ..any() }),
        ("corrupt", 0, BackupFilter { state: Some(BackupState::Corrupt), ..any() }),
        ("of three projects", 23_410, BackupFilter { projects: Some(mine.clone()), ..any() }),
        ("of a small project", 4_500, BackupFilter { projects: Some(small), ..any() }),
        ("of one resource", 10_000, BackupFilter { resource: Some(first.clone()), present: true, ..any() }),
        (
            "its largest",
            10_000,
            BackupFilter { resource: Some(first.clone()), sort: BackupSort::Size, ..any() },
        ),
    ] {
        let (took, page) = time(|| b.db.backups(filter.clone())).await;
        let page = page.unwrap();
        assert_eq!((page.total, page.rows.len()), (total, 50.min(total as usize)), "{what}");
        look(what, took);
    }
    let (took, found) = time(|| b.db.resource_summaries(&listed)).await;
    assert!(found.unwrap().values().all(|summary| summary.last_complete.is_some()));
    look("summaries of 100", took);
    let (took, figures) = time(|| b.db.figures(None)).await;
    let figures = figures.unwrap();
    assert_eq!((figures.resources, figures.backups, figures.without_backup), (1000, 99_910, 0));
    look("figures", took);
    let (took, figures) = time(|| b.db.figures(Some(mine.clone()))).await;
    assert_eq!(figures.unwrap().resources, 150);
    look("figures of three projects", took);
    assert!(slow.is_empty(), "slow: {slow:?}");
}
