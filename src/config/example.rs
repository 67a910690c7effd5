//! `zelo.example.toml`, written from the keys' own table, so that it can lack
//! none and show no wrong default.

use std::fmt::Write;

use super::{Database, Docker, Http, Log, Operation, Store, general, keys::KeyInfo};

const HEAD: &str = "\
# Zelo's settings, each with its default. Zelo reads the file named by --config or ZELO_CONFIG, else
# /etc/zelo/zelo.toml or $XDG_CONFIG_HOME/zelo/zelo.toml. Each can also be set by a variable:
# ZELO_DATA, ZELO_HTTP_BIND, ZELO_STORE_RESERVE_PERCENT… Flags win over variables, variables over
# the file.
";

/// All keys, in the order of the example.
fn keys() -> Vec<KeyInfo> {
    let mut keys = vec![general::DATA.info(), general::LANGUAGE.info(), general::INSTANCE_ROOTS.info()];
    keys.extend(Database::KEYS);
    keys.extend(Http::KEYS);
    keys.extend(Store::KEYS);
    keys.extend(Docker::KEYS);
    keys.extend(Operation::KEYS);
    keys.extend(Log::KEYS);
    keys
}

/// The example file's text.
pub fn example() -> String {
    let mut text = HEAD.to_owned();
    let mut section = "";
    for key in keys() {
        if key.section != section {
            section = key.section;
            let _ = write!(text, "\n[{section}]");
        }
        text.push('\n');
        for line in key.help.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let mark = if key.optional { "# " } else { "" };
        let _ = writeln!(text, "{mark}{} = {}", key.name, key.default);
    }
    text
}
