//! The steps that operations on an instance are made of, each with its undo.

mod done;
mod env;
mod gate;
mod intact;
mod listing;
mod look;
mod make;
mod mend;
mod password;
mod recreate;
mod start;
mod stop;
mod tell;
pub(super) mod wait;
mod worse;

pub use done::Done;
pub use env::{Edits, ForgetEnv, WriteEnv, digest};
pub(super) use env::{Places, Writing};
pub use gate::{Gate, Stopped};
pub use intact::Intact;
pub use listing::{ForgetListing, WriteListing, read_listing, with_name};
pub use look::{Before, LookBefore, SeenService};
pub use make::{Make, has_no_containers};
pub use mend::{Helped, Judge, MendOne};
pub use password::{ForgetSchema, KeepDb, PasswordFits};
pub use recreate::{InForce, Recreate, Return, Variable};
pub use start::Start;
pub use stop::Stop;
pub use tell::Tell;
pub(super) use wait::until_up;
pub use worse::{NothingWorse, Sick, TellFindings};

use super::{instance::Instance, live::Live};
use crate::{domain::problem::Problem, engine::Access};

/// The instance an operation is about.
#[derive(Clone)]
pub struct Target {
    /// The way to it.
    pub live: Live,
    /// Which it is.
    pub access: Access,
}

impl Target {
    /// As it is now.
    pub async fn now(&self) -> Result<Instance, Problem> {
        self.live.instance(&self.access).await
    }
}
