//! A change of settings is one transaction: in force everywhere, or everything back.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::{
    panel::Panel,
    support::{lab, random::Random, text},
};

fn jwt_exp(panel: &Panel) -> String {
    panel.instance.sql(
        "SELECT split_part(s, '=', 2) FROM pg_db_role_setting r JOIN pg_database d ON d.oid = r.setdatabase, \
         unnest(setconfig) s WHERE datname = 'postgres' AND setrole = 0 AND s LIKE 'app.settings.jwt_exp=%'",
    )
}

#[test]
fn a_setting_is_in_force_everywhere_or_everything_is_back() {
    let Some(panel) = Panel::over("today") else { return };
    let instance = &panel.instance;
    let (env, before, sql) = (instance.env(), instance.containers(), jwt_exp(&panel));
    touches(&panel);

    // Planned only: nothing is written.
    let plan = panel.instance(&["config", "diff"], &["jwt_expiry=7200"], None).code(0).json();
    assert!(plan.to_string().contains("7200"), "{plan}");
    assert_eq!(instance.env(), env);

    panel.done(&["config", "set"], &["jwt_expiry=7200"]);
    let after = instance.containers();
    assert_eq!(instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some("7200"));
    assert_eq!(jwt_exp(&panel), "7200");
    let wanted = String::from_utf8(env.clone()).unwrap().replace("JWT_EXPIRY=3600", "JWT_EXPIRY=7200");
    assert_eq!(String::from_utf8(instance.env()).unwrap(), wanted, "only the value changed");
    for (service, (id, started, _)) in &before {
        let same = (&after[service].0, &after[service].1) == (id, started);
        let touched = ["auth", "db", "rest"].contains(&service.as_str());
        assert_eq!(same, !touched, "{service}");
    }
    panel.assert_tidy("set");

    refused(&panel);
    warned(&panel);
    broken(&panel);
    unhealthy(&panel);
    worse(&panel);
    no_room(&panel);
    already_sick(&panel);

    // Back by the history.
    let listed = panel.instance(&["config", "history"], &[], None).code(0).json();
    let to_7200 = |one: &&Value| {
        let change = &one["changes"][0];
        one["state"] == "succeeded" && change["old"] == "3600" && change["new"] == "7200"
    };
    let change = listed["history"].as_array().unwrap().iter().find(to_7200);
    let change = text(&change.unwrap_or_else(|| panic!("{listed}"))["operation"]);
    let back = panel.zelo(&["instance", "config", "set-back", &change, "--yes", "--json"]).code(0).json();
    assert_eq!(back["operation"]["state"], "succeeded", "{back}");
    assert_eq!((instance.env(), jwt_exp(&panel)), (env, sql));
    assert_eq!(instance.sign_up("after-config@example.com"), 200);
    new_and_back(&panel);
    rotated(&panel);
    only_so_many_safety_points(&panel);
}

/// Each change left a safety point. Of those only so many are kept; what is pinned, held,
/// the way back of something set aside, or all there is of the data, stays all the same.
fn only_so_many_safety_points(panel: &Panel) {
    let db = rusqlite::Connection::open(panel.data().join("zelo.db")).unwrap();
    let run = |sql: &str| assert!(db.execute(sql, []).unwrap() > 0, "{sql}");
    // The only one with all data, and older than all others.
    let whole = panel.backup();
    run(&format!(
        "UPDATE backups SET origin = 'safety', taken_at = '2020-01-01 00:00:00' WHERE id = '{whole}'"
    ));
    let by_age = || {
        let sql = "SELECT group_concat(id) FROM (SELECT id FROM backups WHERE origin = 'safety' \
                   AND state = 'complete' ORDER BY taken_at DESC)";
        let ids: String = db.query_row(sql, [], |row| row.get(0)).unwrap();
        ids.split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let before = by_age();
    assert!(before.len() > 8 && before.last() == Some(&whole), "{before:?}");
    let [aside, held, pinned] = [3, 4, 5].map(|n| before[before.len() - n].clone());
    run(&format!("UPDATE backups SET pinned = 1 WHERE id = '{pinned}'"));
    run(&format!(
        "INSERT INTO holds (backup_id, operation_id) SELECT id, parent_id FROM backups WHERE id = '{held}'"
    ));
    run(&format!(
        "INSERT INTO asides SELECT id, resource_id, parent_id, 'x', '{{}}', 0, taken_at, \
         '2999-01-01 00:00:00', 'kept' FROM backups WHERE id = '{aside}'"
    ));
    let left: Vec<String> = before
        .iter()
        .enumerate()
        .filter(|(n, id)| *n < 3 || [&whole, &aside, &held, &pinned].contains(id))
        .map(|(_, id)| id.clone())
        .collect();
    let gone = (before.len() - left.len()) as i64;
    let trashed = || panel.count("SELECT count(*) FROM backups WHERE state = 'trashed'");
    panel.worked(&[("ZELO_OPERATION_SAFETY_POINTS", "3")], || {
        trashed() >= gone
            && panel.count("SELECT count(*) FROM operations WHERE state IN ('queued', 'running')") == 0
    });
    assert_eq!(by_age(), left);
    assert_eq!(trashed(), gone);
    // What a person brings back stays, as if nobody had ever asked for its removal; another goes.
    let back: String =
        db.query_row("SELECT id FROM backups WHERE state = 'trashed'", [], |row| row.get(0)).unwrap();
    panel.zelo(&["backup", "untrash", &back, "--json"]).code(0);
    run("UPDATE operations SET idempotency_key = NULL WHERE kind = 'delete'");
    run("UPDATE backups SET pinned = 0 WHERE pinned = 1");
    let worked = |done: &dyn Fn() -> bool| {
        let still = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running')";
        panel.worked(&[("ZELO_OPERATION_SAFETY_POINTS", "3")], || done() && panel.count(still) == 0);
    };
    worked(&|| trashed() >= gone);
    assert_eq!(trashed(), gone);
    let left = by_age();
    assert!(left.contains(&back) && !left.contains(&pinned), "{left:?}");
    // Nothing goes where nothing is known of who took it: after a catalogue was rebuilt. That
    // there was a round is seen by what else it does.
    run("DELETE FROM holds");
    run("DELETE FROM asides WHERE item = 'x'");
    run("UPDATE backups SET operation_id = '01k' || substr(operation_id, 4) WHERE state = 'complete'");
    run("UPDATE backups SET keep_until = '2020-01-01 00:00:00' WHERE state = 'trashed'");
    worked(&|| trashed() == 0);
    assert_eq!(by_age(), left);
    panel.assert_tidy("surplus");
}

#[test]
fn whatever_kills_a_change_the_former_values_or_the_new_ones_are_in_force() {
    let Some(panel) = Panel::over("today") else { return };
    killed(&panel);
    stuck(&panel);
}

/// A new signing secret with both keys: the old ones open nothing any more, and a failure
/// on the way leaves the old ones.
fn rotated(panel: &Panel) {
    let instance = &panel.instance;
    let setting = "SELECT substr(s, 25) FROM pg_db_role_setting r JOIN pg_database d ON d.oid = r.setdatabase, \
         unnest(setconfig) s WHERE datname = 'postgres' AND setrole = 0 AND s LIKE 'app.settings.jwt_secret=%'";
    let (env, anon) = (instance.env(), instance.value("ANON_KEY"));
    let told = instance.sql(setting);
    assert_eq!(told, instance.value("JWT_SECRET"));
    let fault = "config/fail:diagnose:after";
    let ran = panel.instance(&["config", "rotate"], &["jwt_secret", "--yes"], Some(fault));
    assert_eq!(ran.json()["operation"]["state"], "rolled_back", "{ran}");
    assert_eq!((instance.env(), instance.sql(setting)), (env, told));
    assert_eq!(instance.sign_up("not-rotated@example.com"), 200);

    panel.done(&["config", "rotate"], &["jwt_secret"]);
    assert_ne!(instance.value("ANON_KEY"), anon);
    assert_eq!(instance.sql(setting), instance.value("JWT_SECRET"));
    assert_eq!(instance.sign_up("rotated@example.com"), 200);
    assert_eq!(instance.sign_up_with(&anon, "old-key@example.com"), 401);
    let told = panel.instance(&["diagnose"], &[], None).code(0).json();
    assert_eq!(told["findings"], serde_json::json!([]));
    panel.assert_tidy("rotated");
}

/// What cannot be is said, and the file is not touched.
fn refused(panel: &Panel) {
    let env = panel.instance.env();
    for bad in [
        "jwt_expiry=",
        "jwt_expiry=abc",
        "jwt_expiry=0",
        "jwt_expiry=99999999",
        "disable_signup=yes",
        "disable_signup=true ",
        "organization=x\nJWT_SECRET=stolen",
        "no_such_setting=1",
        "jwt_expiry=7200",
        "pgrst_db_schemas=public,nowhere",
    ] {
        let ran = panel.instance(&["config", "set"], &[bad, "--yes"], None);
        assert_ne!(ran.output.status.code(), Some(0), "{bad:?}: {ran}");
        ran.problem();
        assert_eq!(panel.instance.env(), env, "{bad:?}");
    }
    // Once it is there, it may be named.
    panel.instance.sql("CREATE SCHEMA nowhere");
    panel.instance(&["config", "diff"], &["pgrst_db_schemas=public,nowhere"], None).code(0);
    panel.instance.sql("DROP SCHEMA nowhere");
    panel.assert_tidy("refused");
}

/// What a person would not expect is said before.
fn warned(panel: &Panel) {
    let env = panel.instance.env();
    let file = panel.instance.folder().join(".env");
    std::fs::write(&file, [&b"JWT_EXPIRY=60\n"[..], &env].concat()).unwrap();
    let plan = panel.instance(&["config", "set"], &["jwt_expiry=5400", "--dry-run"], None).code(0).json();
    let all = plan["warnings"].to_string();
    assert!(all.contains("config-warn-duplicates"), "{plan}");
    std::fs::write(&file, env).unwrap();
    // There is no Kong here.
    let plan =
        panel.instance(&["config", "set"], &["kong_http_port=28999", "--dry-run"], None).code(0).json();
    assert!(plan["warnings"].to_string().contains("config-warn-nobody-reads"), "{plan}");
}

/// A value with which a service runs and never gets healthy: its check asks for a name that
/// is made of it.
fn unhealthy(panel: &Panel) {
    let (folder, former) = (panel.instance.folder(), panel.instance.env());
    let file = folder.join("docker-compose.yml");
    let layout = std::fs::read_to_string(&file).unwrap();
    let up = || {
        let mut up = lab::script("instance", "instance");
        up.args(["compose", &folder.display().to_string(), "up", "-d", "--no-deps", "--wait", "studio"]);
        lab::done(up);
    };
    let asks = layout.replace("http://studio:3000/", "http://${STUDIO_DEFAULT_ORGANIZATION}:3000/");
    assert_ne!(asks, layout);
    std::fs::write(&file, asks).unwrap();
    let env = String::from_utf8(former.clone()).unwrap();
    let line = env.lines().find(|line| line.starts_with("STUDIO_DEFAULT_ORGANIZATION=")).unwrap();
    let env = env.replace(line, "STUDIO_DEFAULT_ORGANIZATION=studio");
    std::fs::write(folder.join(".env"), &env).unwrap();
    up();

    let before = panel.instance.containers();
    let ran = panel.instance(&["config", "set"], &["organization=nowhere", "--yes"], None);
    assert_eq!(ran.json()["operation"]["state"], "rolled_back", "{ran}");
    assert_eq!(ran.problem(), "recreate-failed");
    assert!(ran.to_string().contains("unhealthy"), "{ran}");
    assert_eq!(panel.instance.env(), env.as_bytes());
    let after = panel.instance.containers();
    assert!(before.iter().all(|(service, one)| service == "studio" || *one == after[service]), "{after:?}");
    let mut health = std::process::Command::new("docker");
    health.args(["inspect", "-f", "{{.State.Health.Status}}", &panel.instance.container("studio")]);
    assert_eq!(lab::done(health).trim(), "healthy");
    panel.assert_tidy("unhealthy");

    std::fs::write(&file, layout).unwrap();
    std::fs::write(folder.join(".env"), former).unwrap();
    up();
}

/// A value that passes every check, leaves every service healthy, and makes sign-up fail:
/// the mail server that it needs from then on is not there.
fn worse(panel: &Panel) {
    let env = panel.instance.env();
    let ran = panel.instance(&["config", "set"], &["enable_email_autoconfirm=false", "--yes"], None);
    assert_eq!(ran.json()["operation"]["state"], "rolled_back", "{ran}");
    assert_eq!(ran.problem(), "change-made-worse");
    assert!(ran.to_string().contains("mail-server"), "{ran}");
    assert_eq!(panel.instance.env(), env);
    assert_eq!(panel.instance.variable("auth", "GOTRUE_MAILER_AUTOCONFIRM").as_deref(), Some("true"));
    assert_eq!(panel.instance.sign_up("after-worse@example.com"), 200);
    panel.assert_tidy("worse");
}

/// Without room for what is to be saved first, nothing is begun.
fn no_room(panel: &Panel) {
    let (env, before) = (panel.instance.env(), panel.instance.containers());
    let (name, full) = (panel.name(), [("ZELO_STORE_RESERVE_BYTES", "1000TiB")]);
    for args in [
        &["instance", "config", "set", &name, "jwt_expiry=5400", "--yes", "--json"][..],
        &["instance", "restart", &name, "--service", "rest", "--yes", "--json"],
        &["instance", "backup", &name, "--json"],
    ] {
        let ran = panel.with(args, &full);
        assert_eq!(ran.json()["operation"]["state"], "failed", "{args:?}: {ran}");
        let code = ran.problem();
        assert!(["safety-failed", "store-too-small"].contains(&code.as_str()), "{args:?}: {ran}");
        assert!(ran.to_string().contains("store-too-small"), "{args:?}: {ran}");
        assert_eq!(
            (panel.instance.env(), panel.instance.containers()),
            (env.clone(), before.clone()),
            "{args:?}"
        );
        panel.assert_tidy("no room");
    }
}

/// An undo that fails on its way asks a person, and goes to its end when it is told to.
fn stuck(panel: &Panel) {
    let (env, exp) = (panel.instance.env(), jwt_exp(panel));
    let before = untouched(panel);
    for step in ["way-back", "write", "tell:app.settings.jwt_exp"] {
        let fault = format!("config/fail:diagnose:after;config/fail:{step}:undo-before");
        let ran = panel.instance(&["config", "set"], &["jwt_expiry=5400", "--yes"], Some(&fault));
        let operation = ran.json()["operation"].clone();
        assert_eq!(operation["state"], "needs_operator", "{step}: {ran}");
        // Until then nothing else may touch it.
        let other = panel.instance(&["restart"], &["--service", "rest", "--yes"], None);
        assert_ne!(other.output.status.code(), Some(0), "{step}: {other}");
        let retry = ["operation", "resolve", &text(&operation["id"]), "--retry", "--json"];
        let ended = panel.zelo(&retry).json()["operation"].clone();
        assert_eq!(ended["state"], "rolled_back", "{step}: {ended}");
        assert_eq!((panel.instance.env(), jwt_exp(panel)), (env.clone(), exp.clone()), "{step}");
        assert_eq!(panel.instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some("3600"), "{step}");
        assert_eq!(untouched(panel), before, "{step}");
        panel.assert_tidy(step);
    }
    assert_eq!(panel.instance.sign_up("after-stuck@example.com"), 200);
}

/// A key that had no line gets one, and loses it again when the change is set back.
fn new_and_back(panel: &Panel) {
    let (before, former) = (panel.instance.containers(), panel.instance.value("STUDIO_DEFAULT_ORGANIZATION"));
    let whole = String::from_utf8(panel.instance.env()).unwrap();
    let without: String = whole
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("STUDIO_DEFAULT_ORGANIZATION="))
        .collect();
    std::fs::write(panel.instance.folder().join(".env"), &without).unwrap();
    let set = panel.done(&["config", "set"], &["organization=Mine"]);
    assert!(panel.instance.value("STUDIO_DEFAULT_ORGANIZATION").contains("Mine"));
    let back = ["instance", "config", "set-back", &text(&set["id"]), "--yes", "--json"];
    let ended = panel.zelo(&back).code(0).json()["operation"].clone();
    assert_eq!(ended["state"], "succeeded", "{ended}");
    assert_eq!(String::from_utf8(panel.instance.env()).unwrap(), without);
    let now = panel.instance.containers();
    assert!(before.iter().all(|(service, one)| service == "studio" || *one == now[service]), "{now:?}");
    // And that is a change like any other.
    let again = ["instance", "config", "set-back", &text(&ended["id"]), "--yes", "--json"];
    assert_eq!(panel.zelo(&again).code(0).json()["operation"]["state"], "succeeded");
    assert!(panel.instance.value("STUDIO_DEFAULT_ORGANIZATION").contains("Mine"));
    panel.done(&["config", "set"], &[&format!("organization={former}")]);
    panel.assert_tidy("new and back");
}

/// What was down before is no reason to take an edit back, and is no other than it was.
fn already_sick(panel: &Panel) {
    let down = panel.instance.container("imgproxy");
    let docker = |verb: &str| {
        let mut docker = std::process::Command::new("docker");
        docker.args([verb, &down]);
        lab::done(docker);
    };
    docker("stop");
    panel.done(&["config", "set"], &["jwt_expiry=5400"]);
    assert_eq!(panel.instance.containers()["imgproxy"].2, "exited");
    panel.done(&["config", "set"], &["jwt_expiry=7200"]);
    docker("start");
    panel.assert_tidy("sick before");
}

/// A value that passes every check and breaks the service: its port is taken.
fn broken(panel: &Panel) {
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (env, before) = (panel.instance.env(), panel.instance.containers());
    let field = format!("api_gw_http_port={port}");
    let ran = panel.instance(&["config", "set"], &[&field, "--yes"], None);
    assert_eq!(ran.json()["operation"]["state"], "rolled_back", "{ran}");
    assert_eq!(ran.problem(), "recreate-failed");
    assert_eq!(panel.instance.env(), env);
    for (service, (_, _, state)) in panel.instance.containers() {
        assert_eq!(state, before[&service].2, "{service}");
    }
    assert_eq!(panel.instance.sign_up("after-broken@example.com"), 200);
    panel.assert_tidy("broken");
}

/// The containers, with their start times, of all services that an expiry says nothing to.
fn untouched(panel: &Panel) -> Vec<(String, String, String)> {
    let all = panel.instance.containers().into_iter();
    let others = all.filter(|(service, _)| !["auth", "db", "rest"].contains(&service.as_str()));
    others.map(|(service, (id, started, _))| (service, id, started)).collect()
}

/// SIGKILL and failure at every step: the file and the values are the former ones or the
/// new ones, everywhere the same.
fn killed(panel: &Panel) {
    let mut random = Random::new();
    let (former, new) = ("3600", "5400");
    let steps = panel.steps(&["config", "set"], &["jwt_expiry=5400"]);
    let before = untouched(panel);
    for (what, step) in steps.iter().flat_map(|step| ["kill", "fail"].map(|what| (what, step))) {
        let moment = if what == "kill" { random.moment() } else { "after" };
        let fault = format!("config/{what}:{step}:{moment}");
        let ran = panel.instance(&["config", "set"], &["jwt_expiry=5400", "--yes"], Some(&fault));
        let ended = panel.ended(ran, &fault);
        let mut state = text(&ended["state"]);
        if state == "needs_operator" {
            // The former file is given up last: from there on it only goes forward.
            assert_eq!(fault, "config/fail:forget:after", "{ended}");
            let retry = ["operation", "resolve", &text(&ended["id"]), "--retry", "--json"];
            state = text(&panel.zelo(&retry).code(0).json()["operation"]["state"]);
            assert_eq!(state, "succeeded");
        }
        let value = if state == "succeeded" { new } else { former };
        assert!(["succeeded", "rolled_back", "failed"].contains(&state.as_str()), "{fault}: {state}");
        assert_eq!(panel.instance.value("JWT_EXPIRY"), value, "{fault}");
        assert_eq!(panel.instance.variable("auth", "GOTRUE_JWT_EXP").as_deref(), Some(value), "{fault}");
        assert_eq!(jwt_exp(panel), value, "{fault}");
        assert_eq!(untouched(panel), before, "{fault}");
        panel.assert_tidy(&fault);
        if state == "succeeded" {
            panel.done(&["config", "set"], &["jwt_expiry=3600"]);
        }
    }
    assert_eq!(panel.instance.sign_up("after-kills@example.com"), 200);
}

/// What a field says that it touches is what Compose would recreate for another value: one
/// field for each set of services.
#[track_caller]
pub(crate) fn touches(panel: &Panel) {
    let fields = panel.instance(&["config", "get"], &[], None).code(0).json();
    assert_eq!(fields["unsaid"], Value::Null);
    let mut compared = Vec::new();
    for field in fields["settings"].as_array().unwrap().iter().filter(|field| field["editable"] == true) {
        let (name, value) = (text(&field["field"]), field["value"].as_str().unwrap_or_default());
        let Some(other) = another(value).filter(|_| !compared.contains(&&field["services"])) else {
            continue;
        };
        let ran = panel.instance(&["config", "diff"], &[&format!("{name}={other}")], None);
        let planned = ran.code(0).json();
        let steps = planned["steps"].as_array().unwrap().iter();
        let recreated = steps.filter(|step| step["name"] == "recreate");
        let listed = recreated.map(|step| text(&step["title"]["args"]["services"])).collect::<String>();
        let mut services: Vec<&str> = listed.split(", ").filter(|one| !one.is_empty()).collect();
        services.sort_unstable();
        assert_eq!(field["services"], json!(services), "{name}: {value} → {other}: {planned}");
        assert_eq!(planned.to_string().contains("\"tell:"), field["sql"].is_string(), "{name}: {planned}");
        compared.push(&field["services"]);
    }
    assert!(compared.len() >= 8, "{compared:?}");
}

/// Another value of the same sort; none of what is not shown.
fn another(value: &str) -> Option<String> {
    match value {
        "true" => Some("false".to_owned()),
        "false" => Some("true".to_owned()),
        _ if value.starts_with("http") => Some(format!("{}/other", value.trim_end_matches('/'))),
        "" => None,
        // Schemas must be there: the same in another order.
        _ if value.contains(',') => Some(value.rsplit(',').collect::<Vec<_>>().join(",")),
        _ => {
            Some(value.parse::<u32>().map_or_else(|_| format!("{value}2"), |number| (number + 1).to_string()))
        }
    }
}
