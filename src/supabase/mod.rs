//! An instance: a whole Supabase stack. What it consists of, what it is saved as, how
//! it is stopped, started, changed, examined and mended. Like an engine, this room
//! looks and returns steps; `operation/` composes them.

pub mod compose;
pub mod diagnose;
pub mod dotenv;
pub mod http;
pub mod instance;
pub mod live;
pub mod probes;
mod proof;
pub mod repairs;
pub mod scene;
#[cfg(test)]
mod tests;
