//! Docker does what it is told, and its answer gets lost: an operation ends done or
//! undone all the same, and the instance is as one of the two says.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use tempfile::TempDir;

use crate::{
    copy::{Copied, there_or_gone},
    panel::Panel,
    repair::forget_tries,
    restore::{assert_state, side_containers, spoil, state},
    support::{lab, text},
};

/// The Engine's socket with something between: the answer to the first request of a kind
/// is read and not passed on.
struct Lossy {
    folder: TempDir,
    /// What the request line of the request has in it; empty once it came.
    wanted: Arc<Mutex<String>>,
    lost: Arc<AtomicU32>,
}

impl Lossy {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let listener = UnixListener::bind(folder.path().join("docker.sock")).unwrap();
        let (wanted, lost) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicU32::new(0)));
        let shared = (wanted.clone(), lost.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (wanted, lost) = shared.clone();
                thread::spawn(move || between(&client, &wanted, &lost));
            }
        });
        Self { folder, wanted, lost }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// From now on; how many were lost before.
    fn lose(&self, wanted: &str) -> u32 {
        wanted.clone_into(&mut self.wanted.lock().unwrap());
        self.lost.load(Ordering::SeqCst)
    }
}

/// One connection. Requests come one after the other, each with its line first.
fn between(client: &UnixStream, wanted: &Mutex<String>, lost: &AtomicU32) {
    let Ok(engine) = UnixStream::connect("/var/run/docker.sock") else { return };
    let losing = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            copy(client, &engine, |bytes| {
                let line = bytes.split(|b| *b == b'\r').next().unwrap_or_default();
                let line = String::from_utf8_lossy(line).into_owned();
                let mut wanted = wanted.lock().unwrap();
                if !wanted.is_empty() && line.starts_with("POST ") && line.contains(wanted.as_str()) {
                    wanted.clear();
                    losing.store(1, Ordering::SeqCst);
                }
                true
            });
            let _ = engine.shutdown(Shutdown::Write);
        });
        copy(&engine, client, |_| losing.load(Ordering::SeqCst) == 0);
        if losing.load(Ordering::SeqCst) == 1 {
            lost.fetch_add(1, Ordering::SeqCst);
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = engine.shutdown(Shutdown::Both);
    });
}

/// Until one end is gone, or what came is not to be passed on.
fn copy(mut from: &UnixStream, mut to: &UnixStream, pass: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if !pass(&buffer[..n]) || to.write_all(&buffer[..n]).is_err() {
            return;
        }
    }
}

/// How many containers a project has.
pub(crate) fn all(project: &str) -> usize {
    let mut ps = Command::new("docker");
    ps.args(["ps", "-aq", "--filter", &format!("label=com.docker.compose.project={project}")]);
    lab::done(ps).lines().count()
}

#[test]
fn an_answer_of_docker_that_is_lost_leaves_it_done_or_undone() {
    let Some(panel) = Panel::over("today") else { return };
    panel.backup();
    let lossy = Lossy::new();
    let socket = lossy.socket().display().to_string();
    let settings = [("ZELO_DOCKER_SOCKET", socket.as_str())];
    let name = panel.name();
    let auth = ["--service", "auth"];
    for (verb, rest, request) in [
        (&["restart"][..], &auth[..], "/stop"),
        (&["restart"], &auth, "/start"),
        (&["stop"], &auth, "/stop"),
        (&["start"], &auth, "/start"),
        (&["config", "set"], &["jwt_expiry=5400"], "/stop"),
        (&["config", "set"], &["jwt_expiry=5400"], "/containers/create"),
        (&["config", "set"], &["jwt_expiry=5400"], "/start"),
    ] {
        let case = format!("{verb:?}: {request}");
        let yes: &[&str] = if verb == ["start"] { &[] } else { &["--yes"] };
        let args = [&["instance"], verb, &[name.as_str()], rest, yes, &["--json"]].concat();
        let before = panel.instance.containers();
        let count = all(&name);
        let lost = lossy.lose(request);
        let ran = panel.with(&args, &settings);
        assert_eq!(lossy.lose(""), lost + 1, "{case}: no answer was lost\n{ran}");
        let state = ran.json()["operation"]["state"].as_str().unwrap_or_default().to_owned();
        assert!(["succeeded", "rolled_back", "failed"].contains(&state.as_str()), "{case}: {ran}");
        let done = state == "succeeded";
        let after = panel.instance.containers();
        for (service, (_, _, was)) in &before {
            let wanted = match verb {
                ["stop"] if done && service == "auth" => "exited",
                ["start"] if done && service == "auth" => "running",
                _ => was,
            };
            assert_eq!(after[service].2, wanted, "{case}: {service}, {state}");
        }
        if verb == ["stop"] && !done {
            panel.done(&["stop"], &auth);
        }
        if verb == ["start"] && !done {
            panel.done(&["start"], &auth);
        }
        if verb == ["config", "set"] {
            let value = if done { "5400" } else { "3600" };
            assert_eq!(panel.instance.value("JWT_EXPIRY"), value, "{case}: {state}");
            assert_eq!(panel.instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some(value), "{case}");
            if done {
                panel.done(&["config", "set"], &["jwt_expiry=3600"]);
            }
        }
        assert_eq!(all(&name), count, "{case}: a container too many");
        panel.assert_tidy(&case);
    }
    assert_eq!(panel.instance.sign_up("after-all@example.com"), 200);
}

#[test]
#[ignore = "too long: tests/soak"]
fn an_answer_lost_in_a_repair_a_restore_or_a_copy_leaves_it_done_or_undone() {
    let Some(panel) = Panel::over("today") else { return };
    let point = panel.backup();
    let then = state(&panel);
    let lossy = Lossy::new();
    let socket = lossy.socket().display().to_string();
    let settings = [("ZELO_DOCKER_SOCKET", socket.as_str())];
    let name = panel.name();
    let lose = |args: &[&str], request: &str| {
        let lost = lossy.lose(request);
        let ran = panel.with(args, &settings);
        assert_eq!(lossy.lose(""), lost + 1, "{args:?}, {request}: no answer was lost\n{ran}");
        let state = ran.json()["operation"]["state"].clone();
        assert!(["succeeded", "rolled_back", "failed"].iter().any(|s| state == *s), "{args:?}: {ran}");
        assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{args:?}: {ran}");
        panel.assert_tidy(&format!("{args:?}, {request}"));
        state
    };
    let env = panel.instance.env();
    for request in ["/containers/create", "/stop", "/start"] {
        // Edited by hand, and not in force at the gateway.
        let key = panel.instance.value("SUPABASE_PUBLISHABLE_KEY");
        let edited = String::from_utf8(env.clone())
            .unwrap()
            .replace(&key, &key.replace("sb_publishable_", "sb_publishable_0"));
        std::fs::write(panel.instance.folder().join(".env"), edited).unwrap();
        let state = lose(&["instance", "repair", &name, "--yes", "--json"], request);
        let found = panel.zelo(&["instance", "diagnose", &name, "--json"]).json()["findings"].to_string();
        // Brought up again, it is what the files make it, whatever the operation came to.
        assert!(state != "succeeded" || !found.contains("gateway-keys"), "{request}: {found}");
        std::fs::write(panel.instance.folder().join(".env"), &env).unwrap();
        forget_tries(&panel);
        panel.zelo(&["instance", "repair", &name, "--yes", "--json"]);
        forget_tries(&panel);
        let found = panel.zelo(&["instance", "diagnose", &name, "--json"]).json();
        assert_eq!(found["findings"], serde_json::json!([]));
    }
    for request in ["/containers/create", "/stop", "/start"] {
        let secret = panel.instance.value("JWT_SECRET");
        let state = lose(&["instance", "config", "rotate", &name, "jwt_secret", "--yes", "--json"], request);
        assert_eq!(panel.instance.value("JWT_SECRET") != secret, state == "succeeded", "{request}");
        assert_eq!(panel.instance.sign_up(&format!("rotated{}@example.com", request.len())), 200);
    }
    // What follows compares with the state as it was.
    panel.zelo(&["restore", &point, "--yes", "--json"]).code(0);
    for request in ["/containers/create", "/stop", "/start"] {
        spoil(&panel);
        let spoilt = self::state(&panel);
        let state = lose(&["restore", &point, "--yes", "--json"], request);
        assert_state(&panel, if state == "succeeded" { &then } else { &spoilt }, request);
        assert_eq!(side_containers(&panel), [""; 0], "{request}");
        let former = self::state(&panel);
        let back = panel.zelo(&["restore", &point, "--yes", "--json"]).code(0);
        let last = text(&back.json()["operation"]["id"]);
        let live = self::state(&panel);
        let state = lose(&["undo", &last, "--yes", "--json"], request);
        if state == "succeeded" {
            assert_state(&panel, &former, request);
            panel.zelo(&["restore", &point, "--yes", "--json"]).code(0);
        }
        assert_state(&panel, &live, request);
    }
    for request in ["/containers/create", "/networks/create", "/start"] {
        let copy = Copied { panel: &panel, name: format!("{name}-{}", request.replace('/', "")) };
        let state = lose(&["instance", "copy", &name, &copy.name, "--json"], request);
        there_or_gone(&copy, &state, request);
    }
}
