//! What the doctor finds wrong: each is named, and decides how it ends.

use std::{fs, os::unix::fs::PermissionsExt, process::Output};

use serde_json::Value;

use super::{Machine, text};

/// How a check ended and the code of what it found: `("bad", "key-open")`.
#[track_caller]
fn verdict(told: &Value, id: &str) -> (String, String) {
    let check = told["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
    let (how, found) = check["verdict"].as_object().unwrap().iter().next().unwrap();
    (how.clone(), found["code"].as_str().unwrap_or_default().to_owned())
}

fn pair(how: &str, code: &str) -> (String, String) {
    (how.to_owned(), code.to_owned())
}

/// Asks it with one more variable; its answer for a program and for a person, who
/// get the same exit code.
#[track_caller]
fn asked(machine: &Machine, exit: i32, variable: (&str, &str)) -> (Value, String) {
    let run = |words: &[&str]| -> Output {
        let mut command = machine.command(words);
        let output = command.env(variable.0, variable.1).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{}", text(&output));
        output
    };
    let told: Value = serde_json::from_slice(&run(&["doctor", "--json"]).stdout).unwrap();
    assert_eq!(told["ok"], exit == 0, "{told}");
    (told, text(&run(&["doctor"])))
}

const NOTHING: (&str, &str) = ("LANG", "C");

#[test]
fn a_key_that_others_may_read_is_bad() {
    let machine = Machine::new();
    machine.add();
    let key = machine.data().join("key");
    let mode = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    for others in [0o640, 0o604] {
        mode(others);
        let (told, shown) = asked(&machine, 9, NOTHING);
        assert_eq!(verdict(&told, "key"), pair("bad", "key-open"));
        assert!(shown.contains("chmod 600"), "it says what to do: {shown}");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, others, "it only looks");
    }
    mode(0o600);
    assert_eq!(verdict(&asked(&machine, 0, NOTHING).0, "key").0, "good");
}

#[test]
fn a_database_that_cannot_be_opened_is_bad() {
    let machine = Machine::new();
    machine.add();
    let file = machine.data().join("zelo.db");
    let _ = fs::remove_file(machine.data().join("zelo.db-wal"));
    let rubbish = "not a database ".repeat(1000);
    fs::write(&file, &rubbish).unwrap();
    let (told, shown) = asked(&machine, 9, NOTHING);
    assert_eq!(verdict(&told, "database"), pair("bad", "db-corrupt"));
    assert_eq!(verdict(&told, "key").0, "good", "the rest is looked at all the same: {told}");
    assert!(shown.contains("zelo catalog rebuild"), "it says what to do: {shown}");
    assert_eq!(fs::read_to_string(&file).unwrap(), rubbish, "it only looks");
}

/// Without Docker and without client programs there is still enough that can be done.
#[test]
fn a_docker_engine_that_does_not_answer_is_a_caution() {
    let machine = Machine::new();
    let socket = machine.folder.path().join("docker.sock");
    let at = socket.display().to_string();
    for left_behind in [false, true] {
        if left_behind {
            drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        }
        let (told, shown) = asked(&machine, 0, ("ZELO_DOCKER_SOCKET", &at));
        assert_eq!(verdict(&told, "docker"), pair("caution", "docker-unreachable"));
        assert!(shown.contains(&at), "{shown}");
    }
}

#[test]
fn client_programs_that_are_missing_are_cautions() {
    let machine = Machine::new();
    let (told, shown) = asked(&machine, 0, ("PATH", "/nowhere"));
    for tool in ["pg_dump", "pg_restore", "psql"] {
        assert_eq!(verdict(&told, &format!("tool-{tool}")), pair("caution", "client-missing"));
        assert!(shown.contains(&format!("{tool} is not installed")), "{shown}");
    }
}
