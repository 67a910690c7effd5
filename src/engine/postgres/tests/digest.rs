//! A database with everything in it, and a text that is equal exactly if two
//! databases hold the same.

use super::rig::Rig;
use crate::engine::postgres::quote::{ident, literal};

/// Roles of the sample: a group, a login with a password, an owner.
const ROLES: &str = r#"
CREATE ROLE "shop owner" NOLOGIN;
CREATE ROLE app LOGIN PASSWORD 'app-password' CONNECTION LIMIT 7 VALID UNTIL '2031-02-03 04:05:06+00';
CREATE ROLE "re""porter" LOGIN NOINHERIT PASSWORD 'p''w\';
CREATE ROLE readers;
GRANT readers TO app WITH ADMIN OPTION;
GRANT pg_read_all_stats, readers TO "re""porter";
ALTER ROLE app SET search_path = "$user", public, "we ird";
ALTER ROLE app SET statement_timeout = '5s';
COMMENT ON ROLE app IS E'the app''s\nrole';
"#;

/// What is inside the sample database.
const INSIDE: &str = r#"
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA "we ird" AUTHORIZATION "shop owner";
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE customers (
    id bigserial PRIMARY KEY, name text NOT NULL, tags hstore, mood mood DEFAULT 'ok',
    born date, doc jsonb, amount numeric(12, 2), raw bytea, CONSTRAINT named CHECK (name <> '')
);
INSERT INTO customers (name, tags, mood, born, doc, amount, raw)
SELECT 'customer ' || i, hstore('n', i::text), (ARRAY['sad', 'ok', 'happy']::mood[])[1 + i % 3],
    date '1970-01-01' + i, jsonb_build_object('i', i, 'text', E'a"b\\c\nd'), i * 1.25, decode(md5(i::text), 'hex')
FROM generate_series(1, 3000) AS i;
CREATE INDEX ON customers USING gin (name gin_trgm_ops);
CREATE TABLE "we ird"."ta""ble
x" (a int REFERENCES customers, "b c" text);
INSERT INTO "we ird"."ta""ble
x" SELECT i, E'tab\tnew\nline \\. ü€😀' FROM generate_series(1, 50) AS i;
CREATE TABLE logs (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO logs SELECT timestamptz '2025-12-25 00:00+00' + i * interval '1 hour', 'line ' || i FROM generate_series(1, 500) i;
CREATE UNLOGGED TABLE cache AS SELECT i FROM generate_series(1, 10) AS i;
CREATE SEQUENCE odd INCREMENT -3 START 1000 MINVALUE -10000 MAXVALUE 1000;
SELECT nextval('odd'), nextval('odd');
CREATE SEQUENCE unused START 17;
CREATE MATERIALIZED VIEW totals AS SELECT mood, count(*) FROM customers GROUP BY mood;
CREATE VIEW happy AS SELECT * FROM customers WHERE mood = 'happy';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := trim(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON customers TO app USING (name LIKE 'customer%');
GRANT SELECT, INSERT ON customers TO app;
GRANT SELECT (name) ON customers TO "re""porter";
GRANT USAGE ON SCHEMA "we ird" TO readers;
ALTER DEFAULT PRIVILEGES FOR ROLE "shop owner" IN SCHEMA "we ird" GRANT SELECT ON TABLES TO readers;
ALTER TABLE logs OWNER TO "shop owner";
COMMENT ON TABLE customers IS 'people';
COMMENT ON COLUMN customers.name IS E'their\nname';
SELECT lo_from_bytea(4242, decode(repeat('00ff10', 40000), 'hex'));
SELECT lo_create(4243);
SELECT lo_put(4243, 10000, 'far out');
GRANT SELECT ON LARGE OBJECT 4242 TO app;
COMMENT ON LARGE OBJECT 4242 IS 'big';
"#;

/// Makes the roles, once a server.
pub(super) fn roles(rig: &Rig) {
    rig.sql("postgres", ROLES);
}

/// Makes a database with the sample in it, and all it can wear.
pub(super) fn sample(rig: &Rig, name: &str) {
    let n = ident(name);
    rig.sql("postgres", &format!("CREATE DATABASE {n} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"));
    rig.sql(name, INSIDE);
    rig.sql(
        "postgres",
        &format!(
            "ALTER DATABASE {n} OWNER TO \"shop owner\";\
             REVOKE CONNECT ON DATABASE {n} FROM PUBLIC;\
             GRANT CONNECT ON DATABASE {n} TO app WITH GRANT OPTION;\
             SET ROLE app; GRANT CONNECT ON DATABASE {n} TO readers; RESET ROLE;\
             COMMENT ON DATABASE {n} IS {};\
             ALTER DATABASE {n} CONNECTION LIMIT 33;\
             ALTER DATABASE {n} SET search_path = public, \"we ird\";\
             ALTER DATABASE {n} SET app.secret = 'a=b, ''c''';\
             ALTER ROLE app IN DATABASE {n} SET work_mem = '8MB';",
            literal("the shop's\ndatabase")
        ),
    );
}

/// Everything of a database that a restore must bring back, as text; owner,
/// grants and settings of the database itself included, by its present name.
pub(super) fn digest(rig: &Rig, name: &str) -> String {
    let mut out = contents(rig, name);
    out.push_str(&rig.sql("postgres", &DATABASE.replace("$name", &literal(name))));
    out
}

/// What is inside of a database, as text, whatever its name.
pub(super) fn contents(rig: &Rig, name: &str) -> String {
    let tables = "SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '''')) \
         FROM ONLY %I.%I t', n.nspname || '.' || relname, n.nspname, relname) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'm') \
         AND nspname !~ '^(pg_|information_schema)' ORDER BY nspname, relname";
    let sequences = "SELECT format('SELECT %L, last_value, is_called FROM %I.%I', relname, n.nspname, relname) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'S' ORDER BY nspname, relname";
    // In one session: starting one is what takes time.
    rig.sql(name, &format!("{CATALOGUE}{tables} \\gexec\n{sequences} \\gexec\n"))
}

/// Roles with their password hashes.
pub(super) fn role_digest(rig: &Rig) -> String {
    rig.sql(
        "postgres",
        "SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication, \
         a.rolbypassrls, a.rolconnlimit, a.rolpassword, a.rolvaliduntil, s.setconfig, shobj_description(a.oid, 'pg_authid'), \
         (SELECT string_agg(r.rolname || m.admin_option, ',' ORDER BY 1) FROM pg_auth_members m \
         JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = a.oid) FROM pg_authid a \
         LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0 WHERE a.rolname !~ '^pg_' ORDER BY 1",
    )
}

const CATALOGUE: &str = r"
SET search_path = '';
SELECT 'ext', extname, extversion, extnamespace::regnamespace FROM pg_extension ORDER BY 2;
SELECT 'rel', c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence,
    ARRAY(SELECT a::text FROM unnest(c.relacl) a ORDER BY 1), obj_description(c.oid, 'pg_class'), c.relrowsecurity
FROM pg_class c WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY c.oid::regclass::text;
SELECT 'col', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    ARRAY(SELECT x::text FROM unnest(a.attacl) x ORDER BY 1), col_description(a.attrelid, a.attnum),
    pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
ORDER BY a.attrelid::regclass::text, a.attnum;
SELECT 'con', conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 2, 3, 4;
SELECT 'idx', indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 2;
SELECT 'fun', oid::regprocedure, proowner::regrole, md5(prosrc) FROM pg_proc
WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 2;
SELECT 'trg', tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 2, 3;
SELECT 'pol', polrelid::regclass, polname, polroles::regrole[], pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 2, 3;
SELECT 'nsp', nspname, nspowner::regrole, nspacl FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' ORDER BY 2;
SELECT 'def', defaclrole::regrole, defaclnamespace::regnamespace, defaclacl FROM pg_default_acl ORDER BY 2;
SELECT 'lob', oid, lomowner::regrole, lomacl, obj_description(oid, 'pg_largeobject'), md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 2;
";

const DATABASE: &str = r"
SELECT 'db', datdba::regrole, pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit, datallowconn,
    ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1), datacl IS NULL, shobj_description(oid, 'pg_database')
FROM pg_database WHERE datname = $name;
SELECT 'set', s.setrole::regrole, s.setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
WHERE d.datname = $name ORDER BY 2;
";
