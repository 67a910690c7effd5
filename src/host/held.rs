//! How a process is held: a shell says who it is, waits for one line, and then
//! becomes the program. The same script serves this machine and containers.
//!
//! Only builtins run before it is let go, so there is never a second process; at
//! the end of its input the shell exits and nothing has run.

use super::Command;

/// `$0` of the holding shell: its own complaints, and no program's, begin so.
pub(super) const NAME: &str = "zelo-hold";

/// The line that lets a held process go.
pub(super) const GO: &[u8] = b"go\n";

/// Reads byte by byte, so nothing after the line is taken from the program.
const SCRIPT: &str = r#"command -v "$1" >/dev/null 2>&1 || { echo "zelo missing" >&2; exit 127; }
read -r zelo </proc/$$/stat || exit 125
echo "zelo held $zelo" >&2
read -r zelo || exit 0
[ "$zelo" = go ] || exit 0
unset zelo
"#;

/// Where there is a `stdbuf` that works, the program writes 64 KiB at a time.
const LARGE: &str = r#"if stdbuf -o65536 true >/dev/null 2>&1; then set -- stdbuf -o65536 "$@"; fi
"#;

/// The shell becomes the program.
const RUN: &str = r#"exec "$@""#;

/// Arguments for the shell (`argv[0]` is `shell`) that hold a command.
pub(super) fn hold(shell: &str, command: &Command) -> Vec<String> {
    let script = [SCRIPT, if command.large_pieces { LARGE } else { "" }, RUN].concat();
    let mut all = vec![shell.to_owned(), "-c".to_owned(), script, NAME.to_owned()];
    all.extend_from_slice(&command.argv);
    all
}

/// What the shell said first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// It waits; who it is.
    Held(Stat),
    /// The program does not exist.
    Missing,
    /// Something else: not our shell speaking.
    Strange,
}

/// Reads the first line of standard error.
pub(super) fn greeting(line: &str) -> Greeting {
    match line.trim_end() {
        "zelo missing" => Greeting::Missing,
        line => {
            line.strip_prefix("zelo held ").and_then(Stat::parse).map_or(Greeting::Strange, Greeting::Held)
        }
    }
}

/// Whether an exit came from the shell because the program could not be run
/// (gone in between, not executable, no loader).
pub(super) fn exec_failed(code: i64, stderr: &str) -> bool {
    // dash and bash begin with the name, mksh with "E: ", ksh goes on with a line number.
    let first = stderr.lines().next().unwrap_or_default();
    matches!(code, 126 | 127) && first.trim_start_matches("E: ").starts_with(NAME)
}

/// The fields of `/proc/<pid>/stat` that tell processes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    /// Field 1.
    pub(super) pid: i32,
    /// Field 5: its process group.
    pub(super) group: i32,
    /// Field 22: clock ticks since boot.
    pub(super) started: u64,
    /// It is dead and only waits to be read by its parent.
    pub(super) dead: bool,
}

impl Stat {
    /// Reads one; the program's name in it may hold spaces and parentheses.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (pid, rest) = text.split_once(' ')?;
        let (_, rest) = rest.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // fields[0] is field 3. A zombie leader may still have threads that run.
        let threads: u32 = fields.get(17)?.parse().ok()?;
        let dead = match *fields.first()? {
            "X" | "x" => true,
            "Z" => threads <= 1,
            _ => false,
        };
        Some(Self {
            pid: pid.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
            dead,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "4711 (odd ) (na me) S 1 4710 4709 0 -1 4194560 123 0 0 0 1 2 0 0 20 0 1 0 987654 2 3 4";

    #[test]
    fn stat_survives_odd_program_names() {
        let stat = Stat::parse(LINE).unwrap();
        assert_eq!(stat, Stat { pid: 4711, group: 4710, started: 987_654, dead: false });
    }

    #[test]
    fn a_zombie_is_dead_unless_its_threads_run() {
        assert!(Stat::parse(&LINE.replace(") S ", ") Z ")).unwrap().dead);
        let threads = LINE.replace(") S ", ") Z ").replace(" 20 0 1 0 ", " 20 0 3 0 ");
        assert!(!Stat::parse(&threads).unwrap().dead);
    }

    #[test]
    fn a_cut_line_is_no_stat() {
        for end in 0..LINE.len() - 7 {
            let cut = &LINE[..end];
            assert!(Stat::parse(cut).is_none_or(|s| s.started != 987_654), "{cut}");
        }
    }

    #[test]
    fn greetings() {
        assert!(matches!(greeting(&format!("zelo held {LINE}\n")), Greeting::Held(_)));
        assert_eq!(greeting("zelo missing\n"), Greeting::Missing);
        assert_eq!(greeting("sh: 1: cannot open /proc/7/stat"), Greeting::Strange);
    }
}
