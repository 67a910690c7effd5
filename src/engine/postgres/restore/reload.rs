//! Putting a backup's roles and databases into a cluster that was made for it from the
//! same image and that nobody uses: what its first start made is replaced object by
//! object. Databases of a Supabase stack can be restored in no other way: their names,
//! roles and extensions are bound to them. `pg_restore --clean --if-exists` over such a
//! cluster leaves exactly one error, tried with PostgreSQL 15 and 17.

use async_trait::async_trait;
use std::time::Duration;

use super::{
    super::{
        access::Server,
        dump::{Format, PREFIX, counted},
        error::redact,
        inspect, roles as role_file,
        session::By,
        settings::Source,
        shape,
    },
    PartFacts, Work,
    load::{Extent, feed, options},
    names::{Target, existing},
    roles, side,
};
use crate::{
    domain::{
        listed::listed,
        manifest::{Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{Shelf, postgres::dress::Dress},
    host::Exit,
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, plan::AnyStep, step::Adds},
    store::part::open_part,
};

/// The database from which the cluster is worked on.
const ADMIN: &str = "postgres";
/// What every error of the client begins with.
const ERROR: &str = "pg_restore: error:";
/// Its owner is no superuser, and only a superuser may own one: it stays the owner's who
/// made it.
const KNOWN: &str = "permission denied to change owner of event trigger";
/// What the client says last if it passed over errors.
const IGNORED: &str = "errors ignored on restore: ";

/// The steps, roles first. Problem: `instance-restore-plain` (a dump as SQL text cannot
/// replace what is there).
pub(in super::super) fn steps(
    server: &Server,
    shelf: &Shelf,
    manifest: &Manifest,
) -> Result<Vec<AnyStep<Adds>>, Problem> {
    let major = inspect::major(&manifest.engine.server);
    let mut steps = Vec::new();
    if let Some(part) = manifest.part(role_file::PART) {
        let source = roles::Source { shelf: shelf.clone(), part: part.clone() };
        let cluster = roles::Cluster::new(server, &server.bin, ADMIN, major);
        steps.push(AnyStep::new(Roles { cluster, source }));
    }
    for part in &manifest.parts {
        let Some(name) = part.name.strip_prefix(PREFIX) else { continue };
        if Format::of(part)? != Format::Custom {
            return Err(problem!("instance-restore-plain", database = name));
        }
        let work = work(server, name, &part.name, major);
        let (part, shelf) = (part.clone(), shelf.clone());
        let settings = Source::of(&shelf, manifest, &part);
        steps.push(AnyStep::new(Reload { work: work.clone(), part: part.clone(), shelf }));
        steps.push(AnyStep::new(side::Compare { work: work.clone(), part: part.clone() }));
        steps.push(AnyStep::new(side::Analyze { work: work.clone() }));
        steps.push(AnyStep::new(Wear { work: work.clone(), part: part.clone(), settings }));
        steps.push(AnyStep::new(Alike { work, part }));
    }
    Ok(steps)
}

/// A database of the cluster, which has its name from the beginning.
fn work(server: &Server, name: &str, part: &str, major: u32) -> Work {
    let target = Target {
        part: part.to_owned(),
        name: name.to_owned(),
        new: name.to_owned(),
        old: None,
        since: String::new(),
        bytes: 0,
        stranger: None,
    };
    let (server, admin) = (server.clone(), ADMIN.to_owned());
    Work { server, admin, major, tool: major, data: None, owners: true, target }
}

/// Makes the roles what the backup says, passwords included.
struct Roles {
    cluster: roles::Cluster,
    source: roles::Source,
}

#[async_trait]
impl Step for Roles {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        role_file::PART.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-reload-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-cluster"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let wanted = self.source.read(cx).await?;
        let mut session = self.cluster.session(cx).await?;
        let here = role_file::read(&mut session).await?.names();
        let mut sql = Vec::new();
        for role in &wanted.roles {
            if !here.contains(&role.name) {
                sql.push(role.create());
            }
            sql.push(role.alter(wanted.passwords));
            sql.extend(role.dress());
        }
        let mut known = here;
        known.extend(wanted.roles.iter().map(|role| role.name.clone()));
        let is_known = |name: &String| known.contains(name) || name.starts_with("pg_");
        let members = wanted.members.iter().filter(|m| is_known(&m.role) && is_known(&m.member));
        sql.extend(members.map(|m| m.grant(self.cluster.major)));
        session.transaction(&sql).await.map_err(|error| roles::hidden(error, &wanted.roles))?;
        session.close().await;
        Ok(())
    }
}

/// Loads one database over what the first start made of it.
struct Reload {
    work: Work,
    part: Part,
    shelf: Shelf,
}

#[async_trait]
impl Step for Reload {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("load:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-load", database = &self.work.target.name, bytes = self.part.raw.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-cluster"))
    }

    fn limits(&self) -> Limits {
        // Building an index of a large table shows no progress.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Self { work, part, shelf } = self;
        let name = work.target.name.as_str();
        let mut session = work.admin(cx).await?;
        if !existing(&mut session).await?.contains(name) {
            let dress = side::made_as(&mut session, work, part).await?;
            side::create(&mut session, work, name, &dress).await?;
        }
        session.close().await;
        let mut session = work.inside(cx, name).await?;
        let sql = shape::no_defaults(&mut session).await?;
        session.transaction(&sql).await?;
        session.close().await;
        cx.progress().expect(part.raw.bytes);
        let source = open_part(shelf.store.clone(), &shelf.resource, part, counted(cx)).await?;
        let server = work.server.during(cx.operation()).with_options(&options(work));
        let command = server.tool("pg_restore").arg("--clean").arg("--if-exists").arg("--no-password");
        let command = command.arg(Server::dbname(name));
        let running = By::Step(cx).launch(&server, command).await?;
        judge(name, &feed(work, running, source, Extent::All).await?)
    }
}

/// Whether the client did all but the one thing it may leave.
fn judge(database: &str, exit: &Exit) -> Result<(), Problem> {
    let words = exit.stderr.as_str();
    let errors = || words.lines().filter(|line| line.starts_with(ERROR));
    let ignored =
        words.lines().rev().find_map(|line| line.split_once(IGNORED)?.1.trim().parse::<usize>().ok());
    let known = errors().filter(|line| line.contains(KNOWN)).count();
    if exit.ok() || (known > 0 && ignored == Some(known) && errors().count() == known) {
        return Ok(());
    }
    Err(problem!("pg-load-failed", database = database, code = exit.code).detail(redact(words)))
}

/// Puts on the database what a dump of it does not carry: owner, grants, settings.
struct Wear {
    work: Work,
    part: Part,
    settings: Source,
}

#[async_trait]
impl Step for Wear {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("carry:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-carry", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-cluster"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(120))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let dress = PartFacts::of(&self.part).dress(&self.work.target);
        let dress = Dress { settings: self.settings.read(counted(cx)).await?, ..dress };
        let mut session = self.work.admin(cx).await?;
        side::put_on(cx, &mut session, &self.work, &self.work.target.name, &dress).await?;
        session.close().await;
        Ok(())
    }
}

/// Compares what the database is besides its rows: owners, policies, triggers, functions.
/// Grants that differ are told and are no failure: the same rights can be written down in
/// more than one way, and a false alarm would leave somebody without a restore.
struct Alike {
    work: Work,
    part: Part,
}

#[async_trait]
impl Step for Alike {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("alike:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-alike", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let database = self.work.target.name.as_str();
        let wanted = PartFacts::of(&self.part).shape;
        if wanted.is_empty() {
            cx.log(msg!("pg-log-no-shape", database = database)).await;
            return Ok(());
        }
        let mut session = self.work.inside(cx, database).await?;
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let found = shape::read(&mut session).await?;
        session.close().await;
        let (grants, others) = shape::differences(&wanted, &found);
        if !grants.is_empty() {
            cx.log(msg!("pg-log-grants-differ", database = database, names = listed(&grants, ", "))).await;
        }
        if others.is_empty() {
            return Ok(());
        }
        Err(problem!("pg-shape-differs", database = database, count = others.len())
            .detail(listed(&others, "\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(code: i64, stderr: &str) -> Exit {
        Exit { code, stderr: stderr.to_owned() }
    }

    #[test]
    fn one_error_is_passed_over_and_no_other() {
        let one = "pg_restore: error: could not execute query: ERROR:  permission denied to change owner of \
                   event trigger \"issue_pg_net_access\"\nHINT:  x\n";
        let said = |n: u32| format!("pg_restore: warning: errors ignored on restore: {n}\n");
        assert!(judge("postgres", &exit(0, "")).is_ok());
        assert!(judge("postgres", &exit(1, &format!("{one}{}", said(1)))).is_ok());
        assert!(judge("postgres", &exit(1, &format!("{one}{}", said(2)))).is_err());
        assert!(judge("postgres", &exit(1, one)).is_err());
        let other = "pg_restore: error: could not execute query: ERROR:  role \"x\" does not exist\n";
        assert!(judge("postgres", &exit(1, &format!("{one}{other}{}", said(2)))).is_err());
        assert!(judge("postgres", &exit(137, "")).is_err());
    }
}
