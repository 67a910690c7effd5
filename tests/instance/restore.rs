//! A recovery point put back over its instance: everything is as it was then, what was
//! live lies aside, and the restore is undone and redone; killed and failed on its way.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{lab, random::Random, text},
};

/// Everything of an instance that a restore is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) env: String,
    pub(crate) users: String,
    pub(crate) roles: String,
    settings: String,
    pub(crate) shape: String,
    pub(crate) objects: BTreeMap<PathBuf, (Vec<u8>, String)>,
    pub(crate) key: String,
}

pub(crate) fn state(panel: &Panel) -> State {
    let instance = &panel.instance;
    let query = |sql: &str| instance.sql(sql);
    State {
        env: String::from_utf8(instance.env()).unwrap(),
        users: query(
            "SELECT string_agg(email || ':' || encrypted_password, ',' ORDER BY email) FROM auth.users",
        ),
        roles: query(
            "SELECT string_agg(rolname || ':' || coalesce(rolpassword, ''), ',' ORDER BY rolname) FROM pg_authid",
        ),
        settings: query(
            "SELECT string_agg(s::text, ',' ORDER BY s::text) FROM pg_db_role_setting, unnest(setconfig) AS s",
        ),
        // Owners, policies, triggers, sequences: what an exit status says nothing of. (A
        // diagnosis tries to sign somebody up: what it takes from a sequence stays taken.)
        shape: query(
            "SELECT string_agg(t, E'\\n' ORDER BY t) FROM (SELECT n.nspname || '.' || c.relname || ' ' || \
             pg_get_userbyid(c.relowner) || ' ' || coalesce(c.relacl::text, '') AS t FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('auth', 'storage', 'public') \
             UNION ALL SELECT 'policy ' || schemaname || tablename || policyname FROM pg_policies \
             UNION ALL SELECT 'trigger ' || tgrelid::regclass || tgname FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT 'sequence ' || schemaname || sequencename || coalesce(last_value, 0) \
             FROM pg_sequences WHERE schemaname <> 'auth') AS all_of_it",
        ),
        objects: objects(&instance.folder().join("volumes/storage")),
        key: key(panel),
    }
}

/// Compares piece by piece: what differs is all that is shown.
#[track_caller]
pub(crate) fn assert_state(panel: &Panel, wanted: &State, case: &str) {
    let now = state(panel);
    assert_eq!(now.env, wanted.env, "{case}: .env");
    assert_eq!(now.users, wanted.users, "{case}: users");
    assert_eq!(now.roles, wanted.roles, "{case}: roles");
    assert_eq!(now.settings, wanted.settings, "{case}: settings");
    assert_eq!(now.shape, wanted.shape, "{case}: shape");
    assert_eq!(now.key, wanted.key, "{case}: vault");
    assert_eq!(&now, wanted, "{case}: stored objects");
}

/// The vault's key, with owner and mode.
fn key(panel: &Panel) -> String {
    let mut cat = Command::new("docker");
    cat.args(["exec", &panel.instance.container("db"), "sh", "-c"]);
    cat.arg("cd /etc/postgresql-custom && stat -c '%U %a' pgsodium_root.key && cat pgsodium_root.key");
    lab::done(cat)
}

fn objects(folder: &std::path::Path) -> BTreeMap<PathBuf, (Vec<u8>, String)> {
    let mut find = Command::new("find");
    find.arg(folder).args(["-type", "f"]);
    let files = lab::done(find);
    let one = |path: &str| {
        let mut attributes = Command::new("python3");
        let list = "import os, sys; p = sys.argv[1]; \
                    print({n: os.getxattr(p, n) for n in sorted(os.listxattr(p)) if n.startswith('user.')})";
        attributes.args(["-c", list, path]);
        let inside = PathBuf::from(path).strip_prefix(folder).unwrap().to_owned();
        (inside, (fs::read(path).unwrap(), lab::done(attributes)))
    };
    files.lines().map(one).collect()
}

/// Changes all of it.
pub(crate) fn spoil(panel: &Panel) {
    let instance = &panel.instance;
    instance
        .sql("DELETE FROM auth.users WHERE email IN (SELECT email FROM auth.users ORDER BY email LIMIT 7)");
    instance.sql("CREATE TABLE public.written_since (id int); INSERT INTO public.written_since VALUES (1)");
    instance.sql("CREATE ROLE came_later LOGIN PASSWORD 'later'");
    instance.sql("ALTER DATABASE postgres SET \"app.settings.jwt_exp\" TO '7'");
    panel.done(&["config", "set"], &["jwt_expiry=4242"]);
    let storage = instance.folder().join("volumes/storage");
    let some = objects(&storage).into_keys().next().unwrap();
    fs::write(storage.join(some), "spoilt").unwrap();
    fs::write(storage.join("new-object"), "new").unwrap();
    let mut key = Command::new("docker");
    key.args(["exec", &instance.container("db"), "sh", "-c"]);
    key.arg("printf other > /etc/postgresql-custom/pgsodium_root.key; touch /etc/postgresql-custom/extra");
    lab::done(key);
}

fn restore(panel: &Panel, backup: &str, fault: Option<&str>) -> crate::support::Ran {
    panel.faulty(&["restore", backup, "--yes", "--json"], fault)
}

/// Folders beside the instance's.
pub(crate) fn beside(panel: &Panel) -> Vec<String> {
    let root = panel.instance.folder().parent().unwrap().to_owned();
    let names = fs::read_dir(root).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".zelo-")).collect()
}

/// The side clusters of an instance: other tests have theirs at the same time.
pub(crate) fn side_containers(panel: &Panel) -> Vec<String> {
    let mut ps = Command::new("docker");
    ps.args(["ps", "-a", "--no-trunc", "--filter", "label=zelo.side", "--format", "{{.Names}} {{.Mounts}}"]);
    let beside = panel.instance.folder().parent().unwrap().display().to_string();
    lab::done(ps).lines().filter(|line| line.contains(&beside)).map(str::to_owned).collect()
}

fn put_back_undone_and_freed(layout: &str, format: &str) {
    let Some(panel) = Panel::over(layout) else { return };
    let made = panel.zelo(&["backup", "create", &panel.name(), "--format", format, "--json"]).code(0);
    let backup = text(&made.json()["operation"]["backup"]);
    let then = state(&panel);
    spoil(&panel);
    let spoilt = state(&panel);
    assert_ne!(then.users, spoilt.users);
    assert_ne!(then.key, spoilt.key);

    let ran = restore(&panel, &backup, None).code(0);
    let operation = ran.json()["operation"].clone();
    assert_eq!(operation["state"], "succeeded", "{ran}");
    assert_state(&panel, &then, "");
    let shown = panel.zelo(&["operation", "show", &text(&operation["id"]), "--json"]).code(0).to_string();
    // A cluster that lies as it was saved is compared with what was counted around it.
    assert_eq!(shown.contains("restore-log-holds"), format == "both", "{shown}");
    assert!(!shown.contains("restore-log-not-held"), "{shown}");
    assert_eq!(panel.instance.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'came_later'"), "0");
    assert_eq!(panel.instance.sign_up("after-restore@example.com"), 200);
    assert!(panel.instance.containers().values().all(|(_, _, state)| state == "running"));
    assert_eq!(side_containers(&panel), [""; 0]);
    panel.assert_tidy("restored");
    let secrets = panel.instance.secrets();
    assert!(!secrets.iter().any(|s| ran.to_string().contains(s)), "no secret in the output");

    // Undone: what people wrote until then is live again, and what was restored is kept.
    panel.instance.sql("DELETE FROM auth.users WHERE email = 'after-restore@example.com'");
    let id = text(&operation["id"]);
    panel.instance.sign_up("since@example.com");
    let plan = panel.zelo(&["undo", &id, "--dry-run", "--json"]).code(0).json();
    let all = plan["warnings"].as_array().unwrap();
    let since = all.iter().find(|one| one["id"] == "restore-warn-since").unwrap_or_else(|| panic!("{plan}"));
    assert_eq!((&since["args"]["users"], &since["args"]["objects"]), (&1.into(), &0.into()), "{since}");
    panel.instance.sql("DELETE FROM auth.users WHERE email = 'since@example.com'");
    assert_eq!(since["args"]["known"], "yes", "{since}");
    let undone = panel.zelo(&["undo", &id, "--yes", "--json"]).code(0).json()["operation"].clone();
    let shown = panel.zelo(&["operation", "show", &text(&undone["id"]), "--json"]).code(0).json();
    let told = shown["log"].to_string();
    let is_looked = |step: &Value| step["name"] == "diagnose" && step["state"] == "done";
    assert!(shown["steps"].as_array().unwrap().iter().any(is_looked), "{shown}");
    assert!(!told.contains("instance-log-not-diagnosed") && !told.contains("diagnosis-slow"), "{shown}");
    assert_state(&panel, &spoilt, "");
    assert_eq!(panel.instance.sql("SELECT count(*) FROM public.written_since"), "1");
    panel.assert_tidy("undone");

    // And what the undo set aside is freed.
    let asides = panel.zelo(&["aside", "list", "--json"]).code(0).json();
    let kept: Vec<&Value> = asides.as_array().unwrap().iter().filter(|a| a["state"] == "kept").collect();
    assert_eq!(kept.len(), 1, "{asides}");
    assert_eq!(beside(&panel).len(), 1);
    panel.zelo(&["aside", "free", &text(&kept[0]["id"]), "--yes", "--json"]).code(0);
    assert_eq!(beside(&panel), [""; 0]);
    assert_state(&panel, &spoilt, "");
    by_form(&panel, &backup, &then, format);
}

/// Of a point that has the database in both forms either is put back, as one chooses.
fn by_form(panel: &Panel, backup: &str, then: &State, format: &str) {
    let lacks = panel.instance(&["restore"], &[backup, "--format", "physical", "--dry-run"], None);
    if format == "logical" {
        assert_eq!(lacks.problem(), "restore-format-missing");
        return;
    }
    let steps = lacks.code(0).to_string();
    assert!(steps.contains("unpack:cluster"), "{steps}");
    let unknown = panel.instance(&["restore"], &[backup, "--format", "other", "--dry-run"], None);
    assert_eq!(unknown.problem(), "restore-format-unknown");
    let operation = panel.done(&["restore"], &[backup, "--format", "logical"]);
    assert_state(panel, then, "by its dumps");
    let shown = panel.zelo(&["operation", "show", &text(&operation["id"]), "--json"]).code(0).to_string();
    assert!(!shown.contains("unpack:cluster") && !shown.contains("restore-log-holds"), "{shown}");
    panel.assert_tidy("by its dumps");
}

#[test]
fn an_instance_of_today_is_put_back_undone_and_freed() {
    put_back_undone_and_freed("today", "logical");
}

#[test]
fn an_instance_of_the_kong_era_is_put_back_undone_and_freed() {
    put_back_undone_and_freed("kong", "both");
}

/// Nothing is laid out where the disk would run full.
fn no_room(panel: &Panel, backup: &str, spoilt: &State) {
    let args = ["restore", backup, "--yes", "--json"];
    let full = panel.with(&args, &[("ZELO_STORE_RESERVE_BYTES", "1000TiB")]);
    assert_eq!(full.json()["operation"]["state"], "failed", "{full}");
    assert_state(panel, spoilt, "no room");
    panel.assert_tidy("no room");
}

/// An undo that fails asks a person, and goes to its end when it is told to.
fn stuck(panel: &Panel, backup: &str, spoilt: &State) {
    let (laid, fault) = (beside(panel).len(), "restore/fail:up:after;restore/fail:swap:undo-before");
    let operation = restore(panel, backup, Some(fault)).json()["operation"].clone();
    assert_eq!(operation["state"], "needs_operator", "{operation}");
    let retry = ["operation", "resolve", &text(&operation["id"]), "--retry", "--json"];
    let ended = panel.zelo(&retry).json()["operation"].clone();
    assert_eq!(ended["state"], "rolled_back", "{ended}");
    assert_state(panel, spoilt, fault);
    assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{fault}");
    assert_eq!(side_containers(panel), [""; 0], "{fault}");
    assert_eq!(beside(panel).len(), laid + 1, "what had been live for a moment stays");
    panel.assert_tidy(fault);
}

#[test]
fn whatever_kills_a_restore_all_of_it_or_nothing_is_put_back() {
    // One form by the seed; both in tests/soak.
    let all = std::env::var_os("ZELO_SOAK").is_some();
    let physical = !all && Random::new().below(2) == 1;
    killed(if physical { "physical" } else { "logical" });
}

#[test]
#[ignore = "too long: tests/soak"]
fn whatever_kills_a_restore_of_a_whole_cluster_all_of_it_or_nothing_is_put_back() {
    killed("physical");
}

fn killed(format: &str) {
    let Some(panel) = Panel::over("today") else { return };
    let made = panel.instance(&["backup"], &["--format", format], None).code(0);
    let backup = text(&made.json()["operation"]["backup"]);
    let then = state(&panel);
    spoil(&panel);
    let spoilt = state(&panel);
    let plan = panel.zelo(&["restore", &backup, "--dry-run", "--json"]).code(0).json();
    let steps: Vec<String> = plan["steps"].as_array().unwrap().iter().map(|s| text(&s["name"])).collect();
    let mut random = Random::new();
    // Those that touch what is live each time, and two of the others.
    let mut cases = vec![
        "kill:stop:after".to_owned(),
        "kill:volumes:after".to_owned(),
        "fail:ready:after".to_owned(),
        // Its undo is killed when all of it has gone back, and the journal does not know.
        "fail:up:after;restore/kill:swap:undo-after".to_owned(),
    ];
    let harmless: Vec<&String> = steps.iter().take_while(|s| *s != "stop").collect();
    // All of them in tests/soak.
    let all = std::env::var_os("ZELO_SOAK").is_some();
    for step in steps.iter().take_while(|step| all && *step != "swap") {
        cases.extend(["before", "after", "done"].map(|moment| format!("kill:{step}:{moment}")));
    }
    for _ in 0..2 {
        let step = harmless[usize::try_from(random.below(harmless.len() as u64)).unwrap()];
        cases.push(format!("kill:{step}:{}", random.moment()));
    }
    for case in &cases {
        let fault = format!("restore/{case}");
        let ran = restore(&panel, &backup, Some(&fault));
        let ended = panel.ended(ran, &fault)["state"].clone();
        let gone_back = ["failed", "rolled_back"].iter().any(|s| ended == *s);
        assert!(gone_back, "{fault}: {ended}");
        assert_state(&panel, &spoilt, &fault);
        assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{fault}");
        assert_eq!(side_containers(&panel), [""; 0], "{fault}");
        panel.assert_tidy(&fault);
    }
    no_room(&panel, &backup, &spoilt);
    stuck(&panel, &backup, &spoilt);
    // What was laid out and had been live for a moment stays: people may have written into it.
    assert_eq!(beside(&panel).len(), 2);

    // After the swap a crash goes forward; all of the steps in tests/soak.
    let later: Vec<&String> = steps.iter().skip_while(|step| *step != "swap").collect();
    let moments = ["before", "after", "done"];
    let later = later.iter().flat_map(|step| moments.map(|moment| format!("restore/kill:{step}:{moment}")));
    let chosen = |fault: &String| all || fault == "restore/kill:swap:after";
    for fault in later.filter(chosen) {
        restore(&panel, &backup, Some(&fault)).killed();
        let ended = panel.recovered("restore")["state"].clone();
        assert!(ended == "succeeded" || fault == "restore/kill:swap:before", "{fault}: {ended}");
        assert_state(&panel, if ended == "succeeded" { &then } else { &spoilt }, &fault);
        assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{fault}");
        assert_eq!(side_containers(&panel), [""; 0], "{fault}");
        panel.assert_tidy(&fault);
        assert_eq!(panel.instance.sign_up("after-crash@example.com"), 200, "{fault}");
        if all && ended == "succeeded" {
            panel.instance.sql("DELETE FROM auth.users WHERE email = 'after-crash@example.com'");
            spoil(&panel);
        }
    }
}
