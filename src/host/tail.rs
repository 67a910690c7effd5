//! The last of what a program says on standard error: errors come last, and a
//! program that says gigabytes must not fill memory.

/// How much is kept, in bytes.
pub(super) const LIMIT: usize = 8 * 1024;

/// Keeps the last [`LIMIT`] bytes of what it is given.
#[derive(Debug, Default)]
pub(super) struct Tail {
    kept: Vec<u8>,
    cut: bool,
}

impl Tail {
    /// Adds what came.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        // Cut rarely, so that many small lines cost little.
        if self.kept.len() > 4 * LIMIT {
            self.trim();
        }
    }

    fn trim(&mut self) {
        if let Some(over) = self.kept.len().checked_sub(LIMIT).filter(|over| *over > 0) {
            self.kept.drain(..over);
            self.cut = true;
        }
    }

    /// What is kept, as text; a first character that was cut through is left out.
    pub(super) fn into_text(mut self) -> String {
        self.trim();
        let torn = if self.cut { self.kept.iter().take_while(|b| **b & 0xC0 == 0x80).count() } else { 0 };
        String::from_utf8_lossy(self.kept.get(torn..).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_exactly_the_end() {
        let mut tail = Tail::default();
        let all: String = (0..20_000).map(|n| format!("{n}\n")).collect();
        for chunk in all.as_bytes().chunks(777) {
            tail.add(chunk);
        }
        assert_eq!(tail.into_text(), all[all.len() - LIMIT..]);
    }

    #[test]
    fn never_shows_half_a_character() {
        let mut tail = Tail::default();
        tail.add("é".repeat(LIMIT).as_bytes());
        tail.add(b"x");
        let text = tail.into_text();
        assert!(text.starts_with('é') && text.ends_with("éx"), "{:?}", &text[..8]);
    }
}
