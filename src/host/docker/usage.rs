//! What a container uses, asked once: the engine answers from its control groups, without
//! waiting for a second reading. Two of them, some time apart, say how busy it was.

use bollard::{
    models::{ContainerMemoryStats, ContainerStatsResponse},
    query_parameters::StatsOptionsBuilder,
};
use futures_util::StreamExt;

use super::{Docker, lifecycle::check_name};
use crate::host::{HostError, Usage};

impl Docker {
    pub(super) async fn usage_of(&self, name: &str) -> Result<Usage, HostError> {
        check_name(name)?;
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let client = self.client().await?;
        let mut answers = client.stats(name, Some(options));
        let asking = async { Ok(answers.next().await.transpose()?.unwrap_or_default()) };
        Ok(usage(&self.call(name, asking).await?))
    }
}

fn usage(stats: &ContainerStatsResponse) -> Usage {
    let cpu = stats.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage);
    let at = stats.read.as_ref().and_then(|at| at.to_string().parse().ok());
    // A container that does not run is answered with the year 1 and nothing used.
    let at = at.filter(|at: &crate::domain::clock::Moment| at.timestamp() > 0);
    Usage { memory_bytes: stats.memory_stats.as_ref().and_then(memory), cpu_nanos: cpu, at }
}

/// As `docker stats` counts it: without the pages of files that nobody has touched for long,
/// which the kernel gives back at once. Version 2 and version 1 of the control groups have
/// other names for them.
fn memory(stats: &ContainerMemoryStats) -> Option<u64> {
    let detail = |name: &str| stats.stats.as_ref().and_then(|all| all.get(name).copied());
    let idle = detail("inactive_file").or_else(|| detail("total_inactive_file")).unwrap_or(0);
    stats.usage.map(|usage| usage.saturating_sub(idle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_as_docker_stats_does() {
        let of = |usage: Option<u64>, detail: &[(&str, u64)]| {
            let stats = detail.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
            memory(&ContainerMemoryStats { usage, stats: Some(stats), ..Default::default() })
        };
        assert_eq!(of(Some(100), &[("inactive_file", 30)]), Some(70));
        assert_eq!(of(Some(100), &[("total_inactive_file", 40)]), Some(60));
        assert_eq!(of(Some(100), &[("inactive_file", 300)]), Some(0));
        assert_eq!(of(None, &[]), None);
    }
}
