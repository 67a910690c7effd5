//! No secret of an instance is anywhere but in its own files and in the store: all that
//! Zelo says and all that it writes down is looked through, after every case of every test.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{Ran, instance::Instance};

/// What must be nowhere, and where all that was said is written down.
pub(crate) struct Secrets(RefCell<BTreeSet<String>>);

/// What was said, in the folder that is looked through.
const SAID: &str = "said";

/// Where all that is said is kept.
pub(crate) fn said(root: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(root.join(SAID)).unwrap()
}

impl Secrets {
    pub(crate) fn of(instance: &Instance) -> Self {
        let all: BTreeSet<String> = instance.secrets().into_iter().collect();
        assert!(all.len() > 10, "the lab names its secrets");
        Self(RefCell::new(all))
    }

    /// Keeps what a command printed.
    pub(crate) fn heard(&self, root: &Path, ran: Ran) -> Ran {
        writeln!(said(root), "{ran}").unwrap();
        ran
    }

    /// Nothing below `root` but the store holds one that the instance has or had.
    #[track_caller]
    pub(crate) fn assert_nowhere(&self, root: &Path, instance: &Instance, case: &str) {
        self.0.borrow_mut().extend(instance.secrets());
        let patterns = self.0.borrow().iter().cloned().collect::<Vec<_>>().join("\n");
        let mut grep = Command::new("grep");
        grep.args([
            "-r",
            "--text",
            "--fixed-strings",
            "--files-with-matches",
            "--exclude-dir=store",
            "--file=-",
        ]);
        let mut grep = grep.arg(root).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        grep.stdin.take().unwrap().write_all(patterns.as_bytes()).unwrap();
        let found = grep.wait_with_output().unwrap();
        // 1: none; 2: a file that went meanwhile.
        assert_ne!(
            found.status.code(),
            Some(0),
            "{case}: a secret in {}",
            String::from_utf8_lossy(&found.stdout)
        );
        assert!(found.stdout.is_empty(), "{case}: {}", String::from_utf8_lossy(&found.stdout));
    }
}
