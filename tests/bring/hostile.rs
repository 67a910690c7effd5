//! Files that were made to do harm, and a process killed at each step of a restore.

use std::fs;

use serde_json::Value;

use crate::{
    killing::{Killing, Steps},
    panel::SHOP,
    strange::Strange,
    support::{postgres::assert_same, random::Random, text},
};

/// A file in the server's container that nobody may have made.
const MARK: &str = "/tmp/pwned";

impl Strange {
    /// What was asked for has failed, nothing of it ran, and nothing is changed.
    #[track_caller]
    fn assert_unharmed(&self, before: &(String, Vec<String>), case: &str) {
        let there = self.server.exec(&["sh", "-c", &format!("test -e {MARK} && echo yes; true")], "");
        assert_eq!(there, "", "{case}: it ran");
        assert_same(&self.server.digest(SHOP), &before.0, case);
        assert_eq!(self.server.roles(), before.1, "{case}");
        let left = "SELECT rolname FROM pg_roles WHERE rolname LIKE '%\\_\\_zelo\\_%'";
        assert_eq!(self.server.sql("postgres", left), "", "{case}");
        let settings = "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'";
        assert_eq!(self.server.sql("postgres", settings), "0", "{case}");
        self.server.assert_no_sides(case);
        self.server.assert_quiet(case);
        self.panel.assert_tidy(case);
    }

    fn now(&self) -> (String, Vec<String>) {
        (self.server.digest(SHOP), self.server.roles())
    }
}

/// Statements that reach further than their own database.
const REACHING: [&str; 14] = [
    "COPY public.mark FROM PROGRAM 'touch /tmp/pwned; echo 1';",
    "COPY public.mark TO PROGRAM 'touch /tmp/pwned';",
    "COPY public.mark TO '/tmp/pwned';",
    "DO $$ BEGIN EXECUTE 'COPY public.mark TO ' || 'PROGRAM ' || quote_literal('touch /tmp/pwned'); END $$;",
    "DROP DATABASE postgres;",
    "ALTER SYSTEM SET work_mem = '8MB';",
    "CREATE ROLE evil SUPERUSER LOGIN PASSWORD 'x';",
    "ALTER ROLE app SUPERUSER;",
    "SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/pwned');",
    "SELECT lo_import('/etc/passwd');",
    "CREATE EXTENSION plpython3u;",
    "SET SESSION AUTHORIZATION postgres;\nRESET ROLE;\nSET ROLE postgres;",
    "SELECT pg_read_file('/etc/passwd');",
    "ALTER DATABASE shop RENAME TO gone;",
];

#[test]
fn what_reaches_further_fails_instead_of_running() {
    let Some(it) = Strange::up(15) else { return };
    let before = it.now();
    for (at, sql) in REACHING.iter().enumerate() {
        let file = it.script(&format!("shop{at}.sql"), sql);
        let backup = it.bring(&file, &["--item", SHOP]);
        let plan = it.panel.zelo(&["restore", &backup, "--dry-run", "--json"]);
        let refused = plan.json()["problems"].is_array();
        assert_eq!(refused, sql.contains("EXTENSION"), "{plan}");
        let ran = it.panel.zelo(&["restore", &backup, "--yes", "--json"]);
        let code = ran.problem();
        let wanted = if refused {
            ["pg-outside-extension", "pg-extensions-missing"]
        } else {
            ["pg-outside-stopped", "pg-load-failed"]
        };
        assert!(wanted.contains(&code.as_str()), "{sql}: {code}: {ran}");
        it.assert_unharmed(&before, sql);
    }
}

#[test]
fn commands_to_psql_are_told_refused_and_never_run() {
    let Some(it) = Strange::up(17) else { return };
    let before = it.now();
    let hidden = "SELECT set_config('standard_conforming_strings', 'off', false);\n\
                  SELECT '\\''; \\! touch /tmp/pwned\n-- ';";
    for (at, (sql, what)) in [
        ("\\! touch /tmp/pwned", Some("shell")),
        ("\\connect postgres\nCREATE TABLE public.pwned ();", Some("connect")),
        ("\\copy public.mark to program 'touch /tmp/pwned'", Some("program")),
        ("\\o | touch /tmp/pwned", Some("program")),
        ("-- harmless\r\\! touch /tmp/pwned", Some("shell")),
        ("\\unrestrict guessed\n\\! touch /tmp/pwned", Some("shell")),
        // Past every look: psql itself is kept from it.
        (hidden, None),
    ]
    .into_iter()
    .enumerate()
    {
        let file = it.script(&format!("shop{at}.sql"), sql);
        let backup = it.bring(&file, &["--item", SHOP]);
        if let Some(what) = what {
            let info = it.panel.zelo(&["backup", "info", &backup, "--json"]).code(0).json();
            let dangers = info["manifest"]["parts"][0]["facts"]["outside"]["dangers"].clone();
            assert!(
                dangers["listed"].as_array().unwrap().iter().any(|d| d["what"] == what),
                "{sql}: {dangers}"
            );
            let ran = it.panel.zelo(&["restore", &backup, "--yes", "--json"]).code(1);
            assert_eq!(ran.problem(), "restore-outside-refused", "{sql}");
            it.assert_unharmed(&before, sql);
            forget_report(&it, &backup);
        }
        // Without a report, or where none saw it: what loads it refuses it.
        let ran = it.panel.zelo(&["restore", &backup, "--yes", "--json"]).code(1);
        let code = ran.problem();
        let wanted = if what.is_some() { "restore-outside-refused" } else { "pg-outside-stopped" };
        assert_eq!(code, wanted, "{sql}: {ran}");
        it.assert_unharmed(&before, sql);
    }
}

/// Takes the report out of a backup's manifest, as somebody with the disk could.
fn forget_report(it: &Strange, backup: &str) {
    let info = it.panel.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    let path = it.panel.data().join("store").join(text(&info["backup"]["path"])).join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["parts"][0]["facts"] = Value::Null;
    fs::write(&path, serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// What a superuser would run by looking into the database.
#[test]
fn nothing_lies_in_wait_for_a_superuser() {
    for major in [15, 17] {
        let Some(it) = Strange::up(major) else { return };
        let trap = "CREATE FUNCTION public.trap() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
            IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN \
            COPY (SELECT 1) TO PROGRAM 'touch /tmp/pwned'; END IF; END $$;\n\
            CREATE FUNCTION public.same(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
            PERFORM public.trap(); RETURN pg_catalog.texteq($1, $2); END $$;\n\
            CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same);\n\
            CREATE FUNCTION public.key(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN \
            PERFORM public.trap(); RETURN $1; END $$;\n\
            CREATE INDEX trap ON public.mark (public.key(a));\n\
            CREATE MATERIALIZED VIEW public.view AS SELECT public.key(a) FROM public.mark;\n\
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); \
            EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database()); \
            EXECUTE format('ALTER ROLE %I SET search_path = public, pg_catalog', current_user); END $$;";
        let backup = it.bring(&it.script("shop.sql", trap), &["--item", SHOP]);
        it.server.sql("postgres", "ALTER DATABASE shop OWNER TO postgres");
        let restored = it.panel.carry_out(&["restore", &backup]);
        it.server.sql(SHOP, "ANALYZE; REINDEX TABLE mark");
        let there = it.server.exec(&["sh", "-c", &format!("test -e {MARK} && echo yes; true")], "");
        assert_eq!(there, "", "{major}: it ran as a superuser");
        assert_eq!(it.server.sql(SHOP, "SHOW search_path"), "public, \"we ird\"", "the live database's own");
        it.panel.carry_out(&["undo", &restored]);
        // The same, ended before its swap: even so it can be dropped.
        let fault = "restore/fail:analyze:shop:before";
        crate::support::zelo(&it.panel.data(), &["restore", &backup, "--yes", "--json"], Some(fault)).code(1);
        crate::support::zelo(
            &it.panel.data(),
            &["restore", &backup, "--yes", "--json"],
            Some("restore/kill:load:shop:after"),
        )
        .killed();
        let newest = it.panel.newest("restore").unwrap();
        it.panel.zelo(&["operation", "watch", &text(&newest["id"]), "--json"]);
        it.server.assert_no_sides("dropped");
        it.panel.assert_tidy("dropped");
    }
}

#[test]
fn an_archive_is_kept_to_its_database_too() {
    let Some(it) = Strange::up(15) else { return };
    it.server.sql("postgres", "CREATE DATABASE evil");
    it.server.sql(
        "evil",
        "CREATE FUNCTION f(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
         COPY (SELECT 1) TO PROGRAM 'touch /tmp/pwned'; RETURN true; END $$; \
         CREATE TABLE t (a int CHECK (f(a))); INSERT INTO t VALUES (1);",
    );
    it.server.exec(&["rm", "-f", MARK], "");
    it.server.exec(&["pg_dump", "-U", "postgres", "-d", "evil", "-Fc", "-f", "/tmp/evil.dump"], "");
    it.server.exec(&["rm", "-f", MARK], "");
    let before = it.now();
    let file = it.path("evil.dump");
    it.server.fetch("/tmp/evil.dump", &file);
    let backup = it.bring(&file, &["--item", SHOP]);
    let info = it.panel.zelo(&["backup", "info", &backup, "--json"]).code(0).json();
    let dangers = info["manifest"]["parts"][0]["facts"]["outside"]["dangers"]["listed"].clone();
    assert_eq!(dangers[0]["what"], "copy-program", "{dangers}");
    let ran = it.panel.zelo(&["restore", &backup, "--yes", "--json"]).code(1);
    assert_eq!(ran.problem(), "pg-outside-stopped", "{ran}");
    it.assert_unharmed(&before, "an archive");
}

#[test]
fn a_restore_of_a_file_from_elsewhere_killed_at_each_of_its_steps() {
    let Some(it) = Strange::up(17) else { return };
    let backup = it.bring(&it.dump("shop.sql", &["-Fp"]), &[]);
    crate::panel::damage(&it.server, SHOP);
    let old = it.server.digest(SHOP);
    let done = it.panel.carry_out(&["restore", &backup]);
    let new = it.server.digest(SHOP);
    it.panel.carry_out(&["undo", &done]);
    it.drop_asides();
    let folder = it.folder;
    let it = Killing { server: it.server, panel: it.panel, backup: backup.clone(), new, old };
    let restore = ["restore", &backup, "--yes", "--json"];
    let steps = Steps::of(&it.panel.zelo(&["restore", &backup, "--dry-run", "--json"]).code(0).json());
    let ours = ["admit:shop", "prepare:shop", "load:shop", "count:shop", "own:shop"];
    assert!(ours.iter().all(|step| steps.names.iter().any(|name| name == step)), "{:?}", steps.names);
    let mut random = Random::new();
    // Those that are the same in every restore are killed where it is of our own backup.
    let all = std::env::var_os("ZELO_SOAK").is_some();
    for step in (0..steps.names.len()).filter(|step| all || ours.contains(&steps.names[*step].as_str())) {
        let moment = random.moment();
        if it.killed_at(&restore, &steps, step, moment) {
            let newest = it.panel.newest("restore").unwrap();
            it.panel.carry_out(&["undo", &text(&newest["id"])]);
            assert_same(&it.server.digest(SHOP), &it.old, "undone");
        }
        it.server.drop_asides();
        let left = "SELECT rolname FROM pg_roles WHERE rolname LIKE '%\\_\\_zelo\\_%'";
        assert_eq!(it.server.sql("postgres", left), "", "{}:{moment}", steps.names[step]);
    }
    let fault = format!("restore/kill-bytes:load:shop:{}", random.below(100_000));
    let operation = it.killed(&restore, &fault);
    it.assert_ended(&operation, false, &it.old, &fault);
    drop(folder);
}
