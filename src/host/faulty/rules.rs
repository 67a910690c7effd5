//! Which commands are harmed, and whether any has been.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::Fault;

#[derive(Debug)]
struct Rule {
    part: String,
    fault: Fault,
    /// How many matching commands to let pass first.
    skip: u32,
    /// How many to harm; `None`: all.
    left: Option<u32>,
}

/// What goes wrong with which commands; shared by all places of a machine.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    struck: AtomicBool,
}

impl Faults {
    /// From now on harms only the `nth` command, counted from 1, of which any
    /// argument contains `part`.
    pub fn harm(&self, nth: u32, part: &str, fault: Fault) {
        self.rule(part, fault, nth.saturating_sub(1), Some(1));
    }

    /// Takes all faults away: the machine is well again.
    pub fn heal(&self) {
        self.rules().clear();
        self.0.struck.store(false, Ordering::SeqCst);
    }

    /// Whether any was reached since: a test whose fault never struck proves
    /// nothing.
    pub fn struck(&self) -> bool {
        self.0.struck.load(Ordering::SeqCst)
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rule(&self, part: &str, fault: Fault, skip: u32, left: Option<u32>) {
        self.rules().push(Rule { part: part.to_owned(), fault, skip, left });
    }

    pub(super) fn strike(&self) {
        self.0.struck.store(true, Ordering::SeqCst);
    }

    pub(super) fn of(&self, argv: &[String]) -> Vec<Fault> {
        let mut rules = self.rules();
        let fitting = rules.iter_mut().filter(|rule| argv.iter().any(|arg| arg.contains(&rule.part)));
        let mut hit = Vec::new();
        for rule in fitting {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.left != Some(0) {
                rule.left = rule.left.map(|left| left - 1);
                hit.push(rule.fault.clone());
            }
        }
        hit
    }

    pub(super) fn ends_badly(&self) -> bool {
        self.rules().iter().any(|rule| rule.fault == Fault::End)
    }
}
