//! What GoTrue's role needs: its `search_path`, the use of its schema, its tables.

use async_trait::async_trait;

use super::{
    Mend, Remedy, Repair,
    kit::{gone, lead, open, own, revive, sql},
};
use crate::{
    domain::{finding::Finding, problem::Problem},
    msg,
    supabase::{
        instance::Part,
        probes::{auth_owner::foreign, auth_rls::hidden, signing::ROLE},
        scene::Scene,
    },
};

const SCHEMA: &str = "auth";

/// Statements, and a start for a GoTrue that died of what they mend.
fn mends(scene: &Scene, apply: Vec<String>, back: Vec<String>) -> Vec<Mend> {
    std::iter::once(sql(apply, back)).chain(revive(scene, Part::Auth)).collect()
}

pub(super) struct SearchPath;

#[async_trait]
impl Repair for SearchPath {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let (apply, back) = lead(scene, ROLE, SCHEMA).await?;
        Ok(Remedy { what: msg!("repair-auth-search-path", role = ROLE), mends: mends(scene, apply, back) })
    }
}

pub(super) struct Usage;

#[async_trait]
impl Repair for Usage {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let (apply, back) = open(scene, SCHEMA, ROLE).await?;
        Ok(Remedy { what: msg!("repair-auth-usage", role = ROLE), mends: mends(scene, apply, back) })
    }
}

pub(super) struct Owner;

#[async_trait]
impl Repair for Owner {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let tables = foreign(scene).await?;
        if tables.is_empty() {
            return Err(gone());
        }
        let (apply, back) = own(scene, SCHEMA, ROLE, &tables).await?;
        let what = msg!("repair-auth-owner", tables = tables.len(), role = ROLE);
        Ok(Remedy { what, mends: mends(scene, apply, back) })
    }
}

pub(super) struct RowSecurity;

#[async_trait]
impl Repair for RowSecurity {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let tables = hidden(scene).await?;
        if tables.is_empty() {
            return Err(gone());
        }
        let (apply, back) = own(scene, SCHEMA, ROLE, &tables).await?;
        let what = msg!("repair-auth-rls", tables = tables.len(), role = ROLE);
        Ok(Remedy { what, mends: mends(scene, apply, back) })
    }
}
