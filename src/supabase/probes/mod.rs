//! Probes: each looks for one failure mode, keeps nothing, and never cries wolf: what
//! it cannot know it says. One file each, one line in [`all`].

use async_trait::async_trait;

use super::scene::Scene;
use crate::domain::finding::Outcome;

/// Looks for one failure mode.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Stable, for programs, pages and journals: `auth-search-path`.
    fn id(&self) -> &'static str;

    /// The row of the table of failure modes it is about, for documents: `4a`; empty if
    /// it is about none of them.
    fn row(&self) -> &'static str;

    /// Looks. Changes nothing that lasts.
    async fn look(&self, scene: &Scene) -> Outcome;
}

/// All probes; the order is that of the report among findings of one severity.
pub fn all() -> Vec<Box<dyn Probe>> {
    vec![]
}
