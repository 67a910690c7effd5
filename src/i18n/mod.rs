//! Messages to text: English and Brazilian Portuguese, one catalogue file a room.
//!
//! The rooms below speak in [`crate::domain::msg::Msg`] and
//! [`crate::domain::problem::Problem`]; only the doors turn them into text, with
//! a [`Catalogue`]. The files lie in `src/i18n/<language>/<room>.ftl` and are
//! built into the program.

mod catalogue;
mod lang;
mod number;
#[cfg(test)]
mod tests;
pub mod words;

pub use catalogue::{Catalogue, Told};
pub use lang::Lang;
pub use number::duration;
