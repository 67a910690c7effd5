//! An instance: a whole Supabase stack. What it consists of, what it is saved as, how
//! it is stopped, started, changed, examined and mended. Like an engine, this room
//! looks and returns steps; `operation/` composes them.

pub mod capture;
mod check;
pub mod compose;
pub mod diagnose;
pub mod dotenv;
pub mod drift;
pub mod engine;
pub mod folder;
pub mod http;
pub mod instance;
pub mod keys;
pub mod listing;
pub mod live;
pub mod order;
pub mod probes;
pub(crate) mod proof;
mod recover;
pub mod redact;
pub mod repairs;
mod restore;
pub mod scene;
pub mod steps;
#[cfg(test)]
mod tests;

pub use restore::{ForgetNetworks, Release, check_copy, is_cut_off, overlay_of};
