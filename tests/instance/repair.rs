//! Sign-up is broken, found and mended; a repair that dies is undone; the third try is
//! refused.

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{random::Random, text},
};

/// Breaks sign-up as a lost `search_path` does.
const BREAK: &str = "ALTER ROLE supabase_auth_admin RESET search_path";

fn found(panel: &Panel) -> Vec<String> {
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
            let state = if what == "kill" {
                ran.killed();
                text(&panel.recovered("repair")["state"])
            } else {
                text(&ran.json()["operation"]["state"])
            };
            assert!(["succeeded", "rolled_back", "failed"].contains(&state.as_str()), "{fault}: {state}");
            let wanted = if state == "succeeded" { healthy } else { &broken };
            assert_eq!(setting(panel), wanted, "{fault}: {state}");
            panel.assert_tidy(&fault);
            panel.instance.sql(BREAK);
            forget_tries(panel);
        }
    }
    // Two that count, for what comes.
    panel.instance(&["repair"], &["--yes"], Some("repair/fail:look:after"));
    panel.done(&["repair"], &[]);
    assert_eq!(setting(panel), healthy);
}

/// As a day does.
pub(crate) fn forget_tries(panel: &Panel) {
    let db = rusqlite::Connection::open(panel.data().join("zelo.db")).unwrap();
    db.execute("UPDATE operations SET facts = '{}' WHERE kind = 'repair'", []).unwrap();
}
