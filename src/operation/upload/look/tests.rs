//! Files of every sort, as they come from elsewhere.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::*;
use crate::{
    domain::{
        backup::Origin,
        id::{BackupId, OperationId, ResourceId, SystemIds},
        manifest::{self, Consistency, Part, PartFile, ResourceRef},
    },
    engine::{
        postgres::{PostgresEngine, Tuning},
        sqlite::SqliteEngine,
    },
    host::{Hosts, Local},
    operation::upload::source::find,
    stream::digest,
};

const PLAIN: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k1\n\n-- Dumped from database version 15.18\n\
    -- Dumped by pg_dump version 15.18\n\nCREATE TABLE a (b int);\nALTER TABLE a OWNER TO app;\n\
    COPY a FROM stdin;\n1\n\\.\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k1\n\n";
const CUSTOM: &[u8] = include_bytes!("../../../engine/postgres/archive/pg17.dump");

struct Lab {
    dir: tempfile::TempDir,
    engines: Engines,
}

impl Lab {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hosts = Hosts::new(Arc::new(Local::new()));
        let postgres = PostgresEngine::new(hosts, Arc::new(SystemIds), Tuning::default());
        let sqlite = SqliteEngine::new(dir.path().join("tmp"));
        Self { engines: Engines::default().with(Arc::new(postgres)).with(Arc::new(sqlite)), dir }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn look_as(&self, kind: &'static str, path: &Path, limit: u64) -> Result<Found, Problem> {
        let (path, seal) = find(path)?;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (engines, kind, stop) = (self.engines.clone(), Kind::of(kind), Stop::default());
        let progress = Progress::default();
        Looking { engines, kind, path, seal, name, limit, stop, progress }.look()
    }

    fn look(&self, name: &str, bytes: &[u8]) -> Result<Found, Problem> {
        self.look_as("postgres", &self.file(name, bytes), 1 << 30)
    }

    #[track_caller]
    fn refused(&self, name: &str, bytes: &[u8]) -> Problem {
        let problem = self.look(name, bytes).unwrap_err();
        let told = crate::i18n::Catalogue::of(crate::i18n::Lang::En).problem(&problem);
        assert!(!told.what.contains("[problem") && !told.what.contains("{$"), "{told:?}");
        problem
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, body) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, *body).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn a_dump_is_known_by_what_is_in_it() {
    let lab = Lab::new();
    for (name, bytes, format, codec) in [
        ("a.sql", PLAIN.as_bytes().to_vec(), "plain", Codec::None),
        ("wrongly.zip", gzip(PLAIN.as_bytes()), "plain", Codec::Gzip),
        ("a.sql.zst", zstd(PLAIN.as_bytes()), "plain", Codec::Zstd),
        (
            "two.gz",
            [gzip(&PLAIN.as_bytes()[..100]), gzip(&PLAIN.as_bytes()[100..])].concat(),
            "plain",
            Codec::Gzip,
        ),
        ("b.dump", CUSTOM.to_vec(), "custom", Codec::None),
        ("b.dump.gz", gzip(CUSTOM), "custom", Codec::Gzip),
    ] {
        let found = lab.look(name, &bytes).unwrap_or_else(|p| panic!("{name}: {p}"));
        assert_eq!(found.whole, Some(digest::of(&bytes)), "{name}");
        let Take::Stream { codec: is, raw, report, .. } = &found.take else { panic!("{name}") };
        assert_eq!((report.format.as_str(), *is, report.codec), (format, codec, codec), "{name}");
        let whole = if format == "plain" { PLAIN.as_bytes() } else { CUSTOM };
        assert_eq!(*raw, digest::of(whole), "{name}");
        assert_eq!(report.file, name);
        assert!(report.tables.is_some_and(|n| n > 0) && !found.engine.server.is_empty(), "{report:?}");
        let texts = crate::i18n::Catalogue::of(crate::i18n::Lang::PtBr);
        for message in report.messages() {
            let text = texts.text(&message);
            assert!(!text.contains('[') && !text.contains("{$"), "{text}");
        }
    }
}

#[test]
fn what_is_no_dump_is_told_by_what_it_looks_like() {
    let lab = Lab::new();
    let looks = |bytes: &[u8]| {
        let problem = lab.refused("x", bytes);
        assert!(problem.is("upload-unknown"), "{problem}");
        serde_json::to_value(&problem.args["looks"]).unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(looks(b""), "empty");
    assert_eq!(looks(b"PK\x03\x04...."), "zip");
    assert_eq!(looks(b"<!doctype html><title>404</title>"), "html");
    assert_eq!(looks(b"-- MySQL dump 10.13  Distrib 8.0"), "mysql");
    assert_eq!(looks(&gzip(b"-- MariaDB dump")), "mariadb");
    assert_eq!(looks(b"CREATE TABLE a (b int);\n"), "sql");
    assert_eq!(looks(&gzip(&gzip(PLAIN.as_bytes()))), "gzip");
    assert_eq!(looks(b"-----BEGIN PGP MESSAGE-----\n"), "pgp");
    assert_eq!(looks(&[0xde, 0xad, 0xbe, 0xef, 0x99]), "unknown");
    assert_eq!(looks(&tar(&[("a.sql", PLAIN.as_bytes())])), "tar");
    let code = |bytes: &[u8]| lab.refused("x", bytes).code;
    assert_eq!(code(b"--\n-- PostgreSQL database cluster dump\n--\n"), "pg-outside-cluster");
    let mut toc = CUSTOM.to_vec();
    toc[10] = 5;
    assert_eq!(code(&toc), "pg-outside-toc-alone");
    let sqlite = [&b"SQLite format 3\0"[..], &[0; 600]].concat();
    assert_eq!(code(&sqlite), "upload-other-kind");
    let other = lab.look_as("sqlite", &lab.file("y", CUSTOM), 1 << 30).unwrap_err();
    assert!(other.is("upload-other-kind"));
}

#[test]
fn one_that_was_cut_or_damaged_is_refused() {
    let lab = Lab::new();
    let end = PLAIN.find("dump complete").unwrap();
    for (whole, from) in [(PLAIN.as_bytes().to_vec(), 70), (CUSTOM.to_vec(), 200)] {
        let until = if whole == CUSTOM { whole.len() } else { end };
        for cut in (from..until).step_by(59) {
            let code = lab.refused("x", &whole[..cut]).code;
            assert_eq!(code, "upload-truncated", "{cut} of {}", whole.len());
        }
        for packed in [gzip(&whole), zstd(&whole)] {
            for cut in [packed.len() - 1, packed.len() - 5, packed.len() / 2] {
                let code = lab.refused("x", &packed[..cut]).code;
                assert!(["upload-truncated", "upload-broken"].contains(&code.as_str()), "{code}");
            }
        }
        let mut flipped = gzip(&whole);
        let at = flipped.len() - 6;
        flipped[at] ^= 1;
        assert_eq!(lab.refused("x", &flipped).code, "upload-broken");
    }
    let behind = [&gzip(PLAIN.as_bytes())[..], b"garbage behind it"].concat();
    assert_eq!(lab.refused("x", &behind).code, "upload-broken");
    let nul = PLAIN.replace("1\n", "\0\n");
    assert_eq!(lab.refused("x", nul.as_bytes()).code, "pg-outside-nul");
}

#[test]
fn nothing_beyond_the_limit_is_read() {
    let lab = Lab::new();
    let path = lab.file("a.sql", PLAIN.as_bytes());
    assert!(lab.look_as("postgres", &path, PLAIN.len() as u64).is_ok());
    assert!(lab.look_as("postgres", &path, PLAIN.len() as u64 - 1).unwrap_err().is("upload-too-large"));
    // A tar that unpacks to more than it seems.
    let bomb = gzip(&tar(&[("toc.dat", &vec![0; 1 << 20])]));
    let path = lab.file("bomb.tar.gz", &bomb);
    assert!(lab.look_as("postgres", &path, 100_000).unwrap_err().is("upload-too-large"));
}

#[test]
fn hostile_archives_are_refused_with_what_they_hold() {
    let lab = Lab::new();
    let mut builder = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "toc.dat", "/etc/passwd").unwrap();
    let link = builder.into_inner().unwrap();
    for bytes in [link.clone(), gzip(&link)] {
        let problem = lab.refused("x.tar", &bytes);
        assert!(problem.is("upload-archive"), "{problem}");
    }
    let twice = tar(&[("toc.dat", b"a"), ("./toc.dat", b"b")]);
    assert!(lab.refused("x.tar", &twice).is("upload-archive"));
    let folder = lab.dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("toc.dat")).unwrap();
    assert!(lab.look_as("postgres", &folder, 1 << 30).unwrap_err().is("upload-archive"));
}

/// Their names and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// A Zelo's backup of two parts: its manifest, and files as they are downloaded.
fn own(kind: &'static str) -> (Manifest, Files) {
    let id = BackupId::new(&SystemIds);
    let folder = format!("backup-2026-02-09-18-30-00Z-{}", id.short());
    let mut files = Vec::new();
    let mut part = |name: &str, file: &str, raw: &[u8], media: &str| {
        let stored = gzip(raw);
        let path = format!("{folder}/{file}.gz");
        files.push((path.clone(), stored.clone()));
        Part {
            name: name.to_owned(),
            files: vec![PartFile { path, codec: Codec::Gzip, key: None, stored: digest::of(&stored) }],
            media_type: media.to_owned(),
            raw: digest::of(raw),
            counts: [("table:public.a".to_owned(), 1)].into(),
            facts: serde_json::json!({ "dress": { "owner": "evil" } }),
        }
    };
    let parts = vec![
        part("database:shop", "shop.dump", CUSTOM, "application/vnd.postgresql.custom"),
        part("database:stock", "stock.sql", PLAIN.as_bytes(), "application/sql"),
    ];
    let manifest = Manifest {
        version: manifest::VERSION,
        id,
        resource: ResourceRef {
            id: ResourceId::new(&SystemIds),
            name: "old".to_owned(),
            kind: Kind::of(kind),
            project: "p".to_owned(),
        },
        origin: Origin::Manual,
        name: Some("before".to_owned()),
        note: None,
        operation: OperationId::new(&SystemIds),
        parent: None,
        taken_at: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        finished_at: chrono::DateTime::from_timestamp(1_700_000_009, 0).unwrap(),
        engine: EngineRef { server: "15.18".to_owned(), tool: "15.18".to_owned(), image: None },
        consistency: Consistency { snapshots: [("a".to_owned(), "b".to_owned())].into(), skew_ms: 3 },
        marker: None,
        parts,
        zelo: "0.1.0".to_owned(),
    };
    files.insert(0, (format!("{folder}/manifest.json"), manifest.to_bytes()));
    files.insert(1, (format!("{folder}/RECOVER.md"), b"# x".to_vec()));
    (manifest, files)
}

fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, body)| (name.as_str(), body.as_slice())).collect();
    tar(&files)
}

#[test]
fn a_download_of_a_zelo_is_taken_over_with_each_part_looked_at() {
    let lab = Lab::new();
    let (manifest, files) = own("postgres");
    let flat: Files = files
        .iter()
        .map(|(name, body)| (name.rsplit('/').next().unwrap().to_owned(), body.clone()))
        .collect();
    for bytes in [packed(&files), gzip(&packed(&files)), packed(&flat)] {
        let found = lab.look("backup.tar", &bytes).unwrap();
        let Take::Zelo { manifest: theirs, parts, .. } = &found.take else { panic!("{found:?}") };
        assert_eq!(**theirs, manifest);
        let items: Vec<&str> = found.reports().iter().map(|r| r.item.as_str()).collect();
        assert_eq!(items, ["shop", "stock"]);
        assert_eq!(parts.len(), 2);
        assert_eq!(found.engine.server, "15.18");
    }
    // The same as a folder.
    let folder = lab.dir.path().join("copied");
    std::fs::create_dir(&folder).unwrap();
    flat.iter().for_each(|(name, body)| std::fs::write(folder.join(name), body).unwrap());
    let found = lab.look_as("postgres", &folder, 1 << 30).unwrap();
    assert!(matches!(found.take, Take::Zelo { .. }) && found.whole.is_none());
}

#[test]
fn a_manifest_that_lies_is_found_out() {
    let lab = Lab::new();
    let refused = |change: &dyn Fn(&mut Manifest, &mut Files)| {
        let (mut manifest, mut files) = own("postgres");
        change(&mut manifest, &mut files);
        files[0].1 = manifest.to_bytes();
        lab.refused("backup.tar", &packed(&files)).code
    };
    assert_eq!(refused(&|_, files| drop(files.pop())), "upload-part-missing");
    assert_eq!(refused(&|_, files| files[3].1[20] ^= 1), "upload-part-damaged");
    assert_eq!(refused(&|m, _| m.parts[0].raw = digest::of(b"other")), "upload-part-damaged");
    assert_eq!(refused(&|m, _| m.parts[0].files[0].stored = digest::of(b"other")), "upload-part-damaged");
    assert_eq!(refused(&|m, _| m.parts[0].files[0].key = Some("k".to_owned())), "part-encrypted");
    assert_eq!(refused(&|m, _| m.parts[0].files[0].path = "../../x".to_owned()), "upload-manifest");
    assert_eq!(refused(&|m, _| m.parts[1].name = "database:shop".to_owned()), "upload-manifest");
    assert_eq!(refused(&|m, _| m.version = 2), "upload-manifest");
    let twice = |m: &mut Manifest, _: &mut Files| {
        let again = m.parts[0].files[0].clone();
        m.parts[0].files.push(again);
    };
    assert_eq!(refused(&twice), "upload-manifest");
    assert_eq!(refused(&|m, _| m.parts.clear()), "upload-manifest");
    assert_eq!(refused(&|m, _| m.resource.kind = Kind::of("sqlite")), "upload-other-kind");
    let (_, mut files) = own("postgres");
    files[0].1 = b"{}".to_vec();
    assert_eq!(lab.refused("backup.tar", &packed(&files)).code, "upload-manifest");
}

#[test]
fn what_is_dangerous_in_a_part_of_a_zelo_is_found_too() {
    let lab = Lab::new();
    let (mut manifest, mut files) = own("postgres");
    let evil = PLAIN.replace("COPY a", "\\! id\nCOPY a");
    let stored = gzip(evil.as_bytes());
    manifest.parts[1].raw = digest::of(evil.as_bytes());
    manifest.parts[1].files[0].stored = digest::of(&stored);
    files[0].1 = manifest.to_bytes();
    files[3].1 = stored;
    let found = lab.look("backup.tar", &packed(&files)).unwrap();
    assert!(found.reports().iter().any(|report| report.dangers.fatal));
}

#[test]
fn a_reading_nobody_waits_for_ends() {
    let lab = Lab::new();
    let path = lab.file("a.sql", PLAIN.as_bytes());
    let (path, seal) = find(&path).unwrap();
    let stop = Stop::default();
    drop(crate::operation::upload::source::StopOnDrop(stop.clone()));
    let name = "a.sql".to_owned();
    let looking = Looking {
        engines: lab.engines.clone(),
        kind: Kind::of("postgres"),
        path,
        seal,
        name,
        limit: 1 << 30,
        stop,
        progress: Progress::default(),
    };
    assert!(looking.look().is_err());
}

#[test]
fn what_swells_beyond_measure_is_not_read_to_its_end() {
    let lab = Lab::new();
    let path = lab.file("bomb.sql.zst", &zstd(&[PLAIN.as_bytes(), &[b'-'; 4 << 20]].concat()));
    let limit = 32 << 10;
    assert!(path.metadata().unwrap().len() < limit);
    assert!(lab.look_as("postgres", &path, limit).unwrap_err().is("upload-too-large"));
    let packed = gzip(&tar(&[("a.dat", &[0; 1 << 20])]));
    let path = lab.file("bomb.tar.gz", &packed);
    assert!(lab.look_as("postgres", &path, limit).unwrap_err().is("upload-too-large"));
}
