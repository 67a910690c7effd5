//! Roles get the password that `.env` has and the services send. The statement carries a
//! verifier, not the password, wherever one can be made; back is the old verifier.

use async_trait::async_trait;

use super::{
    Remedy, Repair,
    kit::{gone, sql},
};
use crate::{
    domain::{finding::Finding, problem::Problem},
    engine::postgres::{ident, literal},
    msg, problem,
    secret::Secret,
    supabase::{
        probes::logins::{drifted, logins, roles},
        proof,
        scene::Scene,
    },
};

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let wanted = scene.env_value("POSTGRES_PASSWORD").ok_or_else(|| problem!("repair-no-password"))?;
        let names: Vec<String> = logins(scene).into_keys().collect();
        let drifts = drifted(scene, roles(scene, &names).await?).await;
        if drifts.iter().any(|drift| drift.login.password != wanted) {
            return Err(problem!("repair-other-password"));
        }
        let (mut apply, mut back, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for drift in drifts {
            let (role, old) = (ident(&drift.role.name), drift.role.stored());
            let new = remade(&wanted, old.as_ref()).await;
            apply.push(format!("ALTER ROLE {role} PASSWORD {}", literal(new.expose())));
            let old = old.map_or("NULL".to_owned(), |old| literal(old.expose()));
            back.push(format!("ALTER ROLE {role} PASSWORD {old}"));
            told.push(drift.role.name);
        }
        if told.is_empty() {
            return Err(gone());
        }
        Ok(Remedy {
            what: msg!("repair-db-passwords", roles = told.join(", ")),
            mends: vec![sql(apply, back)],
        })
    }
}

/// A verifier for a password, else the password itself (PostgreSQL makes one of it).
async fn remade(password: &Secret, old: Option<&Secret>) -> Secret {
    let (kept, password) = (old.cloned(), password.clone());
    let plain = password.clone();
    let made =
        tokio::task::spawn_blocking(move || Some(Secret::new(proof::remade(&password, kept?.expose())?)));
    made.await.ok().flatten().unwrap_or(plain)
}
