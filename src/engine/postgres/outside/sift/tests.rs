//! What is left out goes, all else stays byte for byte, however it is cut.

use proptest::prelude::*;

use super::*;
use crate::engine::postgres::archive::{Checker, Listener};

fn sifted(mut sieve: Box<dyn Sieve>, bytes: &[u8], step: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    for chunk in bytes.chunks(step) {
        sieve.pass(chunk, &mut out)?;
    }
    sieve.end(&mut out)?;
    Ok(out)
}

fn left(script: &str, step: usize) -> Result<String, Problem> {
    let out = sifted(plain("WORD"), script.as_bytes(), step)?;
    let text = String::from_utf8(out).unwrap();
    Ok(text.strip_prefix("\\restrict WORD\n").expect("psql is restricted first").to_owned())
}

const STAYS: [&str; 12] = [
    "SELECT 1;",
    "CREATE TABLE a (b int); -- OWNER TO x",
    "ALTER TABLE ONLY a ADD CONSTRAINT c CHECK (b > 0);",
    "ALTER TABLE a OWNER TO b, ADD COLUMN c int;",
    "ALTER DATABASE x OWNER TO y;",
    "ALTER ROLE x SUPERUSER;",
    "SET search_path = '';",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;",
    "COMMENT ON TABLE a IS 'GRANT ALL ON a TO b;';",
    "INSERT INTO grant_revoke VALUES ('ALTER TABLE a OWNER TO b;');",
    "COPY t FROM stdin;\nGRANT ALL ON a TO b;\n\\restrict x\n\\! id\n\\.",
    "\"grant\" x;",
];

const GOES: [&str; 12] = [
    "ALTER TABLE public.a OWNER TO app;",
    "ALTER FUNCTION f(integer, text) OWNER TO \"the owner\";",
    "alter large object 7 owner to app;",
    "GRANT SELECT, INSERT ON TABLE a TO app WITH GRANT OPTION;",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
    "ALTER DEFAULT PRIVILEGES FOR ROLE x GRANT SELECT ON TABLES TO y;",
    "SET SESSION AUTHORIZATION 'x';",
    "RESET SESSION AUTHORIZATION;",
    "COMMENT ON EXTENSION plpgsql IS 'a;b';",
    "COMMENT ON DATABASE shop IS 'x';",
    "\\restrict aB1",
    "\\unrestrict aB1",
];

#[test]
fn each_statement_goes_or_stays() {
    for step in [1, 4, 1000] {
        for statement in STAYS {
            assert_eq!(left(statement, step).unwrap(), statement);
        }
        for statement in GOES {
            assert_eq!(left(statement, step).unwrap(), "", "{statement}");
        }
    }
}

#[test]
fn commands_of_the_file_end_it() {
    for script in
        ["\\! id\n", "SELECT 1;\n\\connect x\n", "\\i x", "\\;", "SELECT 1 \\gexec\n", "\\restrict a b\n"]
    {
        assert!(left(script, 3).unwrap_err().is("restore-outside-refused"), "{script}");
    }
    let hides = "COPY t FROM stdin; ALTER TABLE a\n1\n\\.\nOWNER TO b;\n";
    assert!(left(hides, 3).unwrap_err().is("restore-outside-refused"));
}

#[test]
fn a_statement_without_end_is_not_kept() {
    let long = format!("ALTER TABLE a ADD CHECK (b <> '{}');", "x".repeat(1 << 20));
    let mut sieve = Plain { lexer: Some(Lexer::script()), line: Line::new("W") };
    let mut out = Vec::new();
    for chunk in long.as_bytes().chunks(4096) {
        sieve.pass(chunk, &mut out).unwrap();
        assert!(sieve.line.held.len() <= HELD + 4096);
    }
    sieve.end(&mut out).unwrap();
    assert_eq!(out, [b"\\restrict W\n", long.as_bytes()].concat());
}

fn piece() -> impl Strategy<Value = (&'static str, bool)> {
    prop_oneof![
        (0..STAYS.len()).prop_map(|at| (STAYS[at], true)),
        (0..GOES.len()).prop_map(|at| (GOES[at], false)),
    ]
}

proptest! {
    #[test]
    fn all_else_stays_byte_for_byte(pieces in proptest::collection::vec(piece(), 0..20), step in 1..60_usize) {
        let script: String = pieces.iter().map(|(text, _)| format!("{text}\n")).collect();
        let wanted: String = pieces.iter().map(|(text, stays)| format!("{}\n", if *stays { text } else { "" })).collect();
        prop_assert_eq!(left(&script, step).unwrap(), wanted);
    }
}

/// A dump with an extension and comments on it.
const REAL: [&[u8]; 2] =
    [include_bytes!("../../archive/pg15.dump"), include_bytes!("../../archive/pg17.dump")];

#[derive(Clone, Default)]
struct Definitions(std::sync::Arc<std::sync::Mutex<Vec<(String, usize)>>>);

impl Listener for Definitions {
    fn header(&mut self, _: &crate::engine::postgres::toc::Header<'_>) {}

    fn entry(&mut self, entry: &crate::engine::postgres::toc::Entry<'_>) {
        let kind = String::from_utf8_lossy(entry.kind).into_owned();
        self.0.lock().unwrap().push((kind, entry.definition.len()));
    }
}

fn definitions(archive: &[u8]) -> Vec<(String, usize)> {
    let heard = Definitions::default();
    let mut checker = Checker::telling(Box::new(heard.clone()), 1 << 20);
    checker.feed(archive);
    checker.end().unwrap();
    heard.0.lock().unwrap().clone()
}

#[test]
fn an_archive_without_such_entries_stays_as_it_is() {
    for archive in REAL {
        for step in [1, 100, 1 << 20] {
            assert_eq!(sifted(custom(), archive, step).unwrap(), archive);
        }
    }
}

#[test]
fn only_the_definition_of_an_entry_that_goes_is_emptied() {
    for archive in REAL {
        // Turns a table's entry into a comment on an extension, of the same length.
        let find = |what: &[u8]| archive.windows(what.len()).position(|w| w == what);
        let Some(at) = find(b"\x05\0\0\0TABLE") else { panic!("no table") };
        let mut changed = archive.to_vec();
        changed[at..at + 9].copy_from_slice(b"\x05\0\0\0SCHEM");
        assert_eq!(sifted(custom(), &changed, 77).unwrap(), changed);
        let before = definitions(archive);
        let left = is_left_out(b"COMMENT", b"EXTENSION hstore", b"COMMENT ON");
        assert!(left && !is_left_out(b"COMMENT", b"TABLE extension", b"x"));
        assert!(is_left_out(b"SCHEMA", b"public", b"CREATE SCHEMA public;\n"));
        assert!(!is_left_out(b"SCHEMA", b"public2", b"CREATE SCHEMA public2;\n"));
        assert!(before.iter().any(|(kind, _)| kind == "TABLE"));
    }
}
