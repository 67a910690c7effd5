//! Zelo's reading of `.env` beside Compose's own: what Zelo shows, compares and
//! writes must be what the containers get.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // a test that cannot go on says so

// Another test binary uses more of it.
#[allow(dead_code, unreachable_pub)]
#[path = "support/lab.rs"]
mod lab;
#[allow(dead_code, unreachable_pub, clippy::new_without_default)]
#[path = "support/random.rs"]
mod random;
#[path = "../src/supabase/dotenv/tests/rows.rs"]
mod rows;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use zelo::supabase::dotenv::Dotenv;

/// Compose, and a project of one service that is never started.
struct Compose {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Compose {
    /// `None`, said loudly, where the lab has none.
    fn found() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/compose");
        let path = Command::new(script).output().ok().filter(|output| output.status.success());
        let Some(path) = path else {
            lab::missing("Compose (lab/compose)");
            return None;
        };
        let program = PathBuf::from(String::from_utf8(path.stdout).unwrap().trim());
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    /// The values of `keys` as a container would get them, in a clean environment;
    /// `None` if Compose refuses the file.
    fn values(&self, file: &[u8], keys: &[String]) -> Option<Vec<Option<String>>> {
        let mut project =
            String::from("name: zelo-dotenv\nservices:\n  s:\n    image: none\n    environment:\n");
        for key in keys {
            // The mark tells a value from none.
            writeln!(project, "      {key}: \"${{{key}+=}}${{{key}}}\"").unwrap();
        }
        let path = |name: &str| self.folder.path().join(name);
        fs::write(path("docker-compose.yml"), project).unwrap();
        fs::write(path("candidate.env"), file).unwrap();
        let mut command = Command::new(&self.program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path());
        command.current_dir(self.folder.path());
        let output =
            command.args(["--env-file", "candidate.env", "config", "--format", "json"]).output().unwrap();
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            assert!(words.contains("failed to read"), "refused for another reason: {words}");
            return None;
        }
        let config: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let environment = &config["services"]["s"]["environment"];
        let value = |key: &String| {
            let value = environment[key].as_str().unwrap().replace("$$", "$");
            value.strip_prefix('=').map(ToOwned::to_owned)
        };
        Some(keys.iter().map(value).collect())
    }
}

/// What Zelo says about the same.
fn zelo(file: &[u8], keys: &[String]) -> Option<Vec<Option<String>>> {
    let file = Dotenv::parse(file);
    if !file.problems().is_empty() {
        return None;
    }
    let value = |key: &String| file.value(key).map(|value| value.unwrap().expose().to_owned());
    Some(keys.iter().map(value).collect())
}

#[test]
fn every_row_is_what_compose_says() {
    let Some(compose) = Compose::found() else { return };
    let keys = ["K", "L", "V"].map(str::to_owned);
    for (text, wanted) in rows::VALUES {
        let values = compose.values(text.as_bytes(), &keys);
        let k = values.as_ref().and_then(|values| values[0].as_deref());
        assert_eq!(k, Some(*wanted), "Compose reads {text:?} otherwise");
        assert_eq!(zelo(text.as_bytes(), &keys), values, "{text:?}");
    }
    for (text, ..) in rows::FATAL {
        assert_eq!(compose.values(text.as_bytes(), &keys), None, "Compose takes {text:?}");
    }
}

#[test]
fn what_zelo_writes_is_what_compose_reads() {
    let Some(compose) = Compose::found() else { return };
    let mut random = random::Random::new();
    let all: Vec<char> = (' '..='~').chain("éß漢😀\u{a0}\u{2028}$$$\\\\\\\"\"''##{}``".chars()).collect();
    let mut pick = |end: usize| usize::try_from(random.below(end as u64)).unwrap();
    let mut file =
        Dotenv::parse("A=1\nK0=old # why\nK1='old'\nK2=\"old\" # why\nK3 = old\r\nK4: old\nexport K5=old");
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    let many = if std::env::var_os("ZELO_SOAK").is_some() { 5_000 } else { 100 };
    for number in 0..many {
        let value: String = (0..pick(40)).map(|_| all[pick(all.len())]).collect();
        keys.push(format!("K{number}"));
        file = file.set(&keys[number], &value).unwrap();
        values.push(Some(value));
    }
    assert_eq!(compose.values(file.as_bytes(), &keys), Some(values));
}
