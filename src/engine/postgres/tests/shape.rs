//! What a database is besides its rows: the same after a dump and a load, and whatever
//! of it is lost is named.

use super::rig::{Rig, cli};
use crate::engine::postgres::{
    access::Server,
    session::{By, Purpose, Session},
    shape::{self, Shape},
};

const SAMPLE: &str = "CREATE ROLE shop_owner; CREATE ROLE reader; CREATE ROLE maker; \
    GRANT shop_owner TO maker; CREATE SCHEMA app AUTHORIZATION shop_owner; \
    CREATE TABLE app.orders (id serial PRIMARY KEY, state varchar(10) CHECK (state IN ('new', 'sent'))); \
    ALTER TABLE app.orders OWNER TO shop_owner; GRANT SELECT ON app.orders TO reader; ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY; \
    CREATE POLICY own ON app.orders FOR SELECT TO reader USING (state IN ('new', 'sent')); \
    CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = app \
    AS 'BEGIN RETURN NEW; END'; REVOKE ALL ON FUNCTION app.touch() FROM PUBLIC; \
    CREATE TRIGGER touched BEFORE UPDATE ON app.orders FOR EACH ROW WHEN (OLD.state <> NEW.state) \
    EXECUTE FUNCTION app.touch(); \
    CREATE FUNCTION app.told() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; \
    CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION app.told(); \
    CREATE EXTENSION hstore SCHEMA app; \
    ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA app GRANT SELECT ON TABLES TO reader; \
    ALTER DEFAULT PRIVILEGES FOR ROLE maker REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC";

async fn session(rig: &Rig, database: &str) -> Session {
    let server: Server = rig.engine().server(&rig.access).unwrap();
    Session::open(&server, database, Purpose::Work, By::Look).await.unwrap()
}

async fn read(rig: &Rig, database: &str) -> Shape {
    let mut session = session(rig, database).await;
    session.run("BEGIN").await.unwrap();
    let shape = shape::read(&mut session).await.unwrap();
    session.close().await;
    shape
}

/// Through a dump and a load, in the container.
fn copy(rig: &Rig, from: &str, to: &str) {
    rig.sql("postgres", &format!("CREATE DATABASE {to} TEMPLATE template0"));
    let pipe = format!("pg_dump -U postgres -Fc {from} | pg_restore -U postgres --exit-on-error -d {to}");
    cli("docker", &["exec", &rig.name, "sh", "-c", &pipe], "");
}

#[tokio::test]
async fn a_database_without_an_encoding_has_no_shape_that_could_be_told() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql("postgres", "CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
    rig.sql("bytes", r"CREATE FUNCTION said() RETURNS text LANGUAGE sql AS E'SELECT ''Jo\xe3o''::text'");
    assert_eq!(read(&rig, "bytes").await, Shape::new());
}

async fn the_same_after_a_load_and_what_is_lost_is_named(major: u32) {
    let Some(rig) = Rig::up(major).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", SAMPLE);
    copy(&rig, "shop", "copy");
    let wanted = read(&rig, "shop").await;
    assert_eq!(shape::differences(&wanted, &read(&rig, "copy").await), (Vec::new(), Vec::new()));
    assert!(!wanted.keys().any(|key| key.contains("hstore_in")), "an extension's are its own");
    let table = "app.orders";
    for (loss, key) in [
        ("ALTER TABLE app.orders OWNER TO postgres", "owner:app.orders"),
        ("ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY", "owner:app.orders"),
        ("ALTER SCHEMA app OWNER TO postgres", "owner:schema app"),
        ("DROP POLICY own ON app.orders", "policy:app.orders.own"),
        ("ALTER POLICY own ON app.orders TO PUBLIC", "policy:app.orders.own"),
        ("ALTER TABLE app.orders DISABLE TRIGGER touched", "trigger:app.orders.touched"),
        ("DROP TRIGGER touched ON app.orders", "trigger:app.orders.touched"),
        ("ALTER EVENT TRIGGER told DISABLE", "event-trigger:told"),
        ("ALTER FUNCTION app.touch() SECURITY INVOKER", "function:app.touch()"),
        ("ALTER FUNCTION app.touch() RESET search_path", "function:app.touch()"),
    ] {
        copy(&rig, "shop", "other");
        rig.sql("other", loss);
        let (_, others) = shape::differences(&wanted, &read(&rig, "other").await);
        let expected: Vec<&str> = if loss.contains("OWNER TO") && key.contains(table) {
            // Its sequence is owned with it.
            vec![key, "owner:app.orders_id_seq"]
        } else {
            vec![key]
        };
        assert_eq!(others, expected, "{loss}");
        rig.sql("postgres", "DROP DATABASE other");
    }
    for (loss, key) in [
        ("REVOKE SELECT ON app.orders FROM reader", "grants:app.orders"),
        ("GRANT EXECUTE ON FUNCTION app.touch() TO PUBLIC", "grants:app.touch()"),
        ("GRANT USAGE ON SCHEMA app TO reader", "grants:schema app"),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA app REVOKE SELECT ON TABLES FROM reader",
            "grants:default maker app r",
        ),
    ] {
        copy(&rig, "shop", "other");
        rig.sql("other", loss);
        let (grants, others) = shape::differences(&wanted, &read(&rig, "other").await);
        assert_eq!((grants, others), (vec![key.to_owned()], Vec::new()), "{loss}");
        rig.sql("postgres", "DROP DATABASE other");
    }
    what_will_be_made_is_granted_to_nobody(&rig).await;
}

/// A table that a load makes must not get grants the dump does not know.
async fn what_will_be_made_is_granted_to_nobody(rig: &Rig) {
    let count = "SELECT count(*) FROM pg_default_acl";
    assert_ne!(rig.sql("copy", count), "0");
    let mut session = session(rig, "copy").await;
    let sql = shape::no_defaults(&mut session).await.unwrap();
    session.transaction(&sql).await.unwrap();
    session.close().await;
    assert_eq!(rig.sql("copy", count), "0", "{sql:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_15() {
    the_same_after_a_load_and_what_is_lost_is_named(15).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_17() {
    the_same_after_a_load_and_what_is_lost_is_named(17).await;
}
