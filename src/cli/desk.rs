//! What a command works at: the settings, the open world, where its words go,
//! and who asks.

use std::{path::PathBuf, sync::Arc};

use super::{args::Global, exit::Exit, output::Output};
use crate::{
    app,
    config::{Flag, Settings, Sources},
    domain::problem::Problem,
    i18n::Lang,
    operation::{Actor, World},
    problem,
};

/// Why a command ends otherwise than by returning.
#[derive(Debug)]
pub enum Stop {
    /// These are still to be shown.
    Problems(Vec<Problem>),
    /// Everything has been shown.
    Exit(Exit),
}

/// How a command ends.
pub type Done = Result<Exit, Stop>;

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<Vec<Problem>> for Stop {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

/// Settings and output, before anything is opened.
#[derive(Clone)]
pub struct Desk {
    /// Checked.
    pub settings: Arc<Settings>,
    /// Where its words go.
    pub out: Arc<Output>,
    /// The options of every command.
    pub global: Global,
}

impl Desk {
    /// Reads the settings. Problems with them are told in the language the
    /// command line or the terminal asks for.
    pub fn open(global: Global, flags: Vec<Flag>) -> Result<Self, (Output, Stop)> {
        let output = |settings: Option<Lang>| Output::of_process(chosen(global.lang, settings), global.json);
        let sources = match sources(&global, flags) {
            Ok(sources) => sources,
            Err(problem) => return Err((output(None), problem.into())),
        };
        match Settings::load(&sources) {
            Ok(settings) => {
                let out = Arc::new(output(settings.language));
                Ok(Self { settings: Arc::new(settings), out, global })
            }
            Err(problems) => Err((output(None), problems.into())),
        }
    }

    /// Opens database, key, stores, hosts.
    pub async fn world(&self) -> Result<World, Stop> {
        Ok(app::open(&self.settings).await?)
    }

    /// Who asks, as the audit log has it: `cli:<user>`.
    pub fn actor(&self) -> Actor {
        Actor(format!("cli:{}", os_user()))
    }
}

/// The language: what the command line asks for, else the settings, else the
/// terminal.
fn chosen(asked: Option<Lang>, settings: Option<Lang>) -> Lang {
    asked.or(settings).unwrap_or_else(|| Lang::from_env(|name| std::env::var(name).ok()))
}

/// The language of a command line that could not be read to its end, or that asks
/// for help alone. Settings that are wrong are no reason to withhold either.
pub(super) fn language(asked: Option<Lang>, config: Option<PathBuf>) -> Lang {
    let settings = || Settings::load(&Sources::of_process(config, Vec::new())).ok()?.language;
    chosen(asked, if asked.is_some() { None } else { settings() })
}

/// The settings' sources with the global flags; a relative folder is meant from
/// here.
fn sources(global: &Global, mut flags: Vec<Flag>) -> Result<Sources, Problem> {
    if let Some(data) = &global.data {
        let whole = std::path::absolute(data)
            .map_err(|e| problem!("cli-folder", path = data.display().to_string()).detail(e))?;
        flags.push(Flag { flag: "--data", key: "data", value: whole.display().to_string() });
    }
    Ok(Sources::of_process(global.config.clone(), flags))
}

/// The name of the user this process runs as; its number if it has none.
fn os_user() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let name = std::fs::read_to_string("/etc/passwd").ok().and_then(|users| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == uid).then(|| name.to_owned())
        })
    });
    name.unwrap_or(uid)
}
