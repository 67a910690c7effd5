//! A new password for the database's roles: what makes sure on the way back that the
//! database can be asked, the proof that every role has it, and the end of what was set
//! aside for it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use async_trait::async_trait;
use serde::Deserialize;

use super::{Target, recreate::up, tell::alone};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::postgres::{ident, literal},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Destroys, Limits, Reads, Step, UndoRule},
    },
    secret::Secret,
    supabase::{instance::Part, proof, scene::read_env},
};

/// Undone, it starts the database if a broken recreation left it down: what was told to
/// it before can only be taken back from a database that answers.
pub struct KeepDb {
    /// Of what.
    pub target: Target,
    /// The database's service.
    pub service: String,
}

/// Proves, without asking to log in, that roles have the password `.env` has.
pub struct PasswordFits {
    /// Of what.
    pub target: Target,
    /// The `.env` file, its links followed.
    pub file: PathBuf,
    /// Which roles.
    pub roles: Vec<String>,
}

/// Removes a schema that was set aside.
pub struct ForgetSchema {
    /// Of what.
    pub target: Target,
    /// In which database.
    pub database: String,
    /// Its name while it is aside.
    pub schema: String,
}

#[async_trait]
impl Step for KeepDb {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "keep-db".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-keep-db")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-keep-db"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(600))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let instance = self.target.now().await?;
        if instance.container_of(Part::Db).is_some_and(|db| db.state == "running") {
            return Ok(());
        }
        up(&self.target, std::slice::from_ref(&self.service), false, cx).await
    }
}

#[derive(Deserialize)]
struct Stored {
    name: String,
    #[serde(default)]
    stored: Option<String>,
}

#[async_trait]
impl Step for PasswordFits {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "fits".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-password-fits", count = self.roles.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let env = read_env(self.file.clone()).await?;
        let password = env.value("POSTGRES_PASSWORD").and_then(Result::ok).map(|v| v.secret().clone());
        let password = password.ok_or_else(|| problem!("repair-no-password"))?;
        let names: Vec<String> = self.roles.iter().map(|name| literal(name)).collect();
        let sql = format!(
            "SELECT rolname AS name, rolpassword AS stored FROM pg_catalog.pg_authid WHERE rolname IN ({})",
            names.join(", ")
        );
        let instance = self.target.now().await?;
        let mut ask = self.target.live.ask(&instance, "postgres", Some(cx)).await?;
        let found = ask.rows::<Stored>(&sql).await;
        ask.close().await;
        let stored =
            found?.into_iter().filter_map(|one| Some((one.name, Secret::new(one.stored?)))).collect();
        match misfit(password, self.roles.clone(), stored).await? {
            None => Ok(()),
            Some(role) => Err(problem!("password-not-in-force", role = role)),
        }
    }
}

/// The first role whose verifier is not this password's. Thousands of rounds each: not on
/// the threads that answer people.
async fn misfit(
    password: Secret,
    roles: Vec<String>,
    stored: BTreeMap<String, Secret>,
) -> Result<Option<String>, Problem> {
    let fits = move |role: &String| {
        stored.get(role).is_some_and(|kept| proof::fits(&password, kept.expose()) == Some(true))
    };
    let looked = tokio::task::spawn_blocking(move || roles.into_iter().find(|role| !fits(role)));
    looked.await.map_err(|_| problem!("internal-journal"))
}

#[async_trait]
impl Step for ForgetSchema {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "forget-schema".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-forget-schema", schema = &self.schema)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Final(msg!("instance-undo-forget"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", ident(&self.schema));
        alone(&self.target, &self.database, &drop, cx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_role_with_another_password_or_none_is_named() {
        let new = Secret::new("abc12345");
        let fits = proof::made(&new, b"0123456789abcdef").unwrap();
        let other = proof::made(&Secret::new("abc12346"), b"0123456789abcdef").unwrap();
        let roles = || ["anon", "postgres"].map(str::to_owned).to_vec();
        let with = |postgres: Option<&str>| {
            let mut stored = BTreeMap::from([("anon".to_owned(), Secret::new(fits.as_str()))]);
            stored.extend(postgres.map(|kept| ("postgres".to_owned(), Secret::new(kept))));
            stored
        };
        assert_eq!(misfit(new.clone(), roles(), with(Some(&fits))).await.unwrap(), None);
        for wrong in [with(Some(&other)), with(Some("md5abc")), with(None)] {
            assert_eq!(misfit(new.clone(), roles(), wrong).await.unwrap().as_deref(), Some("postgres"));
        }
    }
}
