//! `zelo user`, `project` and `token`, and whose a resource is.

use std::{io::Write, process::Stdio};

use serde_json::Value;

use super::{Machine, code, terminal::Terminal, text};

const PASSWORD: &str = "correct horse battery";

impl Machine {
    /// The last JSON line of a command that reads this from standard input.
    fn told(&self, exit: i32, words: &[&str], input: &str) -> Value {
        let mut command = self.command(&[words, &["--json"]].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{words:?}\n{}", text(&output));
        serde_json::from_str(text(&output).lines().last().unwrap()).unwrap()
    }

    fn actions(&self, action: &str) -> i64 {
        let by_cli = "actor LIKE 'cli:%'";
        self.own_count(&format!("SELECT count(*) FROM audit WHERE action = '{action}' AND {by_cli}"))
    }
}

#[test]
fn a_person_is_added_kept_out_and_let_in_again() {
    let machine = Machine::new();
    assert_eq!(machine.json(0, &["user", "list"]), Value::Array(vec![]));
    let ada = machine.told(0, &["user", "add", "Ada", "--admin", "--password-stdin"], PASSWORD);
    assert_eq!((&ada["name"], &ada["is_admin"]), (&"Ada".into(), &true.into()));
    let output = machine.run(&["user", "add", "bob", "--email", "bob@example.org"]);
    assert!(text(&output).contains("zelo user link bob"), "{}", text(&output));
    for (words, problem) in [
        (vec!["user", "add", "ADA"], "user-name-taken"),
        (vec!["user", "add", "eve", "--email", "eve"], "user-email"),
        (vec!["user", "disable", "ada"], "last-administrator"),
        (vec!["user", "admin", "ada", "--off"], "last-administrator"),
        (vec!["user", "password", "bob"], "cli-no-answer"),
    ] {
        assert_eq!(code(&machine.json(2, &words)), problem, "{words:?}");
    }
    assert_eq!(code(&machine.json(7, &["user", "disable", "nobody"])), "not-found-user");
    for weak in ["short", "Evangeline"] {
        let refused = machine.told(2, &["user", "add", "evangeline", "--password-stdin"], weak);
        assert_eq!(code(&refused), "password-weak", "{weak}");
    }
    machine.told(0, &["user", "password", "BOB", "--password-stdin"], PASSWORD);
    assert!(!machine.json(0, &["user", "disable", "bob"])["disabled_at"].is_null());
    assert_eq!(code(&machine.json(2, &["user", "link", "bob"])), "user-disabled");
    assert!(machine.json(0, &["user", "enable", "bob"])["disabled_at"].is_null());
    assert_eq!(machine.json(0, &["user", "admin", "bob"])["is_admin"], true);
    assert_eq!(machine.json(0, &["user", "admin", "ada", "--off"])["is_admin"], false);
    let names: Vec<_> = machine.json(0, &["user", "list"]).as_array().unwrap().clone();
    assert_eq!(names.iter().map(|user| user["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Ada", "bob"]);
    for (action, count) in [("user.add", 2), ("user.password", 1), ("user.disable", 1), ("user.admin", 2)] {
        assert_eq!(machine.actions(action), count, "{action}");
    }
    // Nothing that was typed is anywhere in the database.
    let kept = std::fs::read(machine.data().join("zelo.db")).unwrap();
    assert!(!kept.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()));
    let output = machine.run(&["user", "list", "--lang", "pt-BR"]);
    assert!(text(&output).contains("administrador"), "{}", text(&output));
}

#[test]
fn a_password_is_asked_for_twice_and_not_shown() {
    let machine = Machine::new();
    let mut asked = Terminal::run(&machine, &["user", "add", "ada", "--admin"]);
    asked.shows("New password", 1);
    asked.types(&format!("{PASSWORD}\r"));
    asked.shows("The same again", 1);
    asked.types("something else\r");
    asked.shows("New password", 2);
    asked.types(&format!("{PASSWORD}\r"));
    asked.shows("The same again", 2);
    asked.types(&format!("{PASSWORD}\r"));
    assert_eq!(asked.ends(), 0, "{}", asked.screen());
    assert!(!asked.screen().contains("horse"), "{}", asked.screen());
    let with = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(machine.own_count(with), 1);
}

fn member<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["project", "member"], words].concat()
}

#[test]
fn a_project_has_members_and_keeps_an_owner() {
    let machine = Machine::new();
    for name in ["ada", "bob"] {
        machine.json(0, &["user", "add", name]);
    }
    let first = machine.json(0, &["project", "list"])[0].clone();
    assert_eq!((&first["name"], &first["resources"]), (&"default".into(), &0.into()));
    machine.json(0, &["project", "rename", "default", "Clients"]);
    let shop = machine.json(0, &["project", "add", "shop", "--owner", "ada"]);
    let added = machine.json(0, &member(&["add", "shop", "bob", "--role", "operator"]));
    assert_eq!(added["role"], "operator");
    let id = shop["id"].as_str().unwrap();
    assert_eq!(code(&machine.json(2, &member(&["remove", id, "ada"]))), "last-owner");
    let demote = member(&["add", "shop", "ada", "--role", "viewer"]);
    assert_eq!(code(&machine.json(2, &demote)), "last-owner");
    machine.json(0, &member(&["add", "shop", "bob", "--role", "owner"]));
    assert_eq!(machine.json(0, &member(&["remove", "shop", "ada"]))["role"], Value::Null);
    assert_eq!(code(&machine.json(7, &member(&["remove", "shop", "ada"]))), "not-found-member");
    assert_eq!(code(&machine.json(7, &member(&["add", "x", "ada", "--role", "owner"]))), "not-found-project");
    assert_eq!(code(&machine.json(2, &member(&["add", "shop", "ada", "--role", "king"]))), "cli-value");
    assert_eq!(code(&machine.json(2, &["project", "add", "shop"])), "project-name-taken");
    let listed = machine.json(0, &["project", "list"]);
    assert_eq!(listed[0]["name"], "Clients");
    assert_eq!(listed[1]["members"][0]["name"], "bob");
    let output = machine.run(&["user", "list"]);
    assert!(text(&output).contains("shop (owner)"), "{}", text(&output));
}

#[test]
fn a_token_is_shown_once() {
    let machine = Machine::new();
    machine.json(0, &["user", "add", "ada"]);
    let create = ["token", "create", "--user", "ada", "--name", "ci"];
    let made = machine.json(0, &[&create[..], &["--expires", "90d"]].concat());
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("zelo_") && token.len() == 5 + 64, "{token}");
    assert!(made["expires_at"].is_string());
    let output = machine.run(&create);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(shown.trim().starts_with("zelo_") && shown.lines().count() == 1, "{}", text(&output));
    let listed = machine.json(0, &["token", "list", "--user", "ada"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(token) && !listed.to_string().contains("hash"), "{listed}");
    let hash = "SELECT count(*) FROM tokens WHERE token_hash LIKE 'zelo%'";
    assert_eq!(machine.own_count(hash), 0);
    let id = made["id"].as_str().unwrap();
    machine.json(0, &["token", "revoke", &id[18..]]);
    assert_eq!(code(&machine.json(7, &["token", "revoke", id])), "cli-no-token");
    assert_eq!(machine.json(0, &["token", "list"]).as_array().unwrap().len(), 1);
    for soon in ["0s", "never", "11y"] {
        let refused = machine.json(2, &[&create[..], &["--expires", soon]].concat());
        assert_eq!(code(&refused), "cli-value", "{soon}");
    }
    assert_eq!((machine.actions("token.add"), machine.actions("token.revoke")), (2, 1));
}

#[test]
fn a_resource_changes_hands_and_name_and_leaves_its_backups() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    let clients = machine.json(0, &["project", "add", "clients"]);
    let assigned = machine.json(0, &["resource", "assign", "app", "clients"]);
    assert_eq!(assigned["project"], clients["id"]);
    assert!(text(&machine.run(&["resource", "list"])).contains("clients"));
    assert_eq!(machine.json(0, &["resource", "rename", "app", "web"])["name"], "web");
    assert_eq!(code(&machine.json(2, &["resource", "rename", "web", " x"])), "resource-name");
    let second = machine.json(0, &["backup", "create", "web"]);
    assert_eq!(second["operation"]["state"], "succeeded");

    assert_eq!(code(&machine.json(2, &["resource", "remove", "web"])), "cli-confirm");
    assert_eq!(
        code(&machine.json(2, &["resource", "remove", "web", "--confirm", "app"])),
        "cli-confirm-other"
    );
    machine.own("UPDATE operations SET state = 'running'");
    assert_eq!(code(&machine.json(4, &["resource", "remove", "web", "--yes"])), "locked");
    machine.own("UPDATE operations SET state = 'succeeded'");
    let removed = machine.json(0, &["resource", "remove", "web", "--confirm", "web"]);
    assert_eq!(removed["backups"], 2);
    assert_eq!(machine.json(0, &["resource", "list"]), Value::Array(vec![]));
    assert_eq!(machine.json(0, &["backup", "list"])["total"], 2);
    for (action, count) in [("resource.assign", 1), ("resource.rename", 1), ("resource.remove", 1)] {
        assert_eq!(machine.actions(action), count, "{action}");
    }

    // What it left is still looked after: checked, deleted, brought back, removed.
    machine.json(0, &["backup", "validate", &backup]);
    machine.json(0, &["backup", "delete", &backup, "--yes"]);
    machine.json(0, &["backup", "untrash", &backup]);
    machine.json(0, &["backup", "delete", &backup, "--yes"]);
    machine.json(0, &["backup", "purge", &backup, "--yes"]);
    assert_eq!(machine.json(0, &["backup", "list"])["total"], 1);
    let left = machine.json(0, &["backup", "list"])["backups"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(code(&machine.json(7, &["restore", &left, "--yes"])), "not-found-resource");
    // Added again it is another one, and may be restored into.
    machine.add();
    machine.write("DELETE FROM t");
    machine.json(0, &["restore", &left, "--into", "app", "--yes"]);
    assert_eq!(machine.rows().len(), 2);
}

#[test]
fn removing_is_asked_about_and_can_be_left() {
    let machine = Machine::new();
    machine.add();
    machine.back_up();
    let mut asked = Terminal::run(&machine, &["resource", "remove", "app"]);
    asked.shows("to agree", 1);
    assert!(asked.screen().contains("its backup stays listed"), "{}", asked.screen());
    asked.types("\u{3}");
    assert_eq!(asked.ends(), 8, "{}", asked.screen());
    let mut asked = Terminal::run(&machine, &["resource", "remove", "app"]);
    asked.shows("to agree", 1);
    asked.types("app\r");
    assert_eq!(asked.ends(), 0, "{}", asked.screen());
    assert_eq!(machine.json(0, &["resource", "list"]), Value::Array(vec![]));
}

#[test]
fn nobody_is_let_in_by_serving_once_there_is_somebody() {
    let machine = Machine::new();
    let link = |verb: &[&str]| {
        let mut command = machine.command(verb);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(child.wait().unwrap().success());
        serde_json::from_str::<Value>(&line).unwrap()["link"].clone()
    };
    let serve = ["serve", "--json", "--bind", "127.0.0.1:0"];
    assert!(link(&serve).as_str().unwrap().contains("/setup?token="));
    machine.json(0, &["user", "add", "ada"]);
    assert_eq!(link(&serve), Value::Null);
    let signs_in = machine.json(0, &["user", "link", "ada"]);
    assert!(signs_in["link"].as_str().unwrap().contains("/sign-in?token="), "{signs_in}");
}
