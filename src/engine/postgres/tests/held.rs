//! What a cluster holds, on real servers: the same in a copy of its folder, whatever
//! differs is named, and nobody is kept waiting.

use std::time::Duration;

use super::rig::{Rig, cli};
use crate::engine::postgres::{Between, Compared, Held, Moment};

const SAMPLE: &str = "CREATE TABLE public.orders (id bigserial PRIMARY KEY, note text); \
    INSERT INTO public.orders (note) SELECT 'x' FROM generate_series(1, 10); \
    ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON public.orders USING (true); \
    CREATE UNLOGGED TABLE public.cache (id int); INSERT INTO public.cache VALUES (1); \
    CREATE MATERIALIZED VIEW public.seen AS SELECT count(*) FROM public.orders; \
    SELECT lo_from_bytea(0, 'large')";

async fn held(rig: &Rig, moment: Moment) -> Held {
    rig.engine().held(&rig.access, moment, Duration::from_secs(60), None).await.unwrap()
}

async fn prepared(major: u32) -> Option<Rig> {
    let rig = Rig::up(major).await?;
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", SAMPLE);
    Some(rig)
}

async fn what_differs_is_named(major: u32) {
    let Some(rig) = prepared(major).await else { return };
    let (before, after) = (held(&rig, Moment::Before).await, held(&rig, Moment::After).await);
    let compare = |found: &Held| Between { before: &before, after: &after }.compare(found);
    // Killed, it recovers from its log: as a copy does. The sequence is ahead then, and
    // the table that is not logged is empty.
    cli("docker", &["kill", &rig.name], "");
    cli("docker", &["start", &rig.name], "");
    rig.wait();
    let again = compare(&held(&rig, Moment::After).await);
    let Compared { alike, differences, unsure } = again;
    assert!(alike > 10 && differences.is_empty() && unsure.is_empty(), "{differences:?} {unsure:?}");
    for (loss, wanted) in [
        ("DELETE FROM public.orders WHERE id = 3", "shop: table:public.orders: 10 → 9"),
        ("INSERT INTO public.orders VALUES (3, 'x'), (11, 'y')", "shop: table:public.orders: 10 → 11"),
        (
            "DELETE FROM public.orders WHERE id = 11; DROP POLICY own ON public.orders",
            "shop: policy:public.orders.own",
        ),
        (
            "CREATE POLICY own ON public.orders USING (true); SELECT setval('public.orders_id_seq', 9)",
            "shop: sequence:public.orders_id_seq: 10 → 9",
        ),
        (
            "SELECT setval('public.orders_id_seq', 10), lo_unlink(oid) FROM pg_largeobject_metadata",
            "shop: large-objects",
        ),
    ] {
        rig.sql("shop", loss);
        let differences = compare(&held(&rig, Moment::After).await).differences;
        assert!(differences.iter().any(|found| found == wanted), "{loss}: {differences:?}");
        let of_it = |found: &&String| !found.contains("large-object");
        assert!(differences.iter().filter(of_it).count() <= 1, "{loss}: {differences:?}");
    }
    rig.sql("postgres", "DROP DATABASE shop");
    assert_eq!(compare(&held(&rig, Moment::After).await).differences, ["shop"]);
}

#[tokio::test]
async fn what_differs_is_named_15() {
    what_differs_is_named(15).await;
}

#[tokio::test]
async fn what_differs_is_named_17() {
    what_differs_is_named(17).await;
}

#[tokio::test]
async fn a_table_somebody_holds_is_left_out_and_a_look_has_an_end() {
    let Some(rig) = prepared(17).await else { return };
    let whole = held(&rig, Moment::Before).await;
    assert_eq!(whole.uncounted(), 0);
    let mut locking = rig.beside("shop", "BEGIN; LOCK TABLE public.orders; SELECT pg_sleep(60)");
    rig.until("shop", "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'public.orders'::regclass", "1");
    let locked = held(&rig, Moment::After).await;
    assert_eq!(locked.uncounted(), 1);
    let compared = Between { before: &whole, after: &locked }.compare(&whole);
    assert_eq!(compared.differences, Vec::<String>::new());
    assert!(compared.unsure.contains(&"shop: table:public.orders".to_owned()), "{:?}", compared.unsure);
    rig.sql("shop", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%' AND pid <> pg_backend_pid()");
    locking.wait().unwrap();
    let none = rig.engine().held(&rig.access, Moment::Before, Duration::ZERO, None).await.unwrap();
    assert!(none.uncounted() > 0 && !none.is_empty(), "what could not be looked at in time is told");
}
