//! The schemas that the REST API serves must be there: with one that is not, PostgREST
//! answers nothing at all (supabase-facts A). Only what is new is looked for: what was
//! wrong before may be so still.

use serde::Deserialize;

use super::Values;
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::postgres::literal,
    msg, problem,
    supabase::scene::Scene,
};

const KEY: &str = "PGRST_DB_SCHEMAS";

#[derive(Deserialize)]
struct Missing {
    name: String,
}

/// The names in a value, as PostgREST reads it.
fn names(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// What the new value names and the former did not.
fn new_names(values: &Values) -> Vec<&str> {
    let Some(change) = values.env.get(KEY) else { return Vec::new() };
    let former = names(change.old.as_deref().unwrap_or_default());
    names(&change.new).into_iter().filter(|name| !former.contains(name)).collect()
}

/// Looks for them; a warning where the database cannot be asked. Problem:
/// `env-schema-missing`.
pub(super) async fn exist(scene: &Scene, values: &Values) -> Result<Option<Msg>, Problem> {
    let wanted = new_names(values);
    if wanted.is_empty() {
        return Ok(None);
    }
    let list: Vec<String> = wanted.iter().map(|name| literal(name)).collect();
    let sql = format!(
        "SELECT w.name FROM pg_catalog.unnest(ARRAY[{}]::text[]) AS w(name) WHERE NOT EXISTS \
         (SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) w.name)",
        list.join(", ")
    );
    let missing = scene.rows::<Missing>("postgres", &sql).await;
    scene.close().await;
    match missing.as_deref() {
        Ok([]) => Ok(None),
        Ok([first, ..]) => Err(problem!("env-schema-missing", key = KEY, schema = &first.name)),
        Err(_) => Ok(Some(msg!("config-warn-schemas-unseen"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::OldNew, *};

    #[test]
    fn only_what_is_new_is_looked_for() {
        let values = |old: Option<&str>, new: &str| {
            let change = OldNew { old: old.map(str::to_owned), new: new.to_owned() };
            Values { env: [(KEY.to_owned(), change)].into(), ..Values::default() }
        };
        assert_eq!(new_names(&values(Some("public,gone"), "gone, public ,api,")), ["api"]);
        assert_eq!(new_names(&values(None, "public")), ["public"]);
        assert!(new_names(&Values::default()).is_empty());
    }
}
