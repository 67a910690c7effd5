//! What is dangerous is found, and what only looks so is not, however a script hides
//! the one in the other.

use proptest::prelude::*;

use super::*;

fn scanned(script: &str, step: usize) -> Found {
    let (mut lexer, mut scan) = (Lexer::script(), Scan::script());
    script.as_bytes().chunks(step).for_each(|chunk| lexer.feed(chunk, &mut scan));
    lexer.end(&mut scan);
    scan.finish(0)
}

/// The sorts of danger and their lines.
fn dangers(found: &Found) -> Vec<(String, u64)> {
    let line = |place: Place| match place {
        Place::Line(line) => line,
        Place::Entry(_) => 0,
    };
    let mut all: Vec<_> = found.dangers.listed.iter().map(|d| (d.what.clone(), line(d.place))).collect();
    all.sort_by_key(|(_, line)| *line);
    all
}

/// Each line that is dangerous, and as what.
const DANGEROUS: [(&str, &str); 31] = [
    ("\\! id", "shell"),
    ("\\connect other", "connect"),
    ("\\copy t from program 'id'", "program"),
    ("\\o | cat", "program"),
    ("\\i x.sql", "include"),
    ("\\set x 1", "meta"),
    ("COPY t FROM PROGRAM 'id';", "copy-program"),
    ("copy (select 1) to /* x */ program $$id$$;", "copy-program"),
    ("COPY t TO '/tmp/x';", "copy-file"),
    ("DROP DATABASE shop;", "drop-database"),
    ("DROP DATABASE IF EXISTS \"shop\";", "drop-database"),
    ("CREATE DATABASE x;", "other-database"),
    ("ALTER DATABASE x SET a = 1;", "other-database"),
    ("ALTER SYSTEM SET x = 1;", "system"),
    ("CREATE ROLE x SUPERUSER;", "superuser"),
    ("ALTER USER x WITH LOGIN SUPERUSER PASSWORD 'secret';", "superuser"),
    ("CREATE ROLE x LOGIN;", "role"),
    ("DROP USER x;", "role"),
    ("SELECT lo_import('/etc/passwd');", "large-object"),
    ("SELECT pg_catalog.lo_export(1, '/x');", "large-object"),
    ("SELECT pg_read_file('/etc/passwd');", "server"),
    ("CREATE EXTENSION plpython3u;", "extension"),
    ("CREATE EXTENSION IF NOT EXISTS \"dblink\" WITH SCHEMA public;", "extension"),
    ("CREATE OR REPLACE PROCEDURAL LANGUAGE plperlu;", "language"),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y';", "language"),
    ("CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE 'plpython3u';", "language"),
    ("DO $$ BEGIN COPY t FROM PROGRAM 'id'; END $$;", "copy-program"),
    (
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN EXECUTE 'ALTER SYSTEM SET a = 1'; END $f$;",
        "system",
    ),
    ("LOAD '/tmp/x.so';", "load"),
    ("CREATE SERVER s FOREIGN DATA WRAPPER f;", "elsewhere"),
    ("CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f();", "event-trigger"),
];

/// Lines that only look so.
const HARMLESS: [&str; 22] = [
    "-- \\! id",
    "-- DROP DATABASE shop;",
    "/* ALTER SYSTEM SET x = 1; */",
    "INSERT INTO t VALUES ('\\! id', 'DROP DATABASE shop; COPY t FROM PROGRAM ''id''');",
    "SELECT E'\\'; DROP DATABASE shop; --';",
    "SELECT $$ ALTER SYSTEM SET x = 1 $$, $q$ \\! id $q$;",
    "SELECT \"drop database\", \"\\! id\";",
    "COMMENT ON TABLE t IS 'DROP DATABASE shop';",
    "SELECT * FROM program;",
    "SELECT system, database FROM alter_drop;",
    "CREATE TABLE superuser (role text, program text);",
    "ALTER TABLE t OWNER TO superuser;",
    "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;",
    "COMMENT ON EXTENSION dblink IS 'x';",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    "GRANT ALL ON FUNCTION lo_import(text) TO x;",
    "SET standard_conforming_strings = on;",
    "SELECT pg_catalog.set_config('search_path', '', false);",
    "\\restrict aBc123",
    "\\unrestrict aBc123",
    "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW EXECUTE FUNCTION f();",
];

#[test]
fn each_danger_is_found_as_what_it_is() {
    for (line, what) in DANGEROUS {
        for step in [1, 5, 1000] {
            let found = scanned(&format!("SELECT 1;\n{line}\nSELECT 2;\n"), step);
            assert_eq!(dangers(&found), [(what.to_owned(), 2)], "{line}");
            let danger = &found.dangers.listed[0];
            assert!(!danger.excerpt.contains("secret") && !danger.excerpt.is_empty(), "{danger:?}");
            assert_eq!(danger.fatal, line.starts_with('\\'), "{line}");
        }
    }
}

#[test]
fn what_only_looks_dangerous_is_not() {
    for line in HARMLESS {
        let found = scanned(&format!("SELECT 1;\n{line}\nSELECT 2;\n"), 3);
        assert_eq!(dangers(&found), [], "{line}");
    }
}

#[test]
fn names_are_gathered() {
    let found = scanned(
        "--\n-- PostgreSQL database dump\n--\n\\restrict x1\n\n-- Dumped from database version 15.18 (Debian)\n\
         -- Dumped by pg_dump version 17.6\nCREATE SCHEMA s AUTHORIZATION \"the owner\";\n\
         CREATE TABLE a (); ALTER TABLE a OWNER TO app;\nCREATE UNLOGGED TABLE b ();\n\
         GRANT SELECT ON a TO reader;\nREVOKE ALL ON SCHEMA public FROM PUBLIC;\nCREATE EXTENSION hstore;\n\
         -- Dumped by pg_dump version 99\nSET SESSION AUTHORIZATION 'somebody';\n\\connect shop\nCREATE DATABASE other;",
        4,
    );
    assert_eq!(found.server.as_deref(), Some("15.18 (Debian)"));
    assert_eq!(found.tool.as_deref(), Some("17.6"));
    assert_eq!(found.roles.listed, ["the owner", "app", "reader", "somebody"]);
    assert_eq!(found.databases.listed, ["shop", "other"]);
    assert_eq!(found.extensions.listed, ["hstore"]);
    assert_eq!(found.tables, 2);
}

/// A piece of a script, and what is found in it at which of its lines.
fn piece() -> impl Strategy<Value = (String, Vec<(String, u64)>)> {
    let dangerous = (0..DANGEROUS.len()).prop_map(|at| {
        let (line, what) = DANGEROUS[at];
        (format!("{line}\n"), vec![(what.to_owned(), 0)])
    });
    let harmless = (0..HARMLESS.len()).prop_map(|at| (format!("{}\n", HARMLESS[at]), Vec::new()));
    // Whatever is dangerous, wrapped so that it is not.
    let any = || prop_oneof![(0..DANGEROUS.len()).prop_map(|at| DANGEROUS[at].0.to_owned()), "[ -~]{0,20}"];
    let wrapped = (any(), 0..7_usize).prop_map(|(text, how)| {
        let script = match how {
            0 => format!("SELECT '{}';\n", text.replace('\'', "''")),
            1 => format!("SELECT $w${}$w$;\n", text.replace('$', "")),
            2 => format!("-- {text}\n"),
            3 => format!("/* {} */\n", text.replace(['*', '/'], "")),
            4 => format!("COPY t (a) FROM stdin;\n{text}\n\\.x\n\\.\n"),
            5 => format!("SELECT E'{}';\n", text.replace('\\', "\\\\").replace('\'', "\\'")),
            _ => format!("SELECT 1 AS \"{}\";\n", text.replace('"', "\"\"")),
        };
        (script, Vec::new())
    });
    prop_oneof![dangerous, harmless, wrapped]
}

proptest! {
    #[test]
    fn nothing_is_missed_and_nothing_made_up(pieces in proptest::collection::vec(piece(), 0..25), step in 1..50_usize) {
        let (mut script, mut wanted) = (String::new(), Vec::new());
        for (text, found) in pieces {
            let line = script.lines().count() as u64 + 1;
            wanted.extend(found.into_iter().map(|(what, at)| (what, line + at)));
            script.push_str(&text);
        }
        let found = scanned(&script, step);
        prop_assert_eq!(dangers(&found), wanted, "{}", script);
    }

    #[test]
    fn no_text_makes_it_panic(script in "(CREATE |ROLE |COPY |FROM |PROGRAM |DO |\\$\\$|'|;|\\(|\\)|LANGUAGE |[a-c] |\n|\\\\){0,60}") {
        let _ = scanned(&script, 3);
    }
}
