//! Writing an instance's new name into another manager's list of instances, as `.env` is
//! written: beside it first, then one rename; the former file is kept until the end.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::env::{Places, blocking, digest, remove};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Destroys, Step, UndoRule},
    },
    supabase::listing::{MOST, renamed},
};

/// Writes it.
pub struct WriteListing {
    /// The list.
    pub file: PathBuf,
    /// The instance's folder, by which it is found there.
    pub folder: PathBuf,
    /// Its new name.
    pub name: String,
}

/// Removes the former file at the end.
pub struct ForgetListing {
    /// The list.
    pub file: PathBuf,
}

/// What was about to be written, journalled before.
#[derive(Serialize, Deserialize)]
struct Writing {
    new: String,
}

/// The list as it is, and with another name. Problems: `listing-unreadable`,
/// `listing-entry-gone`.
pub async fn with_name(
    file: &std::path::Path,
    folder: &std::path::Path,
    name: &str,
) -> Result<(Vec<u8>, Vec<u8>), Problem> {
    let shown = file.display().to_string();
    let current = read_listing(file).await?;
    let next = renamed(&current, folder, name);
    let next = next
        .ok_or_else(|| problem!("listing-entry-gone", path = shown, folder = folder.display().to_string()))?;
    Ok((current, next))
}

/// A list of instances as it lies. Problem: `listing-unreadable`.
pub async fn read_listing(file: &std::path::Path) -> Result<Vec<u8>, Problem> {
    let shown = file.display().to_string();
    let unreadable = |why: &dyn std::fmt::Display| problem!("listing-unreadable", path = &shown).detail(why);
    let about = tokio::fs::metadata(file).await.map_err(|e| unreadable(&e))?;
    if !about.is_file() || about.len() > MOST {
        return Err(unreadable(&"not a file of this kind"));
    }
    tokio::fs::read(file).await.map_err(|e| unreadable(&e))
}

#[async_trait]
impl Step for WriteListing {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "write-listing".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-write-listing", path = self.file.display().to_string(), name = &self.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-write"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let (current, next) = with_name(&self.file, &self.folder, &self.name).await?;
        cx.note(&Writing { new: digest(&next) }).await?;
        let places = Places::of(&self.file, cx.operation());
        blocking(&self.file, move || places.replace(&current, &next)).await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let places = Places::of(&self.file, cx.operation());
        let ours: Vec<String> = cx.notes::<Writing>().into_iter().map(|w| w.new).collect();
        let kept = blocking(&self.file, move || places.put_back(&ours)).await?;
        if let Some(kept) = kept {
            cx.log(msg!("instance-log-listing-kept", path = kept.display().to_string())).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Step for ForgetListing {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "forget-listing".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-forget-listing")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Final(msg!("instance-undo-forget"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let places = Places::of(&self.file, cx.operation());
        blocking(&self.file, move || remove(&places.former)).await
    }
}
