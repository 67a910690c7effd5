//! The program: the command line decides what it does.

use std::process::ExitCode;

/// How many heaps glibc keeps for a program's threads.
const HEAPS: &str = "MALLOC_ARENA_MAX";

fn main() -> ExitCode {
    begin_anew();
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    zelo::cli::main(std::env::args_os()).await.into()
}

/// Begins once more with two heaps, unless somebody has chosen. glibc's default is
/// eight for each core; each keeps what a stream's blocks once took, and many threads
/// carry blocks: twelve megabytes more for good. Only the environment can say so.
#[cfg(target_env = "gnu")]
fn begin_anew() {
    use std::os::unix::process::CommandExt;
    let chosen = [HEAPS, "GLIBC_TUNABLES"].iter().any(|name| std::env::var_os(name).is_some());
    let mut given = std::env::args_os();
    let (Ok(program), Some(name), false) = (std::env::current_exe(), given.next(), chosen) else { return };
    // It only comes back if it failed: then with as many heaps as there are.
    let _ = std::process::Command::new(program).arg0(name).args(given).env(HEAPS, "2").exec();
}

#[cfg(not(target_env = "gnu"))]
fn begin_anew() {}
