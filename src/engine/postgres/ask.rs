//! Questions to a server from the rooms above: an instance is looked into and mended
//! by SQL, through the same session that backups use.

use serde::de::DeserializeOwned;

use super::{
    PostgresEngine,
    access::Server,
    error::PgError,
    inspect,
    session::{By, Purpose, Session},
};
use crate::{
    domain::{manifest::Manifest, problem::Problem},
    engine::{Access, Shelf},
    host::Space,
    saga::{Cx, plan::AnyStep, step::Adds},
};

/// One session. Its `search_path` is empty and row security is off: names are written
/// in full.
pub struct Ask(Session);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The server refused it.
    #[error("{message} (SQLSTATE {state})")]
    Sql {
        /// Five characters.
        state: String,
        /// The primary message; passwords in it are taken out.
        message: String,
    },
    /// It was not reached, or the client failed.
    #[error(transparent)]
    Named(#[from] Problem),
}

impl From<PgError> for AskError {
    fn from(error: PgError) -> Self {
        match error {
            PgError::Sql { state, message } => Self::Sql { state, message },
            other => Self::Named(other.into()),
        }
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Sql { state, message } => PgError::Sql { state, message }.into(),
            AskError::Named(problem) => problem,
        }
    }
}

impl PostgresEngine {
    /// Opens a session in `database`: by a step of an operation if `cx` is given, else
    /// to look (half a minute a statement).
    pub async fn ask(&self, access: &Access, database: &str, cx: Option<&Cx>) -> Result<Ask, AskError> {
        let server = inspect::with_tools(self.server(access)?).await?;
        let session = match cx {
            Some(cx) => {
                let server = server.during(cx.operation());
                Session::open(&server, database, Purpose::Work, By::Step(cx)).await?
            }
            None => Session::open(&server, database, Purpose::Look, By::Look).await?,
        };
        Ok(Ask(session))
    }

    /// What must stay free on a disk that a database lies on, in bytes.
    pub fn reserve(&self, space: Space) -> u64 {
        self.tuning.reserve(space)
    }

    /// The steps that put a backup's roles and databases into the cluster behind `access`,
    /// which was made for it from the same image and which nobody uses. Problem:
    /// `instance-restore-plain`.
    pub fn reload(
        &self,
        access: &Access,
        shelf: &Shelf,
        manifest: &Manifest,
    ) -> Result<Vec<AnyStep<Adds>>, Problem> {
        super::restore::reload::steps(&self.server(access)?, shelf, manifest)
    }

    /// Ends sessions that an operation's dead client may have left on the server.
    pub async fn end_asking(&self, access: &Access, database: &str, cx: &Cx) -> Result<(), Problem> {
        let server: Server = inspect::with_tools(self.server(access)?).await?;
        super::dump::end_sessions(&server, database, cx).await;
        Ok(())
    }
}

/// A name as SQL writes it.
pub fn ident(name: &str) -> String {
    super::quote::ident(name)
}

/// `SET name TO value`, for `ALTER ROLE` and `ALTER FUNCTION`, from a stored `name=value`;
/// `None` without a `=`.
pub fn setting(stored: &str) -> Option<String> {
    super::quote::setting(stored)
}

/// One word of a POSIX shell command.
pub fn shell(word: &str) -> String {
    super::quote::shell(word)
}

/// A text as SQL writes it.
pub fn literal(text: &str) -> String {
    super::quote::literal(text)
}

impl Ask {
    /// The rows of a query (without a final semicolon), by their column names.
    pub async fn rows<T: DeserializeOwned>(&mut self, sql: &str) -> Result<Vec<T>, AskError> {
        Ok(self.0.rows(sql).await?)
    }

    /// The only row of a query.
    pub async fn row<T: DeserializeOwned>(&mut self, sql: &str) -> Result<T, AskError> {
        Ok(self.0.row(sql).await?)
    }

    /// The only value of a query, as text.
    pub async fn text(&mut self, sql: &str) -> Result<String, AskError> {
        Ok(self.0.text(sql).await?)
    }

    /// One statement for its effect.
    pub async fn run(&mut self, sql: &str) -> Result<(), AskError> {
        Ok(self.0.run(sql).await?)
    }

    /// Several statements in one transaction: all or none.
    pub async fn transaction(&mut self, statements: &[String]) -> Result<(), AskError> {
        Ok(self.0.transaction(statements).await?)
    }

    /// Ends the session.
    pub async fn close(self) {
        self.0.close().await;
    }
}
