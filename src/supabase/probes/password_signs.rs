//! A database password with characters that services write into addresses as they are.

use super::kit::{Gap, Look, Seen, advice, finding, list};
use crate::{
    domain::finding::Severity,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "password-signs";

pub(super) const PROBE: Look = Look { id: ID, row: "6", see: |scene| Box::pin(see(scene)) };

/// Signs with a meaning of their own in an address.
const SIGNS: [char; 7] = ['@', '/', ':', '#', '?', '%', ' '];

/// The signs of a password that break an address it stands in as it is.
fn signs(password: &str) -> Vec<String> {
    let with = SIGNS.iter().filter(|sign| password.contains(**sign));
    with.map(|sign| if *sign == ' ' { "␠".to_owned() } else { sign.to_string() }).collect()
}

async fn see(scene: &Scene) -> Seen {
    scene.service(Part::Auth)?;
    let Some(password) = scene.env_value("POSTGRES_PASSWORD") else {
        return Err(Gap::Unknown(msg!("probe-no-key", key = "POSTGRES_PASSWORD")));
    };
    let signs = signs(password.expose());
    let name = "GOTRUE_DB_DATABASE_URL";
    let address = scene.would_get(Part::Auth, name).or_else(|| scene.has_now(Part::Auth, name));
    // Written in another way, encoded, it is no harm.
    let raw = address.is_some_and(|address| address.expose().contains(password.expose()));
    if signs.is_empty() || !raw {
        return Ok(vec![]);
    }
    let next = advice(
        msg!("finding-password-signs-next"),
        vec![scene.zelo_line("config rotate", "postgres_password")],
    );
    let means = msg!("finding-password-signs-means");
    let title = msg!("finding-password-signs");
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    found.evidence = vec![msg!("finding-password-signs-saw", signs = list(signs))];
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signs_of_addresses_count() {
        assert_eq!(signs("abcXYZ012-_.~"), Vec::<String>::new());
        assert_eq!(signs("a@b c"), ["@", "␠"]);
    }
}
