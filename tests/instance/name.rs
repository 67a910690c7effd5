//! An instance that another manager's list names: taken over with that name, kept alike in
//! both, and the list saved with its recovery points.

use std::path::Path;

use crate::{panel::Panel, support::text};

/// A list with this instance, one that is elsewhere, and things that are nobody's business.
fn listed(panel: &Panel, name: &str) -> String {
    let folder = panel.instance.folder();
    format!(
        "{{\n\t\"other\" : {{\"path\":\"/nowhere/at/all\" , \"name\":\"Other\"}},\n  \
         \"one\": {{ \"ports\": [1,2.50], \"name\":\"{name}\", \"directory\": \"{}/\" }},\n \"lost\":{{}}}}\n",
        folder.display()
    )
}

#[test]
fn a_list_of_instances_is_taken_over_and_keeps_its_names() {
    let Some(panel) = Panel::detecting("today") else { return };
    let list = panel.data().parent().unwrap().join("instances.json");
    std::fs::write(&list, listed(&panel, "The Shop")).unwrap();
    let path = list.display().to_string();
    let read = || std::fs::read_to_string(&list).unwrap();

    let looked = panel.zelo(&["instance", "import", &path, "--dry-run", "--json"]).code(0).json();
    assert_eq!(text(&looked["instances"][1]["outcome"]), "added", "{looked}");
    assert_eq!(panel.count("SELECT count(*) FROM resources"), 0, "only looked at");
    let done = panel.zelo(&["instance", "import", &path, "--json"]).code(0).json();
    let outcomes: Vec<String> =
        done["instances"].as_array().unwrap().iter().map(|one| text(&one["outcome"])).collect();
    assert_eq!(outcomes, ["left_out", "added", "left_out"], "{done}");
    let again = panel.zelo(&["instance", "import", &path, "--json"]).code(0).json();
    assert_eq!(text(&again["instances"][1]["outcome"]), "known");

    let set = |was: &str, to: &str, fault: Option<&str>| {
        let change = format!("name={to}");
        panel.faulty(&["instance", "config", "set", was, &change, "--yes", "--json"], fault)
    };
    let before = panel.instance.containers();
    set("The Shop", "Ana's \"shop\"", None).code(0);
    assert_eq!(read(), listed(&panel, "Ana's \\\"shop\\\""), "only the name changed");
    assert_eq!(panel.count("SELECT count(*) FROM resources WHERE name = 'Ana''s \"shop\"'"), 1);
    assert_eq!(panel.instance.containers(), before, "no container was touched");

    for fault in ["config/fail:rename:after", "config/kill:write-listing:after", "config/kill:rename:after"] {
        let ran = set("Ana's \"shop\"", "Other name", Some(fault));
        let state = match fault.contains("kill") {
            true => text(&panel.recovered("config")["state"]),
            false => text(&ran.json()["operation"]["state"]),
        };
        assert_eq!(state, "rolled_back", "{fault}: {ran}");
        assert_eq!(read(), listed(&panel, "Ana's \\\"shop\\\""), "{fault}");
        assert_eq!(panel.count("SELECT count(*) FROM resources WHERE name = 'Other name'"), 0, "{fault}");
        panel.assert_tidy(fault);
        assert_eq!(beside(&list), 1, "{fault}: nothing is left beside the list");
    }

    let rename = ["instance", "config", "set", "Ana's \"shop\"", "name=Other name", "--yes"];
    let fault = "config/fail:rename:after;config/fail:write-listing:undo-before";
    assert_eq!(panel.stuck(&rename, fault), "rolled_back");
    assert_eq!(read(), listed(&panel, "Ana's \\\"shop\\\""), "{fault}");
    assert_eq!(beside(&list), 1, "{fault}");

    let made = panel.zelo(&["instance", "backup", "Ana's \"shop\"", "--json"]).code(0).json();
    let backup = text(&made["operation"]["backup"]);
    let saved = format!("SELECT count(*) FROM parts WHERE backup_id = '{backup}' AND name = 'files:outside'");
    assert_eq!(panel.count(&saved), 1, "the list is part of its recovery points");

    // A list that has lost it keeps the name from changing at one of two places only.
    std::fs::write(&list, "[]").unwrap();
    let refused = set("Ana's \"shop\"", "Third", None);
    assert_eq!(refused.problem(), "listing-entry-gone");
    assert_eq!(read(), "[]");
}

fn beside(list: &Path) -> usize {
    let names = std::fs::read_dir(list.parent().unwrap()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("instances.json")).count()
}
