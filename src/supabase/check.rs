//! Whether an instance can be worked with: its containers, its folder, the programs
//! that save it, its database.

use std::time::Duration;

use super::{
    instance::Instance,
    live::{Live, run},
    scene::read_env,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Access, Check, Engine as _, Verdict},
    host::Command,
    msg, problem,
};

/// How long a program may take to say its version.
const VERSION: Duration = Duration::from_secs(20);

/// Looks, in this order: `containers`, `files`, `tool`, `compose`, then what the
/// database's own check looks at.
pub(super) async fn check(live: &Live, access: &Access) -> Vec<Check> {
    let one = |id: &str, title: Msg, verdict: Verdict| Check { id: id.to_owned(), title, verdict };
    let instance = match live.instance(access).await {
        Ok(instance) => instance,
        Err(problem) => {
            let skipped = [
                ("files", msg!("instance-check-files")),
                ("tool", msg!("instance-check-tool")),
                ("compose", msg!("instance-check-compose")),
            ];
            let mut all = vec![one("containers", msg!("instance-check-containers"), Verdict::Bad(problem))];
            all.extend(skipped.map(|(id, title)| one(id, title, Verdict::Skipped)));
            return all;
        }
    };
    let count = instance.containers().count();
    let found = Verdict::Good(Some(msg!("instance-check-found", count = count)));
    let mut all = vec![
        one("containers", msg!("instance-check-containers"), found),
        one("files", msg!("instance-check-files"), verdict(files(&instance).await)),
        one("tool", msg!("instance-check-tool"), verdict(tool(live).await)),
        one("compose", msg!("instance-check-compose"), wanting(compose(live, &instance).await)),
    ];
    match instance.db() {
        Ok(db) => all.extend(live.postgres().check(&live.db_access(&instance.host, &db.name)).await),
        Err(problem) => all.push(one("connect", msg!("instance-check-db"), Verdict::Bad(problem))),
    }
    all
}

fn verdict(looked: Result<Option<Msg>, Problem>) -> Verdict {
    match looked {
        Ok(word) => Verdict::Good(word),
        Err(problem) => Verdict::Bad(problem),
    }
}

/// Saving, stopping and starting go without it: only what recreates services does not.
fn wanting(looked: Result<Option<Msg>, Problem>) -> Verdict {
    match looked {
        Ok(word) => Verdict::Good(word),
        Err(problem) => Verdict::Caution(problem),
    }
}

async fn files(instance: &Instance) -> Result<Option<Msg>, Problem> {
    read_env(instance.env_file()).await?;
    Ok(Some(msg!("instance-check-folder", folder = instance.folder.display().to_string())))
}

async fn tool(live: &Live) -> Result<Option<Msg>, Problem> {
    let said = run(&**live.local(), Command::new(["tar", "--version"]), None, VERSION, None).await?;
    if said.ok() && said.out.contains("GNU tar") {
        return Ok(said.out.lines().next().map(|line| msg!("instance-check-said", words = line)));
    }
    Err(problem!("tar-not-gnu"))
}

async fn compose(live: &Live, instance: &Instance) -> Result<Option<Msg>, Problem> {
    let said = live.compose(instance, &["version", "--short"], None, VERSION, None).await?;
    if said.ok() {
        return Ok(Some(msg!("instance-check-said", words = said.out.trim())));
    }
    Err(problem!("compose-missing").detail(super::compose::complaint(&said.err)))
}
