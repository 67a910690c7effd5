//! A line of `.env`, or a Compose file, that Compose refuses: then every command of it
//! fails, `ps` and `stop` too. What runs, runs on.

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{domain::finding::Severity, engine::postgres::shell, msg, supabase::scene::Scene};

pub(super) const ID: &str = "compose-refused";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

/// The number of the line that a complaint names: `.env: line 3: …`.
pub(super) fn line(words: &str) -> Option<u32> {
    let rest = words.split("line ").nth(1)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

async fn see(scene: &Scene) -> Seen {
    let problem = match &scene.resolved {
        Ok(_) => return Ok(vec![]),
        Err(problem) if problem.is("compose-refused") => problem,
        // Compose itself is missing or slow: nothing is known of the files.
        Err(problem) => return Err(Gap::from(problem.clone())),
    };
    let words = problem.detail.clone().unwrap_or_default();
    let mut commands = vec![scene.compose_line("config --quiet")];
    let env = scene.instance.env_file().display().to_string();
    if let Some(line) = line(&words) {
        commands.insert(0, format!("${{EDITOR:-nano}} +{line} {}", shell(&env)));
    }
    let next = advice(msg!("finding-compose-refused-next"), commands);
    let (title, means) = (msg!("finding-compose-refused"), msg!("finding-compose-refused-means"));
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    found.evidence = vec![match line(&words) {
        Some(line) => msg!("finding-compose-refused-line", line = line),
        None => msg!("finding-saw-problem", why = words),
    }];
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read() {
        assert_eq!(line("failed to read /x/.env: line 12: unexpected character"), Some(12));
        assert_eq!(line("service \"x\" refers to undefined network"), None);
    }
}
