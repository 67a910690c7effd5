//! Every format that pg_dump writes, and Zelo's own download.

use std::fs;

use crate::{
    panel::{Panel, SHOP, damage},
    strange::{FORMATS, Strange, rows, run},
    support::{postgres::Server, random::Random, text},
};

fn every_format_of(major: u32) {
    let Some(it) = Strange::up(major) else { return };
    let contents = it.server.contents(SHOP);
    let folder = it.folder.path().display().to_string();
    for (name, how) in FORMATS {
        it.dump(name, how);
    }
    damage(&it.server, SHOP);
    for (name, _) in FORMATS {
        let path = it.path(name);
        let shown = path.display().to_string();
        let mut files = vec![path.clone()];
        if path.is_dir() {
            for (pack, end) in [("-czf", "tar.gz"), ("-cf", "plain.tar")] {
                run("tar", &[pack, &format!("{shown}.{end}"), "-C", &folder, name]);
                files.push(it.path(&format!("{name}.{end}")));
            }
        } else {
            run("gzip", &["-k", &shown]);
            run("zstd", &["-qk", &shown]);
            files.extend([it.path(&format!("{name}.gz")), it.path(&format!("{name}.zst"))]);
        }
        // One of each is restored; all of them are taken in and are whole.
        for (at, file) in files.iter().enumerate() {
            let case = file.display().to_string();
            let backup = it.bring(file, &["--name", name, "--note", "from elsewhere"]);
            it.panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
            let info = it.panel.zelo(&["backup", "info", &backup, "--json"]).code(0).json();
            assert_eq!(info["manifest"]["origin"], "uploaded", "{case}");
            let part = &info["manifest"]["parts"][0];
            assert_eq!(part["name"], "database:shop", "{case}");
            let report = &part["facts"]["outside"];
            assert!(text(&report["engine"]["server"]).starts_with(&major.to_string()), "{case}: {report}");
            assert_eq!(report["dangers"]["listed"].as_array().unwrap().len(), 0, "{case}: {report}");
            assert!(report["tables"].as_u64().unwrap() >= 6, "{case}: {report}");
            assert!(report["extensions"]["listed"].as_array().unwrap().contains(&"hstore".into()), "{case}");
            assert!(report["roles"]["listed"].as_array().unwrap().contains(&"shop owner".into()), "{case}");
            assert!(file.exists(), "{case}");
            if at == files.len() / 2 {
                it.there_and_back(&backup, &contents, &case);
            }
        }
    }
}

/// Of one version, by the seed; of both with `ZELO_SOAK`.
#[test]
fn every_format_comes_back() {
    let chosen = Random::new().below(2);
    let all = std::env::var_os("ZELO_SOAK").is_some();
    for (at, major) in [(0, 15), (1, 17)] {
        if all || at == chosen {
            every_format_of(major);
        }
    }
}

#[test]
fn a_folder_of_files_is_one_backup_each() {
    let Some(it) = Strange::up(17) else { return };
    it.dump("shop.sql", &["-Fp"]);
    it.dump("stock.dump", &["-Fc"]);
    fs::write(it.path("notes.txt"), "hello").unwrap();
    let folder = it.folder.path().display().to_string();
    let ran = it.panel.zelo(&["backup", "import", &folder, "--resource", &it.server.name, "--json"]);
    assert!(ran.to_string().contains("upload-unknown"), "{ran}");
    assert_eq!(it.panel.count("SELECT count(*) FROM backups WHERE origin = 'uploaded'"), 2);
    it.panel.assert_tidy("a folder");
    // A dry run stores nothing.
    let file = it.path("shop.sql").display().to_string();
    let plan =
        it.panel.zelo(&["backup", "import", &file, "--resource", &it.server.name, "--dry-run", "--json"]);
    let plan = plan.code(0).json();
    assert_eq!(plan["kind"], "upload");
    assert!(plan["warnings"].as_array().unwrap().iter().any(|w| w["id"] == "outside-format"), "{plan}");
    assert_eq!(it.panel.count("SELECT count(*) FROM backups"), 2);
}

#[test]
fn a_backup_of_another_zelo_is_taken_over() {
    let Some(it) = Strange::up(17) else { return };
    let contents = it.server.contents(SHOP);
    it.server.sql("postgres", "CREATE DATABASE stock");
    it.server.sql("stock", "CREATE TABLE s AS SELECT generate_series(1, 9) AS i");
    let theirs = it.panel.backup(&[&it.server.name]);
    let path = text(&it.panel.zelo(&["backup", "info", &theirs, "--json"]).code(0).json()["backup"]["path"]);
    let (resource, folder) = path.rsplit_once('/').unwrap();
    let resource = it.panel.data().join("store").join(resource).display().to_string();
    let tar = it.path("backup.tar").display().to_string();
    run("tar", &["-cf", &tar, "-C", &resource, folder]);
    // Another Zelo, which knows nothing of the first.
    let other = Panel::new(&[&it.server]);
    let here = Strange { server: it.server, panel: other, folder: it.folder };
    damage(&here.server, SHOP);
    for file in [here.path("backup.tar"), std::path::Path::new(&resource).join(folder)] {
        let backup = here.bring(&file, &[]);
        assert_ne!(backup, theirs);
        let info = here.panel.zelo(&["backup", "info", &backup, "--json"]).code(0).json();
        let names: Vec<_> =
            info["manifest"]["parts"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
        assert!(
            names.contains(&"roles".to_owned()) && names.contains(&"database:stock".to_owned()),
            "{names:?}"
        );
        assert!(!info["manifest"]["parts"][1]["counts"].as_object().unwrap().is_empty());
        let roles = here.server.roles();
        let restored = here.panel.carry_out(&["restore", &backup, "--item", SHOP]);
        assert_eq!(rows(&here.server.contents(SHOP)), rows(&contents));
        assert_eq!(here.server.roles(), roles);
        here.panel.carry_out(&["undo", &restored]);
        here.drop_asides();
    }
    here.panel.assert_tidy("taken over");
}

/// A live database of a superuser's, and one that is not there at all.
#[test]
fn nothing_from_elsewhere_becomes_a_superusers() {
    let Some(it) = Strange::up(15) else { return };
    let contents = it.server.contents(SHOP);
    let backup = it.bring(&it.dump("shop.dump", &["-Fc"]), &[]);
    it.server.sql("postgres", "ALTER DATABASE shop OWNER TO postgres");
    let owned = "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner JOIN pg_namespace n \
                 ON n.oid = c.relnamespace WHERE r.rolsuper AND n.nspname IN ('public', 'we ird') AND NOT EXISTS \
                 (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')";
    assert_ne!(it.server.sql(SHOP, owned), "0", "as it was");
    let plan = it.panel.zelo(&["restore", &backup, "--dry-run", "--json"]).code(0).json();
    assert!(
        plan["warnings"].as_array().unwrap().iter().any(|w| w["id"] == "pg-warning-outside-role"),
        "{plan}"
    );
    let restored = it.panel.carry_out(&["restore", &backup]);
    assert_eq!(it.server.sql(SHOP, owned), "0");
    let inside = |contents: &str| {
        let rows = rows(contents);
        rows.lines().filter(|l| !l.starts_with("db|")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(inside(&it.server.contents(SHOP)), inside(&contents));
    it.assert_nobody("a superuser's");
    // Under a new name.
    it.panel.carry_out(&["restore", &backup, "--new-name", "other"]);
    assert_eq!(it.server.sql("other", owned), "0");
    it.assert_nobody("beside");
    // What was set aside goes for good, with the role that only it had.
    it.panel.carry_out(&["undo", &restored]);
    let own = "SELECT count(*) FROM pg_roles WHERE rolname LIKE '%\\_\\_zelo\\_own\\_%'";
    assert_eq!(it.server.sql("postgres", own), "2");
    for aside in it.panel.zelo(&["aside", "list", "--json"]).code(0).json().as_array().unwrap() {
        it.panel.done(&["aside", "free", &text(&aside["id"]), "--yes"]);
    }
    assert_eq!(it.server.sql("postgres", own), "1", "that of the other database stays");
    it.panel.assert_tidy("all of it");
}

#[test]
fn a_file_of_a_newer_server_is_refused_with_the_reason() {
    let (Some(new), Some(old)) = (Strange::up(17), Server::up("bring", 15)) else { return };
    let panel = Panel::new(&[&old]);
    for (name, how) in [("shop.sql", "-Fp"), ("shop.dump", "-Fc")] {
        let file = new.dump(name, &[how]).display().to_string();
        let made = panel.done(&["backup", "import", &file, "--resource", &old.name]);
        let ran = panel.zelo(&["restore", &text(&made["backup"]), "--yes", "--json"]).code(1);
        assert_eq!(ran.problem(), "pg-outside-newer", "{ran}");
    }
    panel.assert_tidy("refused");
}
