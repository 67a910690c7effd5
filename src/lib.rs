//! Zelo: backups of which every byte was read back and checked, and dangerous
//! operations that end done or undone. ARCHITECTURE.md walks through the rooms.

pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod engine;
pub mod host;
pub mod i18n;
pub mod jobs;
pub mod notify;
pub mod operation;
pub mod saga;
pub mod secret;
pub mod store;
pub mod stream;
pub mod supabase;
pub mod web;
