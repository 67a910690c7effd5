//! A server that dies in the middle of what it was sent, and what the next one makes
//! of it: nobody asks again, and nobody looks on.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::Duration,
};

use crate::support::{bench::Bench, text, until};

/// The steps of an upload and where it commits.
const STEPS: [&str; 9] =
    ["source", "reserve", "stage", "store", "verify", "structure", "publish", "catalogue", "received"];
const COMMIT: usize = 6;

struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(bench: &Bench, fault: &str) -> Self {
        let mut serve = bench.command(&["serve", "--json", "--bind", "127.0.0.1:0"]);
        serve.env("ZELO_FAULT", fault).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { child, address: text(&told["address"]) }
    }

    /// Sends a file. The server may be dead before it has answered.
    fn send(&self, resource: &str, token: &str, file: &[u8]) {
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"other.db\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let head = format!(
            "POST /api/resources/{resource}/backups/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 202"), "{answer}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person's token, and the shop's id.
fn owner(bench: &Bench) -> (String, String) {
    bench.zelo(&["user", "add", "ada", "--admin", "--json"]).code(0);
    bench.zelo(&["project", "member", "add", "default", "ada", "--role", "owner", "--json"]).code(0);
    let made = bench.zelo(&["token", "create", "--user", "ada", "--name", "t", "--json"]).code(0).json();
    let all = bench.zelo(&["resource", "list", "--json"]).code(0).json();
    (text(&made["token"]), text(&all[0]["id"]))
}

#[test]
fn an_upload_to_a_server_killed_anywhere() {
    let bench = Bench::new();
    let file = bench.outside("other.db", "CREATE TABLE other (a); INSERT INTO other VALUES (1);");
    let file = std::fs::read(file).unwrap();
    let (token, shop) = owner(&bench);
    let (rows, listed) = (bench.rows(), bench.listed());
    bench.save();
    for (index, step) in STEPS.iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let case = format!("{step}:{moment}");
            bench.reset();
            let mut serving = Serving::start(&bench, &format!("upload/kill:{case}"));
            serving.send(&shop, &token, &file);
            let died = || serving.child.try_wait().unwrap().is_some();
            until(&format!("{case}: it dies"), Duration::from_secs(30), died);

            let next = Serving::start(&bench, "");
            let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running')";
            until(&format!("{case}: it is recovered"), Duration::from_secs(30), || bench.count(open) == 0);
            drop(next);
            let done = index > COMMIT || (index == COMMIT && moment != "before");
            let state = text(&bench.newest("upload")["state"]);
            let expected: &[&str] = if done { &["succeeded"] } else { &["failed", "rolled_back"] };
            assert!(expected.contains(&state.as_str()), "{case}: {state}");
            assert_eq!(bench.listed().len(), listed.len() + usize::from(done), "{case}");
            assert_eq!(bench.rows(), rows, "{case}");
            assert_eq!(bench.count("SELECT count(*) FROM operation_locks"), 0, "{case}");
            bench.assert_backups_whole(&case);
        }
    }
}
