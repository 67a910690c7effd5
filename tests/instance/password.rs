//! A new password of the database is in force everywhere, or the old one is: in `.env`,
//! for every role, in the pooler's and the log service's records, in every service.

use std::collections::BTreeMap;

use crate::{
    panel::Panel,
    support::{instance::Instance, text},
};

const ROTATE: [&str; 2] = ["config", "rotate"];
const RECORD: &str = "SELECT config->>'url' FROM _analytics.source_backends";

/// Everything that has the password: verifiers by role, the pooler's own mark, the log
/// service's record.
#[derive(Debug, PartialEq)]
struct Held {
    roles: BTreeMap<String, String>,
    pooler: String,
    record: String,
}

fn held(instance: &Instance) -> Held {
    let listed = instance.sql("SELECT rolname || ' ' || coalesce(rolpassword, '') FROM pg_authid");
    let pair = |line: &str| line.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let marked = "SELECT coalesce(obj_description(to_regclass('_supavisor.zelo_mark'), 'pg_class'), 'none')";
    Held {
        roles: listed.lines().filter_map(pair).collect(),
        pooler: instance.sql_in("_supabase", marked),
        record: instance.sql_in("_supabase", RECORD),
    }
}

/// Whether a login over the network, which is not trusted, takes the password.
fn logs_in(instance: &Instance, role: &str, password: &str) -> bool {
    let mut psql = std::process::Command::new("docker");
    psql.args(["exec", "-e", "PGPASSWORD", &instance.container("db"), "sh", "-c"]);
    psql.arg(format!("psql -w -h \"$(hostname -i)\" -U {role} -d postgres -XAtqc 'SELECT 1'"));
    psql.env("PGPASSWORD", password).output().unwrap().status.success()
}

fn aside(instance: &Instance) -> String {
    instance.sql_in("_supabase", "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%zelo_old%'")
}

fn marked(instance: &Instance) {
    let sql = "CREATE TABLE _supavisor.zelo_mark (); COMMENT ON TABLE _supavisor.zelo_mark IS 'former'";
    instance.sql_in("_supabase", sql);
}

#[test]
fn a_new_password_is_in_force_everywhere_or_the_old_one_is() {
    let Some(panel) = Panel::over("kong") else { return };
    let instance = &panel.instance;
    let old = instance.value("POSTGRES_PASSWORD");
    crate::config::touches(&panel);
    marked(instance);
    let url = format!("postgresql://supabase_admin:{old}@db:5432/postgres");
    let insert =
        "INSERT INTO _analytics.source_backends(type, config) VALUES ('postgres', json_build_object('url', ";
    instance.sql_in("_supabase", &format!("{insert}'{url}', 'kept', 1)::jsonb)"));
    let (env, before) = (instance.env(), held(instance));
    assert_eq!(before.record, url);

    failed(&panel, &env, &before);

    panel.done(&ROTATE, &["postgres_password"]);
    let new = instance.value("POSTGRES_PASSWORD");
    assert_ne!(new, old);
    let after = held(instance);
    assert_eq!(after.pooler, "none", "the pooler has made its records anew");
    assert_eq!(after.record, url.replace(&old, &new));
    for role in ["postgres", "authenticator", "supabase_admin", "supabase_auth_admin"] {
        assert!(logs_in(instance, role, &new) && !logs_in(instance, role, &old), "{role}");
    }
    assert_eq!(instance.sign_up("new-password@example.com"), 200);
    let told = panel.instance(&["diagnose"], &[], None).code(0).json();
    assert_eq!(told["findings"], serde_json::json!([]));
    assert_eq!(aside(instance), "0");
    panel.assert_tidy("rotated");
    nowhere(&panel, &[&old, &new]);
    typed(&panel);
    killed(&panel);
}

/// A failure after everything was done leaves nothing of it.
fn failed(panel: &Panel, env: &[u8], before: &Held) {
    for fault in ["config/fail:diagnose:after", "config/fail:recreate:before"] {
        let ran = panel.instance(&ROTATE, &["postgres_password", "--yes"], Some(fault));
        assert_eq!(ran.json()["operation"]["state"], "rolled_back", "{ran}");
        assert_eq!(panel.instance.env(), env, "{fault}");
        assert_eq!(held(&panel.instance), *before, "{fault}");
        assert_eq!(aside(&panel.instance), "0", "{fault}");
        assert_eq!(panel.instance.sign_up(&format!("{}@example.com", fault.len())), 200);
        panel.assert_tidy(fault);
    }
    let name = panel.name();
    let args = ["instance", "config", "rotate", &name, "postgres_password", "--yes"];
    let fault = "config/fail:recreate:before;config/fail:passwords:undo-before";
    assert_eq!(panel.stuck(&args, fault), "rolled_back");
    assert_eq!(panel.instance.env(), env, "{fault}");
    assert_eq!(held(&panel.instance), *before, "{fault}");
}

/// Zelo's own database has none of these in clear.
fn nowhere(panel: &Panel, secrets: &[&str]) {
    let files = ["zelo.db", "zelo.db-wal"].map(|name| panel.data().join(name));
    for bytes in files.iter().filter_map(|file| std::fs::read(file).ok()) {
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "a password is kept");
        }
    }
}

/// One of the owner's own; and what cannot be one.
fn typed(panel: &Panel) {
    let env = panel.instance.env();
    for bad in ["short", "with-a-dash-12", "with space 12"] {
        let ran = panel.typed(&ROTATE, &["postgres_password", "--typed", "--yes"], bad);
        assert_ne!(ran.output.status.code(), Some(0), "{bad}: {ran}");
        assert_eq!(panel.instance.env(), env, "{bad}");
    }
    panel.typed(&ROTATE, &["postgres_password", "--typed", "--yes"], "Chosen0by0a0person").code(0);
    assert_eq!(panel.instance.value("POSTGRES_PASSWORD"), "Chosen0by0a0person");
    assert!(logs_in(&panel.instance, "postgres", "Chosen0by0a0person"));
}

/// SIGKILL where a half would hurt: the old password everywhere, or the new one.
fn killed(panel: &Panel) {
    let instance = &panel.instance;
    for moment in [
        "passwords:after",
        "pooler-aside:after",
        "recreate:before",
        "recreate:after",
        "fits:after",
        "forget-schema:before",
    ] {
        let (env, before) = (instance.env(), held(instance));
        let fault = format!("config/kill:{moment}");
        panel.instance(&ROTATE, &["postgres_password", "--yes"], Some(&fault)).killed();
        let state = text(&panel.recovered("config")["state"]);
        let password = instance.value("POSTGRES_PASSWORD");
        assert!(logs_in(instance, "authenticator", &password), "{fault}: {state}");
        match moment {
            "forget-schema:before" => assert_eq!(state, "succeeded", "{fault}"),
            _ => {
                assert_eq!(state, "rolled_back", "{fault}");
                assert_eq!(instance.env(), env, "{fault}");
                assert_eq!(held(instance), before, "{fault}");
            }
        }
        assert_eq!(instance.sign_up(&format!("k{}@example.com", moment.replace(':', "-"))), 200, "{fault}");
        assert_eq!(aside(instance), "0", "{fault}");
        panel.assert_tidy(&fault);
    }
}
