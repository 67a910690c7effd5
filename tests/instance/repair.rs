//! Sign-up is broken, found and mended; a repair that dies is undone; the third try is
//! refused.

use serde_json::Value;

use crate::{
    lost,
    panel::Panel,
    support::{random::Random, text},
};

/// Breaks sign-up as a lost `search_path` does.
const BREAK: &str = "ALTER ROLE supabase_auth_admin RESET search_path";

pub(crate) fn found(panel: &Panel) -> Vec<String> {
    let told = panel.instance(&["diagnose"], &[], None).json();
    let findings = told["findings"].as_array().unwrap_or_else(|| panic!("no findings in {told}"));
    findings.iter().map(|f: &Value| text(&f["finding"]["probe"])).collect()
}

fn setting(panel: &Panel) -> String {
    panel.instance.sql(
        "SELECT string_agg(s, ', ' ORDER BY s) FROM pg_roles, unnest(rolconfig) s \
         WHERE rolname = 'supabase_auth_admin'",
    )
}

#[test]
fn sign_up_is_broken_found_and_mended() {
    let Some(panel) = Panel::over("kong") else { return };
    let instance = &panel.instance;
    assert_eq!(found(&panel), [""; 0], "a healthy instance has no findings");
    let healthy = setting(&panel);

    instance.sql(BREAK);
    assert_eq!(instance.sign_up("broken@example.com"), 500);
    assert_eq!(found(&panel), ["auth-search-path"]);

    // Killed in the middle, it is undone: broken as before.
    panel.instance(&["repair"], &["--yes"], Some("repair/kill:mend:1:after")).killed();
    let state = text(&panel.recovered("repair")["state"]);
    assert_eq!(state, "rolled_back");
    assert_eq!(found(&panel), ["auth-search-path"]);
    panel.assert_tidy("killed");

    panel.done(&["repair"], &[]);
    assert_eq!(found(&panel), [""; 0]);
    assert_eq!(setting(&panel), healthy);
    what_does_not_help_is_undone(&panel);
    killed_and_failed(&panel, &healthy);
    assert_eq!(instance.sign_up("mended@example.com"), 200);

    // It comes back: the third try is refused.
    instance.sql(BREAK);
    let refused = panel.instance(&["repair"], &["--yes"], None);
    assert_eq!(refused.problem(), "repair-third-try");
    assert_eq!(found(&panel), ["auth-search-path"]);
}

/// At every step: mended, or broken exactly as before.
fn killed_and_failed(panel: &Panel, healthy: &str) {
    panel.instance.sql(BREAK);
    let broken = setting(panel);
    assert_ne!(broken, healthy);
    forget_tries(panel);
    let mut random = Random::new();
    for step in &panel.steps(&["repair"], &[]) {
        for what in ["kill", "fail"] {
            let moment = if what == "kill" { random.moment() } else { "after" };
            let fault = format!("repair/{what}:{step}:{moment}");
            let ran = panel.instance(&["repair"], &["--yes"], Some(&fault));
            let state = text(&panel.ended(ran, &fault)["state"]);
            assert!(["succeeded", "rolled_back", "failed"].contains(&state.as_str()), "{fault}: {state}");
            let wanted = if state == "succeeded" { healthy } else { &broken };
            assert_eq!(setting(panel), wanted, "{fault}: {state}");
            panel.assert_tidy(&fault);
            panel.instance.sql(BREAK);
            forget_tries(panel);
        }
    }
    let fault = "repair/fail:judge:after;repair/fail:mend:1:undo-before";
    assert_eq!(panel.stuck(&["instance", "repair", &panel.name(), "--yes"], fault), "rolled_back");
    assert_eq!(setting(panel), broken, "{fault}");
    forget_tries(panel);
    // Two that count, for what comes.
    panel.instance(&["repair"], &["--yes"], Some("repair/fail:look:after"));
    panel.done(&["repair"], &[]);
    assert_eq!(setting(panel), healthy);
}

/// Each repair is looked at again by its own probe.
fn what_does_not_help_is_undone(panel: &Panel) {
    let instance = &panel.instance;
    let one = "id = (SELECT min(id::text)::uuid FROM auth.users)";
    instance.sql(&format!("UPDATE auth.users SET confirmation_token = NULL WHERE {one}"));
    // Somebody's own trigger empties it again, whoever fills it.
    instance.sql(
        "CREATE FUNCTION public.empty_again() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN NEW.confirmation_token := NULL; RETURN NEW; END $$; \
         CREATE TRIGGER empty_again BEFORE UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION public.empty_again(); \
         ALTER TABLE auth.users ENABLE ALWAYS TRIGGER empty_again",
    );
    forget_tries(panel);
    assert_eq!(found(panel), ["auth-nulls"]);
    let empty = || instance.sql("SELECT count(*) FROM auth.users WHERE confirmation_token IS NULL");
    let ran = panel.instance(&["repair"], &["--yes"], None);
    let state = ran.json()["operation"]["state"].clone();
    assert!(state == "failed" || state == "rolled_back", "{ran}");
    assert!(ran.to_string().contains("repair-no-help"), "{ran}");
    assert_eq!(empty(), "1");
    panel.assert_tidy("no help");
    instance.sql("DROP TRIGGER empty_again ON auth.users; DROP FUNCTION public.empty_again()");
    panel.done(&["repair"], &[]);
    assert_eq!((empty().as_str(), found(panel)), ("0", vec![]));
}

/// Edited by hand, and not in force at the gateway: the repair recreates its container.
fn edit_key(panel: &Panel, number: usize) {
    let key = panel.instance.value("SUPABASE_PUBLISHABLE_KEY");
    let env = String::from_utf8(panel.instance.env()).unwrap();
    let env = env.replace(&key, &format!("sb_publishable_{number:08}_edited"));
    std::fs::write(panel.instance.folder().join(".env"), env).unwrap();
}

#[test]
fn whatever_kills_a_repair_that_recreates_a_service_it_runs() {
    let Some(panel) = Panel::over("today") else { return };
    edit_key(&panel, 0);
    assert_eq!(found(&panel), ["gateway-keys"]);
    let steps = panel.steps(&["repair"], &[]);
    for step in ["look", "safety", "way-back", "mend:1", "judge"] {
        assert!(steps.iter().any(|s| s == step), "{step} is not in {steps:?}");
    }
    let mut random = Random::new();
    let faults = steps.iter().flat_map(|step| ["kill", "fail"].map(|what| (what, step)));
    for (number, (what, step)) in faults.enumerate() {
        edit_key(&panel, number + 1);
        forget_tries(&panel);
        let (env, before) = (panel.instance.env(), panel.instance.containers());
        let count = lost::all(&panel.name());
        let moment = if what == "kill" { random.moment() } else { "after" };
        let fault = format!("repair/{what}:{step}:{moment}");
        let ran = panel.instance(&["repair"], &["--yes"], Some(&fault));
        let state = text(&panel.ended(ran, &fault)["state"]);
        assert!(["succeeded", "rolled_back", "failed"].contains(&state.as_str()), "{fault}: {state}");
        assert_eq!(panel.instance.env(), env, "{fault}");
        let after = panel.instance.containers();
        assert!(after.keys().eq(before.keys()), "{fault}: {after:?}");
        assert_eq!(lost::all(&panel.name()), count, "{fault}: a container too many");
        for (service, now) in &after {
            assert_eq!(now.2, "running", "{fault}: {service}");
            assert!(service == "api-gw" || *now == before[service], "{fault}: {service}");
        }
        let left = found(&panel);
        assert!(state != "succeeded" || !left.contains(&"gateway-keys".to_owned()), "{fault}: {left:?}");
        panel.assert_tidy(&fault);
    }
    forget_tries(&panel);
    edit_key(&panel, 99);
    panel.done(&["repair"], &[]);
    // Another service reads the key as well: that is told, and left to people.
    assert_eq!(found(&panel), ["env-drift"]);
    assert_eq!(panel.instance.sign_up("mended@example.com"), 200);
}

/// As a day does.
pub(crate) fn forget_tries(panel: &Panel) {
    let db = rusqlite::Connection::open(panel.data().join("zelo.db")).unwrap();
    db.execute("UPDATE operations SET facts = '{}' WHERE kind = 'repair'", []).unwrap();
}
