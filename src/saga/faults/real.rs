//! The faults themselves: compiled for tests only.

use std::sync::OnceLock;

use super::{Moment, Point};
use crate::{domain::problem::Problem, problem};

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
    KillBytes(u64),
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
        "kill-bytes" => Act::KillBytes(rest.parse().ok()?),
        "kill" | "fail" => {
            // Steps' names hold colons themselves (`dump:orders`).
            let (step, moment) = rest.rsplit_once(':')?;
            let (step, moment) = (step.to_owned(), moment.to_owned());
            if act == "kill" { Act::Kill { step, moment } } else { Act::Fail { step, moment } }
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

/// Dies or fails here if the environment asks for it.
pub fn point(point: Point<'_>) -> Result<(), Problem> {
    for fault in faults() {
        if fault.kind.as_deref().is_some_and(|k| k != point.kind.as_str()) {
            continue;
        }
        match &fault.act {
            Act::Kill { step, moment } if step == point.step && moment == name(point.moment) => die(),
            Act::Fail { step, moment } if step == point.step && moment == name(point.moment) => {
                return Err(problem!("fault", step = point.step, moment = name(point.moment)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Dies once so many bytes have moved in one step.
pub fn bytes_moved(now: u64) {
    for fault in faults() {
        if matches!(fault.act, Act::KillBytes(limit) if now >= limit) {
            die();
        }
    }
}
