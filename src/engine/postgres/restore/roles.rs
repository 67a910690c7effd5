//! Roles in a restore: missing ones are made, existing ones change only if asked.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{
    access::Server,
    dump::{counted, terminate},
    error::PgError,
    quote::{ident, literal, literals},
    roles::{self, Role, Roles},
    session::{By, Purpose, Session},
    settings::without_values,
    validate::read_roles,
};
use crate::{
    domain::{
        id::OperationId,
        manifest::Part,
        msg::Msg,
        names::{is_side, side_old},
        problem::Problem,
    },
    engine::{Aside, Shelf, postgres::access::application},
    msg, problem,
    saga::{
        Cx, Slot, Step, UndoRule,
        step::{Adds, Destroys},
    },
    store::part::open_part,
};

/// The cluster whose roles these are.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) server: Server,
    pub(super) admin: String,
    pub(super) major: u32,
}

impl Cluster {
    pub(super) fn new(server: &Server, bin: &str, admin: &str, major: u32) -> Self {
        Self { server: server.clone().with_bin(bin), admin: admin.to_owned(), major }
    }

    pub(super) async fn session(&self, cx: &Cx) -> Result<Session, PgError> {
        let server = self.server.during(cx.operation());
        let mut session = Session::open(&server, &self.admin, Purpose::Work, By::Step(cx)).await?;
        quietly(&mut session).await?;
        Ok(session)
    }

    async fn undoing(&self, cx: &Cx) -> Result<Session, PgError> {
        let server = self.server.undoing(cx.operation());
        let mut session = Session::open_patiently(&server, &self.admin, By::Step(cx)).await?;
        terminate(&mut session, &application(cx.operation())).await?;
        quietly(&mut session).await?;
        Ok(session)
    }
}

/// Keeps password hashes and the values of settings out of the server's log. A superuser's right.
pub(super) async fn quietly(session: &mut Session) -> Result<(), PgError> {
    session
        .run(
            "SELECT count(set_config(name, value, false)) FROM (VALUES ('log_statement', 'none'), \
             ('log_min_duration_statement', '-1'), ('log_min_error_statement', 'panic'), \
             ('pg_stat_statements.track_utility', 'off')) AS w(name, value) \
             WHERE current_setting(w.name, true) IS NOT NULL \
             AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
        )
        .await
}

/// Where the roles of a backup are read from.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) shelf: Shelf,
    pub(super) part: Part,
}

impl Source {
    pub(super) async fn read(&self, cx: &Cx) -> Result<Roles, Problem> {
        let Shelf { store, resource, .. } = &self.shelf;
        read_roles(open_part(store.clone(), resource, &self.part, counted(cx)).await?).await
    }
}

/// Makes the roles that are missing.
pub(super) struct Create {
    pub(super) cluster: Cluster,
    pub(super) source: Source,
}

/// Written down before the transaction that makes them is committed: these roles
/// are ours if that transaction made them.
#[derive(Debug, Serialize, Deserialize)]
struct Created {
    names: Vec<String>,
    transaction: i64,
}

#[async_trait]
impl Step for Create {
    type Effect = Adds;
    type Output = Vec<String>;

    fn name(&self) -> String {
        roles::PART.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-roles"))
    }

    async fn run(&self, cx: &Cx) -> Result<Vec<String>, Problem> {
        let wanted = self.source.read(cx).await?;
        let mut session = self.cluster.session(cx).await?;
        let here = roles::read(&mut session).await?.names();
        let missing: Vec<&Role> = wanted.roles.iter().filter(|r| !here.contains(&r.name)).collect();
        let names: Vec<String> = missing.iter().map(|r| r.name.clone()).collect();
        if !missing.is_empty() {
            let mut sql = Vec::new();
            for role in &missing {
                sql.push(role.create());
                sql.push(role.alter(wanted.passwords));
                sql.extend(role.dress());
            }
            let known =
                |name: &String| here.contains(name) || names.contains(name) || name.starts_with("pg_");
            let concerns = |m: &&roles::Membership| names.contains(&m.role) || names.contains(&m.member);
            let members =
                wanted.members.iter().filter(concerns).filter(|m| known(&m.role) && known(&m.member));
            sql.extend(members.map(|m| m.grant(self.cluster.major)));
            make(cx, &mut session, &names, &sql).await.map_err(|e| hidden(e, missing.iter().copied()))?;
        }
        session.close().await;
        Ok(names)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let notes: Vec<Created> = cx.notes();
        let mut session = self.cluster.undoing(cx).await?;
        for Created { names, transaction } in notes {
            // A role that was changed since is no longer only ours.
            let sql = format!(
                "SELECT rolname AS name FROM pg_authid WHERE rolname IN ({}) \
                 AND xmin::text::bigint = {transaction} % 4294967296",
                literals(&names)
            );
            #[derive(Deserialize)]
            struct Row {
                name: String,
            }
            for Row { name } in session.rows(&sql).await? {
                match session.run(&format!("DROP ROLE {}", ident(&name))).await {
                    Err(error) if error.is("2BP01") => {
                        cx.log(msg!("pg-log-role-used", role = name)).await;
                    }
                    other => other?,
                }
            }
        }
        session.close().await;
        Ok(())
    }
}

/// One transaction, written down before it is committed.
async fn make(cx: &Cx, session: &mut Session, names: &[String], sql: &[String]) -> Result<(), PgError> {
    session.run("BEGIN").await?;
    for statement in sql {
        session.run(statement).await?;
    }
    let transaction = session.text("SELECT txid_current()").await?;
    let transaction = transaction.parse().map_err(|_| problem!("pg-answer").detail(&transaction))?;
    cx.note(&Created { names: names.to_vec(), transaction }).await?;
    session.run("COMMIT").await?;
    Ok(())
}

/// An error without what is set for these roles.
pub(super) fn hidden<'a>(error: PgError, roles: impl IntoIterator<Item = &'a Role>) -> PgError {
    without_values(error, roles.into_iter().flat_map(|r| r.settings.iter().map(String::as_str)))
}

/// Changes roles that exist to what the backup says. The former password and settings
/// stay with a role of ours that cannot log in, since a journal keeps no secrets.
pub(super) struct Change {
    pub(super) cluster: Cluster,
    pub(super) source: Source,
}

/// One role that was changed, without its password and its settings: its holder has
/// them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Changed {
    pub(super) holder: String,
    pub(super) old: Role,
}

#[async_trait]
impl Step for Change {
    type Effect = Destroys;
    type Output = Vec<Changed>;

    fn name(&self) -> String {
        "replace-roles".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-replace-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-replace-roles"))
    }

    async fn run(&self, cx: &Cx) -> Result<Vec<Changed>, Problem> {
        let mut wanted = self.source.read(cx).await?;
        let mut session = self.cluster.session(cx).await?;
        let here = roles::read(&mut session).await?;
        // Never the account Zelo itself uses: it would lock itself out.
        wanted.roles.retain(|r| r.name != self.cluster.server.user());
        if !wanted.passwords {
            keep_passwords(&mut wanted.roles, &here);
        }
        let changed = change(cx, &mut session, &here, &wanted.roles).await?;
        session.close().await;
        Ok(changed)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.cluster.undoing(cx).await?;
        for changed in cx.notes::<Vec<Changed>>().into_iter().flatten() {
            put_back(&mut session, &changed).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// Gives back what that step changed, as far as it finished. The runner goes no
/// further back than a swap that happened, so the swap's undo does this too.
pub(super) async fn give_back(
    cx: &Cx,
    session: &mut Session,
    changed: Option<&Slot<Vec<Changed>>>,
) -> Result<(), Problem> {
    let Some(slot) = changed else { return Ok(()) };
    quietly(session).await?;
    for changed in cx.find(slot)?.unwrap_or_default() {
        put_back(session, &changed).await?;
    }
    Ok(())
}

/// Changed roles as something set aside: their holders keep what they were.
pub(super) fn role_asides(cx: &Cx, changed: Option<&Slot<Vec<Changed>>>) -> Result<Vec<Aside>, Problem> {
    let changed = match changed {
        Some(slot) => cx.find(slot)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let aside =
        |c: Changed| Aside { item: format!("role:{}", c.old.name), locator: json!({ "role": c }), bytes: 0 };
    Ok(changed.into_iter().map(aside).collect())
}

/// In the undo of a restore: gives roles back what they were before it, holding
/// what they are now.
pub(super) struct Exchange {
    pub(super) cluster: Cluster,
    pub(super) changed: Vec<Changed>,
}

#[async_trait]
impl Step for Exchange {
    type Effect = Destroys;
    type Output = Vec<Changed>;

    fn name(&self) -> String {
        "replace-roles".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-replace-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-replace-roles"))
    }

    async fn run(&self, cx: &Cx) -> Result<Vec<Changed>, Problem> {
        let mut session = self.cluster.session(cx).await?;
        let here = roles::read(&mut session).await?;
        let mut wanted = Vec::new();
        for changed in &self.changed {
            let Changed { holder, old } = changed;
            let Some(held) = Held::read(&mut session, holder).await? else {
                return Err(problem!("pg-aside-gone", database = &old.name, aside = holder));
            };
            wanted.push(held.of(changed));
        }
        let changed = change(cx, &mut session, &here, &wanted).await?;
        session.close().await;
        Ok(changed)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.cluster.undoing(cx).await?;
        for changed in cx.notes::<Vec<Changed>>().into_iter().flatten() {
            put_back(&mut session, &changed).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// After the undo of a restore: the roles that held what is now in force again.
pub(super) struct Release {
    pub(super) cluster: Cluster,
    pub(super) holders: Vec<String>,
}

#[async_trait]
impl Step for Release {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "release-roles".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-release-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-swap"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let mut session = self.cluster.session(cx).await?;
        let drop = |holder: &String| format!("DROP ROLE IF EXISTS {}", ident(holder));
        let drops: Vec<String> = self.holders.iter().filter(|h| is_side(h)).map(drop).collect();
        session.transaction(&drops).await?;
        session.close().await;
        Ok(())
    }
}

/// For a backup that could not read passwords: that it has none says nothing.
fn keep_passwords(wanted: &mut [Role], here: &Roles) {
    let present = here.by_name();
    for role in wanted {
        role.password = present.get(role.name.as_str()).and_then(|now| now.password.clone());
    }
}

/// Changes those of `here` that differ from `wanted`, in one transaction written
/// down before it is committed.
async fn change(
    cx: &Cx,
    session: &mut Session,
    here: &Roles,
    wanted: &[Role],
) -> Result<Vec<Changed>, Problem> {
    let by_name = here.by_name();
    let mut sql = Vec::new();
    let mut changed = Vec::new();
    for role in wanted {
        let Some(now) = by_name.get(role.name.as_str()).filter(|now| **now != role) else { continue };
        let holder = holder(&role.name, cx.operation());
        sql.push(format!("CREATE ROLE {} NOLOGIN", ident(&holder)));
        if let Some(hash) = &now.password {
            sql.push(format!("ALTER ROLE {} PASSWORD {}", ident(&holder), literal(hash).trim_start()));
        }
        sql.extend(now.set_for(&holder));
        sql.extend(turn(now, role));
        changed.push(Changed { holder, old: now.without_secrets() });
    }
    if !changed.is_empty() {
        cx.note(&changed).await?;
        let all = || here.roles.iter().chain(wanted);
        session.transaction(&sql).await.map_err(|error| hidden(error, all()))?;
    }
    Ok(changed)
}

/// The name of the role that keeps another's former password and settings.
fn holder(role: &str, op: &OperationId) -> String {
    side_old(role, op)
}

/// The statements that turn a role into another of its name.
fn turn(now: &Role, wanted: &Role) -> Vec<String> {
    let mut wanted = wanted.clone();
    if now.valid_until.is_some() && wanted.valid_until.is_none() {
        wanted.valid_until = Some("infinity".to_owned());
    }
    let mut sql = vec![wanted.alter(true)];
    sql.extend(wanted.dress());
    sql
}

/// What a holder keeps.
#[derive(Deserialize)]
struct Held {
    password: Option<String>,
    /// `name=value`.
    settings: Vec<String>,
}

impl Held {
    /// Reads it; `None` if there is no such role.
    async fn read(session: &mut Session, holder: &str) -> Result<Option<Self>, PgError> {
        let sql = format!(
            "SELECT a.rolpassword AS password, coalesce((SELECT to_json(s.setconfig) FROM pg_db_role_setting s \
             WHERE s.setrole = a.oid AND s.setdatabase = 0), '[]') AS settings \
             FROM pg_authid a WHERE a.rolname = {}",
            literal(holder)
        );
        Ok(session.rows(&sql).await?.pop())
    }

    /// The role as it was. The first Zelos wrote its settings down, and their holders
    /// have none.
    fn of(self, changed: &Changed) -> Role {
        let old = changed.old.clone();
        let settings = if old.settings.is_empty() { self.settings } else { old.settings };
        Role { password: self.password, settings, ..old }
    }
}

/// Gives a role back what it was, with the password and settings its holder kept;
/// nothing if there is no holder: then it was never changed, or is put back already.
pub(super) async fn put_back(session: &mut Session, changed: &Changed) -> Result<(), PgError> {
    #[derive(Deserialize)]
    struct Row {
        valid_until: Option<String>,
    }
    let sql = format!(
        "SELECT rolvaliduntil::text AS valid_until FROM pg_authid WHERE rolname = {}",
        literal(&changed.old.name)
    );
    let Some(row) = session.rows::<Row>(&sql).await?.pop() else { return Ok(()) };
    let Some(held) = Held::read(session, &changed.holder).await? else { return Ok(()) };
    let now = Role { valid_until: row.valid_until, ..Role::default() };
    let old = held.of(changed);
    let mut statements = turn(&now, &old);
    statements.push(format!("DROP ROLE {}", ident(&changed.holder)));
    session.transaction(&statements).await.map_err(|error| hidden(error, [&old]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_an_earlier_zelo_wrote_down_with_its_settings_gets_those() {
        let role = Role { name: "app".to_owned(), settings: vec!["a.b=1".to_owned()], ..Role::default() };
        let changed = |old: Role| Changed { holder: "app__zelo_old_aaaaaaaa".to_owned(), old };
        let held = || Held { password: Some("hash".to_owned()), settings: vec!["a.b=2".to_owned()] };
        let written = serde_json::to_string(&changed(role.without_secrets())).unwrap();
        assert!(!written.contains("a.b"), "{written}");
        let now = held().of(&serde_json::from_str(&written).unwrap());
        assert_eq!((now.password.as_deref(), &*now.settings), (Some("hash"), &["a.b=2".to_owned()][..]));
        assert_eq!(held().of(&changed(role)).settings, ["a.b=1"]);
    }
}
