//! The table itself: one file a group.

mod api_keys;
mod dashboard;
mod database;
mod functions;
mod general;
mod jwt;
mod pooler;
mod ports;
mod postgrest;
mod services;
mod sign_in;
mod smtp;
mod urls;

use super::Key;

/// The groups, in the form's order.
pub(super) static GROUPS: [&[Key]; 13] = [
    &general::KEYS,
    &dashboard::KEYS,
    &urls::KEYS,
    &sign_in::KEYS,
    &smtp::KEYS,
    &jwt::KEYS,
    &api_keys::KEYS,
    &database::KEYS,
    &pooler::KEYS,
    &postgrest::KEYS,
    &ports::KEYS,
    &services::KEYS,
    &functions::KEYS,
];
