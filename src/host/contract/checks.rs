//! The checks, each for any place.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::{Ground, lab::cli, run, sh};
use crate::{
    host::{Command, HostError, Place, ProcessRef, tail},
    secret::Secret,
};

const SOON: Duration = Duration::from_secs(20);

/// A path of its own for a test's traces.
fn trace(name: &str) -> String {
    format!("/tmp/zelo-host-{}-{name}", std::process::id())
}

async fn exists(place: &dyn Place, path: &str) -> bool {
    run(place, Command::new(["test", "-e", path])).await.unwrap().1.ok()
}

async fn until_gone(place: &dyn Place, process: &ProcessRef) {
    let start = Instant::now();
    while place.runs(process).await.unwrap() {
        assert!(start.elapsed() < SOON, "{process:?} still runs");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Bytes that are not alike anywhere.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut all = Vec::with_capacity(bytes + 8);
    while all.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.extend_from_slice(&state.to_le_bytes());
    }
    all.truncate(bytes);
    all
}

pub(super) async fn held_until_released(ground: &Ground) {
    let (place, path) = (&*ground.place, trace("held"));
    let held = place.start(Command::new(["touch", &path])).await.unwrap();
    assert!(place.runs(held.process()).await.unwrap());
    assert_eq!(held.process().place, place.id());
    sleep(Duration::from_millis(300)).await;
    assert!(!exists(place, &path).await, "it ran before it was released");

    let mut running = held.release().await.unwrap();
    let mut out = String::new();
    running.stdout.read_to_string(&mut out).await.unwrap();
    assert!(running.exit.wait().await.unwrap().ok());
    assert_eq!(out, "");
    assert!(exists(place, &path).await, "it did not run");
    assert!(!place.runs(&running.process).await.unwrap());
    run(place, Command::new(["rm", &path])).await.unwrap();
}

pub(super) async fn a_dropped_one_never_ran(ground: &Ground) {
    let (place, path) = (&*ground.place, trace("dropped"));
    let held = place.start(Command::new(["touch", &path])).await.unwrap();
    let process = held.process().clone();
    drop(held);
    until_gone(place, &process).await;
    assert!(!exists(place, &path).await, "a dropped process ran");
}

pub(super) async fn exit_codes(ground: &Ground) {
    let place = &*ground.place;
    // Each exec costs an engine some 50 ms; every code is the same code path there.
    let codes: Vec<i64> = match ground.lab {
        Some(_) => vec![0, 1, 2, 3, 10, 11, 64, 125, 126, 127, 128, 129, 137, 143, 254, 255],
        None => (0..256).collect(),
    };
    let run_one = |code: i64| async move {
        let mut running =
            place.start(sh(&format!("echo {code}; exit {code}"))).await.unwrap().release().await.unwrap();
        // The input stays open: a program that does not read it ends all the same.
        let mut out = String::new();
        running.stdout.read_to_string(&mut out).await.unwrap();
        assert_eq!(out, format!("{code}\n"));
        let exit = timeout(SOON, running.exit.wait()).await.unwrap().unwrap();
        assert_eq!((exit.code, exit.stderr.as_str()), (code, ""));
    };
    stream::iter(codes).for_each_concurrent(4, run_one).await;
}

pub(super) async fn signals_as_exit_codes(ground: &Ground) {
    for (name, code) in [("TERM", 143), ("KILL", 137), ("PIPE", 141)] {
        let (_, exit) = run(&*ground.place, sh(&format!("kill -{name} $$"))).await.unwrap();
        assert_eq!(exit.code, code, "{name}");
    }
}

/// Sends `data` through `cat` and compares what comes back.
async fn echo(place: &dyn Place, data: Vec<u8>) {
    let mut running = place.start(Command::new(["cat"])).await.unwrap().release().await.unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let (sent, expected) = (Sha256::digest(&data), data.len());
    let send = async move {
        for chunk in data.chunks(300_001) {
            stdin.write_all(chunk).await.unwrap();
        }
        stdin.shutdown().await.unwrap();
    };
    let receive = async {
        let (mut hash, mut total, mut buffer) = (Sha256::new(), 0, vec![0; 100_000]);
        loop {
            let n = running.stdout.read(&mut buffer).await.unwrap();
            if n == 0 {
                return (hash.finalize(), total);
            }
            hash.update(&buffer[..n]);
            total += n;
        }
    };
    let ((), (digest, total)) = tokio::join!(send, receive);
    assert_eq!(total, expected);
    assert_eq!(digest, sent);
    assert!(running.exit.wait().await.unwrap().ok());
}

pub(super) async fn bytes_through_both_pipes(ground: &Ground) {
    echo(&*ground.place, Vec::new()).await;
    echo(&*ground.place, b"go\n".to_vec()).await;
    echo(&*ground.place, noise(1, 64 * 1024 * 1024)).await;
}

pub(super) async fn two_at_once(ground: &Ground) {
    let place = &*ground.place;
    tokio::join!(echo(place, noise(2, 8_000_000)), echo(place, noise(3, 8_000_001)));
}

pub(super) async fn the_end_of_standard_error(ground: &Ground) {
    let line = "echo out; seq 1 100000 >&2; echo Erro: não há espaço >&2; exit 3";
    let (out, exit) = run(&*ground.place, sh(line)).await.unwrap();
    assert_eq!((out.as_str(), exit.code), ("out\n", 3));
    assert!(exit.stderr.ends_with("99999\n100000\nErro: não há espaço\n"), "{}", exit.stderr);
    assert_eq!(exit.stderr.len(), tail::LIMIT);
}

pub(super) async fn much_standard_error_and_no_output(ground: &Ground) {
    let line = "head -c 20000000 /dev/zero >&2; echo done >&2";
    let running = ground.place.start(sh(line)).await.unwrap().release().await.unwrap();
    // Nobody reads standard output: it is idle, and that must not matter.
    let exit = timeout(SOON, running.exit.wait()).await.expect("a deadlock").unwrap();
    assert!(exit.ok() && exit.stderr.ends_with("done\n"));
}

pub(super) async fn an_unread_output_holds_the_program(ground: &Ground) {
    let (place, path) = (&*ground.place, trace("pressure"));
    let line = format!("head -c 50000000 /dev/zero; touch {path}");
    let mut running = place.start(sh(&line)).await.unwrap().release().await.unwrap();
    sleep(Duration::from_millis(700)).await;
    assert!(!exists(place, &path).await, "50 MB went somewhere nobody reads");
    let total = tokio::io::copy(&mut running.stdout, &mut tokio::io::sink()).await.unwrap();
    assert_eq!(total, 50_000_000);
    assert!(running.exit.wait().await.unwrap().ok());
    run(place, Command::new(["rm", &path])).await.unwrap();
}

pub(super) async fn an_output_nobody_wants(ground: &Ground) {
    let line = "head -c 5000000 /dev/zero; echo end >&2; exit 4";
    let running = ground.place.start(sh(line)).await.unwrap().release().await.unwrap();
    drop(running.stdout);
    let exit = timeout(SOON, running.exit.wait()).await.expect("it hangs").unwrap();
    // A local pipe is closed, and the program told by SIGPIPE; an engine goes on reading.
    assert!(exit.code == 4 && exit.stderr.ends_with("end\n"), "{exit:?}");
}

pub(super) async fn input_that_nobody_reads(ground: &Ground) {
    let line = "echo not a dump >&2; exit 1";
    let mut running = ground.place.start(sh(line)).await.unwrap().release().await.unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let chunk = vec![0; 1 << 20];
    let feed = async {
        for _ in 0..200 {
            if stdin.write_all(&chunk).await.is_err() {
                return;
            }
        }
        panic!("200 MB went into a program that has ended");
    };
    timeout(SOON, feed).await.expect("writing hangs");
    let exit = timeout(SOON, running.exit.wait()).await.expect("it hangs").unwrap();
    assert_eq!((exit.code, exit.stderr.as_str()), (1, "not a dump\n"));
}

pub(super) async fn a_missing_program(ground: &Ground) {
    let command = Command::new(["no-such-program", "--help"]);
    match ground.place.start(command).await.map(|held| held.process().clone()) {
        Err(HostError::NoProgram { program, .. }) => assert_eq!(program, "no-such-program"),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn a_file_that_is_no_program(ground: &Ground) {
    match run(&*ground.place, Command::new(["/etc/passwd"])).await {
        Err(HostError::NoProgram { program, .. }) => assert_eq!(program, "/etc/passwd"),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn environment(ground: &Ground) {
    let odd = "two words \"quotes\" 'more' $HOME `id` \\ é = and\na line";
    let command = Command::new(["printenv", "ODD", "zelo", "PATH"]).env("ODD", odd);
    let (out, _) = run(&*ground.place, command).await.unwrap();
    let path = out.strip_prefix(&format!("{odd}\n")).expect("ODD came changed, or `zelo` leaked in");
    assert!(path.starts_with('/'), "{path}");

    let command = Command::new(["printenv", "SECRET"]).secret_env("SECRET", Secret::new("s3cret=="));
    assert_eq!(run(&*ground.place, command).await.unwrap().0, "s3cret==\n");

    let (out, _) = run(&*ground.place, Command::new(["printenv", "CARGO_MANIFEST_DIR"])).await.unwrap();
    assert_eq!(out, "", "Zelo's own environment leaked");
}

pub(super) async fn large_pieces(ground: &Ground) {
    let place = &*ground.place;
    let wide = |argv: &[&str]| Command::new(argv.iter().copied()).in_large_pieces();
    // As coreutils' `stdbuf` tells its library.
    assert_eq!(run(place, wide(&["printenv", "_STDBUF_O"])).await.unwrap().0, "65536\n");
    let (out, exit) = run(place, wide(&["sh", "-c", "echo \"$1\"; exit 3", "sh", "a  b"])).await.unwrap();
    assert_eq!((out.as_str(), exit.code), ("a  b\n", 3));
    let missing = place.start(wide(&["no-such-program"])).await.map(|held| held.process().clone());
    assert!(matches!(missing, Err(HostError::NoProgram { .. })), "{missing:?}");
    let held = place.start(wide(&["sleep", "300"])).await.unwrap();
    let process = held.process().clone();
    drop(held.release().await.unwrap());
    // The program is the process that was held: it can be ended by that.
    let name = sh(&format!("cat /proc/{}/comm", process.pid));
    let start = Instant::now();
    while run(place, name.clone()).await.unwrap().0 != "sleep\n" {
        assert!(start.elapsed() < SOON, "{process:?} is not the program");
    }
    place.end(&process, Duration::from_secs(5)).await.unwrap();
}

pub(super) async fn secrets_stay_unseen(ground: &Ground) {
    let place = &*ground.place;
    let secret = "hunter2hunter2";
    let command = Command::new(["sleep", "300"]).secret_env("PGPASSWORD", Secret::new(secret));
    assert!(!format!("{command:?}").contains(secret));
    let held = place.start(command).await.unwrap();
    let look = sh(&format!("tr '\\0' ' ' </proc/{}/cmdline", held.process().pid));
    let (before, _) = run(place, look.clone()).await.unwrap();
    assert!(before.contains("sleep 300") && !before.contains(secret), "{before}");
    let running = held.release().await.unwrap();
    let start = Instant::now();
    loop {
        let (after, _) = run(place, look.clone()).await.unwrap();
        assert!(!after.contains(secret));
        if after == "sleep 300 " {
            break;
        }
        assert!(start.elapsed() < SOON, "it did not become the program: {after}");
    }
    if let Some(lab) = &ground.lab {
        let all = cli(&["inspect", &lab.name]);
        assert!(all.contains("PLAIN=from the container") && !all.contains(secret));
    }
    place.end(&running.process, Duration::from_secs(5)).await.unwrap();
}

pub(super) async fn runs_as_another_user(ground: &Ground) {
    let me = run(&*ground.place, Command::new(["id", "-u"])).await.unwrap().0;
    if me != "0\n" {
        return assert!(ground.lab.is_none(), "the lab's containers run as root");
    }
    let (out, exit) = run(&*ground.place, Command::new(["id", "-un"]).user(Some("nobody"))).await.unwrap();
    assert_eq!((out.as_str(), exit.code), ("nobody\n", 0));
    let unknown = Command::new(["id"]).user(Some("no-such-user"));
    assert!(ground.place.start(unknown).await.is_err());
}

pub(super) async fn end_ends(ground: &Ground) {
    let place = &*ground.place;
    let command = Command::new(["sleep", "300"]);
    let command = if ground.lab.is_some() { command.user(Some("nobody")) } else { command };
    let mut running = place.start(command).await.unwrap().release().await.unwrap();
    assert!(place.runs(&running.process).await.unwrap());
    place.end(&running.process, Duration::from_secs(10)).await.unwrap();
    assert!(!place.runs(&running.process).await.unwrap());
    let mut out = Vec::new();
    running.stdout.read_to_end(&mut out).await.unwrap();
    assert_eq!(running.exit.wait().await.unwrap().code, 143);
    // Once more: gone already.
    place.end(&running.process, Duration::from_secs(10)).await.unwrap();
}

pub(super) async fn end_kills_what_ignores_it(ground: &Ground) {
    let place = &*ground.place;
    // An ignored signal stays ignored through exec.
    let stubborn = sh("trap '' TERM; echo ready; exec sleep 300");
    let mut running = place.start(stubborn).await.unwrap().release().await.unwrap();
    let mut ready = [0; 6];
    running.stdout.read_exact(&mut ready).await.unwrap();
    let start = Instant::now();
    place.end(&running.process, Duration::from_millis(800)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(800), "no grace was given");
    assert!(!place.runs(&running.process).await.unwrap());
    assert_eq!(running.exit.wait().await.unwrap().code, 137);
}

pub(super) async fn end_touches_no_other_process(ground: &Ground) {
    let place = &*ground.place;
    let running = place.start(Command::new(["sleep", "300"])).await.unwrap().release().await.unwrap();
    let other = ProcessRef { started: running.process.started + 1, ..running.process.clone() };
    assert!(!place.runs(&other).await.unwrap());
    place.end(&other, Duration::ZERO).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    assert!(place.runs(&running.process).await.unwrap(), "a process with another start time was ended");
    place.end(&running.process, Duration::from_secs(5)).await.unwrap();
}

pub(super) async fn end_after_we_let_go(ground: &Ground) {
    let place = &*ground.place;
    let running = place.start(Command::new(["sleep", "300"])).await.unwrap().release().await.unwrap();
    let process = running.process.clone();
    drop(running);
    sleep(Duration::from_millis(200)).await;
    assert!(place.runs(&process).await.unwrap(), "letting go is not ending");
    place.end(&process, Duration::from_secs(5)).await.unwrap();
    assert!(!place.runs(&process).await.unwrap());
}

pub(super) async fn space_of_a_path(ground: &Ground) {
    let space = ground.place.space("/tmp").await.unwrap();
    assert!(space.free > 0 && space.free <= space.total, "{space:?}");
    assert!(ground.place.space("/no/such/folder").await.is_err());
}
