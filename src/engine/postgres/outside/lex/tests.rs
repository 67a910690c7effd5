//! Scripts cut anywhere, read as psql reads them.

use proptest::prelude::*;

use super::*;

/// What was read, texts left out.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn event(&mut self, event: Event<'_>, _: usize, line: u64) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = match event {
            Event::Word(word) => text(word),
            Event::Name(name) => format!("\"{}\"", text(name)),
            Event::Text => "'…'".to_owned(),
            Event::Sign(sign) => char::from(sign).to_string(),
            Event::End => "END".to_owned(),
            Event::Command(command) => format!("{}@{line}", text(command)),
            Event::Data => "DATA".to_owned(),
            Event::Begin | Event::Body(_) | Event::Backslash | Event::Comment(_) => return,
        };
        self.0.push(told);
    }
}

fn read(script: &[u8], step: usize) -> (String, bool) {
    let (mut lexer, mut told) = (Lexer::script(), Told::default());
    script.chunks(step).for_each(|chunk| lexer.feed(chunk, &mut told));
    let whole = lexer.end(&mut told);
    (told.0.join(" "), whole)
}

#[track_caller]
fn reads(script: &str, wanted: &str) {
    for step in [1, 2, 3, 7, 1000] {
        assert_eq!(read(script.as_bytes(), step), (wanted.to_owned(), true), "{script:?} by {step}");
    }
}

#[test]
fn texts_hide_whatever_stands_in_them() {
    reads("SELECT '\\! id', 'it''s;';", "SELECT '…' , '…' END");
    reads("SELECT E'\\'; \\\\! id', e'a\\\\';", "SELECT '…' , '…' END");
    reads("SELECT \"a\"\";\\! b\";", "SELECT \"a\";\\! b\" END");
    reads("SELECT $$;\\! id$$, $a$ $b$ ; $a $a$;", "SELECT '…' , '…' END");
    reads("SELECT $a$x$a$b$a$;", "SELECT '…' b$a$ END");
    reads("SELECT $a$ $a $b$ $a$;", "SELECT '…' END");
    reads("SELECT $a$ $$a$ ;", "SELECT '…' END");
}

#[test]
fn odd_prefixes_are_what_psql_takes_them_for() {
    // A backslash is plain in these, so the text ends at the next quote.
    for prefix in ["", "b", "X", "n", "U&", "fooE", "1E", "_e"] {
        let (told, whole) = read(format!("SELECT {prefix}'\\';").as_bytes(), 3);
        assert!(whole && told.ends_with("'…' END"), "{prefix}: {told}");
    }
    reads("SELECT a.E'\\'';", "SELECT a . '…' END");
    reads("SELECT u&\"a\"\"b\", u & 'x';", "SELECT \"a\"b\" , u & '…' END");
    reads("SELECT $1, $2a, 1$$x$$, $ ;", "SELECT $ , $ a , 1 '…' , $ END");
}

#[test]
fn comments_end_where_psql_ends_them() {
    reads("-- \\! id\nSELECT 1;", "SELECT 1 END");
    reads("-- harmless\r\\! id\nSELECT 1;", "\\! id@1 SELECT 1 END");
    reads("/* /* \\! a */ ; */ SELECT 1 - 2 /3;", "SELECT 1 - 2 / 3 END");
    reads("/**/SELECT/*/*/**/*/*/ 1;", "SELECT 1 END");
    reads("SELECT 1 --;\n;", "SELECT 1 END");
    reads("SELECT +--x\n1;", "SELECT + 1 END");
}

#[test]
fn a_semicolon_ends_only_what_psql_sends() {
    reads(
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); \\! id\n",
        "CREATE RULE r AS ON INSERT TO t DO ( SELECT 1 ; SELECT 2 ) END \\! id@1",
    );
    let atomic = "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;";
    let (told, whole) = read(atomic.as_bytes(), 5);
    assert!(whole);
    assert_eq!(told.matches("END").count(), 3, "CASE, ATOMIC, and one statement: {told}");
    assert!(told.ends_with("END END"), "{told}");
    reads("BEGIN; END;", "BEGIN END END END");
}

#[test]
fn data_begins_behind_the_line_and_ends_with_its_own() {
    reads("COPY t FROM stdin;\n\\! id\n;'\n\\.\nSELECT 1;", "COPY t FROM stdin END DATA SELECT 1 END");
    reads(
        "COPY t FROM STDOUT; \\! id\n\\! data\n\\.\r\nSELECT 1;",
        "COPY t FROM STDOUT END \\! id@1 DATA SELECT 1 END",
    );
    reads(
        "COPY a FROM stdin; COPY b FROM stdin;\n1\n\\.\n2\n\\.\nSELECT 1;",
        "COPY a FROM stdin END COPY b FROM stdin END DATA SELECT 1 END",
    );
    reads("COPY t FROM stdin; SELECT 'a\n\\! data\n\\.\nb';", "COPY t FROM stdin END SELECT DATA '…' END");
    reads("COPY t FROM stdin;\n\\.x\n \\.\n\\..\n\\.\n", "COPY t FROM stdin END DATA");
    reads(
        "COPY public.from (a, \"from\") FROM/**/stdin WITH (FORMAT csv);\nx\n\\.\n",
        "COPY public . from ( a , \"from\" ) FROM stdin WITH ( FORMAT csv ) END DATA",
    );
    // None of these is followed by data.
    for script in [
        "COPY t FROM 'stdin';\n\\! id\n",
        "COPY t FROM PROGRAM 'x';\n\\! id\n",
        "COPY t TO stdin;\n\\! id\n",
        "COPY (SELECT 1 FROM stdin) TO stdout;\n\\! id\n",
        "SELECT copy FROM stdin;\n\\! id\n",
        "\"copy\" t FROM stdin;\n\\! id\n",
        "COPY \"from\" TO stdout;\n\\! id\n",
        "COPY t FROM \"stdin\";\n\\! id\n",
    ] {
        assert!(
            read(script.as_bytes(), 4).0.ends_with("\\! id@2"),
            "{script}: {}",
            read(script.as_bytes(), 4).0
        );
    }
    assert!(!read(b"COPY t FROM stdin;\n1\n", 100).1, "cut in the data");
    assert!(!read(b"SELECT 'a", 100).1 && !read(b"SELECT 1", 100).1 && !read(b"/* a", 100).1);
}

#[test]
fn what_a_backslash_means_is_what_the_file_has_set() {
    let off = "SET standard_conforming_strings = off;\n";
    reads(&format!("{off}SELECT '\\'; \\! id';"), "SET standard_conforming_strings = off END SELECT '…' END");
    // Not yet on the same line.
    reads(
        "SET standard_conforming_strings TO 'off'; SELECT '\\'; \\! id\n",
        "SET standard_conforming_strings TO '…' END SELECT '…' END \\! id@1",
    );
    for value in ["on", "'on'", "true", "DEFAULT", "1", "'t'"] {
        let script =
            format!("{off}SET SESSION standard_conforming_strings = {value};\nSELECT '\\'; \\! id\n");
        assert!(read(script.as_bytes(), 9).0.ends_with("\\! id@3"), "{value}");
    }
    for value in ["off", "false", "'no'", "0", "'f'"] {
        let script = format!("SET LOCAL standard_conforming_strings = {value};\nSELECT '\\'; \\! id\n';");
        assert!(!read(script.as_bytes(), 9).0.contains("\\! id"), "{value}");
    }
}

#[test]
fn one_endless_line_takes_no_memory() {
    for begin in [
        "SELECT '",
        "COPY t FROM stdin;\n",
        "SELECT ",
        "/*",
        "--",
        "SELECT \"",
        "\\",
        "SELECT $a$",
        "SELECT $",
    ] {
        let (mut lexer, mut told) = (Lexer::script(), Told::default());
        lexer.feed(begin.as_bytes(), &mut told);
        for _ in 0..64 {
            lexer.feed(&[b'a'; 65_536], &mut told);
        }
        let kept = lexer.word.capacity() + lexer.tag.capacity() + lexer.head.capacity();
        assert!(kept < 64 * 1024, "{begin}: {kept}");
    }
}

proptest! {
    #[test]
    fn how_it_is_cut_does_not_matter(script in "([a-eE;'\"\\\\$\\-/*\n\r .(),!0-9]|COPY t FROM stdin;\n|\n\\\\\\.\n|\\$a\\$){0,80}", step in 1..20_usize) {
        prop_assert_eq!(read(script.as_bytes(), step), read(script.as_bytes(), 10_000));
    }

    #[test]
    fn no_bytes_make_it_panic(script in proptest::collection::vec(any::<u8>(), 0..500)) {
        let _ = read(&script, 7);
    }
}
