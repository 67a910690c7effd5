//! How the services of instances were when last looked at. A page never waits for a
//! Docker Engine: it shows what is known, says how old that is, and has it looked at
//! again behind its back. Whether files and containers agree is compared there alone and
//! more seldom, for Compose takes a while to say it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;

use super::Site;
use crate::{
    db::ResourceRow,
    domain::{clock::Moment, id::ResourceId, problem::Problem},
    operation::{self, Glance},
    supabase::{diagnose::Diagnosis, drift::Drift},
};

/// What is younger than this is not looked at again.
const FRESH: TimeDelta = TimeDelta::seconds(10);

/// What is younger than this is not compared again.
const COMPARED: TimeDelta = TimeDelta::seconds(60);

/// What is known of one instance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// How it was when it could last be looked at.
    pub(crate) glance: Option<Glance>,
    /// Why it could not be, the last time.
    pub(crate) problem: Option<Problem>,
    /// When the last look ended.
    looked_at: Option<Moment>,
    /// Where its containers are not what its files would give; none: not compared yet, or
    /// Compose could not say it.
    pub(crate) drift: Option<Drift>,
    /// When the last comparison ended.
    compared_at: Option<Moment>,
}

impl Known {
    /// Whether it is worth looking again.
    pub(crate) fn is_old(&self, now: Moment) -> bool {
        self.looked_at.is_none_or(|at| now - at >= FRESH)
    }

    fn to_be_compared(&self, now: Moment) -> bool {
        self.compared_at.is_none_or(|at| now - at >= COMPARED)
    }

    fn taken(self, found: Result<Glance, Problem>, now: Moment) -> Self {
        match found {
            Ok(glance) => Self { glance: Some(glance), problem: None, looked_at: Some(now), ..self },
            Err(problem) => Self { problem: Some(problem), looked_at: Some(now), ..self },
        }
    }
}

#[derive(Clone, Default)]
struct Slot {
    known: Known,
    /// Held while somebody looks: nobody looks twice at the same time.
    looking: Arc<tokio::sync::Mutex<()>>,
    /// The same for who compares.
    comparing: Arc<tokio::sync::Mutex<()>>,
    /// The same for who diagnoses.
    diagnosing: Arc<tokio::sync::Mutex<()>>,
    /// What the last diagnosis came to that somebody asked for here.
    diagnosis: Option<Arc<Diagnosis>>,
}

/// What is known of all instances. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Glances(Arc<Mutex<HashMap<ResourceId, Slot>>>);

impl Glances {
    /// What is known, at once.
    pub(crate) fn last(&self, id: &ResourceId) -> Known {
        self.slots().get(id).map(|slot| slot.known.clone()).unwrap_or_default()
    }

    /// What is known, looked at again if that is old.
    pub(crate) async fn fresh(&self, site: &Site, row: &ResourceRow) -> Known {
        let looking = self.slots().entry(row.id.clone()).or_default().looking.clone();
        let _held = looking.lock().await;
        let known = self.last(&row.id);
        if !known.is_old(site.now()) {
            return known;
        }
        let mut found = operation::glance(&site.world, row).await;
        if let Ok(glance) = found {
            found = Ok(operation::measure(&site.world, glance, known.glance.as_ref()).await);
        }
        let mut slots = self.slots();
        let slot = slots.entry(row.id.clone()).or_default();
        // Somebody may have compared meanwhile.
        slot.known = std::mem::take(&mut slot.known).taken(found, site.now());
        slot.known.clone()
    }

    /// What the last diagnosis came to.
    pub(crate) fn diagnosis(&self, id: &ResourceId) -> Option<Arc<Diagnosis>> {
        self.slots().get(id)?.diagnosis.clone()
    }

    /// Diagnoses it now; who asks while somebody does gets what begins after that, once for
    /// all who wait.
    pub(crate) async fn diagnose(&self, site: &Site, row: &ResourceRow) -> Result<Arc<Diagnosis>, Problem> {
        let asked = site.now();
        let diagnosing = self.slots().entry(row.id.clone()).or_default().diagnosing.clone();
        let _held = diagnosing.lock().await;
        if let Some(known) = self.diagnosis(&row.id).filter(|known| known.at > asked) {
            return Ok(known);
        }
        let (_, found) = operation::examine(&site.world, row).await?;
        let found = Arc::new(found);
        self.slots().entry(row.id.clone()).or_default().diagnosis = Some(found.clone());
        Ok(found)
    }

    /// Compares files and containers if that was not done of late.
    async fn compare(&self, site: &Site, row: &ResourceRow) {
        let comparing = self.slots().entry(row.id.clone()).or_default().comparing.clone();
        let _held = comparing.lock().await;
        if !self.last(&row.id).to_be_compared(site.now()) {
            return;
        }
        let found = operation::drift(&site.world, row).await.ok();
        let mut slots = self.slots();
        let known = &mut slots.entry(row.id.clone()).or_default().known;
        (known.drift, known.compared_at) = (found, Some(site.now()));
    }

    /// Has it looked at again if what is known is old; returns at once.
    pub(crate) fn hurry(&self, site: &Site, row: &ResourceRow) {
        let known = self.last(&row.id);
        if !known.is_old(site.now()) && !known.to_be_compared(site.now()) {
            return;
        }
        let (site, row) = (site.clone(), row.clone());
        site.runtime.clone().spawn(async move {
            let glances = site.glances.clone();
            glances.fresh(&site, &row).await;
            glances.compare(&site, &row).await;
        });
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<ResourceId, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem;

    #[test]
    fn what_was_seen_stays_when_it_cannot_be_looked_at() {
        let at: Moment = "2026-11-22T14:05:00Z".parse().unwrap();
        let glance = Glance {
            at,
            host: "local".to_owned(),
            project: "shop".to_owned(),
            folder: "/srv/shop".to_owned(),
            postgres: None,
            gateway: None,
            services: vec![],
            cut_off: false,
            addresses: vec![],
        };
        let known = Known::default();
        assert!(known.is_old(at));
        let known = known.taken(Ok(glance.clone()), at);
        assert!(!known.is_old(at + TimeDelta::seconds(9)) && known.is_old(at + FRESH));
        let later = at + TimeDelta::minutes(1);
        let away = known.taken(Err(problem!("instance-gone", project = "shop")), later);
        assert_eq!((away.glance.as_ref(), away.problem.is_some()), (Some(&glance), true));
        assert!(!away.is_old(later), "an engine that is away is not asked without end");
        let back = Known { drift: Some(Drift::default()), compared_at: Some(at), ..away };
        let back = back.taken(Ok(glance), later);
        assert!(back.problem.is_none() && back.drift.is_some(), "a look forgets no comparison");
        assert!(back.to_be_compared(at + COMPARED) && !back.to_be_compared(at + TimeDelta::seconds(59)));
    }
}
