//! A sign-up, tried as GoTrue's role and rolled back. The general probe: it tells what
//! no special one explains.

use super::{
    auth_trigger::culprit,
    kit::{Gap, Look, Seen, advice, finding},
};
use crate::{
    domain::finding::Severity,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "sign-up";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// It waited for someone: the next look may be well.
    Waited,
    /// A missing name: table, column, function, schema.
    Missing,
    /// A right is missing.
    Rights,
    /// The database takes no writes.
    ReadOnly,
    /// The disk is full.
    Full,
    /// A rule of the project's own refuses this user; it may be right to.
    Refused,
    /// The login itself.
    Login,
    /// Anything else.
    Other,
}

impl Cause {
    fn of(state: &str) -> Self {
        match state {
            "" => Self::Login,
            "55P03" | "57014" | "40P01" | "40001" => Self::Waited,
            "42P01" | "42703" | "42883" | "3F000" | "42704" => Self::Missing,
            "42501" => Self::Rights,
            "25006" => Self::ReadOnly,
            "53100" => Self::Full,
            "P0001" | "23502" | "23503" | "23505" | "23514" => Self::Refused,
            _ => Self::Other,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Rights => "rights",
            Self::ReadOnly => "read-only",
            Self::Full => "full",
            Self::Login => "login",
            Self::Waited | Self::Refused | Self::Other => "other",
        }
    }
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Auth)?.to_owned();
    scene.with_db()?;
    let signing = scene.signing().await?;
    let Some(failure) = &signing.failure else { return Ok(vec![]) };
    let (state, message) = (failure.state.as_str(), failure.message.as_str());
    let cause = Cause::of(state);
    // The trigger's own probe tells it.
    if cause != Cause::Waited && culprit(scene, signing).await?.is_some() {
        return Ok(vec![]);
    }
    match cause {
        Cause::Waited => Err(Gap::Unknown(msg!("probe-sign-up-waited", state = state, message = message))),
        Cause::Refused => Err(Gap::Unknown(msg!("probe-sign-up-refused", state = state, message = message))),
        _ => {
            let next = advice(
                msg!("finding-sign-up-next"),
                vec![scene.compose_line(&format!("logs --tail 50 {service}"))],
            );
            let title = msg!("finding-sign-up", cause = cause.word());
            let mut found = finding(ID, Severity::Critical, title, msg!("finding-sign-up-means"), next)
                .harmed_by_restart();
            found.evidence = vec![msg!("finding-saw-sql", message = message, state = state)];
            Ok(vec![found])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sqlstate_has_its_cause() {
        assert_eq!(Cause::of("42P01"), Cause::Missing);
        assert_eq!(Cause::of("42501"), Cause::Rights);
        assert_eq!(Cause::of("25006"), Cause::ReadOnly);
        assert_eq!(Cause::of("P0001"), Cause::Refused);
        assert_eq!(Cause::of("57014"), Cause::Waited);
        assert_eq!(Cause::of("XX000"), Cause::Other);
        assert_eq!(Cause::of(""), Cause::Login);
    }
}
