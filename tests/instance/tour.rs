//! The guided tour of the demo: everything is shown on a real instance, and afterwards it
//! is what it was.

use tempfile::TempDir;

use crate::{
    panel::Panel,
    restore::{assert_state, beside, side_containers, state},
    support::{Ran, command, instance::compose},
};

#[test]
fn the_tour_shows_everything_and_leaves_an_instance_as_it_was() {
    let Some(panel) = Panel::detecting("kong") else { return };
    let before = state(&panel);
    let home = TempDir::new().unwrap();
    let name = panel.name();
    let tour = |name: &str| {
        let args = ["demo", "--kind", "supabase", "--instance", name, "--exit", "--json"];
        let mut demo = command(&home.path().join("data"), &args);
        demo.env("ZELO_DOCKER_COMPOSE", compose()).env("TMPDIR", home.path());
        Ran::of(demo)
    };
    let refused = tour("no-such-instance").code(3);
    assert!(refused.to_string().contains("demo-no-instance"), "{refused}");

    let shown = tour(&name).code(0).json();
    assert_eq!(shown["ok"], true, "{shown}");
    let did: Vec<&str> =
        shown["did"].as_array().unwrap().iter().filter_map(|one| one["what"].as_str()).collect();
    for wanted in ["backup", "break", "diagnose", "repair", "config", "restart", "restored"] {
        assert!(did.contains(&wanted), "{wanted} is not in {shown}");
    }
    assert_state(&panel, &before, "the tour");
    assert_eq!(panel.instance.sign_up("after-the-tour@example.com"), 200);
    assert_eq!((beside(&panel), side_containers(&panel)), (vec![], vec![]));
    assert!(!panel.instance.secrets().iter().any(|secret| shown.to_string().contains(secret)));
}
