//! The program: the command line decides what it does.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    zelo::cli::main(std::env::args_os()).await.into()
}
