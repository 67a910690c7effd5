//! The values of settings are often keys and passwords (`app.settings.jwt_secret`).
//! Backups have them, in files of their own; Zelo's records never do, whatever it did.

use std::{fs, path::Path};

use crate::{
    panel::{Panel, SHOP},
    support::{
        Ran,
        postgres::{Server, ident},
        text, zelo,
    },
};

/// What every value here begins with.
const MARK: &str = "never-to-be-written-down";

/// Gives the database, a role in it and a role everywhere a value each.
fn set(server: &Server, database: &str, which: &str) {
    let name = ident(database);
    server.sql(
        "postgres",
        &format!(
            "ALTER DATABASE {name} SET \"app.settings.jwt_secret\" = '{MARK} db {which} ''\\';\
             ALTER ROLE app IN DATABASE {name} SET \"app.key\" = '{MARK} in {which}';\
             ALTER ROLE app SET \"app.own\" = '{MARK} role {which}';"
        ),
    );
}

/// All settings there are, whoever has them, but those of Zelo's own roles.
fn settings(server: &Server) -> String {
    server.sql(
        "postgres",
        "SELECT d.datname, r.rolname, s.setconfig FROM pg_db_role_setting s \
         LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole \
         WHERE coalesce(d.datname, '') || coalesce(r.rolname, '') NOT LIKE '%\\_\\_zelo\\_%' ORDER BY 1, 2",
    )
}

/// Every file below a folder but the parts of backups, which are where values belong.
fn leaks(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            leaks(&path, found);
            continue;
        }
        let said = path.extension().is_some_and(|e| e == "json" || e == "md");
        if path.components().any(|c| c.as_os_str() == "store") && !said {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
}

struct Kept {
    server: Server,
    panel: Panel,
    backup: String,
    /// As backed up, and as changed since.
    then: String,
    now: String,
}

impl Kept {
    fn new(major: u32) -> Option<Self> {
        let server = Server::up("settings", major)?;
        server.sql("postgres", "CREATE ROLE app LOGIN PASSWORD 'x'; CREATE DATABASE shop");
        server.sql(SHOP, "CREATE TABLE t AS SELECT generate_series(1, 9) AS i");
        set(&server, SHOP, "then");
        let panel = Panel::new(&[&server]);
        let then = settings(&server);
        let backup = panel.backup(&[&server.name, "--item", SHOP]);
        set(&server, SHOP, "now");
        let now = settings(&server);
        Some(Self { server, panel, backup, then, now })
    }

    #[track_caller]
    fn assert_kept_out(&self, case: &str) {
        let mut found = Vec::new();
        leaks(&self.panel.data(), &mut found);
        assert_eq!(found, Vec::<String>::new(), "{case}");
        for args in [&["operation", "list", "--json"][..], &["backup", "info", &self.backup, "--json"]] {
            let told = self.panel.zelo(args).code(0);
            assert!(!told.to_string().contains(MARK), "{case}: {args:?}");
        }
    }

    fn failing(&self, args: &[&str], fault: &str) -> Ran {
        let ran = zelo(&self.panel.data(), &[args, &["--yes", "--json"]].concat(), Some(fault));
        assert!(!ran.to_string().contains(MARK), "{fault}: {ran}");
        ran
    }
}

fn nothing_is_written_down(major: u32) {
    let Some(it) = Kept::new(major) else { return };
    let (server, panel) = (&it.server, &it.panel);
    it.assert_kept_out("a backup");
    panel.zelo(&["backup", "validate", &it.backup, "--json"]).code(0);

    // By a swap the database keeps its own, the role takes the backup's; there and back.
    let swapped = panel.carry_out(&["restore", &it.backup, "--replace-roles"]);
    let role = |which: &str| settings(server).contains(&format!("{MARK} role {which}"));
    assert!(role("then") && settings(server).contains(&format!("{MARK} db now")), "{}", settings(server));
    it.assert_kept_out("a swap");
    let undone = panel.carry_out(&["undo", &swapped]);
    assert_eq!(settings(server), it.now, "undone");
    panel.carry_out(&["undo", &undone]);
    assert!(role("then"), "the undo undone");
    it.assert_kept_out("an undo of an undo");
    server.drop_asides();
    set(server, SHOP, "now");

    // Brought back by what comes after it failing, and by a new process.
    let in_place = ["restore", &it.backup, "--in-place", "--replace-roles"];
    it.failing(&in_place, "restore/fail:name:before").code(5);
    assert_eq!(settings(server), it.now, "brought back");
    it.failing(&in_place, "restore/kill:load:shop:after").killed();
    let killed = text(&panel.newest("restore").unwrap()["id"]);
    panel.zelo(&["operation", "watch", &killed, "--json"]);
    assert_eq!(settings(server), it.now, "brought back by a new process");
    it.assert_kept_out("two undos of a drop");
    panel.carry_out(&in_place);
    assert!(role("then") && settings(server).contains(&format!("{MARK} in now")), "{}", settings(server));
    it.assert_kept_out("in place");

    // Where nothing is live, all comes from the backup.
    server.sql("postgres", "DROP DATABASE shop; ALTER ROLE app RESET ALL");
    panel.carry_out(&["restore", &it.backup, "--replace-roles"]);
    assert_eq!(settings(server), it.then, "from the backup");
    panel.carry_out(&["restore", &it.backup, "--new-name", "copy"]);
    assert!(settings(server).contains("copy|"), "under a new name");
    it.assert_kept_out("after all");
    panel.assert_tidy("after all");
}

#[test]
fn no_value_of_15_is_written_down() {
    nothing_is_written_down(15);
}

#[test]
fn no_value_of_17_is_written_down() {
    nothing_is_written_down(17);
}
