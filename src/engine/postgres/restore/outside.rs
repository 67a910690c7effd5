//! The steps of a restore of what came from elsewhere. All of it is loaded by a role
//! made for it, which owns the side database and has no right anywhere else: what
//! reaches further fails. psql is restricted besides, so that no line of the file is
//! a command to it. Nobody else gets into the side database meanwhile.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use super::{
    super::{
        access::Server,
        counts::{self, Counts},
        dump::Format,
        error::{PgError, redact},
        outside::sift,
        quote::{ident, literal},
        session::{By, Purpose, Session},
    },
    Work,
    load::{Extent, entries, failed, feed, options, room},
    roles::quietly,
    room::takes,
    stranger::Stranger,
};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::Shelf,
    host::{Command, Exit},
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, step::Adds},
    secret::Secret,
    store::part::open_part,
};

/// One database that is loaded by a stranger.
#[derive(Clone)]
pub(super) struct Guest {
    pub(super) work: Work,
    pub(super) stranger: Stranger,
}

impl Guest {
    async fn exists(&self, session: &mut Session) -> Result<bool, PgError> {
        let sql = format!("SELECT count(*) FROM pg_roles WHERE rolname = {}", literal(&self.stranger.role));
        Ok(session.text(&sql).await? != "0")
    }

    fn side(&self) -> String {
        ident(&self.work.target.new)
    }

    fn role(&self) -> String {
        ident(&self.stranger.role)
    }
}

/// Makes the role. It cannot log in yet.
pub(super) struct Admit(pub(super) Guest);

#[async_trait]
impl Step for Admit {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("admit:{}", self.0.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-admit", role = &self.0.stranger.role, side = &self.0.work.target.new)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-admit"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.0.work.admin(cx).await?;
        if !self.0.exists(&mut session).await? {
            session.run(&format!("CREATE ROLE {} NOLOGIN", self.0.role())).await?;
        }
        session.close().await;
        Ok(())
    }

    /// Called after the side database is gone: nothing is its any more.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.0.work.undoing(cx).await?;
        session.run(&format!("DROP ROLE IF EXISTS {}", self.0.role())).await?;
        session.close().await;
        Ok(())
    }
}

/// Gives the empty side database to the role, and to nobody else.
pub(super) struct Prepare(pub(super) Guest);

#[async_trait]
impl Step for Prepare {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("prepare:{}", self.0.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-prepare", side = &self.0.work.target.new)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Guest { work, stranger } = &self.0;
        let mut inside = work.inside(cx, &work.target.new).await?;
        // Where most dumps have them, unless they insist on a schema of their own.
        let mut sql = vec!["SET LOCAL search_path = public".to_owned()];
        let make = |e: &String| format!("CREATE EXTENSION IF NOT EXISTS {} CASCADE", ident(e));
        sql.extend(stranger.extensions.iter().map(make));
        if work.major < 15 {
            // Later ones give it to whoever owns the database.
            sql.push(format!("ALTER SCHEMA public OWNER TO {}", self.0.role()));
        }
        inside.transaction(&sql).await?;
        inside.close().await;
        let mut session = work.admin(cx).await?;
        let (side, role) = (self.0.side(), self.0.role());
        session
            .transaction(&[
                format!("REVOKE ALL ON DATABASE {side} FROM PUBLIC"),
                format!("ALTER DATABASE {side} OWNER TO {role}"),
                format!("ALTER DATABASE {side} CONNECTION LIMIT -1"),
            ])
            .await?;
        session.close().await;
        Ok(())
    }
}

/// Loads it.
pub(super) struct Load {
    pub(super) guest: Guest,
    pub(super) part: Part,
    pub(super) shelf: Shelf,
}

#[async_trait]
impl Step for Load {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("load:{}", self.guest.work.target.name)
    }

    fn title(&self) -> Msg {
        let Guest { work, stranger } = &self.guest;
        let (database, bytes) = (work.target.name.as_str(), self.part.raw.bytes);
        msg!("pg-step-load-outside", database = database, bytes = bytes, role = &stranger.role)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    fn limits(&self) -> Limits {
        // Building an index of a large table shows no progress.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let work = &self.guest.work;
        let loaded = tokio::select! {
            loaded = self.load(cx) => loaded,
            problem = work.until_short(takes(&self.part, &work.target)) => Err(problem),
        };
        let shut = self.shut(cx).await;
        loaded.and(shut)
    }
}

impl Load {
    async fn load(&self, cx: &Cx) -> Result<(), Problem> {
        let Guest { work, .. } = &self.guest;
        cx.progress().expect(self.part.raw.bytes);
        let server = self.open(cx).await?.with_options(&options(work));
        let counted = super::super::dump::counted(cx);
        let source = open_part(self.shelf.store.clone(), &self.shelf.resource, &self.part, counted).await?;
        let (entries, source) = entries(source).await?;
        let room = room(cx, work).await?;
        let (command, sieve) = match Format::of(&self.part)? {
            Format::Custom => (pg_restore(work, &server, entries, room), sift::custom()),
            Format::Plain => (psql(&server), sift::plain(&word(work))),
        };
        let command = command.arg("--no-password").arg(Server::dbname(&work.target.new));
        let running = By::Step(cx).launch(&server, command).await?;
        let exit = feed(work, running, sift::through(source, sieve), Extent::All).await?;
        if !exit.ok() {
            return Err(self.failed(&exit));
        }
        let words = redact(exit.stderr.trim());
        if !words.is_empty() {
            cx.log(msg!("pg-log-load-said", database = &work.target.name, words = words)).await;
        }
        Ok(())
    }

    /// Lets the role in, and finds a way on which the server takes it.
    async fn open(&self, cx: &Cx) -> Result<Server, Problem> {
        let Guest { work, stranger } = &self.guest;
        let password = word(work);
        let mut session = work.admin(cx).await?;
        quietly(&mut session).await?;
        let role = self.guest.role();
        session
            .run(&format!("ALTER ROLE {role} LOGIN CONNECTION LIMIT 2 PASSWORD {}", literal(&password)))
            .await?;
        session.close().await;
        let direct = work.server.as_role(&stranger.role, Secret::new(password)).during(cx.operation());
        let mut refused = None;
        for server in [Some(direct.clone()), direct.at_loopback()].into_iter().flatten() {
            match Session::open(&server, &work.target.new, Purpose::Look, By::Step(cx)).await {
                Ok(session) => {
                    session.close().await;
                    return Ok(server);
                }
                Err(PgError::Named(problem)) if is_refusal(&problem) => refused = Some(problem),
                Err(error) => return Err(error.into()),
            }
        }
        let why = refused.and_then(|problem| problem.detail).unwrap_or_default();
        Err(problem!("pg-outside-login", role = &stranger.role).detail(why))
    }

    /// Nobody comes in as the role any more, and what it set for the database goes:
    /// whoever looks into it next must find things where they belong.
    async fn shut(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.guest.work.admin(cx).await?;
        loosen(&mut session, &self.guest.work, By::Step(cx)).await?;
        let (side, role) = (self.guest.side(), self.guest.role());
        session
            .transaction(&[
                format!("ALTER ROLE {role} NOLOGIN PASSWORD NULL CONNECTION LIMIT -1"),
                format!("ALTER ROLE {role} RESET ALL"),
                format!("ALTER ROLE {role} IN DATABASE {side} RESET ALL"),
                format!("ALTER DATABASE {side} CONNECTION LIMIT 0"),
                format!("ALTER DATABASE {side} RESET ALL"),
            ])
            .await?;
        session
            .run(&format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = {}",
                literal(&self.guest.stranger.role)
            ))
            .await?;
        session.close().await;
        Ok(())
    }

    fn failed(&self, exit: &Exit) -> Problem {
        let words = exit.stderr.as_str();
        let reaches = [
            "permission denied",
            "must be superuser",
            "must be owner",
            "must be able to SET ROLE",
            "must be member of role",
            "backslash commands are restricted",
            "must have privileges",
        ];
        if reaches.iter().any(|says| words.contains(says)) {
            let database = self.guest.work.target.name.as_str();
            return problem!("pg-outside-stopped", database = database).detail(redact(words));
        }
        failed(&self.guest.work, exit)
    }
}

/// Undoes what an owner can do to a database so that it cannot be dropped.
pub(super) async fn loosen(session: &mut Session, work: &Work, by: By<'_>) -> Result<(), PgError> {
    #[derive(Deserialize)]
    struct Prepared {
        gid: String,
    }
    let (name, side) = (work.target.new.as_str(), ident(&work.target.new));
    let there = format!("SELECT count(*) FROM pg_database WHERE datname = {}", literal(name));
    if session.text(&there).await? == "0" {
        return Ok(());
    }
    session.run(&format!("ALTER DATABASE {side} IS_TEMPLATE false")).await?;
    let prepared = format!("SELECT gid FROM pg_prepared_xacts WHERE database = {}", literal(name));
    let prepared: Vec<Prepared> = session.rows(&prepared).await?;
    if prepared.is_empty() {
        return Ok(());
    }
    // They can be given up from within only.
    session.run(&format!("ALTER DATABASE {side} RESET ALL")).await?;
    let mut inside = Session::open(&work.server, name, Purpose::Work, by).await?;
    for Prepared { gid } in prepared {
        inside.run(&format!("ROLLBACK PREPARED {}", literal(&gid))).await?;
    }
    inside.close().await;
    Ok(())
}

/// A word nobody can guess.
fn word(work: &Work) -> String {
    format!("{}{}", work.server.ids.next(), work.server.ids.next())
}

/// Whether a server does not take this role on this way.
fn is_refusal(problem: &Problem) -> bool {
    ["pg-hba", "pg-password", "pg-login-forbidden", "pg-password-missing"].iter().any(|code| problem.is(code))
}

fn pg_restore(work: &Work, server: &Server, entries: Option<u64>, room: u64) -> Command {
    let command = server.tool("pg_restore").arg("--exit-on-error").arg("--no-owner").arg("--no-acl");
    let command = command.arg("--no-tablespaces");
    if work.tool >= 17 {
        command.arg(format!("--transaction-size={room}"))
    } else if entries.is_some_and(|entries| entries <= room) {
        command.arg("--single-transaction")
    } else {
        command
    }
}

fn psql(server: &Server) -> Command {
    server.tool("psql").arg("-XAtq").arg("--set=ON_ERROR_STOP=1").arg("--output=/dev/null")
}

/// Counts what was loaded, where there is nothing to compare it with.
pub(super) struct Count(pub(super) Work);

#[async_trait]
impl Step for Count {
    type Effect = Adds;
    type Output = Counts;

    fn name(&self) -> String {
        format!("count:{}", self.0.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-count", database = &self.0.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<Counts, Problem> {
        let mut session = self.0.inside(cx, &self.0.target.new).await?;
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let inventory = counts::inventory(&mut session).await?;
        let found = counts::contents(&mut session, &inventory, || cx.progress().beat()).await?;
        session.close().await;
        let rows = found.iter().filter(|(key, _)| key.starts_with("table:"));
        let (tables, rows) = rows.fold((0, 0), |(tables, sum), (_, rows)| (tables + 1, sum + rows));
        cx.log(msg!("pg-log-counted", database = &self.0.target.name, tables = tables, rows = rows)).await;
        Ok(found)
    }
}

/// Gives what was loaded to whoever is to own it.
pub(super) struct Own(pub(super) Guest);

#[async_trait]
impl Step for Own {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("own:{}", self.0.work.target.name)
    }

    fn title(&self) -> Msg {
        let Guest { work, stranger } = &self.0;
        let owner = stranger.heir.as_ref().unwrap_or(&stranger.role);
        msg!("pg-step-own", database = &work.target.name, owner = owner)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    fn limits(&self) -> Limits {
        // A hundred thousand objects change hands one by one.
        Limits::short().deadline(Duration::from_secs(1800))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Guest { work, stranger } = &self.0;
        let mut session = work.admin(cx).await?;
        let grant = format!("GRANT CONNECT, TEMPORARY ON DATABASE {} TO PUBLIC", self.0.side());
        session.run(&grant).await?;
        if let (Some(heir), true) = (&stranger.heir, self.0.exists(&mut session).await?) {
            self.not_above(&mut session, heir).await?;
            let mut inside = work.inside(cx, &work.target.new).await?;
            let (role, heir) = (self.0.role(), ident(heir));
            inside
                .transaction(&[
                    format!("REASSIGN OWNED BY {role} TO {heir}"),
                    format!("DROP OWNED BY {role}"),
                ])
                .await?;
            inside.close().await;
            session.run(&format!("DROP ROLE {role}")).await?;
        }
        session.close().await;
        Ok(())
    }
}

impl Own {
    /// Whoever was planned to own it may have become a superuser since.
    async fn not_above(&self, session: &mut Session, heir: &str) -> Result<(), Problem> {
        #[derive(Deserialize)]
        struct Row {
            above: bool,
        }
        let sql = format!("SELECT rolsuper AS above FROM pg_roles WHERE rolname = {}", literal(heir));
        match session.rows::<Row>(&sql).await?.pop() {
            Some(Row { above: false }) => Ok(()),
            _ => Err(problem!("pg-outside-heir", owner = heir)),
        }
    }
}
