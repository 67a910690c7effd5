//! What a service writes, as it writes it: the containers' streams as one, line by line
//! without secrets.

use futures_util::{StreamExt, stream, stream::BoxStream};

use super::look::{now, service_containers};
use crate::{
    db::ResourceRow,
    domain::{clock::Moment, problem::Problem},
    host::LogLine,
    operation::World,
    supabase::{redact::Redactor, scene::read_env},
};

/// Lines without secrets, as they come.
pub type Followed = BoxStream<'static, Result<LogLine, Problem>>;

/// Follows a service's containers, from the last `lines` of each, or from what came after
/// the line of a moment (RFC 3339 with nanoseconds). It ends when they stop: one that was
/// recreated may have other secrets, which have to be learned first. Problem:
/// `service-unknown`.
pub async fn follow_logs(
    world: &World,
    row: &ResourceRow,
    service: &str,
    lines: u32,
    after: Option<String>,
) -> Result<Followed, Problem> {
    let instance = now(world, row).await?;
    let env = read_env(instance.env_file()).await.ok();
    let redactor = Redactor::of(&instance, env.as_ref());
    let engine = world.instances.engine(&instance.host)?;
    let since = after.as_deref().and_then(|at| at.parse::<Moment>().ok()).map(|at| at.timestamp());
    let mut all = Vec::new();
    for container in service_containers(&instance, service)? {
        all.push(engine.follow(&container.name, lines, since).await?);
    }
    let clean = move |line: LogLine| LogLine { text: redactor.clean(&line.text), ..line };
    // Moments of the engine all have nine digits after the second: they sort as they read.
    let is_new = move |line: &LogLine| after.as_ref().is_none_or(|after| line.at > *after);
    let lines = stream::select_all(all).filter_map(move |line| {
        let told = match line {
            Ok(line) => is_new(&line).then(|| Ok(clean(line))),
            Err(error) => Some(Err(Problem::from(error))),
        };
        std::future::ready(told)
    });
    Ok(lines.boxed())
}
