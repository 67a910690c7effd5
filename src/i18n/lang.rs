//! The languages Zelo speaks, and how a wish for one is read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language Zelo speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Brazilian Portuguese.
    #[serde(rename = "pt-BR")]
    PtBr,
}

/// The text names no language Zelo speaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a language Zelo speaks: {0:?}")]
pub struct BadLang(pub String);

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::PtBr];

    /// Its BCP 47 tag, as in settings, `--lang` and HTML's `lang`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::PtBr => "pt-BR",
        }
    }

    /// What POSIX says a program should speak: the first of `LC_ALL`,
    /// `LC_MESSAGES` and `LANG` that is set decides, whatever it says; a language
    /// Zelo does not speak, `C` and nothing at all mean English.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| var(name).filter(|v| !v.is_empty()))
            .and_then(|locale| locale.parse().ok())
            .unwrap_or_default()
    }

    /// The language a browser likes best among those Zelo speaks; `None` if it
    /// asks for none of them.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for wish in header.split(',').take(32) {
            let mut pieces = wish.split(';').map(str::trim);
            let lang = match pieces.next() {
                Some("*") => Some(Self::default()),
                Some(tag) => tag.parse().ok(),
                None => None,
            };
            let quality = pieces
                .find_map(|p| p.strip_prefix("q="))
                .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0));
            let Some(lang) = lang else { continue };
            if quality > 0.0 && best.is_none_or(|(most, _)| quality > most) {
                best = Some((quality, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

impl FromStr for Lang {
    type Err = BadLang;

    /// Reads a language tag (`pt-BR`, `pt`, `en-GB`) or a locale's name
    /// (`pt_BR.UTF-8`). Any Portuguese is Brazilian, any English English.
    fn from_str(text: &str) -> Result<Self, BadLang> {
        let language = text.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "pt" => Ok(Self::PtBr),
            _ => Err(BadLang(text.chars().take(64).collect())),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}
