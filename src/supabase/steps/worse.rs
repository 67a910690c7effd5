//! The last look before a change counts as done: no probe finds anything grave that was
//! not there before.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

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
        let scene = Scene::gather(&self.target.live, self.target.now().await?, cx.now()).await?;
        let found = diagnose(&scene).await.findings.into_iter();
        Ok(found.filter(|f| f.severity >= Severity::Serious).map(|f| f.probe).collect())
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
            let scene = Scene::gather(&self.target.live, self.target.now().await?, cx.now()).await?;
            let found = diagnose(&scene).await.findings.into_iter();
            let worse = |f: &Finding| {
                f.severity >= Severity::Serious
                    && !known.contains(&f.probe)
                    && (self.outside || f.probe != MAIL_SERVER)
            };
            match found.into_iter().find(worse) {
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
