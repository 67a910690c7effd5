//! Statements in an instance's database that belong to a change, with what puts them
//! back.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::Target;
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::postgres::AskError,
    msg, problem,
    saga::{
        Cx,
        step::{Destroys, Limits, Step, UndoRule},
    },
};

/// How often an undo asks a database that is just coming up, and how long it pauses.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(2);

/// Runs statements in one transaction.
pub struct Tell {
    /// Of what.
    pub target: Target,
    /// Unique in its plan.
    pub name: String,
    /// What they do, in one line.
    pub title: Msg,
    /// In which database.
    pub database: String,
    /// What to run.
    pub apply: Vec<String>,
    /// What puts it back: idempotent, and right too if nothing was run.
    pub back: Vec<String>,
    /// A query of one value, and what it must say afterwards.
    pub expect: Option<(String, String)>,
}

#[async_trait]
impl Step for Tell {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        self.name.clone()
    }

    fn title(&self) -> Msg {
        self.title.clone()
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-tell"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(120))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        tell(&self.target, &self.database, &self.apply, cx).await?;
        let Some((query, wanted)) = &self.expect else { return Ok(()) };
        let instance = self.target.now().await?;
        let mut ask = self.target.live.ask(&instance, &self.database, Some(cx)).await?;
        let found = ask.text(query).await;
        ask.close().await;
        if found? == *wanted {
            Ok(())
        } else {
            Err(problem!("setting-not-in-force", database = &self.database))
        }
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        patiently(&self.target, &self.database, &self.back, cx).await
    }
}

/// Runs statements in one transaction, by a step.
pub(super) async fn tell(
    target: &Target,
    database: &str,
    statements: &[String],
    cx: &Cx,
) -> Result<(), AskError> {
    if statements.is_empty() {
        return Ok(());
    }
    let instance = target.now().await?;
    let mut ask = target.live.ask(&instance, database, Some(cx)).await?;
    let done = ask.transaction(statements).await;
    ask.close().await;
    done
}

/// Ends what a killed run left on the server: its statement could still take effect
/// after what puts it back.
async fn end_former(target: &Target, database: &str, cx: &Cx) {
    let ended = async {
        let instance = target.now().await?;
        let db = target.live.db_access(&instance.host, &instance.db()?.name);
        target.live.postgres().end_asking(&db, database, cx).await
    };
    if let Err(problem) = ended.await {
        tracing::warn!(operation = %cx.operation(), %problem, "former sessions could not be ended");
    }
}

/// Runs one statement that no transaction may hold, by a step.
pub(super) async fn alone(target: &Target, database: &str, statement: &str, cx: &Cx) -> Result<(), Problem> {
    let instance = target.now().await?;
    let mut ask = target.live.ask(&instance, database, Some(cx)).await?;
    let done = ask.run(statement).await;
    ask.close().await;
    Ok(done?)
}

/// The same as [`tell`] for an undo: a database that is just coming up is waited for.
pub(super) async fn patiently(
    target: &Target,
    database: &str,
    statements: &[String],
    cx: &Cx,
) -> Result<(), Problem> {
    if statements.is_empty() {
        return Ok(());
    }
    let mut tries = 0;
    loop {
        tries += 1;
        end_former(target, database, cx).await;
        match tell(target, database, statements, cx).await {
            Ok(()) => return Ok(()),
            Err(AskError::Named(problem)) if tries < TRIES && problem.transient => {
                cx.progress().beat();
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
