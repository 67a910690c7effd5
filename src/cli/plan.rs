//! A plan as a terminal shows it, before anything runs.

use super::output::{Output, Tone};
use crate::{
    domain::msg::Msg,
    msg,
    saga::{UndoRule, plan::PlanLine, step::EffectName},
};

/// What is shown besides the steps.
pub(super) struct Shown<'a> {
    /// In one line.
    pub(super) title: &'a Msg,
    /// The steps in order.
    pub(super) steps: &'a [PlanLine],
    /// What a person should know first.
    pub(super) warnings: &'a [Msg],
    /// Bytes that will move, roughly; 0 if none.
    pub(super) bytes: u64,
    /// Bytes needed on the database's disk besides what it uses now.
    pub(super) database_disk: u64,
    /// Why there is no safety backup, in the owner's words.
    pub(super) waiver: Option<&'a str>,
}

/// Shows a plan.
pub(super) fn show(out: &Output, plan: &Shown<'_>) {
    let words = out.words();
    out.line(&words.text(plan.title));
    out.line("");
    for step in plan.steps {
        let title = words.text(&step.title);
        let effect = match step.effect {
            EffectName::Reads => "cli-plan-reads",
            EffectName::Adds => "cli-plan-adds",
            EffectName::Saves => "cli-plan-saves",
            EffectName::Destroys => "cli-plan-destroys",
        };
        let tone = if step.effect == EffectName::Destroys { Tone::Caution } else { Tone::Dim };
        out.line(&format!("{:>3}. {title} ({})", step.index + 1, out.toned(&words.label(effect), tone)));
        let undo = match &step.undo {
            UndoRule::Undoes(how) => words.text(&msg!("cli-plan-undo", how = words.text(how))),
            UndoRule::Nothing(why) | UndoRule::Final(why) => {
                words.text(&msg!("cli-plan-no-undo", why = words.text(why)))
            }
        };
        out.line(&format!("     {}", out.toned(&undo, Tone::Dim)));
        if step.commits {
            out.line(&format!("     {}", words.label("cli-plan-commit")));
        }
    }
    if plan.bytes > 0 {
        out.line("");
        out.say(&msg!("cli-plan-moves", bytes = plan.bytes));
    }
    if plan.database_disk > 0 {
        out.say(&msg!("cli-plan-disk", bytes = plan.database_disk));
    }
    let waiver = plan.waiver.map(|reason| msg!("cli-plan-waiver", reason = reason));
    let warnings: Vec<_> = plan.warnings.iter().chain(&waiver).collect();
    if !warnings.is_empty() {
        out.line("");
    }
    for warning in warnings {
        out.line(&format!("  {} {}", out.toned("!", Tone::Caution), words.text(warning)));
    }
}
