//! What a database is besides its rows: who owns what, which policies, triggers and grants
//! stand. A dump carries all of it, and an exit status says nothing of whether it arrived.
//!
//! By key, a digest of what is said of it: `owner:public.orders`, `owner:schema public`,
//! `function:public.f(integer)`, `policy:public.orders.own`, `trigger:…`,
//! `event-trigger:…`, and `grants:…` of relations, schemas, functions and of what will be
//! made. What an extension owns is left out: it is as the extension makes it. Expressions
//! are left out as well, for PostgreSQL may write one in other words once it has read its
//! own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{error::PgError, quote::ident, session::Session};

/// Digests by key.
pub(super) type Shape = BTreeMap<String, String>;

/// What a manifest calls it.
pub(super) const SHAPE: &str = "shape";
/// What keys of grants begin with.
const GRANTS: &str = "grants:";

/// Schemas that are the server's own.
const OWN: &str =
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'";
/// Whether something is an extension's, by its class and oid.
const MEMBER: &str = "SELECT FROM pg_depend d WHERE d.deptype = 'e' AND d.classid = ";
/// Who may do what, in one order. A superuser's grants count as the owner's: who granted
/// is left out.
const ACL: &str = "SELECT string_agg(g.t, ' ' ORDER BY g.t) FROM (SELECT coalesce(r.rolname, 'PUBLIC') || ' ' \
                   || x.privilege_type || ' ' || x.is_grantable AS t FROM aclexplode(";
const ACL_END: &str = ") x LEFT JOIN pg_roles r ON r.oid = x.grantee) g";

/// Reads it, in the session's transaction, whose search path stays as it is: names in what
/// the server writes are told by it. Nothing of a database without an encoding: what bytes
/// stand there can be told neither as text nor as its digest, and a dump must not end with it.
pub(super) async fn read(session: &mut Session) -> Result<Shape, PgError> {
    #[derive(Deserialize)]
    struct Row {
        key: String,
        said: String,
    }
    if session.text("SELECT pg_catalog.getdatabaseencoding()").await? == "SQL_ASCII" {
        return Ok(Shape::new());
    }
    session.run("SAVEPOINT zelo_shape").await?;
    session.run("SET LOCAL search_path = pg_catalog").await?;
    let all = [relations(), schemas(), functions(), policies(), triggers(), defaults()].join(" UNION ALL ");
    let sql = format!(
        "SELECT t.key, left(encode(sha256(convert_to(coalesce(t.said, ''), 'UTF8')), 'hex'), 16) AS said \
         FROM ({all}) AS t"
    );
    let rows: Vec<Row> = session.rows(&sql).await?;
    session.run("ROLLBACK TO SAVEPOINT zelo_shape").await?;
    session.run("RELEASE SAVEPOINT zelo_shape").await?;
    Ok(rows.into_iter().map(|row| (row.key, row.said)).collect())
}

/// Owners of tables, views, sequences, and whether rows are guarded; grants on them.
fn relations() -> String {
    let from = format!(
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN \
         ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND {OWN} \
         AND NOT EXISTS ({MEMBER} 'pg_class'::regclass AND d.objid = c.oid)"
    );
    let kind = "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"";
    format!(
        "SELECT format('owner:%I.%I', n.nspname, c.relname) AS key, concat_ws(' ', c.relkind, \
         pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity) AS said {from} \
         UNION ALL SELECT format('{GRANTS}%I.%I', n.nspname, c.relname), \
         ({ACL}coalesce(c.relacl, acldefault({kind}, c.relowner)){ACL_END}) {from}"
    )
}

fn schemas() -> String {
    let from = format!(
        "FROM pg_namespace n WHERE {OWN} AND NOT EXISTS ({MEMBER} 'pg_namespace'::regclass \
         AND d.objid = n.oid)"
    );
    format!(
        "SELECT format('owner:schema %I', n.nspname), pg_get_userbyid(n.nspowner)::text {from} \
         UNION ALL SELECT format('{GRANTS}schema %I', n.nspname), \
         ({ACL}coalesce(n.nspacl, acldefault('n', n.nspowner)){ACL_END}) {from}"
    )
}

/// Owner, source, whose rights it runs with and with which settings; grants on them.
fn functions() -> String {
    let from = format!(
        "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OWN} \
         AND NOT EXISTS ({MEMBER} 'pg_proc'::regclass AND d.objid = p.oid)"
    );
    let name = "n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)";
    format!(
        "SELECT format('function:%I.%I(%s)', {name}), concat_ws(' ', pg_get_userbyid(p.proowner), \
         p.prosecdef, p.provolatile, p.proconfig, p.prosrc) {from} \
         UNION ALL SELECT format('{GRANTS}%I.%I(%s)', {name}), \
         ({ACL}coalesce(p.proacl, acldefault('f', p.proowner)){ACL_END}) {from}"
    )
}

fn policies() -> String {
    format!(
        "SELECT format('policy:%I.%I.%I', n.nspname, c.relname, p.polname), concat_ws(' ', p.polcmd, \
         p.polpermissive, p.polqual IS NOT NULL, p.polwithcheck IS NOT NULL, (SELECT string_agg(coalesce(r.rolname, \
         'PUBLIC'), ' ' ORDER BY r.rolname) FROM unnest(p.polroles) AS o LEFT JOIN pg_roles r ON r.oid = o)) \
         FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE {OWN}"
    )
}

/// When each fires, whether it is on, and what it calls. An event trigger's owner is left
/// out: it has to be a superuser, which who loads a dump is and who made it may not be.
fn triggers() -> String {
    let calls = "(SELECT format('%I.%I', f.nspname, p.proname) FROM pg_proc p JOIN pg_namespace f \
                 ON f.oid = p.pronamespace WHERE p.oid = ";
    format!(
        "SELECT format('trigger:%I.%I.%I', n.nspname, c.relname, t.tgname), concat_ws(' ', t.tgenabled, \
         t.tgtype, t.tgqual IS NOT NULL, encode(t.tgargs, 'hex'), {calls} t.tgfoid)) FROM pg_trigger t \
         JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT t.tgisinternal AND {OWN} \
         UNION ALL SELECT format('event-trigger:%I', e.evtname), concat_ws(' ', e.evtevent, e.evtenabled, \
         e.evttags, {calls} e.evtfoid)) FROM pg_event_trigger e \
         WHERE NOT EXISTS ({MEMBER} 'pg_event_trigger'::regclass AND d.objid = e.oid)"
    )
}

/// What objects that are not there yet will be granted.
fn defaults() -> String {
    format!(
        "SELECT format('{GRANTS}default %s %s %s', pg_get_userbyid(a.defaclrole), \
         coalesce(n.nspname, '*'), a.defaclobjtype), ({ACL}a.defaclacl{ACL_END}) \
         FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace"
    )
}

/// The keys that differ: of grants, and of all else. An empty shape says nothing.
pub(super) fn differences(wanted: &Shape, found: &Shape) -> (Vec<String>, Vec<String>) {
    let mut keys: Vec<&String> = wanted.keys().chain(found.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differing = keys.into_iter().filter(|key| wanted.get(*key) != found.get(*key));
    differing.cloned().partition(|key| key.starts_with(GRANTS))
}

/// Statements that take back what objects of these schemas' future would be granted, so
/// that nothing is granted now but what a dump says. A dump counts on that: it writes down
/// only what differs from the server's own defaults.
pub(super) async fn no_defaults(session: &mut Session) -> Result<Vec<String>, PgError> {
    #[derive(Deserialize)]
    struct Row {
        role: String,
        schema: Option<String>,
        kind: char,
        grantees: Vec<Option<String>>,
    }
    let rows: Vec<Row> = session
        .rows(
            "SELECT pg_get_userbyid(a.defaclrole)::text AS role, n.nspname::text AS schema, a.defaclobjtype AS kind, \
             ARRAY(SELECT DISTINCT r.rolname::text FROM aclexplode(a.defaclacl) x \
             LEFT JOIN pg_roles r ON r.oid = x.grantee) AS grantees \
             FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace",
        )
        .await?;
    let mut sql = Vec::new();
    for Row { role, schema, kind, grantees } in rows {
        let Some(objects) = objects(kind) else { continue };
        let within = schema.as_ref().map(|s| format!(" IN SCHEMA {}", ident(s))).unwrap_or_default();
        let alter = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{within}", ident(&role));
        for grantee in grantees {
            let grantee = grantee.map_or_else(|| "PUBLIC".to_owned(), |name| ident(&name));
            sql.push(format!("{alter} REVOKE ALL ON {objects} FROM {grantee}"));
        }
        // Without a schema an entry replaces what the server itself would grant.
        if schema.is_none() {
            sql.push(format!("{alter} GRANT ALL ON {objects} TO {}", ident(&role)));
            if matches!(kind, 'f' | 'T') {
                sql.push(format!("{alter} GRANT ALL ON {objects} TO PUBLIC"));
            }
        }
    }
    Ok(sql)
}

/// `pg_default_acl.defaclobjtype` in words.
const fn objects(kind: char) -> Option<&'static str> {
    Some(match kind {
        'r' => "TABLES",
        'S' => "SEQUENCES",
        'f' => "FUNCTIONS",
        'T' => "TYPES",
        'n' => "SCHEMAS",
        'L' => "LARGE OBJECTS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_new_or_other_differs_and_grants_are_told_apart() {
        let shape = |of: &[(&str, &str)]| -> Shape {
            of.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let wanted = shape(&[("owner:a", "1"), ("policy:a.p", "2"), ("grants:a", "3"), ("trigger:a.t", "4")]);
        let found = shape(&[("owner:a", "1"), ("policy:a.p", "9"), ("grants:a", "0"), ("owner:b", "1")]);
        let (grants, others) = differences(&wanted, &found);
        assert_eq!(grants, ["grants:a"]);
        assert_eq!(others, ["owner:b", "policy:a.p", "trigger:a.t"]);
        assert_eq!(differences(&wanted, &wanted), (Vec::new(), Vec::new()));
    }
}
