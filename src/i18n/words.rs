//! The catalogue ids of words that stand for states and the like: all doors show
//! the same ones.

use super::Catalogue;
use crate::domain::{
    backup::{BackupState, Origin},
    finding::Severity,
    operation::{OpKind, OpState},
    role::Role,
};

/// Why a backup exists.
pub const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Manual => "origin-manual",
        Origin::Scheduled => "origin-scheduled",
        Origin::Safety => "origin-safety",
        Origin::Uploaded => "origin-uploaded",
    }
}

/// How a backup stands.
pub const fn backup_state(state: BackupState) -> &'static str {
    match state {
        BackupState::Complete => "backup-complete",
        BackupState::Corrupt => "backup-corrupt",
        BackupState::Trashed => "backup-trashed",
        BackupState::Missing => "backup-missing",
    }
}

/// How an operation stands.
pub const fn operation_state(state: OpState) -> &'static str {
    match state {
        OpState::Queued => "state-queued",
        OpState::Running => "state-running",
        OpState::Succeeded => "state-succeeded",
        OpState::Failed => "state-failed",
        OpState::RolledBack => "state-rolled-back",
        OpState::Cancelled => "state-cancelled",
        OpState::NeedsOperator => "state-needs-operator",
        OpState::Resolved => "state-resolved",
    }
}

/// How bad a finding is.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "severity-notice",
        Severity::Warning => "severity-warning",
        Severity::Serious => "severity-serious",
        Severity::Critical => "severity-critical",
    }
}

/// What a member of a project is there.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "role-viewer",
        Role::Operator => "role-operator",
        Role::Owner => "role-owner",
    }
}

impl Catalogue {
    /// What an operation does, in a word; its code where the row was written by a
    /// Zelo that knows more kinds than this one.
    pub fn operation_kind(&self, kind: &OpKind) -> String {
        let id = format!("operation-kind-{kind}");
        if self.has(&id) { self.label(&id) } else { kind.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_word_is_in_the_catalogues() {
        let states = OpState::ALL.map(operation_state);
        let origins = [Origin::Manual, Origin::Scheduled, Origin::Safety, Origin::Uploaded].map(origin);
        let backups =
            [BackupState::Complete, BackupState::Corrupt, BackupState::Trashed, BackupState::Missing];
        for lang in Lang::ALL {
            let words = Catalogue::of(lang);
            let roles = Role::ALL.map(role);
            let severities =
                [Severity::Notice, Severity::Warning, Severity::Serious, Severity::Critical].map(severity);
            let backups = backups.map(backup_state);
            for id in states.iter().chain(&origins).chain(&backups).chain(&roles).chain(&severities) {
                assert!(words.has(id), "{id} ({lang})");
            }
        }
    }

    #[test]
    fn kinds_are_told_in_words_and_unknown_ones_by_their_code() {
        let words = Catalogue::of(Lang::PtBr);
        assert_eq!(words.operation_kind(&OpKind::of("restore")), "restauração");
        assert_eq!(words.operation_kind(&OpKind::of("transmute")), "transmute");
    }
}
