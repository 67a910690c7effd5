//! Dumps from elsewhere, brought into a real PostgreSQL by the real binary: each
//! format comes back whole and can be undone; what reaches beyond its own database
//! does not run, however it is written; killed anywhere, nothing half stays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    dead_code
)] // a test that cannot go on says so

mod support;

#[path = "bring/formats.rs"]
mod formats;
#[path = "bring/hostile.rs"]
mod hostile;
#[path = "postgres/killing.rs"]
mod killing;
#[path = "postgres/panel.rs"]
mod panel;
#[path = "bring/strange.rs"]
mod strange;
