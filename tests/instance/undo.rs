//! The undo of a restore, and the removal of what was set aside, killed and failed on
//! their way: one of both states is live, whole, and the other lies aside, whole.

use crate::{
    panel::Panel,
    restore::{State, assert_state, beside, side_containers, spoil, state},
    support::{random::Random, text},
};

/// Steps as a plan names them.
fn steps(panel: &Panel, args: &[&str]) -> Vec<String> {
    let plan = panel.zelo(&[args, &["--dry-run", "--json"]].concat()).code(0).json();
    plan["steps"].as_array().unwrap().iter().map(|s| text(&s["name"])).collect()
}

/// Two states that change places.
struct Two {
    live: State,
    aside: State,
    /// The operation that is undone to change them.
    last: String,
}

impl Two {
    fn undo(&mut self, panel: &Panel, fault: &str) -> String {
        let ran = panel.faulty(&["undo", &self.last, "--yes", "--json"], Some(fault));
        let operation = panel.ended(ran, fault);
        let state = text(&operation["state"]);
        if state == "succeeded" {
            std::mem::swap(&mut self.live, &mut self.aside);
            self.last = text(&operation["id"]);
        }
        assert_state(panel, &self.live, fault);
        assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{fault}");
        assert_eq!(side_containers(panel), [""; 0], "{fault}");
        assert_eq!(beside(panel).len(), 1, "{fault}: one is aside");
        panel.assert_tidy(fault);
        state
    }
}

#[test]
fn whatever_kills_an_undo_of_a_restore_one_state_is_live_and_one_is_aside() {
    let Some(panel) = Panel::over("kong") else { return };
    let backup = panel.backup();
    let then = state(&panel);
    spoil(&panel);
    let spoilt = state(&panel);
    let ran = panel.zelo(&["restore", &backup, "--yes", "--json"]).code(0);
    let mut two = Two { live: then, aside: spoilt, last: text(&ran.json()["operation"]["id"]) };
    let steps = steps(&panel, &["undo", &two.last]);
    let swap = steps.iter().position(|step| step == "swap").unwrap();
    let (all, mut random) = (std::env::var_os("ZELO_SOAK").is_some(), Random::new());
    let mut cases = Vec::new();
    for step in &steps {
        cases.extend(["before", "after", "done"].map(|moment| format!("undo/kill:{step}:{moment}")));
        cases.push(format!("undo/fail:{step}:after"));
    }
    // Everything in tests/soak; else what touches what is live, and one of the others.
    let at = usize::try_from(random.below(swap as u64)).unwrap();
    let chosen = [
        format!("undo/kill:{}:{}", steps[at], random.moment()),
        "undo/fail:volumes:after".to_owned(),
        "undo/kill:swap:after".to_owned(),
    ];
    for fault in cases.iter().filter(|case| all || chosen.contains(case)) {
        let state = two.undo(&panel, fault);
        let step = fault.split(':').nth(1).unwrap();
        let wanted: &[&str] = match (steps.iter().position(|s| s == step).unwrap(), fault.contains("kill")) {
            (at, _) if at < swap => &["failed", "rolled_back"],
            // The journal does not know whether it happened: the folders do.
            (at, true) if at == swap => &["failed", "rolled_back", "succeeded"],
            (_, true) => &["succeeded"],
            (_, false) => &["failed", "rolled_back", "succeeded", "needs_operator"],
        };
        assert!(wanted.contains(&state.as_str()), "{fault}: {state}");
    }
    let fault = "undo/fail:up:after;undo/fail:swap:undo-before";
    assert_eq!(panel.stuck(&["undo", &two.last, "--yes"], fault), "rolled_back");
    assert_state(&panel, &two.live, fault);
    assert!(panel.instance.containers().values().all(|(_, _, s)| s == "running"), "{fault}");
    assert_eq!(beside(&panel).len(), 1, "{fault}: one is aside");
    freed(&panel, &two.live);
}

/// What is aside, by Zelo's own list.
fn kept(panel: &Panel) -> Vec<String> {
    let asides = panel.zelo(&["aside", "list", "--json"]).code(0).json();
    let kept = asides.as_array().unwrap().iter().filter(|aside| aside["state"] == "kept");
    kept.map(|aside| text(&aside["id"])).collect()
}

/// Its removal goes to its end or does not begin, and never touches what is live.
fn freed(panel: &Panel, live: &State) {
    let steps = steps(panel, &["aside", "free", &kept(panel)[0]]);
    for fault in steps.iter().flat_map(|step| {
        ["kill:{}:before", "fail:{}:before", "kill:{}:after"]
            .map(|case| format!("free/{}", case.replace("{}", step)))
    }) {
        let Some(aside) = kept(panel).pop() else { break };
        let ran = panel.faulty(&["aside", "free", &aside, "--yes", "--json"], Some(&fault));
        let state = text(&panel.ended(ran, &fault)["state"]);
        assert!(["failed", "rolled_back", "succeeded"].contains(&state.as_str()), "{fault}: {state}");
        let gone = kept(panel).is_empty();
        assert_eq!(gone, state == "succeeded", "{fault}");
        assert_eq!(beside(panel).is_empty(), gone, "{fault}: it lies there as long as it is kept");
        assert_state(panel, live, &fault);
        panel.assert_tidy(&fault);
    }
    if let Some(aside) = kept(panel).pop() {
        panel.zelo(&["aside", "free", &aside, "--yes", "--json"]).code(0);
    }
    assert_eq!(beside(panel), [""; 0]);
    assert_state(panel, live, "freed");
}
