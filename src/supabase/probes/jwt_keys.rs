//! The API keys of `.env` against its `JWT_SECRET`, worked out here.

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::{
        finding::{Finding, Severity},
        msg::Msg,
    },
    msg,
    secret::Secret,
    supabase::{proof, scene::Scene},
};

pub(super) const ID: &str = "jwt-keys";

pub(super) const PROBE: Look = Look { id: ID, row: "7", see: |scene| Box::pin(see(scene)) };

/// The keys with the role each must have.
const KEYS: [(&str, &str); 2] = [("ANON_KEY", "anon"), ("SERVICE_ROLE_KEY", "service_role")];

/// What is wrong with a key. `None`: nothing, or nothing that can be told (no HS256
/// token).
fn wrong(name: &str, role: &str, token: &Secret, secret: &Secret, now: i64) -> Option<Msg> {
    let key = match proof::key(token, secret) {
        Some(key) => key,
        // A publishable key, or one signed by JWT_KEYS, may stand there by intention.
        None if proof::is_token(token) || token.expose().starts_with("sb_") => return None,
        None => return Some(msg!("finding-jwt-no-token", key = name)),
    };
    if !key.signed {
        Some(msg!("finding-jwt-unsigned", key = name))
    } else if key.expires.is_some_and(|at| at <= now) {
        Some(msg!("finding-jwt-expired", key = name))
    } else if key.role != role {
        Some(msg!("finding-jwt-role", key = name, role = key.role, wanted = role))
    } else {
        None
    }
}

async fn see(scene: &Scene) -> Seen {
    let get = |key: &str| scene.env_value(key).filter(|value| !value.is_empty());
    let Some(secret) = get("JWT_SECRET") else {
        return Err(Gap::Unknown(msg!("probe-no-key", key = "JWT_SECRET")));
    };
    let now = scene.at.timestamp();
    let keys = KEYS.iter().filter_map(|(name, role)| Some((name, role, get(name)?)));
    let evidence: Vec<Msg> = keys.filter_map(|(n, r, token)| wrong(n, r, &token, &secret, now)).collect();
    Ok(if evidence.is_empty() { vec![] } else { vec![told(scene, evidence)] })
}

fn told(scene: &Scene, evidence: Vec<Msg>) -> Finding {
    let next = advice(msg!("finding-jwt-keys-next"), vec![scene.zelo_line("config rotate", "jwt_secret")]);
    let mut found =
        finding(ID, Severity::Serious, msg!("finding-jwt-keys"), msg!("finding-jwt-keys-means"), next);
    found.evidence = evidence;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_key_is_named() {
        // role anon, exp 2000000000, signed by `s`.
        let token = crate::supabase::tests::token("anon", 2_000_000_000, "s");
        let id = |token: &Secret, role, secret: &str, now| {
            wrong("ANON_KEY", role, token, &Secret::new(secret), now).map(|m| m.id)
        };
        assert_eq!(id(&token, "anon", "s", 1), None);
        assert_eq!(id(&token, "anon", "t", 1).as_deref(), Some("finding-jwt-unsigned"));
        assert_eq!(id(&token, "anon", "s", 2_000_000_000).as_deref(), Some("finding-jwt-expired"));
        assert_eq!(id(&token, "service_role", "s", 1).as_deref(), Some("finding-jwt-role"));
        assert_eq!(id(&Secret::new("abc"), "anon", "s", 1).as_deref(), Some("finding-jwt-no-token"));
        assert_eq!(id(&Secret::new("sb_publishable_x"), "anon", "s", 1), None);
    }
}
