//! A trigger of the project's own on GoTrue's tables that breaks what GoTrue writes:
//! the most reported cause of "Database error saving new user".

use serde::Deserialize;

use super::{
    kit::{Look, Seen, advice, finding, repair},
    signing::{LIMITS, ROLE, Signing, statements},
};
use crate::{
    domain::{finding::Severity, problem::Problem},
    engine::postgres::ident,
    msg,
    supabase::{probes::kit::Gap, scene::Scene},
};

pub(super) const ID: &str = "auth-trigger";

pub(super) const PROBE: Look = Look { id: ID, row: "1", see: |scene| Box::pin(see(scene)) };

/// What a trigger that merely refuses this user raises: it may be right to.
const REFUSALS: [&str; 6] = ["P0001", "23502", "23503", "23505", "23514", "22023"];

/// A trigger on one of GoTrue's tables with its function.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Trigger {
    pub(crate) table: String,
    pub(crate) name: String,
    /// `public.handle_new_user()`, quoted.
    pub(crate) function: String,
    pub(crate) proname: String,
    pub(crate) definer: bool,
    pub(crate) owner: String,
    /// The function's settings, `name=value`.
    pub(crate) settings: Option<Vec<String>>,
}

const TRIGGERS: &str = "SELECT c.relname AS \"table\", t.tgname AS name, \
    pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS function, \
    p.proname, p.prosecdef AS definer, pg_catalog.pg_get_userbyid(p.proowner) AS owner, p.proconfig AS settings \
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
    JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
    JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
    WHERE s.nspname = 'auth' AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY 1, 2";

/// The trigger in whose function a sign-up failed.
pub(crate) async fn culprit(scene: &Scene, signing: &Signing) -> Result<Option<Trigger>, Problem> {
    let all: Vec<Trigger> = scene.rows("postgres", TRIGGERS).await.map_err(Problem::from)?;
    Ok(all.into_iter().find(|trigger| signing.failed_in(&trigger.proname)))
}

/// What gives a trigger's function the rights and names it needs.
pub(crate) fn cure(trigger: &Trigger, search_path: &str) -> Vec<String> {
    let f = &trigger.function;
    vec![
        format!("ALTER FUNCTION {f} OWNER TO postgres"),
        format!("ALTER FUNCTION {f} SECURITY DEFINER"),
        format!("ALTER FUNCTION {f} SET search_path TO '{search_path}'"),
    ]
}

/// The `search_path` with which a sign-up is proven to pass, tried in a transaction that
/// is rolled back: empty where the body names its schemas, else `public`.
pub(crate) async fn rehearse(scene: &Scene, trigger: &Trigger) -> Result<Option<&'static str>, Problem> {
    let sign_up = statements(scene.identity_columns().await?);
    for search_path in ["", "public"] {
        let cure = cure(trigger, search_path).join(";\n");
        let script = format!(
            "BEGIN; {LIMITS}{cure};\nSET LOCAL SESSION AUTHORIZATION {};\nSET LOCAL search_path = auth;\n{sign_up}ROLLBACK;\n",
            ident(ROLE)
        );
        if scene.psql("supabase_admin", &[("u", &scene.probe_id())], &script).await?.ok() {
            return Ok(Some(search_path));
        }
    }
    Ok(None)
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let signing = scene.signing().await?;
    let Some(failure) = &signing.failure else { return Ok(vec![]) };
    let Some(trigger) = culprit(scene, signing).await? else { return Ok(vec![]) };
    if REFUSALS.contains(&failure.state.as_str()) {
        return Err(Gap::Unknown(msg!(
            "probe-trigger-refuses",
            trigger = &trigger.name,
            table = &trigger.table,
            state = &failure.state,
            message = &failure.message
        )));
    }
    let next = match rehearse(scene, &trigger).await? {
        Some(_) => repair(msg!("repair-auth-trigger", function = &trigger.function)),
        None => advice(
            msg!("finding-auth-trigger-next", trigger = &trigger.name, function = &trigger.function),
            vec![scene.psql_line(&format!(
                "ALTER TABLE auth.{} DISABLE TRIGGER {}",
                ident(&trigger.table),
                ident(&trigger.name)
            ))],
        ),
    };
    let title = msg!("finding-auth-trigger", trigger = &trigger.name, table = &trigger.table);
    let mut found = finding(ID, Severity::Critical, title, msg!("finding-auth-trigger-means"), next);
    found.evidence = vec![
        msg!("finding-saw-sql", message = &failure.message, state = &failure.state),
        msg!(
            "finding-auth-trigger-saw",
            function = &trigger.function,
            owner = &trigger.owner,
            rights = if trigger.definer { "SECURITY DEFINER" } else { "SECURITY INVOKER" }
        ),
    ];
    Ok(vec![found])
}
