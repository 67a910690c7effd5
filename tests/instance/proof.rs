//! What a restore proves before it counts: told other than it was, each proof refuses, and
//! nothing of what was made stays.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::{
    cluster::newest,
    copy::{Copied, all_of},
    panel::Panel,
    support::text,
};

/// A manifest that says something else for a while.
struct Told {
    file: PathBuf,
    was: Vec<u8>,
}

impl Told {
    fn otherwise(panel: &Panel, change: impl Fn(&mut Value)) -> Self {
        let (folder, manifest) = newest(panel);
        let file = folder.join("manifest.json");
        let mut other = manifest.clone();
        change(&mut other);
        assert_ne!(other, manifest);
        let was = fs::read(&file).unwrap();
        fs::write(&file, serde_json::to_vec(&other).unwrap()).unwrap();
        Self { file, was }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = fs::write(&self.file, &self.was);
    }
}

fn part<'a>(manifest: &'a mut Value, name: &str) -> &'a mut Value {
    let parts = manifest["parts"].as_array_mut().unwrap();
    parts.iter_mut().find(|part| part["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// A restore beside comes to `code`, and to nothing else.
#[track_caller]
fn refused(panel: &Panel, backup: &str, code: &str) {
    let copy = Copied { panel, name: format!("{}-proof", panel.name()) };
    let before = panel.instance.containers();
    let ran = panel.zelo(&["restore", backup, "--new-name", &copy.name, "--json"]);
    let operation = ran.json()["operation"].clone();
    assert!(["failed", "rolled_back"].contains(&text(&operation["state"]).as_str()), "{code}: {ran}");
    assert_eq!(operation["problem"]["code"], code, "{ran}");
    assert_eq!(all_of(&copy.name), ["", "", ""], "{code}");
    assert!(!panel.instance.folder().with_file_name(&copy.name).exists(), "{code}");
    assert_eq!(panel.instance.containers(), before, "{code}");
    panel.assert_tidy(code);
}

#[test]
fn what_a_restore_proves_it_refuses_when_it_is_not_so() {
    let Some(panel) = Panel::over("today") else { return };
    let made = |format: &str| {
        let ran = panel.zelo(&["backup", "create", &panel.name(), "--format", format, "--json"]).code(0);
        text(&ran.json()["operation"]["backup"])
    };
    let backup = made("logical");
    let rows = Told::otherwise(&panel, |manifest| {
        let count = &mut part(manifest, "database:postgres")["counts"]["table:auth.users"];
        *count = Value::from(count.as_i64().unwrap() + 1);
    });
    refused(&panel, &backup, "pg-compare-differs");
    drop(rows);
    let shape = Told::otherwise(&panel, |manifest| {
        let shape = part(manifest, "database:postgres")["facts"]["shape"].as_object_mut().unwrap();
        let name = shape.keys().find(|name| name.starts_with("policy:")).unwrap().clone();
        shape.insert(name, Value::from("00"));
    });
    refused(&panel, &backup, "pg-shape-differs");
    drop(shape);

    let backup = made("physical");
    let other = Told::otherwise(&panel, |manifest| {
        part(manifest, "cluster")["facts"]["system_id"] = Value::from("1");
    });
    refused(&panel, &backup, "restore-other-cluster");
    drop(other);

    // Somebody can be made there, and cannot sign in.
    panel.instance.sql(
        "CREATE FUNCTION public.nobody() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'nobody'; END $$; CREATE TRIGGER nobody BEFORE INSERT ON auth.sessions \
         FOR EACH ROW EXECUTE FUNCTION public.nobody()",
    );
    refused(&panel, &made("logical"), "restore-sign-in-failed");
}
