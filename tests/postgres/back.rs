//! What was backed up comes back whole, and an undo brings back what was there.

use crate::{
    panel::{ODD, Panel, SHOP, damage, sample},
    support::postgres::{Server, assert_same},
};

/// A server with three databases, as it was and as it is since its backup.
struct Whole {
    server: Server,
    panel: Panel,
    backup: String,
    original: String,
    roles: Vec<String>,
}

impl Whole {
    fn new(major: u32) -> Option<Self> {
        let server = Server::up("e2e", major)?;
        server.sql("postgres", include_str!("roles.sql"));
        for name in [ODD, SHOP] {
            sample(&server, name);
        }
        server.sql("postgres", "CREATE TABLE own AS SELECT i FROM generate_series(1, 9) AS i");
        let (original, roles) = (all(&server), server.roles());
        assert!(roles.iter().any(|r| r.starts_with("app|") && r.contains("SCRAM-SHA-256$")), "{roles:?}");
        let panel = Panel::new(&[&server]);
        let backup = panel.backup(&[&server.name]);
        assert_eq!(
            (all(&server), server.roles()),
            (original.clone(), roles.clone()),
            "a backup changes nothing"
        );
        Some(Self { server, panel, backup, original, roles })
    }

    fn a_dry_run_changes_nothing(&self) {
        let state = || {
            let operations = self.panel.count("SELECT count(*) FROM operations");
            (all(&self.server), self.server.roles(), self.server.databases(), operations)
        };
        let before = state();
        self.panel.zelo(&["restore", &self.backup, "--dry-run", "--json"]).code(0);
        assert_eq!(state(), before, "a dry run changes nothing");
    }

    /// Everything, there and back and there again.
    fn all_of_it(&self) {
        let Self { server, panel, roles, .. } = self;
        for name in [ODD, SHOP] {
            damage(server, name);
        }
        server
            .sql("postgres", "DROP TABLE own; DROP ROLE \"re\"\"porter\"; ALTER ROLE app CONNECTION LIMIT 3");
        let (damaged, fewer) = (all(server), server.roles());
        self.a_dry_run_changes_nothing();
        let restored = panel.carry_out(&["restore", &self.backup]);
        assert_same(&all(server), &self.original, "restored");
        // The role that was gone is back, with its password; one that was there stays as it was.
        let role = |roles: &[String], name: &str| roles.iter().find(|r| r.starts_with(name)).cloned();
        assert_eq!(role(&server.roles(), "re\"porter|"), role(roles, "re\"porter|"));
        assert_eq!(role(&server.roles(), "app|"), role(&fewer, "app|"));
        assert_ne!(role(&server.roles(), "app|"), role(roles, "app|"));
        let undone = panel.carry_out(&["undo", &restored]);
        assert_same(&all(server), &damaged, "undone");
        panel.carry_out(&["undo", &undone]);
        assert_same(&all(server), &self.original, "the undo undone");
        server.drop_asides();
    }

    /// One database, with the roles; another one under a new name.
    fn some_of_it(&self) {
        let Self { server, panel, backup, .. } = self;
        let (shop, contents) = (server.digest(SHOP), server.contents(ODD));
        damage(server, SHOP);
        server.sql(ODD, "CREATE TABLE mine ()");
        let odd = server.digest(ODD);
        panel.carry_out(&["restore", backup, "--item", SHOP, "--replace-roles"]);
        assert_same(&server.digest(SHOP), &shop, "one of them");
        assert_eq!(server.digest(ODD), odd, "not asked for");
        assert_eq!(server.roles(), self.roles, "asked for");
        panel.carry_out(&["restore", backup, "--item", ODD, "--new-name", "née \"x\""]);
        assert_eq!(server.digest(ODD), odd, "beside");
        assert_same(&server.contents("née \"x\""), &contents, "under a new name");
        server.drop_asides();
    }

    fn in_every_format(&self) {
        let Self { server, panel, .. } = self;
        let shop = server.digest(SHOP);
        for (format, compression) in [("plain", "zstd:3"), ("custom", "none"), ("plain", "gzip:1")] {
            let how = ["--format", format, "--compression", compression];
            let backup = panel.backup(&[&[server.name.as_str(), "--item", SHOP], &how[..]].concat());
            panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
            damage(server, SHOP);
            panel.carry_out(&["restore", &backup]);
            assert_same(&server.digest(SHOP), &shop, &format!("{format}, {compression}"));
            server.drop_asides();
        }
    }
}

/// The digest of all three.
fn all(server: &Server) -> String {
    [ODD, SHOP, "postgres"].map(|name| server.digest(name)).join("\n--\n")
}

fn everything_comes_back(major: u32) {
    let Some(it) = Whole::new(major) else { return };
    it.all_of_it();
    it.some_of_it();
    it.in_every_format();
    it.server.assert_quiet("after all");
    it.server.assert_no_sides("after all");
    it.panel.assert_tidy("after all");
}

#[test]
fn everything_of_15_comes_back() {
    everything_comes_back(15);
}

#[test]
fn everything_of_17_comes_back() {
    everything_comes_back(17);
}

#[test]
fn a_lost_server_comes_back_in_a_newer_one() {
    let (Some(old), Some(new)) = (Server::up("e2e", 15), Server::up("e2e", 17)) else { return };
    old.sql("postgres", include_str!("roles.sql"));
    sample(&old, ODD);
    let panel = Panel::new(&[&old, &new]);
    let backup = panel.backup(&[&old.name, "--item", ODD]);
    let digest = old.digest(ODD);
    panel.carry_out(&["restore", &backup, "--into", &new.name]);
    assert_same(&new.contents(ODD), &old.contents(ODD), "in the newer one");
    // The superuser's own password is the new server's.
    let but =
        |roles: Vec<String>| roles.into_iter().filter(|r| !r.starts_with("postgres|")).collect::<Vec<_>>();
    assert_eq!(but(new.roles()), but(old.roles()));
    assert_eq!(old.digest(ODD), digest, "the old one is left alone");
    // Again, over what is there by now.
    damage(&new, ODD);
    let damaged = new.digest(ODD);
    let restored = panel.carry_out(&["restore", &backup, "--into", &new.name]);
    assert_same(&new.contents(ODD), &old.contents(ODD), "in the newer one");
    panel.carry_out(&["undo", &restored]);
    assert_same(&new.digest(ODD), &damaged, "undone");
    for server in [&old, &new] {
        server.assert_quiet("after all");
        server.assert_no_sides("after all");
    }
    panel.assert_tidy("after all");
}
