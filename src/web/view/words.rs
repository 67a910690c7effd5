//! States as pages show them: the class that gives the shape, and the id of the
//! word. Colour is never alone.

use crate::{
    domain::{
        backup::{BackupState, Origin},
        operation::OpState,
    },
    engine::Verdict,
    saga::{StepState, step::EffectName},
};

/// A state: a shape and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// `is-ok`, `is-warn`, `is-bad`, `is-run`, `is-undone`, `is-wait`, `is-idle`.
    pub(crate) class: &'static str,
    /// The id of the word.
    pub(crate) label: &'static str,
}

const fn word(class: &'static str, label: &'static str) -> Word {
    Word { class, label }
}

/// How an operation stands.
pub(crate) const fn operation_word(state: OpState) -> Word {
    match state {
        OpState::Queued => word("is-wait", "ui-state-queued"),
        OpState::Running => word("is-run", "ui-state-running"),
        OpState::Succeeded => word("is-ok", "ui-state-succeeded"),
        OpState::Failed => word("is-bad", "ui-state-failed"),
        OpState::RolledBack => word("is-undone", "ui-state-rolled-back"),
        OpState::Cancelled => word("is-idle", "ui-state-cancelled"),
        OpState::NeedsOperator => word("is-bad", "ui-state-needs-person"),
        OpState::Resolved => word("is-idle", "ui-state-resolved"),
    }
}

/// How a backup stands; `verified`: its digests were found right since it was stored.
pub(crate) const fn backup_word(state: BackupState, verified: bool) -> Word {
    match (state, verified) {
        (BackupState::Complete, true) => word("is-ok", "ui-backup-verified"),
        (BackupState::Complete, false) => word("is-warn", "ui-backup-stored"),
        (BackupState::Corrupt, _) => word("is-bad", "ui-backup-corrupt"),
        (BackupState::Trashed, _) => word("is-idle", "ui-backup-trashed"),
        (BackupState::Missing, _) => word("is-bad", "ui-backup-missing"),
    }
}

/// Why a backup exists: the word's id.
pub(crate) const fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Manual => "ui-origin-manual",
        Origin::Scheduled => "ui-origin-scheduled",
        Origin::Safety => "ui-origin-safety",
        Origin::Uploaded => "ui-origin-uploaded",
    }
}

/// How a resource is, all told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It is there and its last backup is whole.
    Good,
    /// An operation runs on it.
    Busy,
    /// It has no backup yet.
    Bare,
    /// Its last backup failed, or is damaged.
    Failing,
    /// It was not there when last looked for.
    Missing,
    /// An operation on it needs a person.
    NeedsPerson,
}

impl Health {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Good, Self::Busy, Self::Bare, Self::Failing, Self::Missing, Self::NeedsPerson];

    /// As filters name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Bare => "bare",
            Self::Failing => "failing",
            Self::Missing => "missing",
            Self::NeedsPerson => "needs_person",
        }
    }
}

/// How a resource is.
pub(crate) const fn resource_word(health: Health) -> Word {
    match health {
        Health::Good => word("is-ok", "ui-health-good"),
        Health::Busy => word("is-run", "ui-health-busy"),
        Health::Bare => word("is-warn", "ui-health-bare"),
        Health::Failing => word("is-bad", "ui-health-failing"),
        Health::Missing => word("is-bad", "ui-health-missing"),
        Health::NeedsPerson => word("is-bad", "ui-health-needs-person"),
    }
}

/// How a container of an instance is, as the engine and its own check say.
pub(crate) fn service_word(state: &str, health: Option<&str>) -> Word {
    match (state, health) {
        ("running", Some("unhealthy")) => word("is-bad", "ui-service-unhealthy"),
        ("running", Some("starting")) => word("is-run", "ui-service-starting"),
        ("running", Some("healthy")) => word("is-ok", "ui-service-healthy"),
        ("running", _) => word("is-ok", "ui-service-running"),
        ("restarting", _) => word("is-bad", "ui-service-restarting"),
        ("paused", _) => word("is-warn", "ui-service-paused"),
        ("dead", _) => word("is-bad", "ui-service-dead"),
        ("absent", _) => word("is-idle", "ui-service-absent"),
        _ => word("is-idle", "ui-service-stopped"),
    }
}

/// How something is that was looked at.
pub(crate) const fn check_word(verdict: &Verdict) -> Word {
    match verdict {
        Verdict::Good(_) => word("is-ok", "ui-check-good"),
        Verdict::Caution(_) => word("is-warn", "ui-check-caution"),
        Verdict::Bad(_) => word("is-bad", "ui-check-bad"),
        Verdict::Skipped => word("is-idle", "ui-check-skipped"),
    }
}

/// How a step stands: the class in the list of steps, and the word for those who
/// hear it.
pub(crate) const fn step_word(state: StepState) -> Word {
    match state {
        StepState::Pending => word("is-pending", "ui-step-pending"),
        StepState::Running => word("is-run", "ui-step-running"),
        StepState::Done => word("is-done", "ui-step-done"),
        StepState::Failed => word("is-failed", "ui-step-failed"),
        StepState::Undoing => word("is-run", "ui-step-undoing"),
        StepState::Undone => word("is-undone", "ui-step-undone"),
        StepState::UndoFailed => word("is-hold", "ui-step-undo-failed"),
    }
}

/// How a store is; `room`: whether its reserve is free, if anybody knows.
pub(crate) const fn store_word(room: Option<bool>) -> Word {
    match room {
        Some(true) => word("is-ok", "ui-store-good"),
        Some(false) => word("is-bad", "ui-store-full"),
        None => word("is-bad", "ui-store-lost"),
    }
}

/// What a step does to what people own: the word's id.
pub(crate) const fn effect_word(effect: EffectName) -> &'static str {
    match effect {
        EffectName::Reads => "ui-effect-reads",
        EffectName::Adds => "ui-effect-adds",
        EffectName::Saves => "ui-effect-saves",
        EffectName::Destroys => "ui-effect-destroys",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Catalogue, Lang};

    #[test]
    fn every_word_is_in_the_catalogues() {
        let mut ids: Vec<_> = OpState::ALL.map(|state| operation_word(state).label).into();
        ids.extend(StepState::ALL.map(|state| step_word(state).label));
        for state in [BackupState::Complete, BackupState::Corrupt, BackupState::Trashed, BackupState::Missing]
        {
            ids.extend([true, false].map(|verified| backup_word(state, verified).label));
        }
        ids.extend([Origin::Manual, Origin::Scheduled, Origin::Safety, Origin::Uploaded].map(origin_word));
        ids.extend(Health::ALL.map(|health| resource_word(health).label));
        ids.extend(
            [EffectName::Reads, EffectName::Adds, EffectName::Saves, EffectName::Destroys].map(effect_word),
        );
        ids.extend([Some(true), Some(false), None].map(|room| store_word(room).label));
        for health in [Some("unhealthy"), Some("starting"), Some("healthy"), None] {
            ids.push(service_word("running", health).label);
        }
        ids.extend(
            ["restarting", "paused", "dead", "absent", "exited"].map(|state| service_word(state, None).label),
        );
        for lang in Lang::ALL {
            let lacking: Vec<_> = ids.iter().filter(|id| !Catalogue::of(lang).has(id)).collect();
            assert!(lacking.is_empty(), "{lang} lacks {lacking:?}");
        }
    }
}
