//! How fast bytes pass through a container, beside the docker command line in
//! the same run. Not a check but a measurement:
//! `cargo test --release --lib host::contract::speed -- --ignored --nocapture`.

use std::{process::Stdio, time::Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::lab::Lab;
use crate::host::{Command, Place};

const BYTES: u64 = 1 << 30;
const BUFFER: usize = 256 * 1024;
const RUNS: usize = 5;

async fn out(place: &dyn Place) {
    let command = Command::new(["head", "-c", &BYTES.to_string(), "/dev/zero"]);
    let mut running = place.start(command).await.unwrap().release().await.unwrap();
    let (mut total, mut buffer) = (0, vec![0; BUFFER]);
    loop {
        match running.stdout.read(&mut buffer).await.unwrap() {
            0 => break,
            n => total += n as u64,
        }
    }
    assert!(total == BYTES && running.exit.wait().await.unwrap().ok());
}

async fn into(place: &dyn Place) {
    let mut running = place.start(Command::new(["wc", "-c"])).await.unwrap().release().await.unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let buffer = vec![0; BUFFER];
    for _ in 0..BYTES / BUFFER as u64 {
        stdin.write_all(&buffer).await.unwrap();
    }
    stdin.shutdown().await.unwrap();
    let mut counted = String::new();
    running.stdout.read_to_string(&mut counted).await.unwrap();
    assert_eq!(counted.trim(), BYTES.to_string());
    assert!(running.exit.wait().await.unwrap().ok());
}

/// The same by `docker exec` with a shell's redirections.
async fn cli(line: String) {
    let mut shell = tokio::process::Command::new("sh");
    let status = shell.args(["-c", &line]).stdout(Stdio::null()).status().await.unwrap();
    assert!(status.success(), "{line}");
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Clock ticks this process and its ended children have used (fields 14 to 17).
fn ticks() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    fields.skip(11).take(4).map(|t| t.parse::<f64>().unwrap()).sum()
}

/// MB a second, and seconds of our side's processor (100 ticks each).
async fn rate(work: impl Future<Output = ()>) -> (f64, f64) {
    let (start, before) = (Instant::now(), ticks());
    work.await;
    (BYTES as f64 / 1e6 / start.elapsed().as_secs_f64(), (ticks() - before) / 100.0)
}

fn median(mut rates: Vec<(f64, f64)>) -> String {
    rates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (rate, cpu) = rates[rates.len() / 2];
    format!("{rate:.0} MB/s ({cpu:.2} s CPU)")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn one_gibibyte_each_way() {
    let Some(lab) = Lab::up().await else { return };
    let place = lab.place();
    let before = peak();
    let (mut rates, name) = ([const { Vec::new() }; 4], &lab.name);
    for _ in 0..RUNS {
        rates[0].push(rate(out(&*place)).await);
        rates[1].push(rate(cli(format!("docker exec {name} head -c {BYTES} /dev/zero >/dev/null"))).await);
        rates[2].push(rate(into(&*place)).await);
        rates[3].push(rate(cli(format!("head -c {BYTES} /dev/zero | docker exec -i {name} wc -c"))).await);
    }
    let [out, out_cli, into, into_cli] = rates.map(median);
    eprintln!("out {out}, docker exec {out_cli}; in {into}, docker exec -i {into_cli}");
    eprintln!("peak memory {} KiB, {} KiB before", peak(), before);
    let start = Instant::now();
    for _ in 0..20 {
        super::run(&*place, Command::new(["true"])).await.unwrap();
    }
    eprintln!("one command: {:.1} ms", start.elapsed().as_secs_f64() * 50.0);
}
