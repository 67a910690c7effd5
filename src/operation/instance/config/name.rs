//! What Zelo calls an instance: its own row, and the list of instances of the manager it
//! was imported from. The Compose project keeps its name.

use super::*;
use crate::{
    db::{ResourceFilter, ResourceRow},
    domain::names::is_label,
    saga::{
        Cx,
        step::{Adds, Step, UndoRule},
    },
    supabase::{
        engine::LISTING,
        keys::NAME,
        listing::normal,
        steps::{ForgetListing, WriteListing, with_name},
    },
};

/// A new name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Naming {
    from: String,
    to: String,
    /// Who asked for it.
    by: String,
    /// The list it stands in, and the folder it is found by there.
    listing: Option<(PathBuf, PathBuf)>,
}

impl Naming {
    /// What a wanted name changes. Problems: `resource-name-taken`, `listing-unreadable`,
    /// `listing-entry-gone`.
    pub(super) async fn of(
        world: &World,
        row: &ResourceRow,
        instance: &Instance,
        to: &Secret,
        by: &Actor,
    ) -> Result<Self, Problem> {
        let to = to.expose().to_owned();
        if row.project.is_some() && is_taken(world, row, &to).await? {
            return Err(problem!("resource-name-taken", name = to));
        }
        let listing = match row.access.get(LISTING) {
            Some(path) => {
                let (file, folder) = (PathBuf::from(path), normal(&instance.folder));
                with_name(&file, &folder, &to).await?;
                Some((file, folder))
            }
            None => None,
        };
        Ok(Self { from: row.name.clone(), to, by: by.0.clone(), listing })
    }

    /// For the plan and the history.
    pub(super) fn change(&self) -> Change {
        Change {
            field: NAME.field.to_owned(),
            env: NAME.field.to_owned(),
            secret: false,
            old: Some(self.from.clone()),
            was_set: true,
            removed: false,
            new: Some(self.to.clone()),
        }
    }

    /// Whether a file is written.
    pub(super) fn writes(&self) -> bool {
        self.listing.is_some()
    }

    /// The step that writes the list.
    pub(super) fn write(&self) -> Option<WriteListing> {
        let (file, folder) = self.listing.clone()?;
        Some(WriteListing { file, folder, name: self.to.clone() })
    }

    /// What is removed once it is done.
    pub(super) fn forget(&self) -> Option<ForgetListing> {
        Some(ForgetListing { file: self.listing.clone()?.0 })
    }

    /// The step that renames Zelo's row.
    pub(super) fn rename(&self, world: &World, resource: &ResourceId) -> Rename {
        Rename { world: world.clone(), resource: resource.clone(), naming: self.clone() }
    }
}

async fn is_taken(world: &World, row: &ResourceRow, name: &str) -> Result<bool, Problem> {
    let filter = ResourceFilter { project: row.project.clone(), ..ResourceFilter::default() };
    Ok(world.db.resources(filter).await?.rows.iter().any(|other| other.name == name))
}

/// Whether a name may be one. Problem: `resource-name`.
pub(super) fn check_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if is_label(name) { Ok(name.to_owned()) } else { Err(problem!("resource-name", name = name)) }
}

/// Renames Zelo's row, with its audit row.
pub(super) struct Rename {
    world: World,
    resource: ResourceId,
    naming: Naming,
}

#[async_trait]
impl Step for Rename {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "rename".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-rename", from = &self.naming.from, to = &self.naming.to)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("instance-undo-rename"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        self.world.db.rename_resource(&self.resource, &self.naming.to, &self.naming.by).await?;
        Ok(())
    }

    async fn undo(&self, _: &Cx) -> Result<(), Problem> {
        // Somebody may have given it a third name meanwhile: that stays.
        if self.world.db.any_resource(&self.resource).await?.name == self.naming.to {
            self.world.db.rename_resource(&self.resource, &self.naming.from, &self.naming.by).await?;
        }
        Ok(())
    }
}
