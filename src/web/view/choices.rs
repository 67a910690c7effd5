//! What filters offer: all first, then each value there is.

use super::{
    Choice,
    words::{Health, backup_word, operation_word, origin_word, resource_word},
};
use crate::{
    domain::{
        backup::{BackupState, Origin},
        operation::{OpKind, OpState},
    },
    i18n::Lang,
    web::text::T,
};

/// "All …", then the others; the one whose value is asked for is chosen.
fn choices(all: String, others: impl IntoIterator<Item = (String, String)>, asked: &str) -> Vec<Choice> {
    let others = others.into_iter().map(|(value, label)| Choice::new(&value, label, value == asked));
    let mut choices = vec![Choice::new("", all, false)];
    choices.extend(others);
    // What nobody offers is as good as nothing asked for.
    if !choices.iter().any(|choice| choice.chosen) {
        choices[0].chosen = true;
    }
    choices
}

/// The states of operations; values as in [`OpState::as_str`].
pub(crate) fn operation_states(t: T, asked: &str) -> Vec<Choice> {
    let of = |state: OpState| (state.to_string(), t.s(operation_word(state).label));
    choices(t.s("ui-all-states"), OpState::ALL.map(of), asked)
}

/// The kinds of operation, by their names.
pub(crate) fn operation_kinds(t: T, kinds: &[OpKind], asked: &str) -> Vec<Choice> {
    let of = |kind: &OpKind| (kind.to_string(), t.op_kind(kind));
    choices(t.s("ui-all-kinds"), kinds.iter().map(of), asked)
}

/// The kinds of resource, by their names.
pub(crate) fn kinds(t: T, kinds: &[String], asked: &str) -> Vec<Choice> {
    choices(t.s("ui-all-kinds"), kinds.iter().map(|kind| (kind.clone(), t.kind(kind))), asked)
}

/// How resources can be; values as in [`Health::as_str`].
pub(crate) fn healths(t: T, asked: &str) -> Vec<Choice> {
    let of = |health: Health| (health.as_str().to_owned(), t.s(resource_word(health).label));
    choices(t.s("ui-all-states"), Health::ALL.map(of), asked)
}

/// Why backups exist; values as in [`Origin::as_str`].
pub(crate) fn origins(t: T, asked: &str) -> Vec<Choice> {
    let all = [Origin::Manual, Origin::Scheduled, Origin::Safety, Origin::Uploaded];
    choices(t.s("ui-all-origins"), all.map(|o| (o.to_string(), t.s(origin_word(o)))), asked)
}

/// How backups stand; values as in [`BackupState::as_str`]. The first stands for what
/// is not in the trash.
pub(crate) fn backup_states(t: T, asked: &str) -> Vec<Choice> {
    let all = [BackupState::Complete, BackupState::Corrupt, BackupState::Missing, BackupState::Trashed];
    let of = |state: BackupState| (state.to_string(), t.s(backup_word(state, true).label));
    choices(t.s("ui-not-in-trash"), all.map(of), asked)
}

/// The roles of members of a project, the least first.
pub(crate) fn roles(t: T, asked: &str) -> Vec<Choice> {
    [
        ("viewer", t.s("ui-role-viewer")),
        ("operator", t.s("ui-role-operator")),
        ("owner", t.s("ui-role-owner")),
    ]
    .map(|(value, label)| Choice::new(value, label, value == asked))
    .into()
}

/// What was done, by the beginnings of actions: `backup.`.
pub(crate) fn actions(t: T, beginnings: &[&str], asked: &str) -> Vec<Choice> {
    let of = |begins: &&str| ((*begins).to_owned(), format!("{begins}…"));
    choices(t.s("ui-audit-all-actions"), beginnings.iter().map(of), asked)
}

/// Who did it: as the audit log names them, and what they are called.
pub(crate) fn actors(t: T, actors: Vec<(String, String)>, asked: &str) -> Vec<Choice> {
    choices(t.s("ui-audit-all-actors"), actors, asked)
}

/// The languages, each by its own name; the first is whatever the browser asks for.
pub(crate) fn languages(t: T, asked: Option<Lang>) -> Vec<Choice> {
    let own = |lang: Lang| match lang {
        Lang::En => "English",
        Lang::PtBr => "Português (Brasil)",
    };
    let others = Lang::ALL.map(|lang| (lang.tag().to_owned(), own(lang).to_owned()));
    choices(t.s("ui-language-browser"), others, asked.map(Lang::tag).unwrap_or_default())
}

/// For how many days an API token is; nought: until it is revoked.
pub(crate) fn lifetimes(t: T, asked: u32) -> Vec<Choice> {
    let days = |n: u32| Choice::new(n.to_string(), t.n("ui-token-days", n), n == asked);
    let mut all: Vec<_> = [30, 90, 365].map(days).into();
    all.push(Choice::new("0", t.s("ui-token-endless"), asked == 0));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_chosen_whatever_is_asked_for() {
        let t = T::of(Lang::En);
        let chosen = |asked| {
            let choices = operation_states(t, asked);
            let chosen: Vec<_> = choices.iter().filter(|c| c.chosen).map(|c| c.value.clone()).collect();
            chosen.join(" ")
        };
        assert_eq!(chosen("running"), "running");
        assert_eq!(chosen(""), "");
        assert_eq!(chosen("no such state"), "");
        assert_eq!(operation_states(t, "no such state").iter().filter(|c| c.chosen).count(), 1);
        assert_eq!(kinds(t, &["sqlite".to_owned()], "sqlite")[1].label, "SQLite");
        assert_eq!(operation_kinds(t, &[OpKind::of("restore")], "")[1].label, "restore");
        assert_eq!(backup_states(t, "trashed")[4].label, "In the trash");
        assert_eq!(origins(t, "").len(), 5);
        assert_eq!(languages(t, Some(Lang::PtBr)).iter().position(|c| c.chosen), Some(2));
        assert_eq!(languages(t, None).iter().position(|c| c.chosen), Some(0));
        assert_eq!(actions(t, &["backup."], "backup.")[1].label, "backup.…");
        assert_eq!(actors(t, vec![("user:1".to_owned(), "ana".to_owned())], "user:1")[1].label, "ana");
        assert_eq!(roles(t, "owner").iter().position(|c| c.chosen), Some(2));
        assert_eq!(lifetimes(t, 90).iter().position(|c| c.chosen), Some(1));
        assert_eq!(healths(t, "bare").iter().position(|c| c.chosen), Some(3));
    }
}
