//! Ways to a server, what is said when they are barred, and the way without Zelo.

use std::time::{Duration, Instant};

use super::{
    digest::{digest, roles, sample},
    rig::{Rig, cli, with},
};
use crate::{
    engine::{Access, BackupOptions, Check, Engine, Verdict, postgres::dump},
    host::ContainerHost,
    store::part::open_part,
};

fn bad(checks: &[Check]) -> Option<(String, String)> {
    checks.iter().find_map(|c| match &c.verdict {
        Verdict::Bad(problem) => Some((c.id.clone(), problem.code.clone())),
        _ => None,
    })
}

fn is(id: &str, code: &str) -> Option<(String, String)> {
    Some((id.to_owned(), code.to_owned()))
}

/// By the container's address, with this machine's tools.
fn by_network(rig: &Rig) -> Access {
    let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = cli("docker", &["inspect", "-f", format, &rig.name], "");
    let access = with(Access::default(), "host", &address);
    with(with(access, "user", "postgres"), "password", "lab-password")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_barred_way_is_named() {
    let Some(rig) = Rig::up(15).await else { return };
    let engine = rig.engine();
    assert_eq!(bad(&engine.check(&rig.access).await), None);
    let net = by_network(&rig);
    let checks = engine.check(&net).await;
    assert_eq!(bad(&checks), None);
    let no_tls = checks.iter().find(|c| c.id == "tls").unwrap();
    assert!(matches!(&no_tls.verdict, Verdict::Caution(p) if p.is("pg-no-tls")), "{no_tls:?}");
    let ways = [
        (with(net.clone(), "password", "wrong"), is("connect", "pg-password")),
        (with(net.clone(), "user", "nobody"), is("connect", "pg-password")),
        (with(net.clone(), "database", "nothing"), is("connect", "pg-no-database")),
        (with(net.clone(), "port", "1"), is("connect", "pg-refused")),
        (with(net.clone(), "host", "no-such-host.invalid"), is("connect", "pg-name-lookup")),
        (with(net.clone(), "tls", "require"), is("tls", "pg-tls-unsupported")),
        (with(rig.access.clone(), "user", "nobody"), is("connect", "pg-no-role")),
        (with(rig.access.clone(), "container", "zelo-pg-nothing"), is("container", "container-missing")),
        (with(rig.access.clone(), "host", "mars"), is("container", "pg-docker-unknown")),
    ];
    for (access, expected) in ways {
        let checks = engine.check(&access).await;
        assert_eq!(bad(&checks), expected, "{access:?}: {checks:?}");
        assert_eq!(checks.len(), 8);
    }
    let mut none = net.clone();
    none.secrets.clear();
    assert_eq!(bad(&engine.check(&none).await), is("connect", "pg-password-missing"));

    rig.sql("postgres", "CREATE ROLE reader LOGIN; CREATE TABLE hidden (a int); GRANT pg_monitor TO reader");
    let reader = with(rig.access.clone(), "user", "reader");
    assert_eq!(bad(&engine.check(&reader).await), is("read", "pg-unreadable"));
    // What everybody may read usually, and some hosters take away.
    rig.sql("postgres", "REVOKE SELECT ON pg_stat_ssl FROM PUBLIC");
    assert_eq!(bad(&engine.check(&reader).await), is("tls", "pg-permission"));
    rig.sql("postgres", "GRANT SELECT ON pg_stat_ssl TO PUBLIC");
    rig.sql("postgres", "GRANT pg_read_all_data TO reader");
    assert_eq!(bad(&engine.check(&reader).await), None);
    rig.sql("postgres", "CREATE DATABASE private");
    rig.sql("postgres", "REVOKE CONNECT ON DATABASE private FROM PUBLIC");
    let inside = with(reader.clone(), "database", "private");
    assert_eq!(bad(&engine.check(&inside).await), is("connect", "pg-login-forbidden"));
    assert_eq!(bad(&engine.check(&reader).await), is("read", "pg-login-forbidden"));
    rig.sql("postgres", "GRANT CONNECT ON DATABASE private TO reader");
    assert_eq!(bad(&engine.check(&reader).await), None);
    rig.sql("postgres", "SELECT lo_create(1)");
    assert_eq!(bad(&engine.check(&reader).await), is("read", "pg-unreadable-objects"));

    let remove = "rm -f /usr/bin/pg_restore /usr/lib/postgresql/*/bin/pg_restore";
    cli("docker", &["exec", &rig.name, "sh", "-c", remove], "");
    assert_eq!(bad(&engine.check(&rig.access).await), is("tool", "tool-missing"));
    cli("docker", &["stop", "-t", "5", &rig.name], "");
    assert_eq!(bad(&engine.check(&rig.access).await), is("container", "container-stopped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_tls_is_named() {
    let Some(rig) = Rig::up(15).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("k.pem"), folder.path().join("c.pem"));
    let (key, certificate) = (key.to_str().unwrap(), certificate.to_str().unwrap());
    let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=db.example"];
    cli("openssl", &[&request[..], &["-keyout", key, "-out", certificate]].concat(), "");
    for (from, to) in [(key, "server.key"), (certificate, "server.crt")] {
        let to = format!("/var/lib/postgresql/data/{to}");
        cli("docker", &["cp", from, &format!("{}:{to}", rig.name)], "");
        cli("docker", &["exec", &rig.name, "chown", "postgres:", &to], "");
        cli("docker", &["exec", &rig.name, "chmod", "600", &to], "");
    }
    rig.sql("postgres", "ALTER SYSTEM SET ssl = on");
    rig.sql("postgres", "SELECT pg_reload_conf()");
    // The server reads it when it gets to it.
    let until = Instant::now() + Duration::from_secs(20);
    while rig.sql("postgres", "SHOW ssl") != "on" {
        assert!(Instant::now() < until, "TLS is not turned on");
        std::thread::sleep(Duration::from_millis(20));
    }
    let engine = rig.engine();
    let tls = |mode: &str, ca: &str| {
        // As `resource add` would store it.
        let access = with(with(by_network(&rig), "tls", mode), "ca", ca);
        engine.accept(access).unwrap()
    };
    for (mode, ca, expected) in [
        ("require", "", None),
        ("verify-ca", certificate, None),
        ("verify-full", certificate, is("tls", "pg-tls-name")),
        ("verify-full", "", is("tls", "pg-tls-untrusted")),
        ("verify-full", "/no/such/file", is("tls", "pg-tls-ca")),
    ] {
        let checks = engine.check(&tls(mode, ca)).await;
        assert_eq!(bad(&checks), expected, "{mode} {ca}: {checks:?}");
        if expected.is_none() {
            let seen = checks.iter().find(|c| c.id == "tls").unwrap();
            assert!(matches!(seen.verdict, Verdict::Good(Some(_))), "{seen:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_tool_is_noticed() {
    let Some(rig) = Rig::up(17).await else { return };
    let local = crate::engine::postgres::access::local_bins();
    if let Some((major, bin)) = local.iter().find(|(major, _)| *major >= 17) {
        // The distribution decides: Debian 12 has 15, the next one 17.
        eprintln!(
            "SKIPPED, nothing older than 17 here: this machine's own tools, in {bin:?}, are of {major}"
        );
        return;
    }
    let engine = rig.engine();
    assert_eq!(bad(&engine.check(&by_network(&rig)).await), is("version", "pg-tool-old"));
    let planned = engine.plan_backup(&by_network(&rig), &BackupOptions::default()).await;
    assert!(planned.unwrap_err().is("pg-tool-old"));
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_are_detected_and_inspected() {
    let Some(rig) = Rig::up(15).await else { return };
    let host = rig.hosts.engine("local").unwrap().clone();
    let container: crate::host::Container = ContainerHost::container(&*host, &rig.name).await.unwrap();
    let found = rig.engine().detect("local", &container).unwrap();
    assert_eq!(found.access.value("container"), Some(rig.name.as_str()));
    assert!(found.access.secret("password").is_some());
    let engine = rig.engine();
    rig.sql("postgres", "CREATE DATABASE one; CREATE TABLE t (a int)");
    rig.sql("postgres", "CREATE DATABASE one__zelo_old_abcdefgh");
    let first = engine.inspect(&found.access).await.unwrap();
    let names: Vec<&str> = first.items.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["one", "postgres"]);
    assert!(first.items.iter().all(|i| i.bytes > 1 << 20));
    assert!(first.engine.image.unwrap().starts_with("sha256:"));
    let marker = first.marker.unwrap();
    rig.sql("postgres", "INSERT INTO t VALUES (1)");
    assert_ne!(engine.inspect(&found.access).await.unwrap().marker.unwrap(), marker);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_network_a_backup_is_the_same() {
    let Some(mut rig) = Rig::up(15).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let before = digest(&rig, "shop");
    rig.access = by_network(&rig);
    let options = BackupOptions { items: vec!["shop".to_owned()], ..BackupOptions::default() };
    let (shelf, manifest) = rig.backup(options).await;
    rig.sql("shop", "DROP TABLE logs");
    rig.restore(&shelf, &manifest, &Default::default()).await.unwrap();
    assert_eq!(digest(&rig, "shop"), before);
    let environment = cli("docker", &["top", &rig.name, "-eo", "pid,args"], "");
    assert!(!environment.contains("lab-password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_validated_with_the_servers_tools() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let options = BackupOptions { items: vec!["shop".to_owned()], ..BackupOptions::default() };
    let (shelf, manifest) = rig.backup(options).await;
    let engine = rig.engine();
    for part in &manifest.parts {
        for access in [None, Some(&rig.access)] {
            let raw = open_part(shelf.store.clone(), &shelf.resource, part, std::sync::Arc::new(|_| {}));
            engine.validate(access, part, raw.await.unwrap()).await.unwrap();
        }
    }
    let part = manifest.part("database:shop").unwrap();
    assert_eq!(dump::Format::of(part), Ok(dump::Format::Custom));
    let short = Box::pin(std::io::Cursor::new(&b"PGDMP\x01\x10\x00\x04\x08\x01\x00"[..]));
    let problem = engine.validate(Some(&rig.access), part, short).await.unwrap_err();
    assert!(problem.is("pg-archive-truncated"), "{problem}");
    rig.assert_clean("after validation");
}

/// The commands of RECOVER.md, run in a container, without Zelo.
#[tokio::test(flavor = "multi_thread")]
async fn recover_md_restores_without_zelo() {
    for (major, format) in [(15, "custom"), (17, "plain")] {
        let (Some(old), Some(new)) = (Rig::up(major).await, Rig::up(major).await) else { return };
        let name = "sho\"p 'a=b'";
        roles(&old);
        sample(&old, name);
        let options = BackupOptions {
            items: vec![name.to_owned()],
            format: Some(format.to_owned()),
            ..BackupOptions::default()
        };
        let (shelf, manifest) = old.backup(options).await;
        let text = old.engine().recover(&manifest);
        let folder = old.shelf_root.path().join("store/databases/shop/orders").join(&shelf.folder);
        cli("docker", &["cp", folder.to_str().unwrap(), &format!("{}:/tmp/backup", new.name)], "");
        let mut script = String::from("set -eo pipefail\ncd /tmp/backup\n");
        let mut inside = false;
        for line in text.lines() {
            match line {
                "```sh" => inside = true,
                "```" => inside = false,
                line if inside => {
                    script.push_str(&line.replace("PGHOST=localhost", "PGHOST=/var/run/postgresql"));
                    script.push('\n');
                }
                _ => {}
            }
        }
        cli("docker", &["exec", "-i", &new.name, "bash"], &script);
        assert_eq!(digest(&new, name), digest(&old, name), "{text}");
    }
}
