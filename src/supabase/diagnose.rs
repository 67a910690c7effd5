//! A diagnosis: all probes side by side on one scene, each with a limit of its own.

use std::time::Duration;

use futures_util::{StreamExt, future::BoxFuture, stream};
use serde::{Deserialize, Serialize};

use super::{
    probes::{self, Probe},
    scene::Scene,
};
use crate::{
    domain::{
        clock::Moment,
        finding::{Finding, Outcome},
    },
    msg,
};

/// How long one probe may look.
const LIMIT: Duration = Duration::from_secs(15);
/// Probes that look at the same time: most wait for the database or a service.
const AT_ONCE: usize = 8;

/// What a diagnosis came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When.
    pub at: Moment,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// What each probe came to, by its id, in their order.
    pub probes: Vec<Looked>,
}

/// What one probe came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// Its id.
    pub probe: String,
    /// What it came to; the findings themselves are in [`Diagnosis::findings`].
    pub outcome: Outcome,
}

/// Lets all probes look.
pub async fn diagnose(scene: &Scene) -> Diagnosis {
    let diagnosis = look(scene, probes::all()).await;
    scene.close().await;
    diagnosis
}

/// Lets one probe look again: whether a repair helped. Unknown if there is none of this id.
pub async fn look_again(scene: &Scene, probe: &str) -> Outcome {
    match probes::all().into_iter().find(|p| p.id() == probe) {
        Some(probe) => {
            let outcome = limited(&*probe, scene).await;
            scene.close().await;
            outcome
        }
        None => Outcome::Unknown { why: msg!("probe-gone") },
    }
}

async fn look(scene: &Scene, all: Vec<Box<dyn Probe>>) -> Diagnosis {
    let looking: Vec<BoxFuture<'_, Looked>> = all.into_iter().map(|probe| one(scene, probe)).collect();
    let mut looked: Vec<Looked> = stream::iter(looking).buffered(AT_ONCE).collect().await;
    probes::settle(&mut looked, &scene.instance);
    let mut findings: Vec<Finding> = Vec::new();
    for one in &looked {
        if let Outcome::Found { findings: found } = &one.outcome {
            findings.extend(found.iter().cloned());
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Diagnosis { at: scene.at, findings, probes: looked }
}

fn one(scene: &Scene, probe: Box<dyn Probe>) -> BoxFuture<'_, Looked> {
    Box::pin(async move { Looked { probe: probe.id().to_owned(), outcome: limited(&*probe, scene).await } })
}

async fn limited(probe: &dyn Probe, scene: &Scene) -> Outcome {
    match tokio::time::timeout(LIMIT, probe.look(scene)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Unknown { why: msg!("probe-slow", seconds = LIMIT.as_secs()) },
    }
}
