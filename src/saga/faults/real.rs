//! The faults themselves: compiled for tests only.

use std::sync::OnceLock;

use super::{Moment, Point};
use crate::{
    domain::{operation::OpKind, problem::Problem},
    problem,
};

/// What `ZELO_FAULT` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    kind: Option<String>,
    act: Act,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Kill { step: String, moment: String },
    Fail { step: String, moment: String },
    Panic { step: String, moment: String },
    KillBytes { step: Option<String>, bytes: u64 },
}

/// A fault that cannot be read must not pass for none: the test would prove nothing.
#[allow(clippy::panic)]
fn read(text: &str) -> Fault {
    parse(text).unwrap_or_else(|| panic!("ZELO_FAULT: {text:?}"))
}

/// Several faults may be named, separated by `;`: an undo can only be failed
/// after something else has.
fn faults() -> &'static [Fault] {
    static FAULTS: OnceLock<Vec<Fault>> = OnceLock::new();
    FAULTS.get_or_init(|| {
        let text = std::env::var("ZELO_FAULT").unwrap_or_default();
        text.split(';').filter(|t| !t.is_empty()).map(read).collect()
    })
}

fn parse(text: &str) -> Option<Fault> {
    let (kind, rest) = match text.split_once('/') {
        Some((kind, rest)) => (Some(kind.to_owned()), rest),
        None => (None, text),
    };
    let (act, rest) = rest.split_once(':')?;
    let act = match act {
        "kill-bytes" => {
            let (step, bytes) = match rest.rsplit_once(':') {
                Some((step, bytes)) => (Some(step.to_owned()), bytes),
                None => (None, rest),
            };
            Act::KillBytes { step, bytes: bytes.parse().ok()? }
        }
        "kill" | "fail" | "panic" => {
            // Steps' names hold colons themselves (`dump:orders`).
            let (step, moment) = rest.rsplit_once(':')?;
            let (step, moment) = (step.to_owned(), moment.to_owned());
            match act {
                "kill" => Act::Kill { step, moment },
                "fail" => Act::Fail { step, moment },
                _ => Act::Panic { step, moment },
            }
        }
        _ => return None,
    };
    Some(Fault { kind, act })
}

fn name(moment: Moment) -> &'static str {
    match moment {
        Moment::Before => "before",
        Moment::After => "after",
        Moment::Done => "done",
        Moment::UndoBefore => "undo-before",
        Moment::UndoAfter => "undo-after",
    }
}

fn die() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    loop {
        std::thread::park();
    }
}

impl Fault {
    fn is_for(&self, kind: &OpKind) -> bool {
        self.kind.as_deref().is_none_or(|k| k == kind.as_str())
    }

    fn kills_at(&self, kind: &OpKind, in_step: &str, moved: u64) -> bool {
        match &self.act {
            Act::KillBytes { step, bytes } => {
                self.is_for(kind) && step.as_deref().is_none_or(|s| s == in_step) && moved >= *bytes
            }
            Act::Kill { .. } | Act::Fail { .. } | Act::Panic { .. } => false,
        }
    }
}

/// Dies, fails or panics here if the environment asks for it.
#[allow(clippy::panic)] // as a fault of ours would
pub fn point(point: Point<'_>) -> Result<(), Problem> {
    for fault in faults().iter().filter(|f| f.is_for(point.kind)) {
        match &fault.act {
            Act::Kill { step, moment } if step == point.step && moment == name(point.moment) => die(),
            Act::Fail { step, moment } if step == point.step && moment == name(point.moment) => {
                return Err(problem!("fault", step = point.step, moment = name(point.moment)));
            }
            Act::Panic { step, moment } if step == point.step && moment == name(point.moment) => {
                panic!("ZELO_FAULT: {step}:{moment}");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Dies once so many bytes have moved in one step.
pub fn bytes_moved(kind: &OpKind, step: &str, now: u64) {
    if faults().iter().any(|fault| fault.kills_at(kind, step, now)) {
        die();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_kill_only_where_they_are_asked_to() {
        let (backup, restore) = (OpKind::of("backup"), OpKind::of("restore"));
        let kills = |text: &str, kind: &OpKind, step: &str, moved| {
            parse(text).unwrap_or_else(|| panic!("{text}")).kills_at(kind, step, moved)
        };
        assert!(kills("kill-bytes:10", &backup, "dump:x", 10));
        assert!(!kills("kill-bytes:10", &backup, "dump:x", 9));
        assert!(kills("restore/kill-bytes:10", &restore, "source", 11));
        assert!(!kills("restore/kill-bytes:10", &backup, "dump:x", 11));
        assert!(kills("restore/kill-bytes:load:x:10", &restore, "load:x", 10));
        assert!(!kills("restore/kill-bytes:load:x:10", &restore, "source", 10));
        assert!(!kills("restore/kill-bytes:load:x:10", &backup, "load:x", 10));
        assert!(!kills("kill:load:x:before", &restore, "load:x", 10));
        for text in ["kill-bytes:", "kill-bytes:load:x", "restore/kill-bytes", "bytes:10"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
