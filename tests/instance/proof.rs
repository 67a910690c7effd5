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

    // A key that opens nothing.
    let (env, key) = (panel.instance.env(), panel.instance.value("SERVICE_ROLE_KEY"));
    let file = panel.instance.folder().join(".env");
    fs::write(&file, String::from_utf8(env.clone()).unwrap().replace(&key, &format!("{key}x"))).unwrap();
    refused(&panel, &made("logical"), "restore-sign-in-failed");
    fs::write(&file, env).unwrap();
    rules_of_its_own(&panel, &made);
}

/// What a project's own constraints and triggers refuse is told, and keeps no copy from
/// being made.
fn rules_of_its_own(panel: &Panel, made: &impl Fn(&str) -> String) {
    panel.instance.sql(
        "CREATE TABLE public.kept (id uuid REFERENCES auth.users); \
         CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \
         $$ BEGIN INSERT INTO public.kept VALUES (NEW.id); RETURN NEW; END $$; \
         CREATE TRIGGER keep AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.keep()",
    );
    let told = beside(panel, &made("logical"));
    assert!(told.contains("restore-log-sign-in-left"), "{told}");
    panel.instance.sql(
        "CREATE FUNCTION public.nobody() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'nobody'; END $$; CREATE TRIGGER nobody BEFORE INSERT ON auth.sessions \
         FOR EACH ROW EXECUTE FUNCTION public.nobody()",
    );
    let told = beside(panel, &made("logical"));
    assert!(told.contains("restore-log-sign-in-refused"), "{told}");
}

/// What is said of a restore beside that is done.
fn beside(panel: &Panel, backup: &str) -> String {
    let copy = Copied { panel, name: format!("{}-rules", panel.name()) };
    let ran = panel.zelo(&["restore", backup, "--new-name", &copy.name, "--json"]);
    let operation = ran.json()["operation"].clone();
    assert_eq!(operation["state"], "succeeded", "{ran}");
    panel.zelo(&["operation", "show", &text(&operation["id"]), "--json"]).code(0).to_string()
}
