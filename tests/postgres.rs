//! The real binary against real servers, PostgreSQL 15 and 17 in containers: what
//! was backed up comes back whole, an undo brings back what was there, and a
//! process killed anywhere leaves a database wholly old or wholly new.
//!
//! Where and when it is killed comes from `ZELO_TEST_SEED`, by default the commit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

#[path = "postgres/back.rs"]
mod back;
#[path = "postgres/in_place.rs"]
mod in_place;
#[path = "postgres/killed.rs"]
mod killed;
#[path = "postgres/killing.rs"]
mod killing;
#[path = "postgres/outside.rs"]
mod outside;
#[path = "postgres/panel.rs"]
mod panel;
#[path = "postgres/settings.rs"]
mod settings;
