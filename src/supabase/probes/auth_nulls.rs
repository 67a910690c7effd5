//! Rows of `auth.users` that other programs inserted with NULLs GoTrue cannot read:
//! these users cannot sign in, or are invisible.

use serde::Deserialize;

use super::kit::{Look, Seen, finding, list, repair};
use crate::{domain::finding::Severity, domain::problem::Problem, msg, supabase::scene::Scene};

pub(super) const ID: &str = "auth-nulls";

pub(super) const PROBE: Look = Look { id: ID, row: "2", see: |scene| Box::pin(see(scene)) };

/// Columns GoTrue reads without allowing for NULL, and what a user of its own has there.
/// (`phone` is none of them: it is unique.)
pub(crate) const COLUMNS: [(&str, &str); 14] = [
    ("confirmation_token", "''"),
    ("recovery_token", "''"),
    ("email_change_token_new", "''"),
    ("email_change", "''"),
    ("email_change_token_current", "''"),
    ("phone_change", "''"),
    ("phone_change_token", "''"),
    ("reauthentication_token", "''"),
    ("email_change_confirm_status", "0"),
    ("role", "'authenticated'"),
    ("aud", "'authenticated'"),
    ("instance_id", "'00000000-0000-0000-0000-000000000000'"),
    ("created_at", ""),
    ("updated_at", ""),
];

/// The columns of [`COLUMNS`] that this version has.
pub(crate) async fn columns(scene: &Scene) -> Result<Vec<String>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    let sql = "SELECT a.attname AS name FROM pg_catalog.pg_attribute a \
               WHERE a.attrelid = pg_catalog.to_regclass('auth.users') AND a.attnum > 0 AND NOT a.attisdropped";
    let rows: Vec<Row> = scene.rows("postgres", sql).await.map_err(Problem::from)?;
    let has = |name: &str| rows.iter().any(|row| row.name == name);
    Ok(COLUMNS.iter().map(|(name, _)| *name).filter(|name| has(name)).map(str::to_owned).collect())
}

async fn see(scene: &Scene) -> Seen {
    #[derive(Deserialize)]
    struct Row {
        users: i64,
        columns: Option<Vec<String>>,
    }
    scene.with_db()?;
    let columns = columns(scene).await?;
    if columns.is_empty() {
        return Err(super::kit::Gap::Unknown(msg!("probe-no-table", table = "auth.users")));
    }
    let pairs: Vec<String> = columns.iter().map(|c| format!("('{c}', u.{c} IS NULL)")).collect();
    let sql = format!(
        "SELECT pg_catalog.count(DISTINCT u.id) AS users, pg_catalog.array_agg(DISTINCT c.name) AS columns \
         FROM auth.users u, LATERAL (VALUES {}) AS c(name, missing) WHERE c.missing",
        pairs.join(", ")
    );
    let rows: Vec<Row> = scene.rows("postgres", &sql).await?;
    let Some(Row { users, columns }) = rows.into_iter().find(|row| row.users > 0) else { return Ok(vec![]) };
    let (title, means) = (msg!("finding-auth-nulls", users = users), msg!("finding-auth-nulls-means"));
    let next = repair(msg!("repair-auth-nulls", users = users));
    let mut found = finding(ID, Severity::Serious, title, means, next);
    found.evidence = vec![msg!("finding-auth-nulls-saw", columns = list(columns.unwrap_or_default()))];
    Ok(vec![found])
}
