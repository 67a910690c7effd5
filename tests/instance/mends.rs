//! Repairs that change rights, write a file, make a database, restart a service: killed on
//! their way they are undone to the last byte; done, the probe is green and nothing else is
//! another.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use crate::{
    panel::Panel,
    repair::{forget_tries, found},
    support::{lab, random::Random},
};

/// One failure: how it is made, what finds it, what it is about, and which services its
/// repair starts anew.
struct Case {
    probe: &'static str,
    make: fn(&Panel),
    about: fn(&Panel) -> String,
    restarted: &'static [&'static str],
}

const SCRIPT: &str = "volumes/pooler/pooler.exs";

fn script(panel: &Panel) -> PathBuf {
    panel.instance.folder().join(SCRIPT)
}

/// Owners, rights and settings around sign-up, as the catalog has them. Whether an owner may
/// grant its own rights is no difference.
fn rights(panel: &Panel) -> String {
    panel.instance.sql(
        "WITH acl(what, o, a) AS ( \
         SELECT 'f' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc \
         WHERE proname = 'handle_new_user' \
         UNION ALL SELECT 'n' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace \
         WHERE nspname = 'auth' \
         UNION ALL SELECT 'c' || relname, relowner, coalesce(relacl, acldefault('r', relowner)) FROM pg_class \
         WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r') \
         SELECT string_agg(t, ' ' ORDER BY t) FROM ( \
         SELECT what || CASE e.grantee WHEN o THEN e.privilege_type ELSE e::text END FROM acl, aclexplode(a) AS e \
         UNION ALL SELECT proname || prosecdef || proowner::regrole || coalesce(proconfig::text, '-') FROM pg_proc \
         WHERE proname = 'handle_new_user' \
         UNION ALL SELECT rolname || coalesce(rolconfig::text, '-') || rolcanlogin FROM pg_roles \
         WHERE rolname LIKE 'supabase%' \
         UNION ALL SELECT relname || relowner::regrole || relrowsecurity || relforcerowsecurity FROM pg_class \
         WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r') AS all_of_it(t)",
    )
}

/// Whether auth's role may log in with the password of `.env`; else the verifier it has.
fn login(panel: &Panel) -> String {
    let mut psql = Command::new("docker");
    let script =
        "PGPASSWORD=$0 psql -h \"$(hostname -i)\" -U supabase_auth_admin -d postgres -Atc 'SELECT 1'";
    psql.args(["exec", &panel.instance.container("db"), "sh", "-c", script]);
    let may = psql.arg(panel.instance.value("POSTGRES_PASSWORD")).output().unwrap().status.success();
    let stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'supabase_auth_admin'";
    if may { "it may".to_owned() } else { panel.instance.sql(stored) }
}

const CASES: [Case; 8] = [
    Case {
        probe: "auth-trigger",
        make: |panel| {
            panel.instance.sql("ALTER FUNCTION public.handle_new_user() SECURITY INVOKER");
            panel.instance.sql("ALTER FUNCTION public.handle_new_user() OWNER TO postgres");
        },
        about: rights,
        restarted: &[],
    },
    Case {
        probe: "auth-usage",
        make: |panel| drop(panel.instance.sql("REVOKE ALL ON SCHEMA auth FROM supabase_auth_admin")),
        about: rights,
        restarted: &[],
    },
    Case {
        probe: "auth-owner",
        make: |panel| {
            panel.instance.sql("ALTER TABLE auth.users OWNER TO postgres");
            panel.instance.sql("ALTER TABLE auth.refresh_tokens OWNER TO supabase_admin");
        },
        about: rights,
        restarted: &[],
    },
    Case {
        probe: "auth-rls",
        make: |panel| drop(panel.instance.sql("ALTER TABLE auth.users FORCE ROW LEVEL SECURITY")),
        about: rights,
        restarted: &[],
    },
    Case {
        probe: "db-passwords",
        make: |panel| drop(panel.instance.sql("ALTER ROLE supabase_auth_admin PASSWORD 'another'")),
        about: login,
        restarted: &[],
    },
    Case {
        probe: "line-ends",
        make: |panel| {
            let text = fs::read_to_string(script(panel)).unwrap();
            fs::write(script(panel), text.replace('\n', "\r\n")).unwrap();
        },
        about: |panel| {
            let mut look = Command::new("sh");
            look.args(["-c", "sha256sum < $0; stat -c '%i %a %u' $0"]).arg(script(panel));
            lab::done(look)
        },
        restarted: &["supavisor"],
    },
    Case {
        probe: "internal-db",
        make: |panel| {
            let mut stop = Command::new("docker");
            stop.args(["stop", &panel.instance.container("supavisor")]);
            lab::done(stop);
            panel.instance.sql("DROP DATABASE _supabase WITH (FORCE)");
        },
        about: |panel| {
            let there = "SELECT count(*)::text || coalesce(max(pg_get_userbyid(datdba)), '') FROM pg_database \
                         WHERE datname = '_supabase'";
            panel.instance.sql(there)
        },
        restarted: &["supavisor"],
    },
    Case {
        probe: "storage-tables",
        make: |panel| {
            panel.instance.sql("ALTER TABLE storage.objects OWNER TO postgres");
            panel.instance.sql("ALTER ROLE supabase_storage_admin RESET search_path");
            panel.instance.sql("REVOKE ALL ON SCHEMA storage FROM supabase_storage_admin");
        },
        about: |panel| {
            panel.instance.sql(
                "SELECT string_agg(t, ' ' ORDER BY t) FROM (SELECT relname || relowner::regrole AS t FROM pg_class \
                 WHERE relnamespace = 'storage'::regnamespace AND relkind = 'r' UNION ALL SELECT \
                 coalesce(array_to_string(rolconfig, ','), '-') FROM pg_roles WHERE rolname = 'supabase_storage_admin' \
                 UNION ALL SELECT nspname || has_schema_privilege('supabase_storage_admin', oid, 'USAGE') \
                 FROM pg_namespace WHERE nspname = 'storage') AS all_of_it",
            )
        },
        restarted: &["storage"],
    },
];

/// What nothing of it may touch: `.env`, rows, owners and policies of what people made, and
/// the containers of all other services.
fn elsewhere(panel: &Panel, restarted: &[&str]) -> (Vec<u8>, String, BTreeMap<String, (String, String)>) {
    let all = panel.instance.containers().into_iter();
    let others = all.filter(|(service, _)| !restarted.contains(&service.as_str()));
    let sql = panel.instance.sql(
        "SELECT md5(string_agg(t, E'\\n' ORDER BY t)) FROM (SELECT u::text AS t FROM auth.users u UNION ALL \
         SELECT o::text FROM storage.objects o UNION ALL SELECT p::text FROM pg_policies p UNION ALL \
         SELECT c.oid::regclass || c.relowner::regrole::text FROM pg_class c JOIN pg_namespace n \
         ON n.oid = c.relnamespace WHERE n.nspname IN ('auth', 'public')) AS all_of_it",
    );
    (panel.instance.env(), sql, others.map(|(service, (id, started, _))| (service, (id, started))).collect())
}

#[test]
fn a_repair_of_files_databases_and_services_is_done_or_undone() {
    let Some(panel) = Panel::over("today") else { return };
    let mut random = Random::new();
    for Case { probe, make, about, restarted } in CASES {
        let (well, before) = (about(&panel), elsewhere(&panel, restarted));
        make(&panel);
        let broken = about(&panel);
        assert_ne!(broken, well, "{probe}");
        assert_eq!(found(&panel), [probe]);
        // A kill of statements alone is in `repair`.
        let kill = (!restarted.is_empty()).then(|| format!("repair/kill:mend:1:{}", random.moment()));
        for fault in kill.into_iter().chain(["repair/fail:judge:after".to_owned()]) {
            let ran = panel.instance(&["repair"], &["--yes"], Some(&fault));
            assert_eq!(panel.ended(ran, &fault)["state"], "rolled_back", "{probe}: {fault}");
            assert_eq!(about(&panel), broken, "{probe}: {fault}");
            panel.assert_tidy(&fault);
            forget_tries(&panel);
        }
        assert_eq!(found(&panel), [probe], "as before");
        panel.done(&["repair"], &[]);
        assert_eq!((about(&panel), found(&panel)), (well, vec![]), "{probe}");
        assert!(panel.instance.containers().values().all(|(_, _, state)| state == "running"), "{probe}");
        let after = elsewhere(&panel, restarted);
        assert_eq!(after.0, before.0, "{probe}: .env");
        assert_eq!(after.1, before.1, "{probe}: the database");
        assert_eq!(after.2, before.2, "{probe}: containers");
        panel.assert_tidy(probe);
    }
    keys_that_containers_do_not_have_yet(&panel);
}

/// `.env` has another secret, and keys signed with it: the containers that read them are
/// made anew, and what was told to the database at its first start is told to a person.
fn keys_that_containers_do_not_have_yet(panel: &Panel) {
    let env = String::from_utf8(panel.instance.env()).unwrap();
    let file = panel.instance.folder().join(".env");
    let secret = "y".repeat(40);
    let mut other = env.replace(&panel.instance.value("JWT_SECRET"), &secret);
    for (key, role) in [("ANON_KEY", "anon"), ("SERVICE_ROLE_KEY", "service_role")] {
        let mut sign = Command::new("bash");
        sign.args(["-c", ". lab/supabase/make.sh; sign_key \"$0\" \"$1\"", &secret, role]);
        sign.current_dir(env!("CARGO_MANIFEST_DIR"));
        other = other.replace(&panel.instance.value(key), lab::done(sign).trim());
    }
    fs::write(&file, &other).unwrap();
    assert_eq!(found(panel), ["jwt-stale", "gateway-keys"]);
    forget_tries(panel);
    panel.done(&["repair"], &[]);
    assert_eq!(found(panel), ["env-drift"]);
    assert_eq!(panel.instance.env(), other.as_bytes());
    assert_eq!(panel.instance.sign_up("newer-keys@example.com"), 200);
    panel.assert_tidy("newer keys");
}
