//! psql's backslash commands: which do what. None of them may stand in a file from
//! elsewhere but pg_dump's own `\restrict` and `\unrestrict`.

/// One command of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Which sort of danger; `None`: pg_dump's own.
    pub(super) what: Option<&'static str>,
    /// What is shown of it.
    pub(super) excerpt: String,
    /// The database it connects to.
    pub(super) database: Option<String>,
}

/// The commands that stand in a line from its first backslash on.
pub(super) fn commands(line: &[u8]) -> Vec<Found> {
    const MOST: usize = 4;
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    let starts = line.match_indices('\\').map(|(at, _)| at);
    // A second backslash right behind the first only separates commands.
    let names = starts.filter(|at| line[at + 1..].starts_with(|c: char| !c.is_whitespace() && c != '\\'));
    let mut all: Vec<Found> = names.take(MOST).map(|at| command(&line[at..])).collect();
    if all.is_empty() {
        all.push(Found { what: Some("meta"), excerpt: masked(line), database: None });
    }
    all
}

/// Whether this line is pg_dump's own guard, which a loader puts its own in place of.
pub(in super::super) fn is_guard(line: &[u8]) -> bool {
    let found = commands(line);
    found.len() == 1 && found[0].what.is_none()
}

fn command(text: &str) -> Found {
    let rest = &text[1..];
    let end = rest.find(|c: char| c.is_whitespace() || c == '\\').unwrap_or(rest.len());
    let (name, arguments) = (&rest[..end], rest[end..].trim());
    let pipes = arguments.starts_with('|') || arguments.contains(" |");
    let programs = || arguments.split_whitespace().any(|word| word.eq_ignore_ascii_case("program"));
    let what = match name {
        "restrict" | "unrestrict" if is_key(arguments) => None,
        _ if name.starts_with('!') || arguments.contains('`') => Some("shell"),
        "c" | "connect" => Some("connect"),
        "copy" if programs() => Some("program"),
        "o" | "out" | "g" | "gx" | "w" | "write" if pipes => Some("program"),
        "i" | "ir" | "include" | "include_relative" => Some("include"),
        _ => Some("meta"),
    };
    let database = (what == Some("connect")).then(|| connected(arguments)).flatten();
    Found { what, excerpt: masked(text), database }
}

/// A key as pg_dump makes them: letters and digits.
fn is_key(arguments: &str) -> bool {
    !arguments.is_empty() && arguments.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The database in `\connect …`, where it is a bare name.
fn connected(arguments: &str) -> Option<String> {
    let word = arguments.split_whitespace().find(|word| !word.starts_with("-reuse"))?;
    let bare = word.trim_matches(['"', '\'']);
    (bare != "-" && !bare.contains(['=', ':', '/'])).then(|| bare.to_owned())
}

/// A line without what may be a password.
fn masked(text: &str) -> String {
    let hide = |word: &str| {
        if let Some((scheme, rest)) = word.split_once("://") {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            return format!("{scheme}://…@{host}");
        }
        let lower = word.to_ascii_lowercase();
        match lower.find("password=").or_else(|| lower.find("passfile=")) {
            Some(at) => format!("{}…", &word[..at + 9]),
            None => word.to_owned(),
        }
    };
    text.split_whitespace().map(hide).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(line: &str) -> Vec<Option<&'static str>> {
        commands(line.as_bytes()).into_iter().map(|found| found.what).collect()
    }

    #[test]
    fn each_command_is_told_by_what_it_does() {
        for (line, wanted) in [
            ("\\! id", "shell"),
            ("\\!id", "shell"),
            ("\\echo `id`", "shell"),
            ("\\connect other", "connect"),
            ("\\c - postgres", "connect"),
            ("\\copy t from program 'id'", "program"),
            ("\\copy t FROM PROGRAM 'id'", "program"),
            ("\\o | cat", "program"),
            ("\\g |cat", "program"),
            ("\\i /etc/passwd", "include"),
            ("\\ir x", "include"),
            ("\\copy t from '/etc/passwd'", "meta"),
            ("\\set x 1", "meta"),
            ("\\", "meta"),
            ("\\.", "meta"),
            ("\\;", "meta"),
            ("\\restrict", "meta"),
            ("\\restrict a b", "meta"),
            ("\\restricted abc", "meta"),
        ] {
            assert_eq!(what(line), [Some(wanted)], "{line}");
        }
        assert_eq!(what("\\restrict aB3\r"), [None]);
        assert!(is_guard(b"\\unrestrict xyz") && !is_guard(b"\\unrestrict xyz \\! id"));
        assert_eq!(what("\\echo x \\! id"), [Some("meta"), Some("shell")]);
        assert_eq!(what("\\pset a \\\\ SELECT 1; \\c x"), [Some("meta"), Some("connect")]);
    }

    #[test]
    fn a_password_is_not_shown() {
        for line in
            ["\\c postgresql://me:secret@host/db", "\\c dbname=x password=secret", "\\c PASSWORD=secret"]
        {
            let found = commands(line.as_bytes());
            assert!(!found[0].excerpt.contains("secret"), "{}", found[0].excerpt);
            assert_eq!(found[0].database, None);
        }
        let databases = ["\\connect \"shop\"", "\\c shop", "\\connect -reuse-previous=on shop"];
        for line in databases {
            assert_eq!(commands(line.as_bytes())[0].database.as_deref(), Some("shop"), "{line}");
        }
    }
}
