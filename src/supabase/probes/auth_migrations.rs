//! GoTrue's migrations: one that fails ends auth at every start.

use serde::Deserialize;

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::finding::Severity,
    engine::postgres::shell,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "auth-migrations";

pub(super) const PROBE: Look = Look { id: ID, row: "3", see: |scene| Box::pin(see(scene)) };

/// So much of a project's name fits into that of a copy.
const LONGEST: usize = 35;
const MARK: &str = "error executing migrations/";

/// The migration a log says failed, with the last SQLSTATE in that line.
pub(super) fn failed(lines: &[String]) -> Option<(String, String)> {
    let line = lines.iter().rev().find(|line| line.contains(MARK))?;
    let name = line.split_once(MARK)?.1;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c))).unwrap_or(name.len());
    let state = line.rsplit_once("SQLSTATE ").map_or("", |(_, s)| s.get(..5).unwrap_or_default());
    Some((name[..end].to_owned(), state.to_owned()))
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Auth)?.to_owned();
    let lines = scene.lines(Part::Auth).await?;
    if let Some((migration, state)) = failed(&lines) {
        let next = advice(
            msg!("finding-auth-migrations-next"),
            vec![
                scene.compose_line(&format!("logs --tail 50 {service}")),
                scene.psql_line("SELECT version FROM auth.schema_migrations ORDER BY version"),
            ],
        );
        let title = msg!("finding-auth-migrations", migration = &migration);
        let means = msg!("finding-auth-migrations-means");
        let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
        found.evidence =
            vec![msg!("finding-saw-log", service = service, words = format!("SQLSTATE {state}"))];
        return Ok(vec![found]);
    }
    forgotten(scene).await
}

/// Tables that are there although no migration is recorded: the next start runs all
/// again, and some cannot run twice.
async fn forgotten(scene: &Scene) -> Seen {
    #[derive(Deserialize)]
    struct There {
        both: bool,
    }
    #[derive(Deserialize)]
    struct Count {
        versions: i64,
    }
    scene.with_db()?;
    let sql = "SELECT pg_catalog.to_regclass('auth.users') IS NOT NULL \
               AND pg_catalog.to_regclass('auth.schema_migrations') IS NOT NULL AS both";
    if !scene.rows::<There>("postgres", sql).await?.iter().any(|row| row.both) {
        return Ok(vec![]);
    }
    let sql = "SELECT pg_catalog.count(*) AS versions FROM auth.schema_migrations";
    if scene.rows::<Count>("postgres", sql).await?.iter().any(|row| row.versions > 0) {
        return Ok(vec![]);
    }
    let next = advice(msg!("finding-auth-migrations-lost-next"), from_a_copy(scene)?);
    let title = msg!("finding-auth-migrations-lost");
    let means = msg!("finding-auth-migrations-lost-means");
    Ok(vec![finding(ID, Severity::Serious, title, means, next).harmed_by_restart()])
}

/// The rows as a recovery point has them, brought over from a copy of it.
fn from_a_copy(scene: &Scene) -> Result<Vec<String>, Gap> {
    let project: String = scene.instance.project.chars().take(LONGEST).collect();
    let copy = format!("{project}-look");
    let folder = shell(&scene.instance.folder.with_file_name(&copy).display().to_string());
    let of_copy = |rest: &str| format!("(cd {folder} && docker compose -p {copy} {rest})");
    let db = shell(scene.service(Part::Db)?);
    let run = "psql -h 127.0.0.1 -U supabase_admin -d postgres -v ON_ERROR_STOP=1";
    let dump = "pg_dump -h 127.0.0.1 -U supabase_admin -d postgres --data-only -t auth.schema_migrations";
    let dump = of_copy(&format!("exec -T {db} {dump}"));
    let load = scene.compose_line(&format!("exec -T {db} {run} -1 < versions.sql"));
    Ok(vec![
        format!("zelo backup list {}", shell(&scene.called)),
        scene.zelo_line("restore", &format!("BACKUP --as {copy}")),
        // Loaded only if all of it was read.
        format!("{dump} > versions.sql && {load}"),
        scene.psql_line("SELECT count(*), max(version) FROM auth.schema_migrations"),
        of_copy("down --volumes"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sqlstate_is_the_cause() {
        let line = r#"{"level":"fatal","msg":"running db migrations: error executing migrations/20221114143410_x.up.sql, sql: ... ERROR: current transaction is aborted (SQLSTATE 25P02): ERROR: relation exists (SQLSTATE 42P07)"}"#;
        let seen = failed(&["noise".to_owned(), line.to_owned()]);
        assert_eq!(seen, Some(("20221114143410_x.up.sql".to_owned(), "42P07".to_owned())));
        assert_eq!(failed(&["GoTrue migrations applied successfully".to_owned()]), None);
    }
}
