//! The database `_supabase` with the schemas that services keep their own in, as the
//! scripts of the first start make them.

use async_trait::async_trait;

use super::{Mend, Remedy, Repair, kit::gone};
use crate::{
    domain::{finding::Finding, problem::Problem},
    engine::postgres::ident,
    msg,
    supabase::{
        probes::internal_db::{Missing, NAME, missing},
        scene::Scene,
    },
};

const OWNER: &str = "supabase_admin";

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let missing = missing(scene).await?.ok_or_else(gone)?;
        if !missing.database && missing.schemas.is_empty() {
            return Err(gone());
        }
        let what = msg!("repair-internal-db", services = missing.services.join(", "));
        Ok(Remedy { what, mends: mends(&missing) })
    }
}

fn mends(missing: &Missing) -> Vec<Mend> {
    let mut mends = Vec::new();
    if missing.database {
        mends.push(Mend::Alone {
            database: "postgres".to_owned(),
            apply: format!("CREATE DATABASE {} OWNER {}", ident(NAME), ident(OWNER)),
            // It was not there, so nothing in it is anyone's but the services'.
            back: format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", ident(NAME)),
        });
    }
    let schemas = || missing.schemas.iter().map(|schema| ident(schema));
    mends.push(Mend::Sql {
        database: NAME.to_owned(),
        apply: schemas()
            .map(|s| format!("CREATE SCHEMA IF NOT EXISTS {s} AUTHORIZATION {}", ident(OWNER)))
            .collect(),
        // Where the database goes again, they go with it.
        back: match missing.database {
            true => Vec::new(),
            false => schemas().map(|s| format!("DROP SCHEMA IF EXISTS {s} CASCADE")).collect(),
        },
    });
    mends.extend(missing.services.iter().map(|service| Mend::Restart { service: service.clone() }));
    mends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_missing_goes_again() {
        let missing = |database| Missing {
            database,
            schemas: vec!["_supavisor"],
            services: vec!["supavisor".to_owned()],
        };
        let all = mends(&missing(true));
        assert_eq!(all.len(), 3);
        assert!(matches!(&all[1], Mend::Sql { back, .. } if back.is_empty()));
        let some = mends(&missing(false));
        assert_eq!(some.len(), 2);
        assert!(
            matches!(&some[0], Mend::Sql { back, .. } if back == &["DROP SCHEMA IF EXISTS \"_supavisor\" CASCADE"])
        );
    }
}
