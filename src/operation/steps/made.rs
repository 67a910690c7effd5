//! What a restore made beside becomes a resource of its own, in the project of the one
//! it was made from: a copy nobody knows of is a copy nobody backs up.

use async_trait::async_trait;

use crate::{
    domain::{id::ProjectId, msg::Msg, problem::Problem},
    engine::Detected,
    msg,
    operation::{Actor, Addition, World, add_resource},
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

pub(in crate::operation) struct AddMade {
    pub(in crate::operation) world: World,
    /// `None`: it stays detected and unclaimed, as the one it was made from is.
    pub(in crate::operation) project: Option<ProjectId>,
    pub(in crate::operation) made: Detected,
    pub(in crate::operation) by: Actor,
}

#[async_trait]
impl Step for AddMade {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "add".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-add-made", name = &self.made.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-add-made"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let Some(project) = self.project.clone() else { return Ok(()) };
        let addition = |name: String| Addition {
            project: project.clone(),
            name,
            kind: self.made.kind.clone(),
            access: self.made.access.clone(),
            detected: Some(self.made.clone()),
        };
        let added = add_resource(&self.world, addition(self.made.name.clone()), &self.by).await;
        let added = match added {
            Err(problem) if problem.is("resource-name-taken") => {
                let name = format!("{}-{}", self.made.name, cx.operation().short());
                add_resource(&self.world, addition(name), &self.by).await
            }
            added => added,
        };
        match added {
            // A try before this one, or somebody who saw it detected, was quicker.
            Err(problem) if problem.is("resource-exists") => Ok(()),
            added => added.map(drop),
        }
    }
}
