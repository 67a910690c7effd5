//! What a key may hold.

/// The form of a value. Lengths are in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// What Go reads as a bool; written as `true` or `false`. Never empty: that stops
    /// the service.
    Bool,
    /// Decimal digits.
    Int {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// 1 to 65535.
    Port,
    /// Any text of one line. Space around it goes, unless it is a secret.
    Text {
        /// 0: may be empty.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A name or password for the dashboard: letters, digits, `_`, `-` and `.`, one
    /// letter at least.
    Login {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A password that stands in database URLs as it is: letters and digits.
    Alphanumeric {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A generated secret: letters, digits and `_ - . + / =`.
    Token {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Hexadecimal digits.
    Hex {
        /// How many.
        length: usize,
    },
    /// `http://…` or `https://…` with a host, without user and password.
    Url {
        /// Whether it may be empty.
        empty: bool,
    },
    /// A host's name or address; may be empty.
    Host,
    /// One address for mail.
    Email,
    /// Names separated by commas.
    Names {
        /// Whether there may be none.
        empty: bool,
    },
    /// URL patterns separated by commas; may be empty.
    Globs,
    /// A token signed with `JWT_SECRET` (HS256).
    Jwt {
        /// Whose rights it gives.
        role: &'static str,
    },
    /// An opaque API key; may be empty.
    ApiKey {
        /// How it begins: `sb_secret_`.
        prefix: &'static str,
    },
    /// JSON, or empty.
    Json {
        /// An array; else an object.
        array: bool,
    },
}

impl ValueKind {
    /// The most characters that are looked at. Where a form has a length of its own,
    /// more than that: it is told by what it should be.
    pub fn longest(&self) -> usize {
        match self {
            Self::Text { max, .. }
            | Self::Login { max, .. }
            | Self::Alphanumeric { max, .. }
            | Self::Token { max, .. } => *max,
            Self::Bool | Self::Int { .. } | Self::Port => 30,
            Self::Hex { .. } | Self::ApiKey { .. } => 200,
            Self::Host | Self::Email => 254,
            Self::Names { .. } => 1000,
            Self::Url { .. } => 2000,
            Self::Jwt { .. } => 4000,
            Self::Globs | Self::Json { .. } => 8000,
        }
    }

    /// Whether the empty text is a value.
    pub fn may_be_empty(&self) -> bool {
        match self {
            Self::Text { min, .. } => *min == 0,
            Self::Url { empty } | Self::Names { empty } => *empty,
            Self::Host | Self::Globs | Self::ApiKey { .. } | Self::Json { .. } => true,
            _ => false,
        }
    }
}
