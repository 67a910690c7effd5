//! Where settings come from. A parameter, so that a test's settings depend on
//! nothing of the machine it runs on.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

/// A setting given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As typed: `--data`.
    pub flag: &'static str,
    /// The setting's key: `data`, `http.bind`.
    pub key: &'static str,
    /// Its value.
    pub value: String,
}

/// File, environment, flags.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`: a file that must exist.
    pub config: Option<PathBuf>,
    /// Files looked for when neither `--config` nor `ZELO_CONFIG` names one; the
    /// first that exists counts.
    pub search: Vec<PathBuf>,
    /// The environment; names and values that are not UTF-8 are left out.
    pub env: BTreeMap<String, String>,
    /// The command line's.
    pub flags: Vec<Flag>,
    /// Whether the process runs as root: then data lies in `/var/lib/zelo`.
    pub root: bool,
}

impl Sources {
    /// This process's own: its environment, its user, the usual files.
    pub fn of_process(config: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let env: BTreeMap<String, String> = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let root = rustix::process::geteuid().is_root();
        let mut search = Vec::new();
        search.extend(xdg(&env, "XDG_CONFIG_HOME", ".config").map(|f| f.join("zelo.toml")));
        search.push(PathBuf::from("/etc/zelo/zelo.toml"));
        if root {
            // The machine's own file first for its own user.
            search.reverse();
        }
        Self { config, search, env, flags, root }
    }

    /// The file to read, and whether a person named it (then it must exist).
    pub(super) fn file(&self) -> Option<(PathBuf, bool)> {
        let named = self
            .config
            .clone()
            .or_else(|| self.env.get("ZELO_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from));
        match named {
            Some(path) => Some((path, true)),
            None => self.search.iter().find(|path| path.exists()).map(|path| (path.clone(), false)),
        }
    }

    /// The data folder where nothing is set; `None` without a home.
    pub(super) fn data(&self) -> Option<PathBuf> {
        if self.root {
            return Some(PathBuf::from("/var/lib/zelo"));
        }
        xdg(&self.env, "XDG_DATA_HOME", ".local/share")
    }
}

/// `zelo` in a folder of the XDG base directory specification; relative values
/// are to be ignored, it says.
fn xdg(env: &BTreeMap<String, String>, variable: &str, below_home: &str) -> Option<PathBuf> {
    let given = env.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env.get("HOME").map(Path::new).filter(|p| p.is_absolute()).map(|p| p.join(below_home));
    given.or_else(home).map(|folder| folder.join("zelo"))
}
