//! Failures inside the database: injected, named, mended, put back, and nothing else
//! changed.

use super::stack::Stack;
use crate::{
    domain::finding::Finding,
    supabase::{diagnose::look_again, repairs::Mend},
};

/// Breaks, diagnoses, mends, puts back twice, mends again; then `restore` leads back to
/// where it began.
async fn case(stack: &Stack, inject: &str, probe: &str, restore: &str) -> Finding {
    let before = stack.snapshot();
    stack.sql(inject);
    let broken = stack.snapshot();
    let found = Stack::finds(&stack.diagnosis().await, &[probe]);
    assert!(found[0].is_repairable(), "{found:#?}");
    let mends = stack.plan(&found[0]).await;
    stack.apply(&mends).await;
    Stack::finds(&stack.diagnosis().await, &[]);
    stack.back(&mends).await;
    assert_eq!(stack.snapshot(), broken, "{probe}: put back");
    stack.back(&mends).await;
    assert_eq!(stack.snapshot(), broken, "{probe}: put back twice");
    stack.apply(&mends).await;
    if !restore.is_empty() {
        stack.sql(restore);
    }
    assert_eq!(stack.snapshot(), before, "{probe}: something else changed");
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn finding_01_a_trigger_without_rights() {
    let Some(stack) = Stack::today().await else { return };
    // The body names its schema: '' is proven.
    let inject = "ALTER FUNCTION public.handle_new_user() SECURITY INVOKER; \
                  ALTER FUNCTION public.handle_new_user() OWNER TO postgres";
    let found = case(&stack, inject, "auth-trigger", "").await;
    assert!(format!("{:?}", found.evidence).contains("42501"), "{found:#?}");
}

#[tokio::test]
async fn finding_01_a_trigger_that_names_no_schema() {
    let Some(stack) = Stack::today().await else { return };
    let body = |name: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
             SET search_path TO '' AS $$ begin insert into {name}(id, name) values (new.id, \
             new.raw_user_meta_data ->> 'name'); return new; end $$"
        )
    };
    let restore = body("public.profiles");
    let found = case(&stack, &body("profiles"), "auth-trigger", &restore).await;
    assert!(format!("{:?}", found.evidence).contains("42P01"), "{found:#?}");
}

#[tokio::test]
async fn finding_01_a_trigger_no_right_can_mend() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    stack.sql("ALTER TABLE public.profiles RENAME TO profiles_away");
    let diagnosis = stack.diagnosis().await;
    stack.sql("ALTER TABLE public.profiles_away RENAME TO profiles");
    let found = Stack::finds(&diagnosis, &["auth-trigger"]);
    assert!(!found[0].is_repairable());
    let shown = format!("{:?}", found[0].next);
    assert!(shown.contains("DISABLE TRIGGER \\\"on_auth_user_created\\\""), "{shown}");
    assert_eq!(stack.snapshot(), before);
}

#[tokio::test]
async fn finding_02_nulls() {
    let Some(stack) = Stack::today().await else { return };
    let one = "WHERE email = 'user03@example.com'";
    let two = "WHERE email = 'user07@example.com'";
    let inject = format!(
        "CREATE TABLE IF NOT EXISTS extensions.keep AS SELECT id, updated_at FROM auth.users {two}; \
         UPDATE auth.users SET confirmation_token = NULL, email_change = NULL {one}; \
         UPDATE auth.users SET aud = NULL, updated_at = NULL {two}"
    );
    let restore = "UPDATE auth.users u SET updated_at = k.updated_at FROM extensions.keep k WHERE k.id = u.id; \
                   DROP TABLE extensions.keep";
    case(&stack, &inject, "auth-nulls", restore).await;
}

#[tokio::test]
async fn finding_03_a_failed_migration() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    stack.sql("DELETE FROM auth.schema_migrations WHERE version = '20221114143410'");
    stack.compose(&["restart", "auth"]);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let diagnosis = stack.diagnosis().await;
    stack.sql("INSERT INTO auth.schema_migrations VALUES ('20221114143410')");
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["auth-migrations"]);
    assert!(found[0].restart_harms);
    assert!(format!("{:?}", found[0].evidence).contains("SQLSTATE 42701"), "{found:#?}");
    Stack::finds(&stack.diagnosis().await, &[]);
    assert_eq!(stack.snapshot(), before);
}

#[tokio::test]
async fn finding_04a_search_path() {
    let Some(stack) = Stack::today().await else { return };
    case(&stack, "ALTER ROLE supabase_auth_admin RESET search_path", "auth-search-path", "").await;
    // Set for this database alone: the role's own looks right.
    let inject = "ALTER ROLE supabase_auth_admin IN DATABASE postgres SET search_path TO public";
    let found = case(&stack, inject, "auth-search-path", "").await;
    assert!(found.restart_harms);
}

#[tokio::test]
async fn finding_04b_usage() {
    let Some(stack) = Stack::today().await else { return };
    let found = case(&stack, "REVOKE ALL ON SCHEMA auth FROM supabase_auth_admin", "auth-usage", "").await;
    assert!(found.restart_harms);
}

#[tokio::test]
async fn finding_04c_owner() {
    let Some(stack) = Stack::today().await else { return };
    let inject =
        "ALTER TABLE auth.users OWNER TO postgres; ALTER TABLE auth.refresh_tokens OWNER TO supabase_admin";
    let found = case(&stack, inject, "auth-owner", "").await;
    assert_eq!(found.evidence.len(), 2, "{found:#?}");
}

#[tokio::test]
async fn finding_04d_row_security() {
    let Some(stack) = Stack::today().await else { return };
    case(&stack, "ALTER TABLE auth.users FORCE ROW LEVEL SECURITY", "auth-rls", "").await;
    let inject = "ALTER TABLE auth.identities OWNER TO supabase_admin; \
                  GRANT ALL ON auth.identities TO supabase_auth_admin";
    let found = case(&stack, inject, "auth-rls", "").await;
    assert!(format!("{:?}", found.evidence).contains("auth.identities"), "{found:#?}");
}

#[tokio::test]
async fn finding_05_passwords() {
    let Some(stack) = Stack::today().await else { return };
    let kept = stack.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'supabase_auth_admin'");
    let restore = format!("ALTER ROLE supabase_auth_admin PASSWORD '{kept}'");
    let inject = "ALTER ROLE supabase_auth_admin PASSWORD 'another'";
    let found = case(&stack, inject, "db-passwords", &restore).await;
    assert!(found.restart_harms);
    // The password itself stands in no statement.
    stack.sql(inject);
    let mends = stack.plan(&found).await;
    let password = stack.scene().await.env_value("POSTGRES_PASSWORD").unwrap();
    stack.sql(&restore);
    let Mend::Sql { apply, .. } = &mends[0] else { panic!("no SQL") };
    assert!(apply.iter().all(|s| s.contains("SCRAM-SHA-256$") && !s.contains(password.expose())));
}

#[tokio::test]
async fn finding_05_a_role_that_may_not_log_in() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    stack.sql("ALTER ROLE supabase_auth_admin NOLOGIN");
    let diagnosis = stack.diagnosis().await;
    stack.sql("ALTER ROLE supabase_auth_admin LOGIN");
    let found = Stack::finds(&diagnosis, &["db-passwords"]);
    assert_eq!(found[0].title.id, "finding-role");
    assert_eq!(stack.snapshot(), before);
}

#[tokio::test]
async fn finding_13_the_internal_database() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    stack.compose(&["stop", "supavisor"]);
    stack.sql("DROP DATABASE _supabase WITH (FORCE)");
    let broken = stack.snapshot();
    let found = Stack::finds(&stack.diagnosis().await, &["internal-db"]);
    let mends = stack.plan(&found[0]).await;
    stack.apply(&mends).await;
    Stack::finds(&stack.diagnosis().await, &[]);
    stack.back(&mends).await;
    assert_eq!(stack.snapshot(), broken, "put back");
    stack.back(&mends).await;
    stack.apply(&mends).await;
    Stack::finds(&stack.diagnosis().await, &[]);
    assert_eq!(stack.snapshot(), before);
}

#[tokio::test]
async fn finding_17_realtimes_tenant() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    stack.sql("UPDATE _realtime.tenants SET external_id = 'other' WHERE external_id = 'realtime-dev'");
    let diagnosis = stack.diagnosis().await;
    stack.sql("UPDATE _realtime.tenants SET external_id = 'realtime-dev' WHERE external_id = 'other'");
    Stack::finds(&diagnosis, &["realtime-tenant"]);
    stack.settled().await;
    assert_eq!(stack.snapshot(), before);
}

#[tokio::test]
async fn what_auths_log_says_of_a_refused_request_is_told() {
    let Some(stack) = Stack::today().await else { return };
    stack.sql("ALTER TABLE auth.refresh_tokens RENAME TO gone");
    let diagnosis = stack.diagnosis().await;
    stack.sql("ALTER TABLE auth.gone RENAME TO refresh_tokens");
    let found = Stack::finds(&diagnosis, &["auth-answer", "sign-up"]);
    let told = found[0].evidence.iter().find(|one| one.id == "finding-auth-answer-log");
    assert_eq!(told.unwrap_or_else(|| panic!("{found:#?}")).args["state"], "42P01".into());
    Stack::finds(&stack.diagnosis().await, &[]);
}

#[tokio::test]
async fn finding_18_storage() {
    let Some(stack) = Stack::today().await else { return };
    let inject = "ALTER TABLE storage.objects OWNER TO postgres; \
                  ALTER ROLE supabase_storage_admin RESET search_path; \
                  REVOKE ALL ON SCHEMA storage FROM supabase_storage_admin";
    let found = case(&stack, inject, "storage-tables", "").await;
    assert_eq!(found.evidence.len(), 3, "{found:#?}");
}

#[tokio::test]
async fn a_rule_of_the_projects_own_is_no_failure() {
    let Some(stack) = Stack::today().await else { return };
    stack.sql(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS \
         $$ begin raise exception 'only our own domain'; end $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.refuse()",
    );
    let diagnosis = stack.diagnosis().await;
    stack.sql("DROP TRIGGER refuse ON auth.users; DROP FUNCTION public.refuse()");
    Stack::finds(&diagnosis, &[]);
    let unknown = Stack::unknown(&diagnosis);
    assert!(
        unknown.iter().any(|one| one.starts_with("auth-trigger: ") && one.contains("P0001")),
        "{unknown:#?}"
    );
}

#[tokio::test]
async fn a_failure_no_special_probe_knows_is_told_by_the_sign_up() {
    let Some(stack) = Stack::today().await else { return };
    stack.sql("ALTER TABLE auth.sessions RENAME COLUMN user_id TO user_gone");
    let diagnosis = stack.diagnosis().await;
    stack.sql("ALTER TABLE auth.sessions RENAME COLUMN user_gone TO user_id");
    let found = Stack::finds(&diagnosis, &["sign-up"]);
    assert!(format!("{:?}", found[0].evidence).contains("42703"), "{found:#?}");
    let again = look_again(&stack.scene().await, "sign-up").await;
    assert_eq!(again, crate::domain::finding::Outcome::Fine);
}
