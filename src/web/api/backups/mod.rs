//! Backups of a resource.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod download;
pub(super) mod link;
pub(super) mod list;
pub(super) mod restore;
pub(super) mod show;
pub(super) mod upload;
pub(super) mod validate;
