//! What every [`Place`] must keep, run against this machine and against a
//! container. A test whose part is missing says so and passes on a laptop; with
//! `ZELO_LAB=1` it fails.
#![allow(clippy::panic, clippy::print_stderr)]

mod checks;
mod docker;
mod lab;
mod shells;
mod speed;

use std::sync::Arc;

use tokio::io::AsyncReadExt;

use super::{Command, Exit, HostError, Local, Place};
use lab::Lab;

/// What a check runs on.
struct Ground {
    place: Arc<dyn Place>,
    /// The container behind it, if it is one.
    lab: Option<Lab>,
}

impl Ground {
    async fn local() -> Option<Self> {
        Some(Self { place: Arc::new(Local::new()), lab: None })
    }

    async fn container() -> Option<Self> {
        let lab = Lab::up().await?;
        Some(Self { place: lab.place(), lab: Some(lab) })
    }
}

macro_rules! contract {
    ($($check:ident),+ $(,)?) => {
        mod on_this_machine {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $check() {
                let Some(ground) = super::Ground::local().await else { return };
                super::checks::$check(&ground).await;
            })+
        }
        mod in_a_container {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $check() {
                let Some(ground) = super::Ground::container().await else { return };
                super::checks::$check(&ground).await;
            })+
        }
    };
}

contract! {
    held_until_released,
    a_dropped_one_never_ran,
    exit_codes,
    signals_as_exit_codes,
    bytes_through_both_pipes,
    two_at_once,
    the_end_of_standard_error,
    much_standard_error_and_no_output,
    an_unread_output_holds_the_program,
    an_output_nobody_wants,
    input_that_nobody_reads,
    a_missing_program,
    a_file_that_is_no_program,
    environment,
    large_pieces,
    secrets_stay_unseen,
    runs_as_another_user,
    end_ends,
    end_kills_what_ignores_it,
    end_touches_no_other_process,
    end_after_we_let_go,
    space_of_a_path,
}

/// Runs a command to its end.
async fn run(place: &dyn Place, command: Command) -> Result<(String, Exit), HostError> {
    let mut running = place.start(command).await?.release().await?;
    drop(running.stdin.take());
    let mut out = Vec::new();
    running.stdout.read_to_end(&mut out).await.map_err(HostError::Io)?;
    Ok((String::from_utf8_lossy(&out).into_owned(), running.exit.wait().await?))
}

/// A shell line as a command.
fn sh(line: &str) -> Command {
    Command::new(["sh", "-c", line])
}
