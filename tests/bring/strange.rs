//! A server with a database that people use, and dumps of another one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    panel::{Panel, SHOP, sample},
    support::{
        postgres::{Server, assert_same},
        text,
    },
};

/// A server, a Zelo that knows it, and a folder for files from elsewhere.
pub(crate) struct Strange {
    pub(crate) server: Server,
    pub(crate) panel: Panel,
    pub(crate) folder: tempfile::TempDir,
}

/// How pg_dump writes each format, and what it is called.
pub(crate) const FORMATS: [(&str, &[&str]); 4] =
    [("shop.sql", &["-Fp"]), ("shop.dump", &["-Fc"]), ("shop.dir", &["-Fd", "-j2"]), ("shop.tar", &["-Ft"])];

impl Strange {
    pub(crate) fn up(major: u32) -> Option<Self> {
        let server = Server::up("bring", major)?;
        server.sql("postgres", include_str!("../postgres/roles.sql"));
        sample(&server, SHOP);
        let panel = Panel::new(&[&server]);
        Some(Self { server, panel, folder: tempfile::TempDir::new().unwrap() })
    }

    /// A dump of the shop in this folder.
    pub(crate) fn dump(&self, name: &str, how: &[&str]) -> PathBuf {
        let inside = format!("/tmp/{name}");
        self.server.exec(&["rm", "-rf", &inside], "");
        let pg_dump = [&["pg_dump", "-U", "postgres", "-d", SHOP, "-f", &inside], how].concat();
        self.server.exec(&pg_dump, "");
        let path = self.path(name);
        let _ = fs::remove_dir_all(&path);
        self.server.fetch(&inside, &path);
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A plain dump of nothing but this.
    pub(crate) fn script(&self, name: &str, sql: &str) -> PathBuf {
        let path = self.path(name);
        let words = "PostgreSQL database dump";
        fs::write(
            &path,
            format!(
                "--\n-- {words}\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\n\
                 CREATE TABLE public.mark (a int);\nCOPY public.mark (a) FROM stdin;\n1\n\\.\n{sql}\n\
                 --\n-- {words} complete\n--\n\n"
            ),
        )
        .unwrap();
        path
    }

    /// Takes a file in; the backup's id.
    #[track_caller]
    pub(crate) fn bring(&self, file: &Path, more: &[&str]) -> String {
        let file = file.display().to_string();
        let args = [&["backup", "import", &file, "--resource", &self.server.name, "--yes"], more].concat();
        text(&self.panel.done(&args)["backup"])
    }

    /// Restores and undoes, between what was there and what was dumped.
    #[track_caller]
    pub(crate) fn there_and_back(&self, backup: &str, contents: &str, case: &str) {
        let before = self.server.digest(SHOP);
        let restored = self.panel.carry_out(&["restore", backup]);
        assert_same(&rows(&self.server.contents(SHOP)), &rows(contents), case);
        self.assert_nobody(case);
        self.panel.carry_out(&["undo", &restored]);
        assert_same(&self.server.digest(SHOP), &before, &format!("{case}, undone"));
        self.drop_asides();
        self.server.assert_no_sides(case);
        self.server.assert_quiet(case);
        self.panel.assert_tidy(case);
    }

    /// No role of ours can do anything, and none is left that owns nothing.
    #[track_caller]
    pub(crate) fn assert_nobody(&self, case: &str) {
        let free = "SELECT rolname FROM pg_authid WHERE rolname LIKE '%\\_\\_zelo\\_own\\_%' AND (rolcanlogin \
                    OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls \
                    OR rolpassword IS NOT NULL)";
        assert_eq!(self.server.sql("postgres", free), "", "{case}");
    }

    /// Drops what was set aside, and the roles that owned it.
    pub(crate) fn drop_asides(&self) {
        self.server.drop_asides();
        let roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE '%\\_\\_zelo\\_own\\_%'";
        for role in self.server.sql("postgres", roles).lines() {
            self.server.sql("postgres", &format!("DROP ROLE \"{role}\""));
        }
    }
}

/// A database's contents but for who owns or may do what.
pub(crate) fn rows(contents: &str) -> String {
    let plain = |line: &str| {
        let mut fields: Vec<&str> = line.split('|').collect();
        if fields[0] == "lob" {
            fields.drain(2..4);
        }
        fields.join("|")
    };
    contents.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// Runs a program of this machine.
#[track_caller]
pub(crate) fn run(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output().unwrap();
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}
