//! Settings from every source, in their order, and every way to get them wrong.

use std::{fs, path::PathBuf, time::Duration};

use super::*;
use crate::i18n::Catalogue;

/// Root, no file, no environment: the defaults.
fn bare() -> Sources {
    Sources { root: true, ..Sources::default() }
}

fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("zelo.toml");
    fs::write(&path, text).unwrap();
    (dir, Sources { config: Some(path), ..bare() })
}

fn with_env(pairs: &[(&str, &str)]) -> Sources {
    let env = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Sources { env, ..bare() }
}

fn codes(sources: &Sources) -> Vec<String> {
    Settings::load(sources).unwrap_err().into_iter().map(|p| p.code).collect()
}

#[test]
fn defaults_need_nothing() {
    let settings = Settings::load(&bare()).unwrap();
    assert_eq!(settings.data, PathBuf::from("/var/lib/zelo"));
    assert_eq!(settings.database, Database::Sqlite("/var/lib/zelo/zelo.db".into()));
    assert_eq!(settings.store.folder, PathBuf::from("/var/lib/zelo/store"));
    assert_eq!(settings.store.reserve_bytes, 2_147_483_648);
    assert_eq!(settings.http.url(), "http://127.0.0.1:8600");
    assert_eq!(settings.operation.stall, Duration::from_secs(300));
    assert_eq!(settings.key_file(), PathBuf::from("/var/lib/zelo/key"));
}

#[test]
fn the_example_file_is_current_and_parses_to_the_defaults() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("zelo.example.toml");
    if std::env::var_os("UPDATE_EXAMPLE").is_some() {
        fs::write(&path, example()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), example(), "run the test with UPDATE_EXAMPLE=1");
    let read = |text: &str| {
        let (_dir, sources) = with_file(text);
        Settings { file: None, ..Settings::load(&sources).unwrap() }
    };
    let defaults = Settings::load(&bare()).unwrap();
    assert_eq!(read(&example()), defaults);
    // The commented ones are right too, besides the three that have no default.
    let all: String = example()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(name, _)| !name.contains(' ')) => rest,
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let all = read(&all);
    assert_eq!(all.language, Some(Lang::En));
    assert_eq!(all.http.url(), "https://zelo.example.com");
    let http = defaults.http.clone();
    assert_eq!(all.compose, Some("/usr/local/bin/docker-compose".into()));
    assert_eq!(Settings { language: None, compose: None, http, ..all }, defaults);
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    let settings = Settings::load(&with_env(&[
        ("ZELO_DATA", "/d"),
        ("ZELO_LANGUAGE", "pt-BR"),
        ("ZELO_INSTANCE_ROOTS", "/srv:/home/shop"),
        ("ZELO_DATABASE_URL", "postgres://zelo:secret@db/zelo"),
        ("ZELO_HTTP_BIND", "[::1]:9"),
        ("ZELO_HTTP_PUBLIC_URL", "https://a.example/zelo/"),
        ("ZELO_STORE_FOLDER", "/s"),
        ("ZELO_STORE_RESERVE_PERCENT", "0"),
        ("ZELO_STORE_RESERVE_BYTES", "500 MB"),
        ("ZELO_DOCKER_SOCKET", "off"),
        ("ZELO_DOCKER_COMPOSE", "/usr/local/bin/compose"),
        ("ZELO_OPERATION_CONCURRENCY", "8"),
        ("ZELO_OPERATION_STALL", "1h 30m"),
        ("ZELO_OPERATION_DEADLINE", "2d"),
        ("ZELO_OPERATION_SAFETY_MAX_AGE", "0s"),
        ("ZELO_STORE_UPLOAD_LIMIT", "3 GB"),
        ("ZELO_OPERATION_ASIDE_DAYS", "30"),
        ("ZELO_OPERATION_TRASH_DAYS", "1"),
        ("ZELO_OPERATION_GRACE", "0s"),
        ("ZELO_LOG_LEVEL", "trace"),
        ("ZELO_LOG_FORMAT", "json"),
        ("ZELO_FAULT", "kill:swap:after"),
        ("ZELO_LAB", "1"),
        ("ZELO_LAB_KEEP", "1"),
        ("ZELO_CONFIG", ""),
        ("HOME", "/root"),
    ]))
    .unwrap();
    assert_eq!(settings.language, Some(Lang::PtBr));
    assert_eq!(
        settings.database,
        Database::Postgres(crate::secret::Secret::new("postgres://zelo:secret@db/zelo"))
    );
    assert_eq!(settings.http.url(), "https://a.example/zelo");
    assert_eq!(
        settings.store,
        Store {
            folder: "/s".into(),
            reserve_percent: 0,
            reserve_bytes: 500_000_000,
            upload_limit: 3_000_000_000
        }
    );
    assert_eq!(settings.instance_roots, [PathBuf::from("/srv"), "/home/shop".into()]);
    assert_eq!(settings.docker, Docker::Off);
    assert_eq!(settings.compose, Some("/usr/local/bin/compose".into()));
    assert_eq!(settings.operation.stall, Duration::from_secs(5400));
    assert_eq!(settings.operation.grace, Duration::ZERO);
    assert_eq!(settings.log, Log { level: Level::Trace, format: Format::Json });
}

#[test]
fn later_sources_win() {
    let (_dir, mut sources) =
        with_file("data = \"/file\"\n[http]\nbind = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"\n");
    sources.env = with_env(&[("ZELO_HTTP_BIND", "127.0.0.1:2"), ("ZELO_DATA", "/env")]).env;
    sources.flags.push(Flag { flag: "--data", key: "data", value: "/flag".to_owned() });
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(settings.data, PathBuf::from("/flag"));
    assert_eq!(settings.http.bind.port(), 2);
    assert_eq!(settings.log.level, Level::Warn);
    assert_eq!(settings.file, sources.config);
}

#[test]
fn all_errors_are_told_at_once_with_place_value_and_what_is_allowed() {
    let (dir, mut sources) = with_file(
        "lenguage = \"en\"\n\n[http]\nbind = 8600\nport = 3\n[log]\nlevel = [\"a\"]\n[operation]\nstall = \"soon\"\n\
         concurrency = 0x0\n",
    );
    sources.env =
        with_env(&[("ZELO_STORE_FOLDER", "backups"), ("ZELO_HTTP_BNID", "x"), ("ZELO_QQQQ", "x")]).env;
    sources.flags.push(Flag { flag: "--data", key: "data", value: "../here".to_owned() });
    let problems = Settings::load(&sources).unwrap_err();
    let file = dir.path().join("zelo.toml").display().to_string();
    let mut told: Vec<_> =
        problems.iter().map(|p| Catalogue::of(Lang::En).problem(p).what.replace(&file, "FILE")).collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_database_address_is_never_repeated() {
    let mut sources = with_env(&[("ZELO_DATABASE_URL", "postgre://zelo:hunter2@db/zelo")]);
    let problems = Settings::load(&sources).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(!format!("{problems:?}").contains("hunter2"));
    for bad in ["sqlite:relative.db", "sqlite:", "sqlite:/", "postgres://host", "mysql://a/b", "x"] {
        sources.env.insert("ZELO_DATABASE_URL".to_owned(), bad.to_owned());
        assert_eq!(codes(&sources), ["setting-database"], "{bad}");
    }
}

#[test]
fn broken_toml_is_told_with_its_lines() {
    let (dir, sources) = with_file("data = \"/d\"\n[http\nbind = \"x\n");
    let problems = Settings::load(&sources).unwrap_err();
    let place = format!("{}:2", dir.path().join("zelo.toml").display());
    assert!(
        problems.iter().any(|p| p.is("setting-syntax") && format!("{p:?}").contains(&place)),
        "{problems:?}"
    );
}

#[test]
fn a_named_file_must_exist_a_searched_one_need_not() {
    let gone = PathBuf::from("/nowhere/zelo.toml");
    assert_eq!(codes(&Sources { config: Some(gone.clone()), ..bare() }), ["setting-file"]);
    assert_eq!(codes(&with_env(&[("ZELO_CONFIG", "/nowhere/zelo.toml")])), ["setting-file"]);
    let (_dir, named) = with_file("data = \"/searched\"");
    let search = vec![gone, named.config.unwrap()];
    let settings = Settings::load(&Sources { search, ..bare() }).unwrap();
    assert_eq!(settings.data, PathBuf::from("/searched"));
}

#[test]
fn another_user_keeps_data_at_home() {
    let user = |pairs: &[(&str, &str)]| Sources { root: false, ..with_env(pairs) };
    let data = |sources: &Sources| Settings::load(sources).unwrap().data;
    assert_eq!(data(&user(&[("HOME", "/home/a")])), PathBuf::from("/home/a/.local/share/zelo"));
    assert_eq!(data(&user(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "/x")])), PathBuf::from("/x/zelo"));
    assert_eq!(
        data(&user(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "x")])),
        PathBuf::from("/home/a/.local/share/zelo")
    );
    assert_eq!(codes(&user(&[])), ["setting-no-home"]);
}
