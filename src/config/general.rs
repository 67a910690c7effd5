//! What stands above all sections: the data folder and the language.

use std::path::PathBuf;

use super::{
    keys::{Key, Keys},
    read,
    sources::Sources,
};
use crate::{i18n::Lang, problem};

pub(super) const DATA: Key<PathBuf> = Key {
    section: "",
    name: "data",
    help: "Zelo's own folder: its database, the key that opens stored credentials, and backups unless\n\
           store.folder says otherwise. As another user than root the default is\n\
           $XDG_DATA_HOME/zelo or ~/.local/share/zelo.",
    default: "\"/var/lib/zelo\"",
    optional: false,
    secret: false,
    parse: read::path,
};

pub(super) const LANGUAGE: Key<Option<Lang>> = Key {
    section: "",
    name: "language",
    help: "Language of the command line: \"en\" or \"pt-BR\". Default: the terminal's.",
    default: "\"en\"",
    optional: true,
    secret: false,
    parse: |text| {
        read::choice(text, &[(Lang::En.tag(), Some(Lang::En)), (Lang::PtBr.tag(), Some(Lang::PtBr))])
    },
};

pub(super) const INSTANCE_ROOTS: Key<Vec<PathBuf>> = Key {
    section: "",
    name: "instance_roots",
    help: "Folders below which instances may be added by their folder, with colons between them: a Supabase\n\
           stack whose containers were removed is found by nothing else. None: no folder may be added.",
    default: "\"\"",
    optional: false,
    secret: false,
    parse: read::paths,
};

/// The data folder; without one and without a home, a problem.
pub(super) fn data(keys: &mut Keys, sources: &Sources) -> PathBuf {
    let default = || sources.data();
    keys.find(&DATA).or_else(default).unwrap_or_else(|| {
        keys.wrong(problem!("setting-no-home"));
        PathBuf::new()
    })
}
