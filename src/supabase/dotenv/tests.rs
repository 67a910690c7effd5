//! The rules of `.env` row by row, and editing on files nobody thought of.

mod rows;

use proptest::prelude::*;
use rows::{FATAL, VALUES};

use super::*;
use crate::i18n::{Catalogue, Lang};

fn read(text: &str) -> Dotenv {
    Dotenv::parse(text)
}

fn value(text: &str, key: &str) -> Option<String> {
    Some(read(text).value(key)?.expect(text).expose().to_owned())
}

#[test]
fn values_are_what_compose_reads() {
    for (text, wanted) in VALUES {
        assert_eq!(value(text, "K").as_deref(), Some(*wanted), "{text:?}");
        assert_eq!(read(text).problems(), [], "{text:?}");
    }
}

#[test]
fn names_are_what_compose_takes() {
    for key in ["K-A", "K.A", "1K", "k", "K[0]", "é"] {
        assert_eq!(value(&format!("{key}=1"), key).as_deref(), Some("1"), "{key}");
    }
    assert_eq!(value("k=1", "K"), None);
    let two = read("K=\"a\"L=3");
    assert_eq!(two.value("L").unwrap().unwrap().expose(), "3");
    assert_eq!(two.assignments().len(), 2);
    assert_eq!(value("exportK=1", "exportK").as_deref(), Some("1"));
    assert_eq!(value("export=1", "export").as_deref(), Some("1"));
}

#[test]
fn fatal_lines_are_found_and_told() {
    for (text, line, key, id) in FATAL.iter().copied() {
        let file = read(text);
        let [problem] = file.problems() else { panic!("{text:?}: {:?}", file.problems()) };
        assert_eq!(
            (problem.line, problem.key.as_deref(), problem.reason.id.as_str()),
            (line, key, id),
            "{text:?}"
        );
        for lang in Lang::ALL {
            assert!(Catalogue::of(lang).has(id), "{id} in {lang}");
        }
        assert!(key.is_none_or(|key| file.value(key).is_some_and(|value| value.is_err())), "{text:?}");
    }
}

#[test]
fn reading_goes_on_behind_a_bad_line() {
    let file = read("A B=1\nK=\"open\nL=${x\nM=1\n");
    assert_eq!(file.problems().iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(file.value("M").unwrap().unwrap().expose(), "1");
}

#[test]
fn a_few_lines_cannot_fill_the_memory_or_the_stack() {
    let mut text = String::from("K0=0123456789\n");
    for n in 1..60 {
        text += &format!("K{n}=$K{0}$K{0}\n", n - 1);
    }
    assert_eq!(read(&text).problems()[0].reason.id, "env-fatal-long");
    let deep = format!("K={}{}", "${A:-".repeat(100_000), "}".repeat(100_000));
    assert_eq!(read(&deep).problems().len(), 1);
    let wide = format!("K={}", "${A:-x}".repeat(20_000));
    assert_eq!(value(&wide, "K").unwrap().len(), 20_000);
}

#[test]
fn nothing_of_a_value_is_printed() {
    let file = read("PASSWORD=hunter2\nBAD=${hunter2\nhunter2 x=1\n");
    let shown = format!("{file:?} {:?} {:?}", file.assignments(), file.raw(&file.assignments()[0]));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("PASSWORD"), "{shown}");
}

fn edited(text: &str, key: &str, new: &str) -> String {
    let file = read(text).set(key, new).unwrap_or_else(|problem| panic!("{text:?}: {problem}"));
    assert_eq!(file.value(key).unwrap().unwrap().expose(), new, "{text:?}");
    String::from_utf8(file.as_bytes().to_vec()).unwrap()
}

#[test]
fn only_the_value_changes() {
    for (before, value, after) in [
        ("A=1\nK=old # why\nB=2\n", "new", "A=1\nK=new # why\nB=2\n"),
        ("A=1\r\nK=old\r\nB=2\r\n", "new", "A=1\r\nK=new\r\nB=2\r\n"),
        ("K=\r\nB=2\r\n", "new", "K=new\r\nB=2\r\n"),
        ("K= \r\n", "n w", "K= \"n w\"\r\n"),
        ("\u{feff}export  K =  'old'\t# x", "new", "\u{feff}export  K =  \"new\"\t# x"),
        ("K: \"old\"\n", "a$b\"c\\", "K: \"a\\$b\\\"c\\\\\"\n"),
        ("K=1\nK=2\nL=3", "x", "K=1\nK=x\nL=3"),
        // what stands behind a quote would run into a plain value
        ("K=\"a\"L=3\n", "x", "K=\"x\"L=3\n"),
        ("K=\"a\"#c\n", "x", "K=\"x\"#c\n"),
        ("K=\"a\" # c\n", "x", "K=x # c\n"),
        ("K=\"a\nb\" # c\nL=1", "x", "K=x # c\nL=1"),
        ("K=${b\nL=1\n", "x", "K=x\nL=1\n"),
        ("K=\"open\r\nL=1\r\n", "x", "K=x\r\nL=1\r\n"),
        ("K=a", "", "K="),
        ("K=a", "abc$", "K=\"abc\\$\""),
        // the same already
        ("V=x\nK=${V} # kept\n", "x", "V=x\nK=${V} # kept\n"),
        // not there yet
        ("", "x", "K=x\n"),
        ("A=1", "x", "A=1\nK=x\n"),
        ("A=1\r\nB=2", "x y", "A=1\r\nB=2\r\nK=\"x y\"\r\n"),
        ("#K=1\nK\n", "x", "#K=1\nK\nK=x\n"),
        ("# note", "x", "# note\nK=x\n"),
    ] {
        assert_eq!(edited(before, "K", value), after, "{before:?}");
    }
}

#[test]
fn what_would_break_the_file_is_refused() {
    for (text, key, value, code) in [
        ("K=1", "K", "a\nJWT_SECRET=x", "env-value-control"),
        ("K=1", "K", "a\rb", "env-value-control"),
        ("K=1", "K", "a\0b", "env-value-control"),
        ("K=1", "K", "a\tb", "env-value-control"),
        ("K=1", "K", "a\u{85}b", "env-value-control"),
        ("K=1", "", "a", "env-key-name"),
        ("K=1", "A B", "a", "env-key-name"),
        ("K=1", "1K", "a", "env-key-name"),
        ("K=1", "A=1\nB", "a", "env-key-name"),
        ("K=1\nL=${K:?needed}", "K", "", "env-edit-breaks"),
        ("A=1\nK abc", "L", "x", "env-edit-last-line"),
        // the quote of A was forgotten, and closes where C's opens
        ("A=\"x\nB=1\nC=\"y\"\n", "A", "z", "env-edit-quote"),
    ] {
        let problem = read(text).set(key, value).expect_err(text);
        assert_eq!(problem.code, code, "{text:?} {value:?}");
        for lang in Lang::ALL {
            let told = Catalogue::of(lang).problem(&problem);
            assert!(told.safe.is_some() && told.next.is_some() && !told.what.starts_with('['), "{told:?}");
        }
    }
}

#[test]
fn an_edit_that_moves_anything_else_is_seen() {
    let before = read("A=1\nK=1\nB=1\nK=2\n");
    for (after, fine) in [
        ("A=1\nK=1\nB=1\nK=x\n", true),
        ("A=1\nK=x\nB=1\nK=2\n", false),
        ("A=2\nK=1\nB=1\nK=x\n", false),
        ("A='1'\nK=1\nB=1\nK=x\n", false),
        ("A=1\nK=1\nC=1\nK=x\n", false),
        ("A=1\nK=1\nK=x\n", false),
        ("A=1\nK=1\nB=1\nK=x\nL=1\n", false),
        ("A=1\nK=1\nB=1\nK=x\n; y\n", false),
    ] {
        assert_eq!(before.is_the_rest_of(&read(after), "K"), fine, "{after:?}");
    }
}

#[test]
fn what_was_added_is_taken_out_again_and_nothing_else() {
    for text in ["A=1\n", "A=1\r\nB='x y'\r\n", "", "# only this\n"] {
        let before = read(text);
        for value in ["plain", "with space # and $", ""] {
            let after = before.set("K", value).unwrap();
            assert_eq!(after.unset("K").unwrap().as_bytes(), text.as_bytes(), "{text:?} {value:?}");
        }
    }
    assert_eq!(read("A=1\nK=2\nB=3\n").unset("K").unwrap().as_bytes(), b"A=1\nB=3\n");
    for text in [
        "A=1\n",
        "K=1\nK=2\n",
        "K=1\nA=${K}\n",
        "K=1\nA=${K:-x}\n",
        "K=1 # a note\n",
        "export K=1\n",
        "K: 1\n",
        " K=1\n",
        "A='1'K=1\n",
    ] {
        assert!(read(text).unset("K").unwrap_err().is("env-unset-refused"), "{text:?}");
    }
}

#[test]
fn changes_and_duplicates_are_told() {
    let old = read("A=1\nB=x\nC=3\nD=${A}\nB=2\n");
    let new = read("A='1'\nB=2\nD=4\nE=5\n");
    assert_eq!(changed_keys(&old, &new), ["D", "E", "C"]);
    assert_eq!(changed_keys(&old, &old), Vec::<String>::new());
    assert_eq!(changed_keys(&read("K=${a"), &read("K=${b")), ["K"]);
    assert_eq!(old.duplicates("B"), [2, 5]);
    assert_eq!(old.duplicates("A"), Vec::<usize>::new());
}

/// Lines as people write them, and as they should not.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-E] ?[=:] ?[a-z$\"'#\\\\{}: -]{0,8}",
        "[A-E]=\"[a-z \\\\$#\n]{0,8}\"( ?#c)?",
        "(export )?[A-E]='[a-z $#]{0,6}'",
        "[A-E]=\\$\\{[A-E](:?[-+?][a-z]{0,3})?\\}",
        "#[ -~]{0,9}",
        "[A-E ;\"]{0,4}",
    ]
}

fn file() -> impl Strategy<Value = String> {
    let ends = prop_oneof![Just("\n"), Just("\r\n")];
    (proptest::collection::vec(line(), 0..8), ends, any::<bool>(), any::<bool>()).prop_map(
        |(lines, end, bom, last)| {
            let bom = if bom { "\u{feff}" } else { "" };
            format!("{bom}{}{}", lines.join(end), if last { end } else { "" })
        },
    )
}

/// Each assignment with how it is written.
fn listed(file: &Dotenv) -> Vec<(String, Vec<u8>)> {
    file.assignments().iter().map(|a| (a.key.clone(), file.written(a).to_vec())).collect()
}

/// Files tried by each rule; with `ZELO_SOAK` as many as a fuzzer would.
fn cases() -> u32 {
    if std::env::var_os("ZELO_SOAK").is_some() { 200_000 } else { 512 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_bytes_are_kept(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = Dotenv::parse(bytes.clone());
        prop_assert_eq!(file.as_bytes(), bytes.as_slice());
    }

    #[test]
    fn each_assignment_is_where_it_says(text in file()) {
        let read = read(&text);
        let mut last = 0;
        for assignment in read.assignments() {
            prop_assert!(assignment.raw.start >= last && assignment.raw.end <= text.len());
            last = assignment.raw.end;
            let before = &text[..assignment.raw.start];
            prop_assert!(before.trim_end().ends_with(['=', ':']), "{:?}", before);
            prop_assert!(assignment.line <= before.matches('\n').count() + 1);
        }
    }

    #[test]
    fn what_is_written_is_read(text in file(), key in "[A-F]", value in "\\PC{0,30}") {
        let before = read(&text);
        match before.set(&key, &value) {
            Ok(after) => {
                prop_assert_eq!(after.value(&key).unwrap().unwrap().expose(), value);
                let (mut was, mut is) = (listed(&before), listed(&after));
                let edited = was.iter().rposition(|(k, _)| *k == key);
                let now = is.remove(edited.unwrap_or(is.len() - 1));
                prop_assert_eq!(now.0, key);
                if let Some(edited) = edited {
                    was.remove(edited);
                }
                prop_assert_eq!(was, is);
                // No byte but the value's own: what is before and behind it stays.
                if let Some(edited) = edited {
                    let raw = &before.assignments()[edited].raw;
                    prop_assert!(after.as_bytes().starts_with(&before.as_bytes()[..raw.start]));
                    prop_assert!(after.as_bytes().ends_with(&before.as_bytes()[raw.end..]));
                } else {
                    prop_assert!(after.as_bytes().starts_with(before.as_bytes()));
                }
            }
            // Only for files that are broken, or break.
            Err(problem) => prop_assert!(
                problem.is("env-edit-breaks") || problem.is("env-edit-last-line") || !before.problems().is_empty(),
                "{} {:?}", problem, before.problems()
            ),
        }
    }

    #[test]
    fn what_is_added_can_be_taken_out(text in file(), value in "\\PC{0,30}") {
        let before = read(&text);
        let Ok(after) = before.set("NEW_KEY", &value) else { return Ok(()) };
        let back = after.unset("NEW_KEY").unwrap();
        // A last line without an end has got one.
        let (back, end) = (back.as_bytes(), before.as_bytes().len());
        prop_assert!(back.starts_with(before.as_bytes()));
        prop_assert!(back[end..].iter().all(|byte| b"\r\n".contains(byte)));
    }

    #[test]
    fn any_printable_value_survives(value in "\\PC{0,60}", style in prop_oneof![Just("K=\n"), Just("K='x' # c\r\n"), Just("K=\"x\"L=1")]) {
        edited(style, "K", &value);
    }

    #[test]
    fn dangerous_characters_survive(value in "[$\\\\\"'`#{}a:?=; -]{0,20}") {
        edited("A=1\nK=old\nB=2\n", "K", &value);
    }
}
