//! Links that let a person in: the set-up link while there is nobody, sign-in links
//! after that. Only digests of their tokens are stored, so a copy of the database
//! lets nobody in.

use chrono::Duration;

use crate::{
    domain::{clock::Moment, id::UserId, problem::Problem},
    operation::World,
    secret::{Random, token},
};

/// How long a link may wait to be used.
const LINK: Duration = Duration::hours(1);

/// A link to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// The whole address, the token in it.
    pub address: String,
    /// Until when it works.
    pub expires_at: Moment,
}

/// A new link by which the first person sets Zelo up, below `base`
/// (`http://127.0.0.1:8600`); `None` once there is anybody.
pub async fn set_up_link(
    world: &World,
    random: &dyn Random,
    base: &str,
) -> Result<Option<OneTimeLink>, Problem> {
    if world.db.has_users().await? {
        return Ok(None);
    }
    new_link(world, random, &format!("{}/setup", base.trim_end_matches('/')), None, "zelo").await.map(Some)
}

/// A new link that signs a person in.
pub async fn sign_in_link(
    world: &World,
    random: &dyn Random,
    base: &str,
    user: &UserId,
    actor: &str,
) -> Result<OneTimeLink, Problem> {
    new_link(world, random, &format!("{}/sign-in", base.trim_end_matches('/')), Some(user), actor).await
}

async fn new_link(
    world: &World,
    random: &dyn Random,
    page: &str,
    user: Option<&UserId>,
    actor: &str,
) -> Result<OneTimeLink, Problem> {
    let (token, digest) = token::new(random)?;
    let expires_at = world.clock.now() + LINK;
    world.db.create_sign_in_link(&digest, user, expires_at, actor).await?;
    Ok(OneTimeLink { address: format!("{page}?token={}", token.expose()), expires_at })
}
