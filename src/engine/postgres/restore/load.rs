//! Loading a dump into the side database: all in one transaction, and never
//! committed before every digest has been found right.

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    super::{
        access::Server,
        dump::{Format, counted},
        error::{connection, redact},
        session::By,
        validate::unread,
    },
    Work,
};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::Shelf,
    host::{Command, Exit, Reader, Running, Writer},
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, step::Adds},
    store::part::open_part,
};

/// Bytes handed on at a time.
const CHUNK: usize = 256 * 1024;
/// What a client is given to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// Loads one database.
pub(super) struct Load {
    pub(super) work: Work,
    pub(super) part: Part,
    pub(super) shelf: Shelf,
}

#[async_trait]
impl Step for Load {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("load:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-load", database = &self.work.target.name, bytes = self.part.raw.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    fn limits(&self) -> Limits {
        // Building an index of a large table shows no progress.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        load(cx, &self.work, &self.work.target.new, &self.part, &self.shelf, Extent::All).await
    }
}

/// How much of a part is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    /// What it is made of, without a row: of a custom dump only.
    Structure,
}

/// Loads a part into a database.
pub(super) async fn load(
    cx: &Cx,
    work: &Work,
    database: &str,
    part: &Part,
    shelf: &Shelf,
    extent: Extent,
) -> Result<(), Problem> {
    if extent == Extent::All {
        cx.progress().expect(part.raw.bytes);
    }
    let source = open_part(shelf.store.clone(), &shelf.resource, part, counted(cx)).await?;
    let server = work.server.during(cx.operation());
    let format = Format::of(part)?;
    let running = By::Step(cx).launch(&server, command(work, &server, database, format, extent)).await?;
    let exit = feed(work, running, source, extent).await?;
    if exit.ok() {
        let words = redact(exit.stderr.trim());
        if !words.is_empty() {
            cx.log(msg!("pg-log-load-said", database = &work.target.name, words = words)).await;
        }
        return Ok(());
    }
    Err(failed(work, &exit))
}

fn command(work: &Work, server: &Server, database: &str, format: Format, extent: Extent) -> Command {
    let options = format!(
        "-c default_transaction_read_only=off -c maintenance_work_mem={}MB -c lock_timeout=0",
        work.server.tuning.load_memory
    );
    let command = match format {
        Format::Custom => {
            let command = server.tool("pg_restore").arg("--single-transaction").arg("--exit-on-error");
            let command = match extent {
                Extent::All => command,
                // A database with subscriptions could not be dropped again.
                Extent::Structure => command.arg("--schema-only").arg("--no-subscriptions"),
            };
            if work.owners { command } else { command.arg("--no-owner").arg("--no-acl") }
        }
        Format::Plain => server
            .tool("psql")
            .arg("-XAtq")
            .arg("--set=ON_ERROR_STOP=1")
            .arg("--single-transaction")
            .arg("--output=/dev/null"),
    };
    command.arg("--no-password").arg(Server::dbname(database)).env("PGOPTIONS", options)
}

/// Gives the program the whole part, then asks how it ended. What the program
/// needs to finish, its last piece, is held back until the part's digests have
/// been found right; if they are not, it is ended before its input is.
async fn feed(work: &Work, running: Running, source: Reader, extent: Extent) -> Result<Exit, Problem> {
    let Running { process, stdin, mut stdout, exit } = running;
    let Some(stdin) = stdin else { return Err(problem!("pg-answer").detail("a program without input")) };
    let drain = async {
        let mut sink = vec![0; 16 * 1024];
        while matches!(stdout.read(&mut sink).await, Ok(1..)) {}
    };
    let (given, ()) = tokio::join!(
        give(stdin, source, || async {
            // Its input is still open: it cannot have seen an end.
            work.server.place.end(&process, GRACE).await.map_err(Problem::from)
        }),
        drain
    );
    let whole = given?;
    let exit = exit.wait().await.map_err(Problem::from)?;
    if exit.ok() && !whole && extent == Extent::All {
        // Content with less than the part: what came after was never looked at.
        return Err(problem!("pg-load-partial", database = &work.target.name));
    }
    Ok(exit)
}

/// Writes all of `source`; `false` if the program stopped reading before its end.
async fn give<F, Fut>(mut stdin: Writer, mut source: Reader, end: F) -> Result<bool, Problem>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<(), Problem>>,
{
    let mut held = Vec::with_capacity(CHUNK);
    let mut next = vec![0; CHUNK];
    loop {
        let read = match source.read(&mut next).await {
            Ok(read) => read,
            Err(error) => {
                let problem = unread(&error);
                end().await?;
                return Err(problem);
            }
        };
        // A program that stopped reading says why when it ends.
        if stdin.write_all(&held).await.is_err() {
            return Ok(false);
        }
        held.clear();
        if read == 0 {
            let _ = stdin.shutdown().await;
            return Ok(true);
        }
        held.extend_from_slice(&next[..read]);
    }
}

fn failed(work: &Work, exit: &Exit) -> Problem {
    let database = work.target.name.as_str();
    let words = exit.stderr.as_str();
    let says = |text: &str| words.contains(text);
    // First: its "No such file or directory" is not a socket's.
    if says("is not available") && says("extension") {
        return problem!("pg-extension-unavailable", database = database).detail(redact(words));
    }
    if let Some(problem) = connection(words, &work.server.whom(&work.target.new)) {
        return problem;
    }
    let problem = if says("No space left on device") || says("could not extend file") {
        problem!("pg-disk-full")
    } else if says("role \"") && says("does not exist") {
        problem!("pg-load-role", database = database)
    } else if says("permission denied") || says("must be owner") || says("must be superuser") {
        problem!("pg-load-permission", database = database, user = work.server.user())
    } else if says("unsupported version") {
        problem!("pg-load-version", database = database)
    } else {
        problem!("pg-load-failed", database = database, code = exit.code)
    };
    problem.detail(redact(words))
}
