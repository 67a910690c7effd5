//! Operations: what was asked for, how far it is, and what can be done about it.

pub(super) mod cancel;
pub(super) mod events;
pub(super) mod list;
pub(super) mod resolve;
pub(super) mod show;
pub(super) mod undo;
