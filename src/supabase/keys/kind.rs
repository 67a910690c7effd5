//! What a key may hold.

use crate::{domain::msg::Msg, msg};

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

    /// What it may be, in words.
    pub fn told(&self) -> Msg {
        match self {
            Self::Bool => msg!("key-kind-bool"),
            Self::Int { min, max } => msg!("key-kind-int", min = i64::from(*min), max = i64::from(*max)),
            Self::Port => msg!("key-kind-port"),
            Self::Text { min: 0, max } => msg!("key-kind-text-or-none", max = *max),
            Self::Text { min, max } => msg!("key-kind-text", min = *min, max = *max),
            Self::Login { min, max } => msg!("key-kind-login", min = *min, max = *max),
            Self::Alphanumeric { min, max } => msg!("key-kind-alphanumeric", min = *min, max = *max),
            Self::Token { min, max } if min == max => msg!("key-kind-token-of", length = *min),
            Self::Token { min, max } => msg!("key-kind-token", min = *min, max = *max),
            Self::Hex { length } => msg!("key-kind-hex", length = *length),
            Self::Url { .. } => msg!("key-kind-url"),
            Self::Host => msg!("key-kind-host"),
            Self::Email => msg!("key-kind-email"),
            Self::Names { .. } => msg!("key-kind-names"),
            Self::Globs => msg!("key-kind-globs"),
            Self::Jwt { role } => msg!("key-kind-jwt", role = *role),
            Self::ApiKey { prefix } => msg!("key-kind-api-key", prefix = *prefix),
            Self::Json { array: true } => msg!("key-kind-json-array"),
            Self::Json { array: false } => msg!("key-kind-json-object"),
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
