//! A cluster that was saved as it is: its data folder belongs to whom PostgreSQL demands,
//! what starts on it is the cluster that was saved, and it holds what was counted before
//! and after it was copied.

use std::{fs, io, os::unix::fs as unix, path::Path, path::PathBuf, time::Duration};

use async_trait::async_trait;

use super::{
    super::{
        capture::{ClusterFacts, HELD_AFTER, HELD_BEFORE},
        live::Live,
    },
    blueprint::record,
    workspace::blocking,
};
use crate::{
    domain::{listed::listed, manifest::Manifest, msg::Msg, problem::Problem},
    engine::{
        Shelf,
        postgres::{Between, Compared, Held, Moment},
    },
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
};

/// Gives the data folder to whom it belonged: the archive of a base backup has no entry
/// for the folder itself.
pub(super) struct Own {
    pub(super) data: PathBuf,
    pub(super) facts: ClusterFacts,
}

#[async_trait]
impl Step for Own {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "own".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-own", folder = self.data.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-folder"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let (data, ClusterFacts { uid, gid, mode, .. }) = (self.data.clone(), self.facts.clone());
        blocking(&self.data, move || {
            give(&data, uid, gid)?;
            fs::set_permissions(&data, unix::PermissionsExt::from_mode(mode))
        })
        .await
    }
}

/// Gives a folder and all in it to somebody; links are not followed.
fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    unix::lchown(path, Some(uid), Some(gid))?;
    if fs::symlink_metadata(path)?.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    Ok(())
}

/// Looks that the side cluster is the one that was saved, and that it can be read.
pub(super) struct Identity {
    pub(super) live: Live,
    pub(super) host: String,
    pub(super) side: String,
    pub(super) facts: ClusterFacts,
}

#[async_trait]
impl Step for Identity {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "identity".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-identity", id = &self.facts.system_id)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let access = self.live.db_access(&self.host, &self.side);
        let mut ask = self.live.postgres().ask(&access, "postgres", Some(cx)).await?;
        let id = ask.text("SELECT system_identifier FROM pg_catalog.pg_control_system()").await?;
        // Reads every row of what signs people in.
        let users = ask.text("SELECT count(u.*) FROM auth.users u").await?;
        ask.close().await;
        if id != self.facts.system_id {
            return Err(problem!("restore-other-cluster", found = id, wanted = &self.facts.system_id));
        }
        cx.log(msg!("restore-log-users", count = users)).await;
        Ok(())
    }
}

/// How long the side cluster may be counted: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(12 * 3600);

/// Compares what the side cluster holds with what was counted around the copy.
pub(super) struct Holds {
    pub(super) live: Live,
    pub(super) host: String,
    pub(super) side: String,
    pub(super) shelf: Shelf,
    pub(super) manifest: Manifest,
}

#[async_trait]
impl Step for Holds {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "holds".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-holds")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let (before, after) = (self.said(HELD_BEFORE).await?, self.said(HELD_AFTER).await?);
        let (Some(before), Some(after)) = (before, after) else {
            cx.log(msg!("restore-log-not-held")).await;
            return Ok(());
        };
        let access = self.live.db_access(&self.host, &self.side);
        let found = self.live.postgres().held(&access, Moment::After, PATIENCE, Some(cx)).await?;
        let Compared { alike, differences, unsure } =
            Between { before: &before, after: &after }.compare(&found);
        if !differences.is_empty() {
            let count = differences.len();
            return Err(problem!("restore-cluster-differs", count = count).detail(listed(&differences, "\n")));
        }
        cx.log(msg!("restore-log-holds", count = alike)).await;
        if !unsure.is_empty() {
            let names = listed(&unsure, ", ");
            cx.log(msg!("restore-log-unsure", count = unsure.len(), names = names)).await;
        }
        Ok(())
    }
}

impl Holds {
    /// What a part says; nothing, where the point has none or it says nothing.
    async fn said(&self, name: &str) -> Result<Option<Held>, Problem> {
        let Some(part) = self.manifest.part(name) else { return Ok(None) };
        let text = record(&self.shelf, part).await?;
        let held: Held = serde_json::from_slice(&text).map_err(|_| problem!("restore-record-broken"))?;
        Ok(Some(held).filter(|held| !held.is_empty()))
    }
}
