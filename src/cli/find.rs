//! From what a person types to the row that is meant: a whole id, the end of
//! one (lists show the last eight characters), or the name of a resource, person
//! or project.

use std::collections::BTreeMap;

use crate::{
    db::{
        AsideRow, BackupFilter, BackupRow, OperationFilter, OperationRow, ProjectRow, ResourceFilter,
        ResourceRow, TokenRow, UserRow,
    },
    domain::{
        id::{AsideId, OperationId, ResourceId},
        problem::Problem,
    },
    operation::World,
    problem,
};

/// The shortest end of an id that is looked for.
const SHORTEST: usize = 4;

/// One of `rows` whose id is or ends with `text`.
fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> &str, text: &str) -> Found<T> {
    let text = text.to_lowercase();
    if text.len() < SHORTEST {
        return Found::None;
    }
    let mut hits = rows.into_iter().filter(|row| id(row).ends_with(&text));
    match (hits.next(), hits.next()) {
        (None, _) => Found::None,
        (Some(row), None) => Found::One(row),
        (Some(_), Some(_)) => Found::Many,
    }
}

enum Found<T> {
    None,
    One(T),
    Many,
}

impl<T> Found<T> {
    /// The one, or why not; `none` if there is none.
    fn or(self, text: &str, none: Problem) -> Result<T, Problem> {
        match self {
            Self::One(row) => Ok(row),
            Self::Many => Err(problem!("cli-ambiguous", text = text)),
            Self::None => Err(none),
        }
    }
}

/// More resources or operations than this are not looked through.
const MOST: i64 = 10_000;

/// A resource by name or id.
pub(super) async fn resource(world: &World, text: &str) -> Result<ResourceRow, Problem> {
    let named = ResourceFilter { name: Some(text.to_owned()), ..ResourceFilter::default() };
    let mut named = world.db.resources(named).await?.rows;
    if named.len() > 1 {
        return Err(problem!("cli-ambiguous", text = text));
    }
    if let Some(row) = named.pop() {
        return Ok(row);
    }
    let all = ResourceFilter { limit: Some(MOST), ..ResourceFilter::default() };
    let all = world.db.resources(all).await?.rows;
    by_id(all, |row| row.id.as_str(), text).or(text, problem!("cli-no-resource", text = text))
}

/// The names of all resources.
pub(super) async fn resource_names(world: &World) -> Result<BTreeMap<ResourceId, String>, Problem> {
    let all = ResourceFilter { limit: Some(MOST), ..ResourceFilter::default() };
    let rows = world.db.resources(all).await?.rows;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A backup by id.
pub(super) async fn backup(world: &World, text: &str) -> Result<BackupRow, Problem> {
    let filter = BackupFilter { text: Some(text.to_owned()), limit: Some(MOST), ..BackupFilter::default() };
    let rows = world.db.backups(filter).await?.rows;
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("cli-no-backup", text = text))
}

/// Something set aside, by id; by the end of one only while it is kept.
pub(super) async fn aside(world: &World, text: &str) -> Result<AsideRow, Problem> {
    if let Ok(id) = text.parse::<AsideId>() {
        return world.db.aside(&id).await;
    }
    let rows = world.db.kept_asides(None).await?;
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("cli-no-aside", text = text))
}

/// An operation by id.
pub(super) async fn operation(world: &World, text: &str) -> Result<OperationRow, Problem> {
    if let Ok(id) = text.parse::<OperationId>() {
        return world.db.operation(&id).await;
    }
    let filter = OperationFilter { limit: Some(MOST), ..OperationFilter::default() };
    let rows = world.db.operations(filter).await?.rows;
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("cli-no-operation", text = text))
}

/// A person by name, whatever its capitals, or by id.
pub(super) async fn user(world: &World, text: &str) -> Result<UserRow, Problem> {
    if let Some(row) = world.db.user_named(text).await? {
        return Ok(row);
    }
    let rows = world.db.users().await?;
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("not-found-user", id = text))
}

/// A project by name or id.
pub(super) async fn project(world: &World, text: &str) -> Result<ProjectRow, Problem> {
    let rows = world.db.projects().await?;
    if let Some(row) = rows.iter().find(|row| row.name == text) {
        return Ok(row.clone());
    }
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("not-found-project", id = text))
}

/// A token that was not revoked, by id.
pub(super) async fn token(world: &World, text: &str) -> Result<TokenRow, Problem> {
    let rows = world.db.tokens().await?;
    by_id(rows, |row| row.id.as_str(), text).or(text, problem!("cli-no-token", text = text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_of_an_id_is_enough_if_only_one_has_it() {
        let rows = || vec!["aaaa1111", "bbbb1111", "cccc2222"];
        let find = |text| match by_id(rows(), |row| row, text) {
            Found::One(row) => row,
            Found::None => "none",
            Found::Many => "many",
        };
        assert_eq!(find("aaaa1111"), "aaaa1111");
        assert_eq!(find("2222"), "cccc2222");
        assert_eq!(find("CCCC2222"), "cccc2222");
        assert_eq!(find("1111"), "many");
        assert_eq!(find("222"), "none");
        assert_eq!(find("3333"), "none");
    }
}
