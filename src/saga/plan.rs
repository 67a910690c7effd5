//! Plans, and the promise in their type: a destructive step can be added only
//! after a safety backup or a recorded waiver. `tests/promise/` holds programs
//! that try otherwise and must not compile.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    context::Cx,
    step::{
        Adds, Commit, Destroys, Effect, EffectName, Harmless, Limits, Reads, SafetyProof, Saves, Step,
        UndoRule,
    },
};
use crate::{
    domain::{clock::Moment, id::UserId, msg::Msg, operation::OpKind, problem::Problem},
    problem,
};

/// A step with its output's type forgotten.
#[async_trait]
pub(super) trait Erased: Send + Sync {
    fn name(&self) -> String;
    fn title(&self) -> Msg;
    fn undo_rule(&self) -> UndoRule;
    fn limits(&self) -> Limits;
    async fn run(&self, cx: &Cx) -> Result<Value, Problem>;
    async fn undo(&self, cx: &Cx) -> Result<(), Problem>;
}

#[async_trait]
impl<S: Step> Erased for S {
    fn name(&self) -> String {
        Step::name(self)
    }
    fn title(&self) -> Msg {
        Step::title(self)
    }
    fn undo_rule(&self) -> UndoRule {
        Step::undo_rule(self)
    }
    fn limits(&self) -> Limits {
        Step::limits(self)
    }
    async fn run(&self, cx: &Cx) -> Result<Value, Problem> {
        let output = Step::run(self, cx).await?;
        serde_json::to_value(output).map_err(|e| problem!("internal-journal").detail(e))
    }
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        Step::undo(self, cx).await
    }
}

#[async_trait]
pub(super) trait ErasedCommit: Erased {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem>;
}

#[async_trait]
impl<S: Commit> ErasedCommit for S {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        Commit::happened(self, cx).await
    }
}

/// A step of effect `E`, whatever its output: how engines return rows of steps.
#[derive(Clone)]
pub struct AnyStep<E>(Arc<dyn Erased>, PhantomData<fn() -> E>);

impl<E: Effect> AnyStep<E> {
    /// Forgets the output's type, never the effect.
    pub fn new<S: Step<Effect = E>>(step: S) -> Self {
        Self(Arc::new(step), PhantomData)
    }
}

/// What only reads adds nothing: a look may stand among the steps that settle, where
/// one after it must wait for it.
impl From<AnyStep<Reads>> for AnyStep<Adds> {
    fn from(step: AnyStep<Reads>) -> Self {
        Self(step.0, PhantomData)
    }
}

/// A commit step of effect `E`.
#[derive(Clone)]
pub struct AnyCommit<E>(Arc<dyn ErasedCommit>, PhantomData<fn() -> E>);

impl<E: Effect> AnyCommit<E> {
    /// Forgets the output's type, never the effect.
    pub fn new<S: Commit<Effect = E>>(step: S) -> Self {
        Self(Arc::new(step), PhantomData)
    }
}

/// An owner's explicit decision to go without a safety backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// Who; `None` for the command line's OS user, who is named in `actor`.
    pub user: Option<UserId>,
    /// As the audit log has it: `user:<id>`, `cli:<name>`.
    pub actor: String,
    /// In their words; never empty.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// No safety backup yet: only harmless steps.
#[derive(Debug)]
pub struct Open;
/// A safety backup or waiver stands before whatever is added now.
#[derive(Debug)]
pub struct Protected;
/// The commit point is in: only steps that settle what was done.
#[derive(Debug)]
pub struct Committed;

/// A plan being composed; `P` is [`Open`], [`Protected`] or [`Committed`].
pub struct PlanBuilder<P> {
    plan: Plan,
    phase: PhantomData<P>,
}

pub(super) struct Planned {
    pub(super) step: Arc<dyn Erased>,
    pub(super) effect: EffectName,
}

/// A row of steps with one commit point.
pub struct Plan {
    /// What it is the plan of.
    pub kind: OpKind,
    pub(super) steps: Vec<Planned>,
    pub(super) commit: usize,
    pub(super) committing: Option<Arc<dyn ErasedCommit>>,
    waiver: Option<Waiver>,
}

impl Plan {
    /// Begins a plan.
    pub fn builder(kind: OpKind) -> PlanBuilder<Open> {
        let plan = Self { kind, steps: Vec::new(), commit: 0, committing: None, waiver: None };
        PlanBuilder { plan, phase: PhantomData }
    }

    /// How many steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Never: a plan has at least its commit step.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps as a page, a terminal or `?dry_run=true` shows them.
    pub fn lines(&self) -> Vec<PlanLine> {
        let line = |(index, planned): (usize, &Planned)| PlanLine {
            index,
            name: planned.step.name(),
            title: planned.step.title(),
            effect: planned.effect,
            undo: planned.step.undo_rule(),
            commits: index == self.commit,
        };
        self.steps.iter().enumerate().map(line).collect()
    }

    /// The waiver that stands in for its safety backup, if any.
    pub fn waiver(&self) -> Option<&Waiver> {
        self.waiver.as_ref()
    }
}

/// One step as shown before anything runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLine {
    /// From 0.
    pub index: usize,
    /// The step's name.
    pub name: String,
    /// What it does.
    pub title: Msg,
    /// To what people own.
    pub effect: EffectName,
    /// How it is undone.
    pub undo: UndoRule,
    /// Whether it is the commit point.
    pub commits: bool,
}

impl<P> PlanBuilder<P> {
    fn push(&mut self, step: Arc<dyn Erased>, effect: EffectName) {
        debug_assert!(
            self.plan.steps.iter().all(|s| s.step.name() != step.name()),
            "two steps named {}",
            step.name()
        );
        self.plan.steps.push(Planned { step, effect });
    }

    fn phase<Q>(self) -> PlanBuilder<Q> {
        PlanBuilder { plan: self.plan, phase: PhantomData }
    }

    fn committed(mut self, step: Arc<dyn ErasedCommit>, effect: EffectName) -> PlanBuilder<Committed> {
        self.plan.commit = self.plan.steps.len();
        self.plan.committing = Some(step.clone());
        self.push(step, effect);
        self.phase()
    }
}

/// Before the commit point.
pub trait BeforeCommit {}
impl BeforeCommit for Open {}
impl BeforeCommit for Protected {}

impl<P: BeforeCommit> PlanBuilder<P> {
    /// Adds a step that looks, or makes something beside what exists.
    pub fn add<S: Step>(&mut self, step: S) -> &mut Self
    where
        S::Effect: Harmless,
    {
        self.push(Arc::new(step), S::Effect::NAME);
        self
    }

    /// The same for a step an engine returned.
    pub fn add_any<E: Harmless>(&mut self, step: AnyStep<E>) -> &mut Self {
        self.push(step.0, E::NAME);
        self
    }

    /// Ends with a commit point that takes nothing away from anyone.
    pub fn commit<E: Harmless>(self, step: AnyCommit<E>) -> PlanBuilder<Committed> {
        self.committed(step.0, E::NAME)
    }
}

impl PlanBuilder<Open> {
    /// Adds the safety backup. From here on destructive steps are allowed.
    pub fn safety<S: Step<Effect = Saves, Output = SafetyProof>>(
        mut self,
        step: S,
    ) -> PlanBuilder<Protected> {
        self.push(Arc::new(step), EffectName::Saves);
        self.phase()
    }

    /// Goes without one, by an owner's recorded decision.
    pub fn waive(mut self, waiver: Waiver) -> PlanBuilder<Protected> {
        self.plan.waiver = Some(waiver);
        self.phase()
    }
}

impl PlanBuilder<Protected> {
    /// Adds a step that changes what people use.
    pub fn destroy<S: Step<Effect = Destroys>>(&mut self, step: S) -> &mut Self {
        self.push(Arc::new(step), EffectName::Destroys);
        self
    }

    /// The same for a step an engine returned.
    pub fn destroy_any(&mut self, step: AnyStep<Destroys>) -> &mut Self {
        self.push(step.0, EffectName::Destroys);
        self
    }

    /// Ends with a destructive commit point.
    pub fn commit_destroying(self, step: AnyCommit<Destroys>) -> PlanBuilder<Committed> {
        self.committed(step.0, EffectName::Destroys)
    }
}

impl PlanBuilder<Committed> {
    /// Adds a step after the commit point. It must be repeatable: a crash after
    /// the commit goes forward by running it again.
    pub fn settle<S: Step<Effect = Adds>>(&mut self, step: S) -> &mut Self {
        self.push(Arc::new(step), EffectName::Adds);
        self
    }

    /// The same for a step an engine returned.
    pub fn settle_any(&mut self, step: AnyStep<Adds>) -> &mut Self {
        self.push(step.0, EffectName::Adds);
        self
    }

    /// Adds a last look after the commit point; if it fails while the operation
    /// still runs, the commit is undone.
    pub fn confirm_any(&mut self, step: AnyStep<Reads>) -> &mut Self {
        self.push(step.0, EffectName::Reads);
        self
    }

    /// The plan.
    pub fn finish(self) -> Plan {
        self.plan
    }
}
