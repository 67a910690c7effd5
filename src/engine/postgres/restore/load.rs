//! Loading a dump into the side database, which is dropped whole if the load does
//! not come to its end. It need not be one transaction then, and often cannot be:
//! each object takes locks until its transaction ends, and a server has only so
//! many. The client is never given the last piece before every digest has been
//! found right.

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    super::{
        access::Server,
        archive,
        dump::{Format, counted},
        error::{PgError, connection, redact},
        session::By,
        validate::unread,
    },
    Work,
    room::takes,
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
/// Bytes in which an archive's header ends: names and versions.
const HEAD: u64 = 4096;
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
        let Self { work, part, shelf } = self;
        tokio::select! {
            loaded = load(cx, work, &work.target.new, part, shelf, Extent::All) => loaded,
            // The client is ended before this step's undo, by what the journal knows.
            problem = work.until_short(takes(part, &work.target)) => Err(problem),
        }
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
    let server = work.server.during(cx.operation()).with_options(&options(work));
    let (entries, source) = entries(source).await?;
    let room = room(cx, work).await?;
    let command = match Format::of(part)? {
        Format::Custom => pg_restore(work, &server, entries, room, extent),
        Format::Plain => psql(&server),
    };
    let command = command.arg("--no-password").arg(Server::dbname(database));
    let running = By::Step(cx).launch(&server, command).await?;
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

/// What the loading session wants. Its commits need not wait for the disk: the
/// swap's own does, and comes after them in the log.
pub(super) fn options(work: &Work) -> String {
    format!(
        "-c default_transaction_read_only=off -c maintenance_work_mem={}MB -c lock_timeout=0 \
         -c synchronous_commit=off",
        work.server.tuning.load_memory
    )
}

/// `entries` of the archive; `room`: how many fit into one transaction.
fn pg_restore(work: &Work, server: &Server, entries: Option<u64>, room: u64, extent: Extent) -> Command {
    let command = server.tool("pg_restore").arg("--exit-on-error");
    let command = if work.tool >= 17 {
        command.arg(format!("--transaction-size={room}"))
    } else if entries.is_some_and(|entries| entries <= room) {
        command.arg("--single-transaction")
    } else {
        command
    };
    let command = match extent {
        Extent::All => command,
        // A database with subscriptions could not be dropped again.
        Extent::Structure => command.arg("--schema-only").arg("--no-subscriptions"),
    };
    if work.owners { command } else { command.arg("--no-owner").arg("--no-acl") }
}

fn psql(server: &Server) -> Command {
    server.tool("psql").arg("-XAtq").arg("--set=ON_ERROR_STOP=1").arg("--output=/dev/null")
}

/// How many objects may be made in one transaction: a table takes up to five
/// locks with what belongs to it, and others work on the server too.
pub(super) async fn room(cx: &Cx, work: &Work) -> Result<u64, PgError> {
    let mut session = work.admin(cx).await?;
    let locks = session
        .text(
            "SELECT current_setting('max_locks_per_transaction')::bigint * \
             (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)",
        )
        .await?;
    session.close().await;
    let locks: u64 = locks.parse().map_err(|_| PgError::Answer(locks))?;
    Ok((locks / 8).clamp(10, 1000))
}

/// How many entries an archive has, and all of it again from its beginning.
pub(super) async fn entries(mut source: Reader) -> Result<(Option<u64>, Reader), Problem> {
    let mut head = Vec::new();
    (&mut source).take(HEAD).read_to_end(&mut head).await.map_err(|e| unread(&e))?;
    let entries = archive::entries(&head);
    Ok((entries, Box::pin(std::io::Cursor::new(head).chain(source))))
}

/// Gives the program the whole part, then asks how it ended. What the program
/// needs to finish, its last piece, is held back until the part's digests have
/// been found right; if they are not, it is ended before its input is.
pub(super) async fn feed(
    work: &Work,
    running: Running,
    source: Reader,
    extent: Extent,
) -> Result<Exit, Problem> {
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

pub(super) fn failed(work: &Work, exit: &Exit) -> Problem {
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
    let problem = if says("out of shared memory") {
        problem!("pg-locks-short")
    } else if says("No space left on device") || says("could not extend file") {
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
