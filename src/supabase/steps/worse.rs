//! The last look before a change counts as done: no probe finds anything grave that was
//! not there before; or, after a start or an undo, what is found is told.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep, timeout_at};

use super::Target;
use crate::{
    domain::{
        finding::{Finding, Severity},
        msg::Msg,
        problem::Problem,
    },
    msg, problem,
    saga::{
        Cx,
        step::{Limits, Reads, Slot, Step, UndoRule},
    },
    supabase::{diagnose::diagnose, probes::MAIL_SERVER, scene::Scene},
};

/// How often it looks: services that came up a moment ago may still be finding each other.
const LOOKS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(3);
/// How long what is only told may take in all.
const TELLING: Duration = Duration::from_secs(60);

/// Compares with what was known before.
pub struct NothingWorse {
    /// Of what.
    pub target: Target,
    /// The probes that found something grave before.
    pub known: Vec<String>,
    /// Where an earlier step left more of them.
    pub seen: Option<Slot<Vec<String>>>,
    /// Whether the change is about what lies outside, a mail server: else its state decides
    /// over nothing here. Nobody can see it while auth is down, and it may go at any time.
    pub outside: bool,
}

/// Looks which probes find something grave before anything is done.
pub struct Sick {
    /// Of what.
    pub target: Target,
}

/// Looks with all probes and tells what is grave. It decides nothing: before a start there
/// is nothing to compare with, a sick instance has to be started to be repaired, and what an
/// undo puts back may have been sick.
pub struct TellFindings {
    /// Of what.
    pub target: Target,
}

#[async_trait]
impl Step for TellFindings {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "diagnose".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-tell-findings")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(TELLING * 3)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let (until, mut last) = (Instant::now() + TELLING, None);
        for _ in 0..LOOKS {
            // What takes too long is no reason to take a good start back.
            let Ok(looked) = timeout_at(until, grave(&self.target, cx)).await else { break };
            let clean = looked.as_ref().is_ok_and(Vec::is_empty);
            last = Some(looked);
            cx.progress().beat();
            if clean || timeout_at(until, sleep(PAUSE)).await.is_err() {
                break;
            }
        }
        let line = |probe| msg!("instance-log-found", probe = probe);
        let lines = match last {
            Some(Ok(found)) => found.into_iter().map(|finding| line(finding.probe)).collect(),
            Some(Err(problem)) => vec![msg!("instance-log-not-diagnosed", why = problem.to_string())],
            None => vec![msg!("instance-log-diagnosis-slow")],
        };
        for line in lines {
            cx.log(line).await;
        }
        Ok(())
    }
}

/// What is grave now, mail servers outside included.
async fn grave(target: &Target, cx: &Cx) -> Result<Vec<Finding>, Problem> {
    let scene = Scene::gather(&target.live, target.now().await?, cx.now()).await?;
    let found = diagnose(&scene).await.findings.into_iter();
    Ok(found.filter(|finding| finding.severity >= Severity::Serious).collect())
}

#[async_trait]
impl Step for Sick {
    type Effect = Reads;
    type Output = Vec<String>;

    fn name(&self) -> String {
        "sick".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-sick")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(180))
    }

    async fn run(&self, cx: &Cx) -> Result<Vec<String>, Problem> {
        Ok(grave(&self.target, cx).await?.into_iter().map(|finding| finding.probe).collect())
    }
}

#[async_trait]
impl Step for NothingWorse {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "diagnose".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-nothing-worse")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(Duration::from_secs(180))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let mut known = self.known.clone();
        if let Some(seen) = &self.seen {
            known.extend(cx.get(seen)?);
        }
        for look in 1..=LOOKS {
            let worse = |f: &Finding| !known.contains(&f.probe) && (self.outside || f.probe != MAIL_SERVER);
            match grave(&self.target, cx).await?.into_iter().find(worse) {
                None => return Ok(()),
                Some(finding) if look == LOOKS => {
                    return Err(problem!("change-made-worse", probe = &finding.probe));
                }
                Some(_) => {}
            }
            cx.progress().beat();
            sleep(PAUSE).await;
        }
        Ok(())
    }
}
