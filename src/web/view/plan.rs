//! What is asked before something is taken away or replaced: the plan, step by step,
//! what is backed up first, what can be undone, the typed name. As a page, and as a
//! dialog over one.

use askama::Template;

use super::{Choice, Input};
use crate::{
    i18n::Told,
    saga::step::EffectName,
    web::shell::{Sheet, Shell},
};

/// The page.
#[derive(Template)]
#[template(path = "plan.html")]
pub(crate) struct PlanPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The plan.
    pub(crate) plan: Plan,
}

/// Only the dialog.
#[derive(Template)]
#[template(path = "parts/plan.html")]
pub(crate) struct PlanDialog {
    /// What any block needs.
    pub(crate) page: Sheet,
    /// The plan.
    pub(crate) plan: Plan,
}

/// A plan to be agreed to.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// "Restore billing-pg".
    pub(crate) title: String,
    /// In one line: what it is the plan of.
    pub(crate) text: String,
    /// Where the form is sent, below the base path.
    pub(crate) action: String,
    /// Where the plan is asked for again when a choice changes; none if it has none.
    pub(crate) again: Option<String>,
    /// Where it leads if nothing is done.
    pub(crate) back: String,
    /// What is sent along.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// The steps.
    pub(crate) steps: Vec<PlanStep>,
    /// What a person should know first.
    pub(crate) warnings: Vec<String>,
    /// How it can be undone.
    pub(crate) ways_back: Vec<String>,
    /// Bytes that move, roughly.
    pub(crate) bytes: u64,
    /// Bytes needed on the database's disk.
    pub(crate) disk: u64,
    /// The reason to go without a safety backup, as typed; none where that is not this
    /// person's to decide, or decided elsewhere on the page.
    pub(crate) waive: Option<Input>,
    /// For a copy: its name and its first port, to be chosen again.
    pub(crate) copy: Option<(Input, Input)>,
    /// Where that reason is sent by a form of its own, where what is sent along must not
    /// stand in an address; none: asked for at `action`.
    pub(crate) waive_at: Option<String>,
    /// For a restore: where to.
    pub(crate) restore: Option<RestoreChoices>,
    /// The name to be typed, if any.
    pub(crate) confirm: Option<String>,
    /// What was typed.
    pub(crate) typed: Input,
    /// The button: "Restore billing-pg".
    pub(crate) button: String,
    /// Why it cannot be done, or not as asked: then there is no button.
    pub(crate) refused: Option<Told>,
    /// The operation that stands in its way.
    pub(crate) holder: Option<String>,
    /// The request's key: sent twice, it is done once.
    pub(crate) key: String,
}

impl Plan {
    /// Whether it takes something away; a copy only adds.
    pub(crate) fn destroys(&self) -> bool {
        self.steps.iter().any(|step| step.effect == EffectName::Destroys)
    }
}

/// What can be chosen for a restore.
#[derive(Debug, Clone)]
pub(crate) struct RestoreChoices {
    /// `same`, `new`, `other`.
    pub(crate) targets: Vec<Choice>,
    /// The items of the backup; one needs no choice.
    pub(crate) items: Vec<Choice>,
    /// The name of a new database.
    pub(crate) new_name: Input,
    /// Other resources of the kind.
    pub(crate) others: Vec<Choice>,
    /// Whether the current state is backed up first.
    pub(crate) safety: bool,
    /// Why not, if not.
    pub(crate) reason: Input,
    /// Whether the roles of the backup replace those there; none where the kind has no roles.
    pub(crate) roles: Option<bool>,
    /// Whether it may be replaced in place, where disk does not allow beside; none
    /// where the kind never needs that.
    pub(crate) in_place: Option<bool>,
    /// The forms of the database in the backup; none where there is nothing to choose.
    pub(crate) formats: Vec<Choice>,
}

/// A step as it will be.
#[derive(Debug, Clone)]
pub(crate) struct PlanStep {
    /// What it does.
    pub(crate) title: String,
    /// What it does to what people own.
    pub(crate) effect: EffectName,
    /// How it is undone, or why that is not needed.
    pub(crate) undo: String,
    /// From here on it is finished, not undone.
    pub(crate) commits: bool,
}

impl PlanStep {
    /// Whether it is what makes the rest safe, or what takes something away.
    pub(crate) fn stands_out(&self) -> bool {
        matches!(self.effect, EffectName::Saves | EffectName::Destroys) || self.commits
    }

    /// The word's id.
    pub(crate) fn effect(&self) -> &'static str {
        super::words::effect_word(self.effect)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::tests::samples::{shell, told},
    };

    fn step(title: &str, effect: EffectName, commits: bool) -> PlanStep {
        PlanStep { title: title.to_owned(), effect, undo: "removed again".to_owned(), commits }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<PlanPage> {
        let mut page = shell(lang, "ui-nav-backups");
        page.title = "Restore billing-pg".to_owned();
        let choices = RestoreChoices {
            targets: vec![
                Choice::new("same", "Over billing-pg", true),
                Choice::new("new", "Beside it", false),
                Choice::new("other", "Elsewhere", false),
            ],
            items: vec![Choice::new("billing", "billing", true), Choice::new("a <b>", "a <b>", true)],
            new_name: Input::of("billing_2"),
            others: vec![Choice::new("01kaxresource00000000000002", "reports", false)],
            safety: true,
            reason: Input::default(),
            roles: Some(false),
            in_place: Some(false),
            formats: vec![
                Choice::new("physical", "As the server copied it", true),
                Choice::new("logical", "From its dumps", false),
            ],
        };
        let plan = Plan {
            title: page.title.clone(),
            text: "To the backup of 21 Nov".to_owned(),
            action: "/backups/01kaxbackup000000000000001/restore".to_owned(),
            again: Some("/backups/01kaxbackup000000000000001/restore".to_owned()),
            back: "/backups/01kaxbackup000000000000001".to_owned(),
            hidden: vec![],
            steps: vec![
                step("Check the backup", EffectName::Reads, false),
                step("Back up billing-pg as it is now", EffectName::Saves, false),
                step("Swap", EffectName::Destroys, true),
            ],
            warnings: vec!["Work of the last 20 h leaves the live database.".to_owned()],
            ways_back: vec!["Until the swap, nothing is touched.".to_owned()],
            bytes: 1_840_000_000,
            disk: 6_000_000_000,
            waive: None,
            copy: None,
            waive_at: None,
            restore: Some(choices),
            confirm: Some("billing-pg".to_owned()),
            typed: Input::default(),
            button: "Restore billing-pg".to_owned(),
            refused: None,
            holder: None,
            key: "k".to_owned(),
        };
        let wrong = Plan { typed: Input::of("billing").wrong("Type the name"), ..plan.clone() };
        let refused = Plan {
            refused: Some(told(lang, &problem!("confirm-needed", name = "x"))),
            holder: Some("01kaxoperation0000000000001".to_owned()),
            steps: vec![],
            ..plan.clone()
        };
        let waived = Plan {
            restore: None,
            again: None,
            copy: Some((Input::of("shop-copy"), Input::default())),
            waive: Some(Input::of("it is \"broken\"")),
            hidden: vec![("service", "a<b>".to_owned())],
            ..plan.clone()
        };
        let plain = Plan { restore: None, confirm: None, again: None, warnings: vec![], ..plan.clone() };
        [plan, wrong, refused, plain, waived].map(|plan| PlanPage { page: page.clone(), plan }).into()
    }
}
