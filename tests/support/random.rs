//! Choices that another run can repeat: by default the commit decides.

use std::process::Command;

/// Chooses as a seed says: the same seed, the same choices.
pub struct Random(u64);

impl Random {
    pub fn new() -> Self {
        let commit = || {
            let head = Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
            u64::from_str_radix(String::from_utf8(head.stdout).ok()?.get(..8)?, 16).ok()
        };
        let given =
            std::env::var("ZELO_TEST_SEED").ok().map(|s| s.parse().expect("ZELO_TEST_SEED is a number"));
        let seed = given.or_else(commit).unwrap_or(20_260_209);
        eprintln!("ZELO_TEST_SEED={seed}");
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub fn moment(&mut self) -> &'static str {
        ["before", "after", "done"][self.below(3) as usize]
    }
}
