//! Backup: one pg_dump a database in a snapshot that is exported by a session of
//! ours, which counts everything in that same snapshot meanwhile.

mod cluster;
mod essence;
mod plan;
mod settings;

pub(super) use plan::plan;

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout;

use super::{
    access::{Server, application},
    archive, counts,
    counts::{Counts, Inventory},
    dress,
    error::{PgError, connection, redact},
    plain,
    quote::literal,
    session::{By, Purpose, Session},
    shape::{self, SHAPE, Shape},
};
use crate::{
    domain::{
        backup::Compression,
        manifest::{ESSENCE, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{Capture, Captured, Shelf},
    host::Running,
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, plan::AnyStep, step::Adds},
    store::part::{OnBytes, Tap, WritePart, Written},
};

/// How a database is dumped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Custom,
    Plain,
}

impl Format {
    fn parse(word: Option<&str>) -> Result<Self, Problem> {
        match word {
            None | Some("custom") => Ok(Self::Custom),
            Some("plain") => Ok(Self::Plain),
            Some(other) => Err(problem!("pg-format-unknown", format = other)),
        }
    }

    /// The format of a part.
    pub(super) fn of(part: &Part) -> Result<Self, Problem> {
        match part.media_type.as_str() {
            archive::MEDIA_TYPE => Ok(Self::Custom),
            plain::MEDIA_TYPE => Ok(Self::Plain),
            other => Err(problem!("pg-format-unknown", format = other)),
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Custom => archive::MEDIA_TYPE,
            Self::Plain => plain::MEDIA_TYPE,
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Custom => "dump",
            Self::Plain => "sql",
        }
    }

    fn tap(self) -> Box<dyn Tap> {
        match self {
            Self::Custom => Box::<archive::Checker>::default(),
            Self::Plain => Box::<plain::Checker>::default(),
        }
    }
}

/// What a backup was planned as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    bin: String,
    format: Format,
    compression: Compression,
    admin: String,
    /// Whether its sessions may turn event triggers off.
    #[serde(default)]
    unseen: bool,
    roles: bool,
    databases: Vec<Database>,
    /// Whether dumps are to be compared with earlier ones.
    #[serde(default)]
    compare: bool,
}

/// The same plan, of a backup that is to share what did not change with earlier ones: each
/// dump's facts have its essence.
pub(super) fn comparing(facts: serde_json::Value) -> Result<serde_json::Value, Problem> {
    let facts = Facts { compare: true, ..super::facts(&facts)? };
    serde_json::to_value(facts).map_err(|e| problem!("pg-facts").detail(e))
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Database {
    name: String,
    bytes: u64,
    file: String,
}

/// The prefix of a database's part.
pub(super) const PREFIX: &str = "database:";

/// The steps of a backup: the roles, then each database.
pub(super) fn steps(server: &Server, facts: Facts, shelf: &Shelf) -> Vec<Capture> {
    let server = server.clone().with_bin(&facts.bin).unseen(facts.unseen);
    let mut captures = Vec::new();
    if facts.roles {
        let step = cluster::DumpRoles {
            server: server.clone(),
            admin: facts.admin.clone(),
            compression: facts.compression,
            shelf: shelf.clone(),
        };
        let slot = step.slot();
        captures.push(Capture { step: AnyStep::new(step), slot });
    }
    for database in facts.databases {
        let step = Dump {
            server: server.clone(),
            admin: facts.admin.clone(),
            format: facts.format,
            compression: facts.compression,
            shelf: shelf.clone(),
            database,
            compare: facts.compare,
        };
        let slot = step.slot();
        captures.push(Capture { step: AnyStep::new(step), slot });
    }
    captures
}

/// Counts bytes into a step's progress.
pub(super) fn counted(cx: &Cx) -> OnBytes {
    let progress = cx.progress().clone();
    Arc::new(move |bytes| progress.add(bytes))
}

/// Dumps one database.
struct Dump {
    server: Server,
    admin: String,
    format: Format,
    compression: Compression,
    shelf: Shelf,
    database: Database,
    compare: bool,
}

#[async_trait]
impl Step for Dump {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        format!("dump:{}", self.database.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-dump", database = &self.database.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-dump"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let server = self.server.during(cx.operation());
        let by = By::Step(cx);
        cx.progress().expect(self.database.bytes);
        let dress = self.dress(&server, by).await?;
        let mut session = Session::open(&server, &self.database.name, Purpose::Work, by).await?;
        let encoding = session.text("SHOW server_encoding").await?;
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let snapshot = session.text("SELECT pg_export_snapshot()").await?;
        let taken_at = cx.now();
        let inventory = counts::inventory(&mut session).await?;
        let shape = self.shape(&mut session).await?;
        let before = self.hold(cx, &mut session, &inventory).await?;
        let running = by.launch(&server, self.command(&server, &snapshot, &encoding)).await?;
        let (tap, essence) = self.tap();
        let (written, mut found) = self.stream(cx, running, tap, &mut session, &inventory).await?;
        let after = counts::sequences(&mut session, &inventory).await?;
        session.close().await;
        let moved = counts::moved(&before, &after);
        found.extend(before);
        let mut facts = json!({
            "database": self.database.name,
            "dress": dress,
            "extensions": inventory.extensions,
            "moved": moved,
        });
        facts[SHAPE] = json!(shape);
        if let Some(essence) = essence.and_then(|told| told.try_recv().ok()) {
            facts[ESSENCE] = essence.into();
        }
        let settings = self.settings(cx, &dress.settings).await?;
        let part = self.part(written, found, facts);
        let snapshots = BTreeMap::from([(part.name.clone(), snapshot)]);
        Ok(Captured { parts: [part].into_iter().chain(settings).collect(), taken_at, until: None, snapshots })
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        end_sessions(&self.server, &self.admin, cx).await;
        Ok(())
    }
}

impl Dump {
    /// The check of the format, and where the dump's essence comes from once it passed.
    fn tap(&self) -> (Box<dyn Tap>, Option<Receiver<String>>) {
        match self.format {
            Format::Custom if self.compare => {
                let (tap, told) = essence::Essence::around(self.format.tap());
                (tap, Some(told))
            }
            format => (format.tap(), None),
        }
    }

    /// What the database is besides its rows, of a backup that can only be put back
    /// whole: nothing then stands beside it to compare with.
    async fn shape(&self, session: &mut Session) -> Result<Shape, PgError> {
        if self.compare { shape::read(session).await } else { Ok(Shape::new()) }
    }

    fn part(&self, written: Written, counts: Counts, facts: serde_json::Value) -> Part {
        Part {
            name: format!("{PREFIX}{}", self.database.name),
            files: vec![written.file],
            media_type: self.format.media_type().to_owned(),
            raw: written.raw,
            counts,
            facts,
        }
    }

    /// Read where a restore reads the live one's: roles have names in the encoding
    /// of the database they were made from.
    async fn dress(&self, server: &Server, by: By<'_>) -> Result<dress::Dress, PgError> {
        let mut session = Session::open(server, &self.admin, Purpose::Work, by).await?;
        let dress = dress::read(&mut session, &self.database.name).await?.unwrap_or_default();
        session.close().await;
        Ok(dress)
    }

    /// Before pg_dump starts: what the session counts must not be kept from it by
    /// someone who waits for pg_dump.
    async fn hold(&self, cx: &Cx, session: &mut Session, inventory: &Inventory) -> Result<Counts, Problem> {
        let wait = self.server.tuning.lock_wait;
        let held = counts::hold(session, inventory, wait, || cx.progress().beat()).await;
        held.map_err(|error| match error {
            error if error.is("55P03") => {
                let database = self.database.name.as_str();
                problem!("pg-dump-locked", database = database).transient().detail(error)
            }
            error => error.into(),
        })
    }

    /// In the database's own encoding: not everything in it may have a place in
    /// another one.
    fn command(&self, server: &Server, snapshot: &str, encoding: &str) -> crate::host::Command {
        let command = server
            .tool("pg_dump")
            .arg(format!("--encoding={encoding}"))
            .arg(format!("--snapshot={snapshot}"))
            .arg(format!("--lock-wait-timeout={}", server.tuning.lock_wait.as_millis()))
            .arg("--no-password")
            .arg(Server::dbname(&self.database.name))
            // By itself 4 KiB at a time.
            .in_large_pieces();
        match self.format {
            Format::Custom => command.arg("-Fc").arg("-Z0"),
            Format::Plain => command.arg("-Fp"),
        }
    }

    /// Writes what pg_dump says while the session counts; then asks how it ended.
    async fn stream(
        &self,
        cx: &Cx,
        running: Running,
        tap: Box<dyn Tap>,
        session: &mut Session,
        inventory: &Inventory,
    ) -> Result<(Written, Counts), Problem> {
        let Running { stdin, stdout, exit, .. } = running;
        drop(stdin);
        let path = format!("{}/{}.{}", self.shelf.folder, self.database.file, self.format.suffix());
        let writing = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &path,
            compression: self.compression,
            expect: self.database.bytes,
            tap: Some(tap),
            on_bytes: counted(cx),
        }
        .from(stdout);
        let beat = || cx.progress().beat();
        let counting = async { Ok(counts::contents(session, inventory, beat).await) };
        let both = futures_util::future::try_join(writing, counting).await;
        let (written, counts) = match both {
            Ok((written, counts)) => (written, counts),
            // A dump that broke off is cut short: its exit says why. A store that
            // is full says so itself, and pg_dump may not end before it is told.
            Err(problem) if cut_short(&problem) => {
                let exit = timeout(Duration::from_secs(10), exit.wait()).await;
                return Err(match exit {
                    Ok(Ok(exit)) if !exit.ok() => self.failed(exit.code, &exit.stderr),
                    Ok(Err(error)) => error.into(),
                    _ => problem,
                });
            }
            Err(problem) => return Err(problem),
        };
        let exit = exit.wait().await.map_err(Problem::from)?;
        if !exit.ok() {
            return Err(self.failed(exit.code, &exit.stderr));
        }
        let words = redact(exit.stderr.trim());
        if !words.is_empty() {
            cx.log(msg!("pg-log-dump-said", database = &self.database.name, words = words)).await;
        }
        Ok((written, counts?))
    }

    fn failed(&self, code: i64, stderr: &str) -> Problem {
        let name = self.database.name.as_str();
        if let Some(problem) = connection(stderr, &self.server.whom(name)) {
            return problem;
        }
        let problem = if stderr.contains("canceling statement due to lock timeout") {
            problem!("pg-dump-locked", database = name).transient()
        } else if stderr.contains("out of shared memory") {
            problem!("pg-locks-short")
        } else if stderr.contains("permission denied") {
            problem!("pg-dump-permission", database = name)
        } else if code == 126 || code == 127 {
            let place = self.server.whom(name).host;
            problem!("tool-missing", program = "pg_dump", place = place)
        } else {
            problem!("pg-dump-failed", database = name, code = code)
        };
        problem.detail(redact(stderr))
    }
}

fn cut_short(problem: &Problem) -> bool {
    problem.code.starts_with("pg-archive-")
        || problem.code.starts_with("pg-plain-")
        || problem.is("part-source")
}

/// Ends what sessions of this operation a dead client left on the server. A
/// server that cannot be reached has none, or ends them itself.
pub(super) async fn end_sessions(server: &Server, admin: &str, cx: &Cx) {
    let undoing = server.undoing(cx.operation());
    match Session::open(&undoing, admin, Purpose::Look, By::Step(cx)).await {
        Ok(mut session) => {
            if let Err(error) = terminate(&mut session, &application(cx.operation())).await {
                tracing::warn!(operation = %cx.operation(), %error, "sessions could not be ended");
            }
            session.close().await;
        }
        Err(error) => tracing::warn!(operation = %cx.operation(), %error, "the server cannot be reached"),
    }
}

/// Ends all sessions of an application name but this one.
pub(super) async fn terminate(session: &mut Session, application: &str) -> Result<(), PgError> {
    session
        .run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = {} AND pid <> pg_backend_pid()",
            literal(application)
        ))
        .await
}
