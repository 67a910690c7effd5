//! The side database: made, compared, analyzed, dressed.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{
    super::{
        counts::{self, Expected},
        dress::{self, Dress},
        error::PgError,
        quote::{ident, literal, literals},
        session::{By, Purpose, Session},
        settings::{Source, without_values},
    },
    PartFacts, Work,
    in_place::safety_settings,
    outside::loosen,
    roles::quietly,
    room,
};
use crate::{
    domain::{listed::listed, manifest::Part, msg::Msg, problem::Problem},
    engine::{
        Backups,
        postgres::{
            access::{application, undo_application},
            dump::counted,
        },
    },
    msg, problem,
    saga::{Cx, Limits, Slot, Step, UndoRule, step::Adds},
    secret::Secret,
};

impl Work {
    /// A session of this operation on the cluster.
    pub(super) async fn admin(&self, cx: &Cx) -> Result<Session, PgError> {
        let server = self.server.during(cx.operation());
        Session::open(&server, &self.admin, Purpose::Work, By::Step(cx)).await
    }

    /// A session of this operation in a database.
    pub(super) async fn inside(&self, cx: &Cx, database: &str) -> Result<Session, PgError> {
        let server = self.server.during(cx.operation());
        Session::open(&server, database, Purpose::Work, By::Step(cx)).await
    }

    /// A session for an undo: waits for a server that is starting, ends whatever
    /// the operation's own sessions still do, and returns when none is left.
    pub(super) async fn undoing(&self, cx: &Cx) -> Result<Session, PgError> {
        let server = self.server.undoing(cx.operation());
        let mut session = Session::open_patiently(&server, &self.admin, By::Step(cx)).await?;
        outlive(&mut session, cx, self.server.tuning.patience).await?;
        Ok(session)
    }
}

/// Ends the operation's sessions, those of an earlier undo too, and waits until
/// they are gone. One that is removing a database's files heeds nothing before it
/// has committed: who looks earlier sees what is about to vanish.
async fn outlive(session: &mut Session, cx: &Cx, patience: Duration) -> Result<(), PgError> {
    let until = Instant::now() + patience;
    let names = [application(cx.operation()), undo_application(cx.operation())];
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE application_name IN ({}) AND pid <> pg_backend_pid()",
        literals(&names)
    );
    while session.text(&sql).await? != "0" {
        if Instant::now() >= until {
            return Err(problem!("pg-own-sessions-stay").transient().into());
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Drops a database whoever uses it. `version`: the server's major.
pub(super) async fn drop_database(session: &mut Session, name: &str, version: u32) -> Result<(), PgError> {
    let force = if version >= 13 { " WITH (FORCE)" } else { "" };
    if version < 13 {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}",
            literal(name)
        );
        session.run(&sql).await?;
    }
    session.run(&format!("DROP DATABASE IF EXISTS {}{force}", ident(name))).await
}

/// Makes the side database.
pub(super) struct Create {
    pub(super) work: Work,
    pub(super) part: Part,
}

/// Makes an empty database under `name`; closed to all but superusers until its
/// dress is carried over.
pub(super) async fn create(
    session: &mut Session,
    work: &Work,
    name: &str,
    dress: &Dress,
) -> Result<(), PgError> {
    let space = dress.tablespace.clone().unwrap_or_default();
    let sql = format!("SELECT count(*) FROM pg_tablespace WHERE spcname = {}", literal(&space));
    let has_space = session.text(&sql).await? == "1";
    let mut sql = dress.create(name, has_space, work.major);
    if work.owners {
        sql.push_str(" CONNECTION LIMIT 0");
    }
    match session.run(&sql).await {
        Err(PgError::Sql { state, message }) if state == "42P04" => {
            Err(problem!("pg-name-taken", database = name).detail(message).into())
        }
        Err(PgError::Sql { state, message }) if state == "42809" || message.contains("locale") => {
            let locale = dress.locale.clone().or_else(|| dress.collate.clone()).unwrap_or_default();
            Err(problem!("pg-locale-missing", locale = locale).detail(message).into())
        }
        other => other,
    }
}

/// What the side database of a part is made with.
pub(super) async fn made_as(session: &mut Session, work: &Work, part: &Part) -> Result<Dress, PgError> {
    let dress = PartFacts::of(part).dress(&work.target);
    if !dress.encoding.is_empty() {
        return Ok(dress);
    }
    let live = dress::read(session, &work.target.name).await?;
    let template = dress::read(session, "template0").await?;
    Ok(live.or(template).unwrap_or_default())
}

#[async_trait]
impl Step for Create {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("create:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-create", database = &self.work.target.name, side = &self.work.target.new)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-create", side = &self.work.target.new))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(600))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        self.work.has_room(room::takes(&self.part, &self.work.target)).await?;
        let mut session = self.work.admin(cx).await?;
        let dress = made_as(&mut session, &self.work, &self.part).await?;
        create(&mut session, &self.work, &self.work.target.new, &dress).await?;
        session.close().await;
        Ok(())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.work.undoing(cx).await?;
        if self.work.target.stranger.is_some() {
            loosen(&mut session, &self.work, By::Step(cx)).await?;
        }
        drop_database(&mut session, &self.work.target.new, self.work.major).await?;
        session.close().await;
        Ok(())
    }
}

/// Compares the side database with the manifest.
pub(super) struct Compare {
    pub(super) work: Work,
    pub(super) part: Part,
}

/// Compares a database with a part's counts.
pub(super) async fn compare(cx: &Cx, work: &Work, name: &str, part: &Part) -> Result<(), Problem> {
    let mut session = work.inside(cx, name).await?;
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let inventory = counts::inventory(&mut session).await?;
    let mut found = counts::contents(&mut session, &inventory, || cx.progress().beat()).await?;
    found.extend(counts::sequences(&mut session, &inventory).await?);
    session.close().await;
    let PartFacts { extensions, moved, .. } = PartFacts::of(part);
    for (extension, version) in &extensions {
        match inventory.extensions.get(extension) {
            Some(now) if now != version => {
                let (then, now) = (version.as_str(), now.as_str());
                cx.log(msg!("pg-log-extension-version", extension = extension, then = then, now = now)).await;
            }
            _ => {}
        }
    }
    let expected = Expected { counts: Some(&part.counts), moved, extensions };
    let differences = counts::differences(&expected, &found, &inventory.extensions);
    if differences.is_empty() {
        return Ok(());
    }
    let database = work.target.name.as_str();
    Err(problem!("pg-compare-differs", database = database, count = differences.len())
        .detail(listed(differences.iter().map(ToString::to_string), "\n")))
}

#[async_trait]
impl Step for Compare {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("compare:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-compare", database = &self.work.target.name, count = self.part.counts.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        compare(cx, &self.work, &self.work.target.new, &self.part).await
    }
}

/// Rows written to a database's tables since its statistics began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Activity {
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) deleted: i64,
}

/// Reads it, from inside the database.
pub(super) async fn activity(session: &mut Session) -> Result<Activity, PgError> {
    session
        .row(
            "SELECT coalesce(sum(n_tup_ins), 0)::bigint AS inserted, \
             coalesce(sum(n_tup_upd), 0)::bigint AS updated, \
             coalesce(sum(n_tup_del), 0)::bigint AS deleted FROM pg_stat_user_tables",
        )
        .await
}

/// Collects the planner's statistics, which a dump does not carry.
pub(super) struct Analyze {
    pub(super) work: Work,
}

#[async_trait]
impl Step for Analyze {
    type Effect = Adds;
    type Output = Activity;

    fn name(&self) -> String {
        format!("analyze:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-analyze", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<Activity, Problem> {
        let mut session = self.work.inside(cx, &self.work.target.new).await?;
        session.run("ANALYZE").await?;
        let activity = activity(&mut session).await?;
        session.close().await;
        Ok(activity)
    }
}

/// Puts the live database's dress on the side database.
pub(super) struct Carry {
    pub(super) work: Work,
    pub(super) part: Part,
    /// Where the backup keeps its settings.
    pub(super) settings: Source,
    /// What is known of a database that was dropped in place.
    pub(super) dropped: Option<Dropped>,
}

/// Where a database that was dropped in place left what it wore.
pub(super) struct Dropped {
    pub(super) dress: Slot<Dress>,
    /// The safety backup, which has its settings, is among these.
    pub(super) backups: Arc<dyn Backups>,
}

/// Puts a dress on a database, all or nothing; what names roles that are not here
/// is left out and logged.
pub(super) async fn put_on(
    cx: &Cx,
    session: &mut Session,
    work: &Work,
    name: &str,
    dress: &Dress,
) -> Result<(), PgError> {
    if !work.owners {
        let sql = format!("ALTER DATABASE {} CONNECTION LIMIT {}", ident(name), dress.connection_limit);
        return session.run(&sql).await;
    }
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    let rows: Vec<Row> = session.rows("SELECT rolname AS name FROM pg_roles").await?;
    let known: std::collections::BTreeSet<String> = rows.into_iter().map(|r| r.name).collect();
    let mut unknown: Vec<&str> = dress.roles().filter(|r| !r.is_empty() && !known.contains(*r)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        cx.log(msg!("pg-log-roles-unknown", database = &work.target.name, roles = unknown.join(", "))).await;
    }
    // A value may be a key: not for the server's log, and not for an error's words.
    quietly(session).await?;
    let statements = dress.statements(name, |role| known.contains(role));
    let stored = || dress.settings.iter().flat_map(|s| s.settings.iter().map(Secret::expose));
    session.transaction(&statements).await.map_err(|error| without_values(error, stored()))
}

#[async_trait]
impl Step for Carry {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("carry:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-carry", database = &self.work.target.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-side"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.work.admin(cx).await?;
        let dress = match &self.dropped {
            Some(dropped) => self.dropped(cx, dropped).await?,
            None => match dress::read(&mut session, &self.work.target.name).await? {
                Some(live) => live,
                None => self.backed_up(cx).await?,
            },
        };
        put_on(cx, &mut session, &self.work, &self.work.target.new, &dress).await?;
        session.close().await;
        Ok(())
    }
}

impl Carry {
    /// What the dropped one wore: its settings are as its safety backup has them,
    /// else it would not have been dropped.
    async fn dropped(&self, cx: &Cx, dropped: &Dropped) -> Result<Dress, Problem> {
        let dress = cx.get(&dropped.dress)?;
        dress_again(cx, &*dropped.backups, &self.work.target.name, dress).await
    }

    /// What the backup says. Of one from elsewhere nothing is set: a superuser would
    /// set it.
    async fn backed_up(&self, cx: &Cx) -> Result<Dress, Problem> {
        let dress = PartFacts::of(&self.part).dress(&self.work.target);
        if self.work.target.stranger.is_some() {
            return Ok(dress);
        }
        Ok(Dress { settings: self.settings.read(counted(cx)).await?, ..dress })
    }
}

/// A dress that was written down, with the settings that never are.
pub(super) async fn dress_again(
    cx: &Cx,
    backups: &dyn Backups,
    database: &str,
    dress: Dress,
) -> Result<Dress, Problem> {
    // The first Zelos did write them down.
    if !dress.settings.is_empty() {
        return Ok(dress);
    }
    Ok(Dress { settings: safety_settings(cx, backups, database).await?, ..dress })
}
