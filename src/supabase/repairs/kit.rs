//! What repairs are made of: the statements that put owners, grants and settings back as
//! they are now.

use serde::Deserialize;

use crate::{
    domain::problem::Problem,
    engine::postgres::{ident, literal, setting},
    problem,
    supabase::{
        instance::Part,
        probes::{
            auth_search_path::{Setting, settings},
            owners::Table,
        },
        repairs::Mend,
        scene::Scene,
    },
};

/// The database that holds a project.
pub(super) const DATABASE: &str = "postgres";

/// The role people work as, in Studio and by hand.
const PEOPLE: &str = "postgres";

/// What it has on a service's tables: GoTrue's migrations grant it by name, the other
/// schemas by default privileges.
fn grant(schema: &str, table: &str) -> String {
    let to = ident(PEOPLE);
    match schema {
        "auth" => format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES, TRIGGER, TRUNCATE ON {table} TO {to} WITH GRANT OPTION"
        ),
        _ => format!("GRANT ALL ON {table} TO {to}"),
    }
}

/// That what was found is not there any more.
pub(super) fn gone() -> Problem {
    problem!("repair-not-needed")
}

/// A service that is down of what is mended comes back by itself only when the engine
/// tries it the next time, which may be minutes later: it is restarted.
pub(super) fn revive(scene: &Scene, part: Part) -> Option<Mend> {
    let container = scene.instance.container_of(part)?;
    let content = container.health.as_deref().is_none_or(|health| health == "healthy");
    let well = container.state == "running" && content;
    let service = scene.instance.service_of(part).filter(|_| !well)?;
    Some(Mend::Restart { service: service.to_owned() })
}

/// Statements in the project's database.
pub(super) fn sql(apply: Vec<String>, back: Vec<String>) -> Mend {
    Mend::Sql { database: DATABASE.to_owned(), apply, back }
}

#[derive(Deserialize)]
struct Statement {
    sql: String,
}

async fn statements(scene: &Scene, query: &str) -> Result<Vec<String>, Problem> {
    let rows: Vec<Statement> = scene.rows(DATABASE, query).await.map_err(Problem::from)?;
    Ok(rows.into_iter().map(|row| row.sql).collect())
}

/// The grants that another owner of `object` would lose when the old one returns: a change
/// of owner folds the new owner's grants into its ownership. `from` names a catalog with
/// its columns for the list and the owner, as alias `o`.
async fn regrants(
    scene: &Scene,
    object: &str,
    from: &str,
    list: &str,
    owner: &str,
) -> Result<Vec<String>, Problem> {
    let query = format!(
        "SELECT pg_catalog.format('GRANT %s ON %s TO %s%s', x.privilege_type, {object}, \
         CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END, \
         CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql \
         FROM {from}, LATERAL pg_catalog.aclexplode(o.{list}) AS x WHERE x.grantee <> o.{owner}"
    );
    statements(scene, &query).await
}

/// The grants on a table and on the sequences that belong to it.
async fn table_grants(scene: &Scene, schema: &str, table: &str) -> Result<Vec<String>, Problem> {
    let from = format!(
        "pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace \
         AND (o.oid = pg_catalog.to_regclass({name}) OR EXISTS (SELECT FROM pg_catalog.pg_depend d \
         WHERE d.objid = o.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') \
         AND d.refobjid = pg_catalog.to_regclass({name}) AND o.relkind = 'S'))",
        name = literal(&format!("{}.{}", ident(schema), ident(table)))
    );
    let object = "pg_catalog.format(CASE o.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, o.relname)";
    regrants(scene, object, &from, "relacl", "relowner").await
}

/// The grants on a function, given as `schema.name(arguments)`.
pub(super) async fn function_grants(scene: &Scene, function: &str) -> Result<Vec<String>, Problem> {
    let from = format!(
        "(SELECT * FROM pg_catalog.pg_proc p WHERE p.oid = pg_catalog.to_regprocedure({})) AS o",
        literal(function)
    );
    regrants(scene, &literal(&format!("FUNCTION {function}")), &from, "proacl", "proowner").await
}

/// Gives tables to a role that sees all its rows; and back.
pub(super) async fn own(
    scene: &Scene,
    schema: &str,
    role: &str,
    tables: &[Table],
) -> Result<(Vec<String>, Vec<String>), Problem> {
    let (mut apply, mut back) = (Vec::new(), Vec::new());
    for table in tables {
        let name = format!("{}.{}", ident(schema), ident(&table.name));
        if table.owner != role {
            apply.push(format!("ALTER TABLE {name} OWNER TO {}", ident(role)));
            if table.owner == PEOPLE {
                // Its own rights went into its ownership; people look at tables as this role.
                apply.push(grant(schema, &name));
            }
            back.push(format!("ALTER TABLE {name} OWNER TO {}", ident(&table.owner)));
            back.extend(table_grants(scene, schema, &table.name).await?);
        }
        if table.forced {
            apply.push(format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"));
            back.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
    }
    Ok((apply, back))
}

/// Grants a role all on a schema; and back: what it was not granted itself.
pub(super) async fn open(
    scene: &Scene,
    schema: &str,
    role: &str,
) -> Result<(Vec<String>, Vec<String>), Problem> {
    let query = format!(
        "SELECT pg_catalog.format('REVOKE %s ON SCHEMA %I FROM %I', w.right, n.nspname, r.rolname) AS sql \
         FROM pg_catalog.pg_namespace n, pg_catalog.pg_roles r, (VALUES ('USAGE'), ('CREATE')) AS w(\"right\") \
         WHERE n.nspname = {} AND r.rolname = {} AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x \
         WHERE x.grantee = r.oid AND x.privilege_type = w.right)",
        literal(schema),
        literal(role)
    );
    let apply = format!("GRANT ALL ON SCHEMA {} TO {}", ident(schema), ident(role));
    Ok((vec![apply], statements(scene, &query.replace("w.right", "w.\"right\"")).await?))
}

/// Leads a role to a schema by its `search_path`, in this database too; and back.
pub(super) async fn lead(
    scene: &Scene,
    role: &str,
    schema: &str,
) -> Result<(Vec<String>, Vec<String>), Problem> {
    Ok(leading(role, schema, &settings(scene, role).await?))
}

fn leading(role: &str, schema: &str, now: &[Setting]) -> (Vec<String>, Vec<String>) {
    let (role, schema) = (ident(role), literal(schema));
    let mut apply = vec![format!("ALTER ROLE {role} SET search_path TO {schema}")];
    let everywhere = now.iter().find(|s| s.database.is_none());
    let mut back = vec![match everywhere.and_then(|s| setting(&s.stored)) {
        Some(set) => format!("ALTER ROLE {role} {set}"),
        None => format!("ALTER ROLE {role} RESET search_path"),
    }];
    for Setting { database, stored } in now {
        let (Some(database), Some(set)) = (database, setting(stored)) else { continue };
        let here = format!("ALTER ROLE {role} IN DATABASE {}", ident(database));
        apply.push(format!("{here} RESET search_path"));
        back.push(format!("{here} {set}"));
    }
    (apply, back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_goes_back_to_what_it_was() {
        let (apply, back) = leading("r", "auth", &[]);
        assert_eq!(apply, ["ALTER ROLE \"r\" SET search_path TO 'auth'"]);
        assert_eq!(back, ["ALTER ROLE \"r\" RESET search_path"]);
        let set = |database: Option<&str>, stored: &str| Setting {
            database: database.map(str::to_owned),
            stored: stored.to_owned(),
        };
        let now = [set(None, "search_path=\"$user\", public"), set(Some("postgres"), "search_path=public")];
        let (apply, back) = leading("r", "auth", &now);
        assert_eq!(apply[1], "ALTER ROLE \"r\" IN DATABASE \"postgres\" RESET search_path");
        assert_eq!(
            back,
            [
                "ALTER ROLE \"r\" SET \"search_path\" TO '$user', 'public'",
                "ALTER ROLE \"r\" IN DATABASE \"postgres\" SET \"search_path\" TO 'public'"
            ]
        );
    }
}
