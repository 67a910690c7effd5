//! Words that mean trouble, and tokens as a scan remembers them.

/// Extensions that give SQL the machine's files, its programs or other servers, or
/// that run code no rights confine.
const EXTENSIONS: [&str; 13] = [
    "adminpack",
    "dblink",
    "file_fdw",
    "http",
    "mysql_fdw",
    "oracle_fdw",
    "pg_background",
    "pg_cron",
    "pg_net",
    "plsh",
    "postgres_fdw",
    "redis_fdw",
    "tds_fdw",
];

/// Languages whose functions may do whatever the server's own user may.
const LANGUAGES: [&str; 12] = [
    "c",
    "internal",
    "plperlu",
    "plpython2u",
    "plpython3u",
    "plpythonu",
    "plr",
    "plsh",
    "pltclu",
    "pljavau",
    "plluau",
    "plrubyu",
];

/// Functions that reach the server's files, its configuration or other servers.
const FUNCTIONS: [(&str, &str); 16] = [
    ("lo_import", "large-object"),
    ("lo_export", "large-object"),
    ("pg_read_file", "server"),
    ("pg_read_binary_file", "server"),
    ("pg_ls_dir", "server"),
    ("pg_stat_file", "server"),
    ("pg_file_write", "server"),
    ("pg_file_unlink", "server"),
    ("pg_file_rename", "server"),
    ("pg_reload_conf", "server"),
    ("pg_terminate_backend", "server"),
    ("pg_rotate_logfile", "server"),
    ("dblink", "elsewhere"),
    ("dblink_connect", "elsewhere"),
    ("dblink_exec", "elsewhere"),
    ("dblink_send_query", "elsewhere"),
];

/// Whether an extension must not come from a file of a stranger.
pub(in super::super) fn is_unsafe_extension(name: &str) -> bool {
    EXTENSIONS.contains(&name) || is_unsafe_language(name)
}

/// Whether no rights confine what is written in this language.
pub(super) fn is_unsafe_language(name: &str) -> bool {
    LANGUAGES.contains(&name)
}

/// What sort of danger a call of this function is.
pub(super) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, what)| *what)
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tok {
    /// In lower case.
    Word(String),
    /// As it is in the quotes.
    Name(String),
    /// Its beginning, in lower case; never shown.
    Text(String),
    Sign(u8),
}

impl Tok {
    pub(super) fn word(word: &[u8]) -> Self {
        Self::Word(String::from_utf8_lossy(word).to_lowercase())
    }

    /// Whether it is this word, without quotes.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) => text,
            Self::Sign(_) => "",
        }
    }

    /// As an excerpt shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) => word.to_uppercase(),
            Self::Name(name) => format!("\"{name}\""),
            Self::Text(_) => "'…'".to_owned(),
            Self::Sign(sign) => char::from(*sign).to_string(),
        }
    }
}
