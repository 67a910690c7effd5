//! Types and rules without input or output: what every other room talks about.
//!
//! Nothing here reads a clock, a file or a random number: those come in as
//! parameters ([`clock::Clock`], [`id::Ids`]), so each rule can be tested as a
//! plain function.

pub mod backup;
pub mod clock;
pub mod finding;
pub mod id;
pub mod kind;
pub mod listed;
pub mod manifest;
pub mod msg;
pub mod names;
pub mod operation;
pub mod outside;
pub mod problem;
pub mod role;
