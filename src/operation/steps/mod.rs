//! The steps that operations share: about stores, catalogue and backups. Steps
//! about a database come from its engine.

pub(super) mod asides;
pub(super) mod catalogue;
pub(super) mod look;
pub(super) mod made;
pub(super) mod proof;
pub(super) mod publish;
pub(super) mod relocate;
pub(super) mod reserve;
pub(super) mod resolve;
pub(super) mod share;
pub(super) mod source;
pub(super) mod stage;
pub(super) mod verify;

use std::sync::Arc;

use crate::{saga::Cx, store::part::OnBytes};

/// Counts bytes as this step's progress.
pub(super) fn counted(cx: &Cx) -> OnBytes {
    let progress = cx.progress().clone();
    Arc::new(move |bytes| progress.add(bytes))
}
