//! The command line: one file a verb.
//!
//! A command reads its arguments, asks `operation/` or `db/`, and shows the
//! answer through [`output::Output`]; [`exit`] is the one map to exit codes.

pub mod exit;
pub mod logging;
pub mod output;
