//! Whole Supabase instances of the lab under the real binary: found, saved, restarted,
//! changed, mended; killed and failed at every step; and no secret anywhere.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests open databases themselves and stop where they cannot go on

mod support;

#[path = "instance/api.rs"]
mod api;
#[path = "instance/cluster.rs"]
mod cluster;
#[path = "instance/config.rs"]
mod config;
#[path = "instance/copy.rs"]
mod copy;
#[path = "instance/elsewhere.rs"]
mod elsewhere;
#[path = "instance/folder.rs"]
mod folder;
#[path = "instance/lost.rs"]
mod lost;
#[path = "instance/mail.rs"]
mod mail;
#[path = "instance/mends.rs"]
mod mends;
#[path = "instance/name.rs"]
mod name;
#[path = "instance/panel.rs"]
mod panel;
#[path = "instance/password.rs"]
mod password;
#[path = "instance/proof.rs"]
mod proof;
#[path = "instance/repair.rs"]
mod repair;
#[path = "instance/restart.rs"]
mod restart;
#[path = "instance/restore.rs"]
mod restore;
#[path = "instance/saved.rs"]
mod saved;
#[path = "instance/secrets.rs"]
mod secrets;
#[path = "instance/serving.rs"]
mod serving;
#[path = "instance/shared.rs"]
mod shared;
#[path = "instance/tour.rs"]
mod tour;
#[path = "instance/undo.rs"]
mod undo;
