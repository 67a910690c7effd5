//! What only an engine and its containers do.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::Notify,
    time::{Instant, sleep, timeout},
};

use super::{
    lab::{Lab, cli, engine},
    run, sh,
};
use crate::{
    host::{Command, ContainerHost, Docker, HostError, Place, ProcessRef, docker::SOCKET},
    secret::Secret,
};

const ZERO: Duration = Duration::ZERO;

/// Reads a while, lets `harm` happen, reads to whatever end comes: the bytes, the
/// reader's verdict and the exit's.
async fn interrupted(
    place: &dyn Place,
    harm: impl Future<Output = ()>,
) -> (ProcessRef, io::Result<u64>, Result<crate::host::Exit, HostError>) {
    let mut running = place.start(Command::new(["yes"])).await.unwrap().release().await.unwrap();
    let mut some = vec![0; 1_000_000];
    running.stdout.read_exact(&mut some).await.unwrap();
    harm.await;
    let rest = async {
        let read = tokio::io::copy(&mut running.stdout, &mut tokio::io::sink()).await;
        (read, running.exit.wait().await)
    };
    let (read, exit) = timeout(Duration::from_secs(60), rest).await.expect("it never ends");
    (running.process, read, exit)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_stopped_in_the_middle_is_no_clean_end() {
    let Some(lab) = Lab::up().await else { return };
    let place = lab.place();
    let (process, _, exit) =
        interrupted(&*place, async { drop(lab.docker.stop(&lab.name, ZERO).await) }).await;
    assert!(matches!(exit, Err(HostError::NotRunning(_))), "{exit:?}");
    // It may still be called running here, and nothing can be started in it.
    assert!(matches!(place.start(Command::new(["true"])).await.map(drop), Err(HostError::NotRunning(_))));
    // Stopped counts as ended; so does running again, as another run.
    assert!(!place.runs(&process).await.unwrap());
    place.end(&process, ZERO).await.unwrap();
    assert!(matches!(place.start(Command::new(["true"])).await.map(drop), Err(HostError::NotRunning(_))));
    sleep(Duration::from_secs(3)).await;
    lab.docker.start(&lab.name).await.unwrap();
    assert!(!place.runs(&process).await.unwrap());
    place.end(&process, ZERO).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_restarted_in_the_middle_is_no_clean_end() {
    let Some(lab) = Lab::up().await else { return };
    let (docker, name) = (lab.docker.clone(), lab.name.clone());
    let harm = async {
        tokio::spawn(async move { docker.restart(&name, ZERO).await });
        sleep(Duration::from_secs(1)).await;
    };
    let (_, _, exit) = interrupted(&*lab.place(), harm).await;
    assert!(matches!(exit, Err(HostError::NotRunning(_))), "{exit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_recreated_has_none_of_our_processes() {
    let Some(lab) = Lab::up().await else { return };
    let place = lab.place();
    let running = place.start(Command::new(["sleep", "300"])).await.unwrap().release().await.unwrap();
    cli(&["rm", "-fv", &lab.name]);
    assert!(!place.runs(&running.process).await.unwrap());
    place.end(&running.process, ZERO).await.unwrap();
    assert!(running.exit.wait().await.is_err());
    match place.start(Command::new(["true"])).await.map(drop) {
        Err(HostError::NoContainer(name)) => assert_eq!(name, lab.name),
        other => panic!("{other:?}"),
    }
    lab.run(&["--entrypoint", "sleep"], &["99"]);
    assert!(!place.runs(&running.process).await.unwrap());
    place.end(&running.process, ZERO).await.unwrap();
    assert!(run(&*place, Command::new(["true"])).await.unwrap().1.ok(), "the same place, by name");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exec_shows_no_secret() {
    let Some(lab) = Lab::up().await else { return };
    let command = Command::new(["sleep", "100"]).secret_env("PGPASSWORD", Secret::new("hunter2hunter2"));
    let held = lab.place().start(command).await.unwrap();
    let path = format!("/v1.41/exec/{}/json", lab.exec_id());
    let mut socket = UnixStream::connect(SOCKET).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("sleep") && !answer.contains("hunter2"), "{answer}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_without_a_shell() {
    let Some(lab) = Lab::up().await else { return };
    cli(&["exec", &lab.name, "rm", "/bin/sh"]);
    match lab.place().start(Command::new(["true"])).await.map(drop) {
        Err(HostError::NoProgram { program, place }) => {
            assert_eq!((program.as_str(), &place), ("sh", &lab.name));
        }
        other => panic!("{other:?}"),
    }
    // `df` needs no shell; without it there is a name for that, too.
    assert!(lab.place().space("/").await.is_ok());
    cli(&["exec", &lab.name, "rm", "/bin/df"]);
    match lab.place().space("/").await {
        Err(HostError::NoProgram { program, .. }) => assert_eq!(program, "df"),
        other => panic!("{other:?}"),
    }
}

/// An engine's socket that can be cut: forwards to the real one, and cuts every
/// connection that has brought so many bytes.
struct Cutter {
    path: PathBuf,
    limit: Arc<AtomicU64>,
    hang_up: Arc<Notify>,
    _folder: tempfile::TempDir,
}

impl Cutter {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let limit = Arc::new(AtomicU64::new(u64::MAX));
        let hang_up = Arc::new(Notify::new());
        let (shared, told) = (limit.clone(), hang_up.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (limit, told) = (shared.clone(), told.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = forward(client, limit) => {}
                        () = told.notified() => {}
                    }
                });
            }
        });
        Self { path, limit, hang_up, _folder: folder }
    }
}

async fn forward(client: UnixStream, limit: Arc<AtomicU64>) {
    let engine = UnixStream::connect(SOCKET).await.unwrap();
    let (mut from_engine, mut to_engine) = engine.into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let mut up = tokio::task::JoinSet::new();
    up.spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_engine).await;
    });
    let (mut total, mut buffer) = (0, vec![0; 10_000]);
    while let Ok(n @ 1..) = from_engine.read(&mut buffer).await {
        let left = limit.load(Ordering::SeqCst).saturating_sub(total);
        let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(n);
        if to_client.write_all(&buffer[..allowed]).await.is_err() || allowed < n {
            break;
        }
        total += n as u64;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_is_no_clean_end() {
    let Some(lab) = Lab::up().await else { return };
    let cutter = Cutter::new();
    let docker = Docker::new("cut", Some(&cutter.path));
    let place = docker.place(&lab.name);
    // Somewhere inside a frame: the rest of it is missing.
    let harm = async { cutter.limit.store(2_000_011, Ordering::SeqCst) };
    let (process, read, exit) = interrupted(&*place, harm).await;
    assert!(read.is_err(), "the reader saw a clean end");
    assert!(matches!(exit, Err(HostError::Broken { .. })), "{exit:?}");
    cutter.limit.store(u64::MAX, Ordering::SeqCst);
    assert!(place.runs(&process).await.unwrap(), "the engine ends nothing for us");
    place.end(&process, Duration::from_secs(5)).await.unwrap();
    assert!(!place.runs(&process).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_between_frames_is_no_clean_end() {
    let Some(lab) = Lab::up().await else { return };
    let cutter = Cutter::new();
    let docker = Docker::new("cut", Some(&cutter.path));
    let place = docker.place(&lab.name);
    // The program says one line and goes on; a proxy in between hangs up politely.
    let command = sh("echo line; exec sleep 300");
    let mut running = place.start(command).await.unwrap().release().await.unwrap();
    let mut line = [0; 5];
    running.stdout.read_exact(&mut line).await.unwrap();
    cutter.hang_up.notify_waiters();
    let mut rest = Vec::new();
    running.stdout.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    let exit = running.exit.wait().await;
    assert!(matches!(exit, Err(HostError::Broken { .. })), "{exit:?}");
    assert!(place.runs(&running.process).await.unwrap());
    place.end(&running.process, Duration::from_secs(5)).await.unwrap();
}

#[tokio::test]
async fn no_engine_has_a_name() {
    let nothing = Docker::new("none", Some("/no/such/docker.sock".as_ref()));
    assert!(matches!(nothing.info().await, Err(HostError::NoEngine { .. })));
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join("docker.sock");
    drop(UnixListener::bind(&dead).unwrap());
    assert!(matches!(Docker::connect(Some(&dead)).await, Err(HostError::NoEngine { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_comes_back_is_used_again() {
    let Some(_) = engine().await else { return };
    let cutter = Cutter::new();
    cutter.limit.store(0, Ordering::SeqCst);
    let docker = Docker::new("cut", Some(&cutter.path));
    assert!(docker.info().await.is_err());
    cutter.limit.store(u64::MAX, Ordering::SeqCst);
    let info = docker.info().await.unwrap();
    assert_eq!(info.version, cli(&["version", "--format", "{{.Server.Version}}"]));
    assert!(info.root.is_absolute() && !info.storage.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_lifecycle() {
    let Some(lab) = Lab::up().await else { return };
    let docker = &lab.docker;
    let all = docker.containers().await.unwrap();
    let found = all.iter().find(|c| c.name == lab.name).expect("it is not listed");
    assert_eq!(found, &docker.container(&lab.name).await.unwrap());
    assert_eq!((found.state.as_str(), found.image.as_str()), ("running", "zelo-lab/postgres:15"));
    assert!(found.labels.contains_key("zelo.lab") && found.id.len() == 64);
    assert!(found.env.contains(&("PLAIN".to_owned(), Secret::new("from the container"))));
    assert!(!format!("{found:?}").contains("from the container"), "an environment can be printed");
    assert_eq!(found.ports.iter().map(|p| (p.container, p.host)).collect::<Vec<_>>(), [(5432, None)]);
    assert!(found.mounts.iter().any(|m| m.kind == "volume" && m.target == "/var/lib/postgresql/data"));
    assert!(found.started_at.is_some() && found.health.is_none());

    // `sleep` as PID 1 knows no SIGTERM.
    assert!(docker.stop(&lab.name, Duration::from_secs(1)).await.unwrap(), "it was killed");
    assert!(!docker.stop(&lab.name, Duration::from_secs(1)).await.unwrap(), "it was stopped already");
    assert_eq!(docker.container(&lab.name).await.unwrap().state, "exited");
    docker.start(&lab.name).await.unwrap();
    docker.start(&lab.name).await.unwrap();
    docker.restart(&lab.name, ZERO).await.unwrap();
    assert_eq!(docker.container(&lab.name).await.unwrap().state, "running");
    assert!(matches!(docker.remove(&lab.name).await, Err(HostError::Refused(_))), "it runs");
    docker.stop(&lab.name, ZERO).await.unwrap();
    docker.remove(&lab.name).await.unwrap();
    for gone in [docker.container(&lab.name).await.map(drop), docker.start(&lab.name).await] {
        assert!(matches!(gone, Err(HostError::NoContainer(name)) if name == lab.name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polite_stop_is_no_kill() {
    let Some(lab) = Lab::up().await else { return };
    cli(&["rm", "-fv", &lab.name]);
    let polite = "trap 'exit 0' TERM; touch /polite; while :; do sleep 0.1; done";
    lab.run(&["--stop-signal", "TERM", "--entrypoint", "sh"], &["-c", polite]);
    let place = lab.place();
    let until = Instant::now() + Duration::from_secs(20);
    while !run(&*place, Command::new(["test", "-e", "/polite"])).await.unwrap().1.ok() {
        assert!(Instant::now() < until, "its shell does not start");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(!lab.docker.stop(&lab.name, Duration::from_secs(20)).await.unwrap());
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o640);
        tar.append_data(&mut header, path, *data).unwrap();
    }
    tar.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_and_out() {
    let Some(lab) = Lab::up().await else { return };
    let big: Vec<u8> = (0..30_000_000_u32).map(|n| (n % 251) as u8).collect();
    let tar = archive(&[("ação/big", &big), ("ação/empty", b"")]);
    lab.docker.upload(&lab.name, "/srv", Box::pin(io::Cursor::new(tar))).await.unwrap();
    // The archive API works while the container is stopped.
    lab.docker.stop(&lab.name, ZERO).await.unwrap();
    let mut out = Vec::new();
    let mut reader = lab.docker.download(&lab.name, "/srv/ação").await.unwrap();
    reader.read_to_end(&mut out).await.unwrap();
    let mut sizes = Vec::new();
    for entry in tar::Archive::new(out.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut data = Vec::new();
        io::Read::read_to_end(&mut entry, &mut data).unwrap();
        assert!(data.is_empty() || data == big);
        sizes.push((entry.path().unwrap().display().to_string(), data.len()));
    }
    sizes.sort();
    assert_eq!(
        sizes,
        [("ação/".to_owned(), 0), ("ação/big".to_owned(), big.len()), ("ação/empty".to_owned(), 0)]
    );

    assert!(matches!(lab.docker.download(&lab.name, "/no/such").await.map(drop), Err(HostError::Refused(_))));
    let missing = Box::pin(io::Cursor::new(archive(&[("x", b"x")])));
    assert!(lab.docker.upload(&lab.name, "/no/such", missing).await.is_err());
    let cut = archive(&[("x", &big)]);
    let source = tokio_util::io::StreamReader::new(futures_util::stream::iter([
        Ok(bytes::Bytes::copy_from_slice(&cut[..1_000_000])),
        Err(io::Error::other("the source broke")),
    ]));
    match lab.docker.upload(&lab.name, "/srv", Box::pin(source)).await {
        Err(HostError::Io(error)) => assert_eq!(error.to_string(), "the source broke"),
        other => panic!("{other:?}"),
    }
    match lab.docker.download("no-such-container", "/").await.map(drop) {
        Err(HostError::NoContainer(name)) => assert_eq!(name, "no-such-container"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_cut_in_the_middle_is_no_clean_end() {
    let Some(lab) = Lab::up().await else { return };
    let cutter = Cutter::new();
    let docker = Docker::new("cut", Some(&cutter.path));
    let big = vec![7; 10_000_000];
    let whole = archive(&[("big", &big)]);
    let hang_up = cutter.hang_up.clone();
    let (before, after) = whole.split_at(3_000_000);
    let pieces = [before, after].map(bytes::Bytes::copy_from_slice);
    let source = futures_util::stream::iter(pieces.into_iter().enumerate()).then(move |(number, piece)| {
        if number == 1 {
            hang_up.notify_waiters();
        }
        std::future::ready(Ok::<_, io::Error>(piece))
    });
    let source = tokio_util::io::StreamReader::new(source);
    let sent = docker.upload(&lab.name, "/srv", Box::pin(source)).await;
    assert!(matches!(sent, Err(HostError::NoEngine { .. } | HostError::Broken { .. })), "{sent:?}");

    docker.upload(&lab.name, "/srv", Box::pin(io::Cursor::new(whole))).await.unwrap();
    cutter.limit.store(3_000_000, Ordering::SeqCst);
    let mut out = Vec::new();
    let mut reader = docker.download(&lab.name, "/srv/big").await.unwrap();
    let read = timeout(Duration::from_secs(60), reader.read_to_end(&mut out)).await.expect("it never ends");
    assert!(read.is_err(), "{} bytes passed for all", out.len());
    assert!(!out.is_empty() && out.len() < big.len());
}

/// The engine does what it was asked, and nobody hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_though_its_answer_was_lost_can_be_asked_for_again() {
    let Some(lab) = Lab::up().await else { return };
    let cutter = Cutter::new();
    let docker = Docker::new("cut", Some(&cutter.path));
    docker.info().await.unwrap();
    let deaf = || cutter.limit.store(0, Ordering::SeqCst);
    let hears = || cutter.limit.store(u64::MAX, Ordering::SeqCst);
    let lost = |answer: Result<(), HostError>| {
        hears();
        assert!(matches!(answer, Err(HostError::NoEngine { .. } | HostError::Broken { .. })), "{answer:?}");
    };
    let state = async || docker.container(&lab.name).await.unwrap().state;
    deaf();
    lost(docker.stop(&lab.name, ZERO).await.map(drop));
    docker.stop(&lab.name, ZERO).await.unwrap();
    assert_eq!(state().await, "exited");
    deaf();
    lost(docker.start(&lab.name).await);
    assert_eq!(state().await, "running");
    docker.start(&lab.name).await.unwrap();
    deaf();
    lost(docker.restart(&lab.name, ZERO).await);
    assert_eq!(state().await, "running");
    deaf();
    lost(docker.container(&lab.name).await.map(drop));
    deaf();
    lost(docker.containers().await.map(drop));
}
