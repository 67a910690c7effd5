//! The swap: the project's folder and the one that was laid out beside it change places
//! in one moment, while nothing of the instance runs. With it go the database's data and
//! the stored objects, which lie in it. What was live stays whole in the workspace.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        capture::size,
        instance::Instance,
        order::start_order,
        steps::{Before, Target},
    },
    ready::Pair,
    up::{halt, up},
    volumes::{Refill, Refilled},
    workspace::{Inode, blocking, exchange, inner},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Aside, Swapped},
    msg, problem,
    saga::{
        Commit, Cx,
        step::{Destroys, Limits, Slot, Step, UndoRule},
    },
};

/// Where what was live lies, for an undo of the finished restore.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Locator {
    /// Its place when it was live.
    pub(super) folder: PathBuf,
    /// The workspace.
    pub(super) work: PathBuf,
    /// Which folder in it is meant: nothing else is ever put back or removed.
    pub(super) inode: Inode,
    /// The Compose files it ran by.
    pub(super) files: Vec<PathBuf>,
    /// Volumes whose former contents are kept there.
    pub(super) volumes: Vec<Refilled>,
}

/// Written down before anything goes back: an undo that was cut short after the swap back
/// still has volumes and services before it.
#[derive(Serialize, Deserialize)]
struct GoingBack {
    back: bool,
}

/// Swaps.
pub(super) struct Exchange {
    pub(super) target: Target,
    /// The instance's name.
    pub(super) item: String,
    pub(super) folder: PathBuf,
    pub(super) work: PathBuf,
    /// The Compose files it ran by until now.
    pub(super) files: Vec<PathBuf>,
    pub(super) pair: Slot<Pair>,
    pub(super) before: Slot<Before>,
    pub(super) refill: Refill,
    pub(super) refilled: Slot<Vec<String>>,
}

impl Exchange {
    async fn live(&self) -> Result<Option<Inode>, Problem> {
        let folder = self.folder.clone();
        blocking(&self.folder, move || Inode::of(&folder)).await
    }

    async fn swap(&self) -> Result<(), Problem> {
        let (folder, next) = (self.folder.clone(), inner(&self.work));
        blocking(&self.folder, move || exchange(&folder, &next)).await
    }
}

#[async_trait]
impl Step for Exchange {
    type Effect = Destroys;
    type Output = Swapped;

    fn name(&self) -> String {
        "swap".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-swap", folder = self.folder.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("restore-undo-swap"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1).deadline(std::time::Duration::from_secs(1800))
    }

    async fn run(&self, cx: &Cx) -> Result<Swapped, Problem> {
        let pair = cx.get(&self.pair)?;
        match self.live().await? {
            Some(live) if live == pair.next => {}
            Some(live) if live == pair.live => self.swap().await?,
            _ => return Err(problem!("restore-folder-gone", folder = self.folder.display().to_string())),
        }
        let replaced = cx.find(&self.refilled)?.unwrap_or_default();
        let volumes = self.refill.volumes.iter().filter(|r| replaced.contains(&r.name)).cloned().collect();
        let (folder, work) = (self.folder.clone(), self.work.clone());
        let bytes = size(&self.target.live, &self.work, &[]).await.unwrap_or(0);
        let locator = Locator { folder, work, inode: pair.live, files: self.files.clone(), volumes };
        let locator = serde_json::to_value(locator).map_err(|_| problem!("internal-journal"))?;
        Ok(Swapped { asides: vec![Aside { item: self.item.clone(), locator, bytes }] })
    }

    /// Everything goes back: what was laid out, and what people wrote into it since, stays
    /// in the workspace.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(pair) = cx.find(&self.pair)? else { return Ok(()) };
        if self.live().await? != Some(pair.next) && cx.notes::<GoingBack>().is_empty() {
            return Ok(());
        }
        cx.note(&GoingBack { back: true }).await?;
        let before = cx.get(&self.before)?;
        let instance = Instance { files: self.files.clone(), ..self.target.now().await? };
        halt(&self.target.live, &instance, cx).await?;
        if self.live().await? == Some(pair.next) {
            self.swap().await?;
        }
        self.refill.put_back(&cx.find(&self.refilled)?.unwrap_or_default()).await?;
        let order = start_order(&instance, &[]);
        let ran = order.into_iter().filter(|s| before.of_service(s).iter().any(|c| c.ran()));
        up(&self.target.live, &instance, &ran.collect::<Vec<_>>(), &before, cx).await?;
        cx.log(msg!("restore-log-kept", folder = inner(&self.work).display().to_string())).await;
        Ok(())
    }
}

#[async_trait]
impl Commit for Exchange {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let Some(pair) = cx.find(&self.pair)? else { return Ok(false) };
        Ok(self.live().await? == Some(pair.next))
    }
}
