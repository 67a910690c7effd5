//! Repairs that write a file, make a database, restart a service: killed on their way they
//! are undone to the last byte; done, the probe is green and nothing else is another.

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

const CASES: [Case; 3] = [
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
        for fault in [format!("kill:mend:1:{}", random.moment()), "fail:judge:after".to_owned()] {
            let fault = format!("repair/{fault}");
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
}
