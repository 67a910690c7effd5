//! `zelo instance diagnose`: what is wrong, the worst first. Changes nothing. Ends with
//! 1 if anything was found, so that a script can tell.

use serde_json::json;

use super::named;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        output::{Output, Tone},
    },
    domain::{
        finding::{Finding, Next, Outcome, Severity},
        msg::Msg,
    },
    i18n::words::severity,
    msg,
    operation::examine,
    supabase::diagnose::Diagnosis,
};

/// Which to look at.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let (_, diagnosis) = examine(&world, &row).await?;
        show(&desk.out, &diagnosis);
        desk.out.json(&json!({
            "resource": row.id,
            "at": diagnosis.at,
            "findings": diagnosis.findings.iter().map(|one| as_json(&desk.out, one)).collect::<Vec<_>>(),
            "probes": diagnosis.probes,
        }));
        Ok(if diagnosis.findings.is_empty() { Exit::Done } else { Exit::Failed })
    }
}

/// The finding, and beside its messages their texts.
fn as_json(out: &Output, finding: &Finding) -> serde_json::Value {
    let words = out.words();
    let texts = json!({
        "title": words.text(&finding.title),
        "meaning": words.text(&finding.meaning),
        "evidence": finding.evidence.iter().map(|msg| words.text(msg)).collect::<Vec<_>>(),
        "next": words.text(match &finding.next { Next::Repair { what } | Next::Advice { what, .. } => what }),
    });
    json!({ "finding": finding, "repairable": finding.is_repairable(), "texts": texts })
}

fn show(out: &Output, diagnosis: &Diagnosis) {
    for finding in &diagnosis.findings {
        one(out, finding);
        out.line("");
    }
    let unknown: Vec<(&str, &Msg)> = diagnosis
        .probes
        .iter()
        .filter_map(|looked| match &looked.outcome {
            Outcome::Unknown { why } => Some((looked.probe.as_str(), why)),
            _ => None,
        })
        .collect();
    for (probe, why) in &unknown {
        let why = out.words().text(why);
        out.line(&out.words().text(&msg!("cli-probe-unknown", probe = *probe, why = why)));
    }
    let looked = diagnosis.probes.len();
    out.say(&msg!("cli-diagnosed", findings = diagnosis.findings.len(), probes = looked));
}

fn one(out: &Output, finding: &Finding) {
    let words = out.words();
    let tone = match finding.severity {
        Severity::Critical | Severity::Serious => Tone::Bad,
        Severity::Warning => Tone::Caution,
        Severity::Notice => Tone::Dim,
    };
    let word = out.toned(&words.label(severity(finding.severity)), tone);
    out.line(&format!("{word}: {} ({})", words.text(&finding.title), finding.probe));
    out.line(&format!("  {}", words.text(&finding.meaning)));
    for seen in &finding.evidence {
        out.line(&format!("  | {}", words.text(seen)));
    }
    match &finding.next {
        Next::Repair { what } => {
            out.line(&format!("  {}", words.text(&msg!("cli-repair-next", what = words.text(what)))));
        }
        Next::Advice { what, commands } => {
            out.line(&format!("  {}", words.text(what)));
            for command in commands {
                out.line(&format!("    {command}"));
            }
        }
    }
    if finding.restart_harms {
        out.line(&format!("  {}", words.label("cli-restart-harms")));
    }
}
