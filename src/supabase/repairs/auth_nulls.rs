//! NULLs of `auth.users` are filled with what GoTrue itself writes there. Back: NULL
//! again, in exactly these rows and columns.

use async_trait::async_trait;
use serde::Deserialize;

use super::{
    Remedy, Repair,
    kit::{DATABASE, gone, sql},
};
use crate::{
    domain::{finding::Finding, problem::Problem},
    engine::postgres::{ident, literal},
    msg, problem,
    supabase::{
        probes::auth_nulls::{COLUMNS, columns},
        scene::Scene,
    },
};

/// Ids in one statement.
const CHUNK: usize = 500;
/// More rows than this are a person's to decide on.
const MOST: usize = 20_000;
/// No trigger of anyone's runs for these changes.
const QUIET: &str = "SET LOCAL session_replication_role = replica";

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let (mut apply, mut back) = (vec![QUIET.to_owned()], vec![QUIET.to_owned()]);
        let now = literal(&scene.at.to_rfc3339());
        let mut users = std::collections::BTreeSet::new();
        for column in columns(scene).await? {
            let ids = empty(scene, &column).await?;
            let value = COLUMNS.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| value);
            fill(&column, if value.is_empty() { &now } else { value }, &ids, &mut apply, &mut back);
            users.extend(ids);
        }
        match users.len() {
            0 => Err(gone()),
            n if n > MOST => Err(problem!("repair-too-many", rows = n, most = MOST)),
            n => Ok(Remedy { what: msg!("repair-auth-nulls", users = n), mends: vec![sql(apply, back)] }),
        }
    }
}

async fn empty(scene: &Scene, column: &str) -> Result<Vec<String>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let sql = format!(
        "SELECT u.id FROM auth.users u WHERE u.{} IS NULL ORDER BY u.id LIMIT {}",
        ident(column),
        MOST + 1
    );
    let rows: Vec<Row> = scene.rows(DATABASE, &sql).await.map_err(Problem::from)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn fill(column: &str, value: &str, ids: &[String], apply: &mut Vec<String>, back: &mut Vec<String>) {
    let column = ident(column);
    for chunk in ids.chunks(CHUNK) {
        let ids = chunk.iter().map(|id| literal(id)).collect::<Vec<_>>().join(",");
        let rows = format!("WHERE id IN ({ids})");
        apply.push(format!("UPDATE auth.users SET {column} = {value} {rows} AND {column} IS NULL"));
        // What GoTrue has written there since stays.
        back.push(format!("UPDATE auth.users SET {column} = NULL {rows} AND {column} = {value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_null_is_filled_and_comes_back() {
        let (mut apply, mut back) = (Vec::new(), Vec::new());
        let ids: Vec<String> = (0..CHUNK + 1).map(|n| n.to_string()).collect();
        fill("aud", "'authenticated'", &ids, &mut apply, &mut back);
        assert_eq!((apply.len(), back.len()), (2, 2));
        assert_eq!(
            apply[1],
            "UPDATE auth.users SET \"aud\" = 'authenticated' WHERE id IN ('500') AND \"aud\" IS NULL"
        );
        assert_eq!(
            back[1],
            "UPDATE auth.users SET \"aud\" = NULL WHERE id IN ('500') AND \"aud\" = 'authenticated'"
        );
    }
}
