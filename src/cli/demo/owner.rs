//! Which process a leftover belongs to, in one line that a later demo can check:
//! a pid alone comes round again, and means nothing in another container.

use std::fs;

/// A process of some kernel boot and pid namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    boot: String,
    namespace: String,
    pid: u32,
    /// Clock ticks from that boot to its start.
    started: u64,
}

/// What is known of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It runs.
    Runs,
    /// It ended.
    Gone,
    /// It ran before this machine started, or on another one.
    OtherBoot,
    /// It cannot be seen from here: it is in another container, or outside of ours.
    Unseen,
}

impl Owner {
    /// This process.
    pub(super) fn this() -> Self {
        let pid = std::process::id();
        Self { boot: boot(), namespace: namespace(), pid, started: started(pid).unwrap_or_default() }
    }

    /// Reads what [`Display`](std::fmt::Display) wrote.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let mut word = || words.next();
        let (boot, namespace) = (word()?.to_owned(), word()?.to_owned());
        Some(Self { boot, namespace, pid: word()?.parse().ok()?, started: word()?.parse().ok()? })
    }

    /// How it stands.
    pub(super) fn life(&self) -> Life {
        if self.boot != boot() {
            Life::OtherBoot
        } else if self.namespace != namespace() {
            Life::Unseen
        } else if started(self.pid) == Some(self.started) {
            Life::Runs
        } else {
            Life::Gone
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.boot, self.namespace, self.pid, self.started)
    }
}

fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    if id.trim().is_empty() { "-".to_owned() } else { id.trim().to_owned() }
}

fn namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").ok();
    link.map_or_else(|| "-".to_owned(), |link| link.display().to_string())
}

/// When a process started, if it runs and is no zombie.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, brackets and blanks too.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_one_process_and_no_later_one_of_its_pid() {
        let this = Owner::this();
        assert_eq!(Owner::parse(&this.to_string()), Some(this.clone()));
        assert_eq!(this.life(), Life::Runs);
        assert_eq!(Owner { started: this.started + 1, ..this.clone() }.life(), Life::Gone);
        assert_eq!(Owner { boot: "other".to_owned(), ..this.clone() }.life(), Life::OtherBoot);
        assert_eq!(Owner { namespace: "pid:[1]".to_owned(), ..this }.life(), Life::Unseen);
        assert_eq!(Owner::parse("1234"), None);
    }
}
