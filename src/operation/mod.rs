//! Operations: the one core through which everything is changed outside Zelo's
//! own database.
//!
//! A [`Request`] is **inspected** once (what is there, what would it take), which
//! gives facts; facts are **composed** into a plan, the same plan every time, also
//! in a new process after a crash; the plan is shown, then **enqueued** with its
//! locks, then **executed** by whoever holds the worker. One file for each kind of
//! operation; steps they share are in `steps/`, steps about a database come from
//! its engine.

mod backup;
mod child;
mod delete;
mod detect;
mod execute;
mod free;
mod holder;
mod instance;
mod prepare;
mod purge;
mod rebuild;
mod recover;
mod resolve;
mod resources;
mod restore;
mod safety;
mod shelves;
mod steps;
mod surplus;
#[cfg(test)]
pub(crate) mod testing;
mod undo;
mod untrash;
mod upload;
mod verify;
mod world;

pub use backup::BackupRequest;
pub use delete::DeleteRequest;
pub use detect::{Detections, Look, Seen, look, note_presence};
pub use execute::execute;
pub use free::FreeRequest;
pub use holder::project_of;
pub use instance::{
    Address, Change, ConfigRequest, CopyRequest, Edited, Followed, Glance, Guided, ImportOutcome, Imported,
    MailRequest, ReleaseRequest, RepairRequest, RestartRequest, Served, Setting, Settings, Stack,
    StartRequest, StopRequest, TestMail, add_folder, drift, drift_said, examine, follow_logs, glance,
    history, import_instances, logs, measure, reveal, set_back, settings, stacks, test_mail, wrong_values,
};
pub use prepare::{Actor, PlanView, Prepared, Request, asked_before, enqueue, prepare, prepare_again};
pub use purge::PurgeRequest;
pub use rebuild::{Rebuilt, rebuild};
pub use recover::recover;
pub use resolve::{Way, WayOut, cancel, check_way_out, resolve};
pub use resources::{Addition, access_may_change, add_resource, change_access, known_access, passes};
pub use restore::RestoreRequest;
pub use shelves::Shelves;
pub use surplus::surplus;
pub use undo::UndoRequest;
pub use untrash::UntrashRequest;
pub use upload::{LookWhen, UploadRequest, received, received_long_ago, sweep_uploads};
pub use verify::VerifyRequest;
pub use world::{Cancels, Rules, Stores, World};
