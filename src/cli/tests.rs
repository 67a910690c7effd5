//! The command line as a person types it: which verbs there are, what is read and
//! what is refused.

use std::fs;

use clap::{CommandFactory, Parser};

use super::*;
use crate::i18n::{Catalogue, Lang};

fn parse(words: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("zelo").chain(words.iter().copied()))
}

#[test]
fn the_commands_are_consistent() {
    Cli::command().debug_assert();
    for lang in Lang::ALL {
        texts::command(lang).debug_assert();
    }
}

#[test]
fn help_texts() {
    for lang in Lang::ALL {
        let mut text = String::new();
        let mut todo = vec![(String::new(), texts::command(lang).term_width(100))];
        while let Some((path, mut command)) = todo.pop() {
            text += &format!("──── zelo{path} ────\n{}\n", command.render_help());
            let mut below: Vec<_> = command
                .get_subcommands()
                .map(|sub| (format!("{path} {}", sub.get_name()), sub.clone().term_width(100)))
                .collect();
            below.reverse();
            todo.append(&mut below);
        }
        insta::assert_snapshot!(format!("help_texts_{}", lang.tag()), text);
    }
}

#[test]
fn every_documented_verb_is_there() {
    for words in [
        "resource list",
        "resource detect",
        "resource add orders --kind postgres --set host=db --password-stdin --url-file /f",
        "resource add --detected orders-db",
        "resource edit orders --set host=db --password-stdin --dry-run --json",
        "resource check orders",
        "backup create orders --dry-run",
        "backup list orders --all --json",
        "backup info aaaa1111",
        "backup validate aaaa1111 --no-wait",
        "backup delete aaaa1111 --yes",
        "restore aaaa1111 --into other --item a --item b --replace-roles --confirm other",
        "restore aaaa1111 --new-name copy",
        "undo aaaa1111 --dry-run --without-safety broken",
        "instance list --json",
        "instance show shop",
        "instance logs shop auth --lines 50",
        "instance restart shop --service auth --service rest --dry-run",
        "instance stop shop --without-safety broken --yes",
        "instance start shop --no-wait",
        "instance diagnose shop --json",
        "instance repair shop --probe auth-search-path --dry-run",
        "instance config get shop site_url",
        "instance config set shop jwt_expiry=7200 smtp_pass --yes",
        "instance config diff shop jwt_expiry=7200",
        "instance config history shop --limit 5",
        "instance config set-back aaaa1111 --dry-run",
        "instance config rotate supabase jwt_secret --dry-run",
        "instance config test-mail shop --to ana@example.com smtp_host=mail.example.com smtp_pass",
        "instance backup shop --name before",
        "instance restore shop aaaa1111 --confirm shop",
        "instance restore shop aaaa1111 --as copy --folder /srv/copy --port 9000",
        "instance release staging --dry-run",
        "instance copy shop staging --port 9000 --dry-run",
        "aside list orders --json",
        "aside keep aaaa1111 --days 30",
        "aside free aaaa1111 --dry-run --without-safety exported",
        "backup list orders --trash",
        "backup untrash aaaa1111 --dry-run",
        "backup purge aaaa1111 --confirm orders",
        "operation list --state needs_operator --resource orders",
        "operation show aaaa1111",
        "operation watch aaaa1111",
        "operation cancel aaaa1111",
        "operation resolve aaaa1111 --retry",
        "operation resolve aaaa1111 --restore --yes",
        "operation resolve aaaa1111 --note fixed",
        "resource assign orders clients --json",
        "resource rename orders shop",
        "resource remove orders --confirm orders",
        "user list",
        "user add ada --email ada@example.org --admin --password-stdin",
        "user link ada",
        "user password ada --password-stdin",
        "user disable ada",
        "user enable ada",
        "user admin ada --off",
        "project list",
        "project add clients --owner ada",
        "project rename clients shops",
        "project member add clients ada --role viewer",
        "project member remove clients ada",
        "token create --user ada --name ci --expires 90d",
        "token list --user ada",
        "token revoke aaaa1111",
        "catalog rebuild",
        "doctor -vv --lang pt-BR --config /c --data /d",
        "serve --bind 127.0.0.1:0",
        "worker",
        "help backup create",
        "help exit-codes",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        if let Err(error) = parse(&words) {
            panic!("{words:?}: {error}");
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for words in [
        "",
        "backup",
        "backup create",
        "backup create orders --compression gzip:10",
        "backup create orders --dry-run --no-wait",
        "backup create orders --roles --no-roles",
        "backup delete aaaa1111 --yes --confirm aaaa1111",
        "restore aaaa1111 --new-name copy --in-place",
        "aside keep aaaa1111",
        "aside keep aaaa1111 --days 0",
        "aside free",
        "backup list --all --trash",
        "resource add orders",
        "resource add orders --kind postgres --detected x",
        "resource add orders --kind postgres --password hunter2",
        "resource add orders --kind postgres --set host",
        "operation list --state sleeping",
        "operation resolve aaaa1111",
        "operation resolve aaaa1111 --retry --restore",
        "operation resolve aaaa1111 --note fixed --idempotency-key once",
        "resource edit",
        "resource remove orders --yes --confirm orders",
        "user add ada --password hunter2hunter2",
        "user password ada hunter2hunter2",
        "project member add clients ada",
        "project member add clients ada --role king",
        "token create --user ada",
        "token create --user ada --name ci --expires soon",
        "resource edit orders --unchecked --dry-run",
        "doctor --lang klingon",
        "instance config set shop",
        "instance logs shop",
        "instance logs shop auth --lines 0",
    ] {
        let words: Vec<_> = words.split_whitespace().collect();
        assert!(parse(&words).is_err(), "{words:?}");
    }
}

#[test]
fn the_bind_option_is_a_setting() {
    let cli = parse(&["serve", "--bind", "x"]).unwrap();
    let flag = Flag { flag: "--bind", key: "http.bind", value: "x".to_owned() };
    assert_eq!(flags(&cli.command), [flag]);
}

/// Ids that reach the catalogue as plain text, in headings and by states.
#[test]
fn every_id_in_these_files_is_in_the_catalogues() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli")];
    let mut wrong = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "rs")
                || path.ends_with("exit.rs")
                || path.ends_with("tests.rs")
            {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for id in text.split('"').filter(|piece| {
                ["cli-", "doctor-", "state-", "origin-", "backup-"].iter().any(|p| piece.starts_with(p))
                    && piece.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            }) {
                for lang in Lang::ALL {
                    let catalogue = Catalogue::of(lang);
                    if !catalogue.has(id) && !catalogue.has(&format!("problem-{id}")) {
                        wrong.push(format!("{id} ({lang}, {})", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
