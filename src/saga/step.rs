//! One step of a plan: what it does, how it is undone, and what kind of effect
//! it has. The effect is part of its type, so that [`crate::saga::PlanBuilder`]
//! can refuse a destructive step without a safety backup when it is compiled.

use std::{marker::PhantomData, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::context::Cx;
use crate::domain::{clock::Moment, id::BackupId, msg::Msg, problem::Problem};

mod sealed {
    pub trait Sealed {}
}

/// What a step does to what people own.
pub trait Effect: sealed::Sealed + Send + Sync + 'static {
    /// For the journal and the plan's page.
    const NAME: EffectName;
}

/// An effect by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectName {
    /// Looks and changes nothing.
    Reads,
    /// Makes something beside what exists; its undo removes exactly that.
    Adds,
    /// Makes and verifies a safety backup.
    Saves,
    /// Changes or hides what people use.
    Destroys,
}

macro_rules! effects {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Effect for $name {
            const NAME: EffectName = EffectName::$name;
        }
    )+};
}

effects! {
    /// Looks and changes nothing.
    Reads,
    /// Makes something beside what exists; its undo removes exactly that.
    Adds,
    /// Makes and verifies a safety backup.
    Saves,
    /// Changes or hides what people use; allowed only after a safety backup.
    Destroys
}

/// Effects that need no safety backup before them.
pub trait Harmless: Effect {}
impl Harmless for Reads {}
impl Harmless for Adds {}

/// Whether and how a step is undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoRule {
    /// [`Step::undo`] puts things back; it may be called more than once and after
    /// a run that stopped anywhere.
    Undoes(Msg),
    /// There is nothing to put back, and why.
    Nothing(Msg),
    /// It removes what an earlier step's undo needs: once it has begun, behind the commit
    /// point, nothing goes back any more, and the plan is finished instead.
    Final(Msg),
}

/// How long a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All of it, at most.
    pub deadline: Duration,
    /// Without any progress reported, at most; `None` for steps that move no bytes.
    pub stall: Option<Duration>,
    /// Whether it takes as long as there is data: then the setting for such steps
    /// stands in for `deadline`.
    pub long: bool,
    /// How often a run that failed with a transient problem is tried in all; each
    /// further try comes after its undo and a growing pause.
    pub tries: u32,
}

impl Limits {
    /// For steps that ask or tell something small: one minute, three tries.
    pub const fn short() -> Self {
        Self { deadline: Duration::from_secs(60), stall: None, long: false, tries: 3 }
    }

    /// For steps that move bytes: a day at most, five minutes without progress.
    pub const fn stream() -> Self {
        Self {
            deadline: Duration::from_secs(24 * 3600),
            stall: Some(Duration::from_secs(300)),
            long: true,
            tries: 1,
        }
    }

    /// The same with so many tries.
    #[must_use]
    pub const fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// The same with this deadline.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.long = false;
        self.deadline = deadline;
        self
    }
}

/// Where a step's output can be found by the steps after it: its name with the
/// output's type.
#[derive(Debug)]
pub struct Slot<T> {
    /// The name of the step that fills it.
    pub step: String,
    output: PhantomData<fn() -> T>,
}

impl<T> Slot<T> {
    /// Where the step of this name leaves its output: for a step another room
    /// composes into the plan.
    pub fn named(step: &str) -> Self {
        Self { step: step.to_owned(), output: PhantomData }
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self { step: self.step.clone(), output: PhantomData }
    }
}

/// One step of a plan.
#[async_trait]
pub trait Step: Send + Sync + 'static {
    /// What it does to what people own.
    type Effect: Effect;
    /// What it leaves for later steps; kept in the journal, so no secrets.
    type Output: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Unique in its plan, stable between versions (journals name it):
    /// `dump:orders`, `swap`.
    fn name(&self) -> String;

    /// The plan's line for it: "Dump orders".
    fn title(&self) -> Msg;

    /// How it is undone.
    fn undo_rule(&self) -> UndoRule;

    /// How long it may take.
    fn limits(&self) -> Limits {
        Limits::short()
    }

    /// Does it. May be dropped at any await (cancel, deadline): then its processes
    /// are ended and `undo` is called.
    async fn run(&self, cx: &Cx) -> Result<Self::Output, Problem>;

    /// Puts back what `run` did or began to do. Idempotent; also called in a new
    /// process after a crash, with only the journal to go by.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let _ = cx;
        Ok(())
    }

    /// Where its output will be.
    fn slot(&self) -> Slot<Self::Output> {
        Slot { step: self.name(), output: PhantomData }
    }
}

/// The step at which a plan counts as done: before it everything is undone after
/// a failure, after it a crash goes forward. Its change must be atomic, and once
/// it has happened another `run` changes nothing and returns the same output:
/// that is how a new process learns what a dead one had done.
#[async_trait]
pub trait Commit: Step {
    /// After a crash in this step: did the change happen? Looks, changes nothing.
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem>;
}

/// Proof that a safety backup exists and was verified: what a plan needs before
/// its first destructive step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafetyProof {
    /// The backup, or all of them.
    pub backups: Vec<BackupId>,
    /// When the last of them was verified.
    pub verified_at: Moment,
    /// Whether it already existed and nothing had changed since.
    pub reused: bool,
}
