//! A test mail of a whole instance, and a `.env` that is not UTF-8: neither touches it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use serde_json::json;

use crate::{panel::Panel, support::text};

/// Takes one letter after the other, and says what each client told it.
fn server() -> (u16, mpsc::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, hears) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            if told.send(one(stream.unwrap())).is_err() {
                break;
            }
        }
    });
    (port, hears)
}

fn one(mut stream: TcpStream) -> Vec<String> {
    let mut told = Vec::new();
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut say = |line: &str| stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    say("220 mail.test");
    let mut letter = false;
    for line in lines.map_while(Result::ok) {
        let start = line.get(..4).unwrap_or(&line).to_owned();
        told.push(line);
        match start.as_str() {
            "." => {
                letter = false;
                say("250 2.0.0 queued as 77");
            }
            _ if letter => {}
            "EHLO" => say("250-mail.test\r\n250 AUTH PLAIN LOGIN"),
            "DATA" => {
                letter = true;
                say("354 go on");
            }
            "QUIT" => {
                say("221 bye");
                break;
            }
            _ => say("250 ok"),
        }
    }
    told
}

#[test]
fn a_test_mail_and_a_file_that_is_not_utf8_leave_the_instance_as_it_is() {
    let Some(panel) = Panel::over("kong") else { return };
    let (env, before) = (panel.instance.env(), panel.instance.containers());
    mailed(&panel);
    by_container(&panel);
    assert_eq!((panel.instance.env(), panel.instance.containers()), (env, before));
    not_utf8(&panel);
    panel.assert_tidy("mail");
}

fn mailed(panel: &Panel) {
    let (port, hears) = server();
    let port = format!("smtp_port={port}");
    let verb = ["config", "test-mail"];
    let to = ["--to", "ana@example.com"];
    // The stored password goes to no other server.
    let rest = [&to[..], &["smtp_host=127.0.0.1", &port]].concat();
    let ran = panel.instance(&verb, &rest, None);
    assert_eq!(ran.problem(), "mail-password-elsewhere");

    let entered = "entered-hunter2-hunter2";
    let rest = [&to[..], &["smtp_host=127.0.0.1", &port, "smtp_pass"]].concat();
    let ran = panel.typed(&verb, &rest, &format!("{entered}\n")).code(0);
    let told = ran.json();
    assert_eq!(
        (&told["tls"], &told["login"], &told["answer"], &told["container"]),
        (&json!(false), &json!("plain"), &json!("250 2.0.0 queued as 77"), &json!(null)),
        "{ran}"
    );
    assert!(text(&told["note"]).contains("the machine Zelo runs on"), "{ran}");
    let heard = hears.recv().unwrap().join("\n");
    assert!(heard.contains("RCPT TO:<ana@example.com>"), "{heard}");
    assert!(heard.contains("From: \"The Notes Company\" <admin@example.com>"), "{heard}");

    let rest = ["--to", "nobody", "smtp_host=127.0.0.1"];
    assert_eq!(panel.instance(&verb, &rest, None).problem(), "mail-address");
    let mut secrets = panel.instance.secrets();
    secrets.push(entered.to_owned());
    let data = std::fs::read(panel.data().join("zelo.db")).unwrap();
    for secret in secrets {
        assert!(!ran.to_string().contains(&secret));
        assert!(!data.windows(secret.len()).any(|at| at == secret.as_bytes()), "in Zelo's database");
    }
    let noted = "SELECT count(*) FROM audit WHERE action = 'instance.test-mail' AND actor LIKE 'cli:%' \
         AND detail LIKE '%ana@example.com%' AND detail LIKE '%\"sent\"%'";
    assert_eq!(panel.count(noted), 1);
}

/// The name of a service means its container, which the machine's resolver does not know.
fn by_container(panel: &Panel) {
    let verb = ["config", "test-mail"];
    let rest = ["--to", "ana@example.com", "smtp_host=auth", "smtp_port=1", "smtp_pass"];
    let ran = panel.typed(&verb, &rest, "entered-hunter2-hunter2\n");
    assert_eq!(ran.problem(), "mail-connect", "{ran}");
    let rest = ["--to", "ana@example.com", "smtp_host=nothing-of-the-lab", "smtp_pass"];
    let ran = panel.typed(&verb, &rest, "entered-hunter2-hunter2\n");
    assert_eq!(ran.problem(), "mail-name-unknown", "{ran}");
}

/// Whatever is edited, it is refused and the file stays; it can still be looked at.
fn not_utf8(panel: &Panel) {
    panel.done(&["config", "set"], &["jwt_expiry=7200"]);
    let listed = panel.instance(&["config", "history"], &[], None).code(0).json();
    let change = text(&listed["history"][0]["operation"]);
    let file = panel.instance.folder().join(".env");
    let mut env = panel.instance.env();
    env.extend(b"# Jo\xe3o\n");
    std::fs::write(&file, &env).unwrap();
    let before = panel.instance.containers();
    for (verb, rest) in [
        ("set", &["jwt_expiry=3600", "--yes"][..]),
        ("set", &["jwt_expiry=3600", "disable_signup=true", "--yes"]),
        ("diff", &["jwt_expiry=3600"]),
        ("rotate", &["jwt_secret", "--yes"]),
        ("rotate", &["postgres_password", "--yes"]),
    ] {
        assert_eq!(panel.instance(&["config", verb], rest, None).problem(), "env-not-utf8-line", "{rest:?}");
    }
    let back = panel.zelo(&["instance", "config", "set-back", &change, "--yes", "--json"]);
    assert_eq!(back.problem(), "env-not-utf8-line");
    panel.instance(&["config", "get"], &["jwt_expiry"], None).code(0);
    assert_eq!(std::fs::read(&file).unwrap(), env);
    assert_eq!(panel.instance.containers(), before);
}
