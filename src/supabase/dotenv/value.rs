//! A value of `.env`, and how it is written. Any of them may be a secret, so none
//! can be printed.

use crate::secret::Secret;

/// A value as the containers get it. Its `Debug` shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value(Secret);

impl Value {
    /// Wraps a value.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    /// The text itself: only for what is no secret, or where it is handed on.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The same as a secret.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether Compose reads a text as it stands, without quotes.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&byte))
}

/// In double quotes. Single quotes could not hold a value that ends in `\`.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for char in text.chars() {
        if matches!(char, '\\' | '"' | '$') {
            written.push('\\');
        }
        written.push(char);
    }
    written.push('"');
    written
}
