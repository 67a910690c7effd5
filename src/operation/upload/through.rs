//! The file looked through: before the plan, which then says what is in it, or as the
//! operation's first step, when whoever sent a large file should not have to wait.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    UploadRequest,
    look::{Found, Glance, Looking, Take},
    source::{Seal, Stop, StopOnDrop, blocking, find, shown},
};
use crate::{
    db::ResourceRow,
    domain::{msg::Msg, outside, outside::OutsideReport, problem::Problem},
    msg,
    operation::World,
    problem,
    saga::{
        Cx, Progress,
        step::{Limits, Reads, Step, UndoRule},
    },
};

/// When a file is looked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookWhen {
    /// Before the plan.
    #[default]
    Planning,
    /// As the first step. Before the plan only its beginning is looked at.
    Running,
}

/// A file, and what is known of it before anything is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sighted {
    /// Links resolved.
    pub(super) path: PathBuf,
    pub(super) seal: Seal,
    pub(super) glance: Glance,
    /// `None`: still to be looked through.
    pub(super) found: Option<Found>,
}

impl Sighted {
    /// What storing it takes at least.
    pub(super) fn least(&self) -> u64 {
        self.found.as_ref().map_or(self.seal.bytes / 4, Found::least)
    }

    /// Bytes that are written, as far as that is known.
    pub(super) fn bytes(&self) -> u64 {
        self.found.as_ref().map_or(self.seal.bytes, Found::bytes)
    }

    /// What was found to be said of it.
    pub(super) fn reports(&self) -> Vec<&OutsideReport> {
        self.found.as_ref().map(Found::reports).unwrap_or_default()
    }
}

/// Finds what was asked for and recognises it; looks through it if the plan is to
/// say what is in it. Problems: `upload-…`.
pub(super) async fn sight(
    world: &World,
    resource: &ResourceRow,
    request: &UploadRequest,
) -> Result<Sighted, Problem> {
    let asked = request.file.clone();
    let (path, seal) = blocking(move || find(&asked)).await?;
    let looking = looking(world, resource, request, (path.clone(), seal.clone()));
    let glancing = looking.clone();
    let glance = blocking(move || glancing.glance()).await?;
    let found = match request.look {
        LookWhen::Planning => Some(through(world, resource, request, looking).await?),
        LookWhen::Running => None,
    };
    Ok(Sighted { path, seal, glance, found })
}

fn looking(
    world: &World,
    resource: &ResourceRow,
    request: &UploadRequest,
    (path, seal): (PathBuf, Seal),
) -> Looking {
    Looking {
        engines: world.engines.clone(),
        kind: resource.kind.clone(),
        path,
        seal,
        name: outside::shown(&request.file_name),
        limit: world.rules.upload_limit,
        stop: Stop::default(),
        progress: Progress::default(),
    }
}

/// Looks through it on a thread that may block; dropped, it ends soon.
async fn through(
    world: &World,
    resource: &ResourceRow,
    request: &UploadRequest,
    looking: Looking,
) -> Result<Found, Problem> {
    let _stop = StopOnDrop(looking.stop.clone());
    let look = move || {
        let found = looking.look()?;
        // It may have been written to all the while.
        looking.seal.still(&looking.path)?;
        Ok(found)
    };
    let mut found = blocking(look).await?;
    agreed(request, &found)?;
    let item = item(world, resource, request, &found).await;
    found.take.name(&item);
    Ok(found)
}

/// Whether the file is what its receiver says it received.
fn agreed(request: &UploadRequest, found: &Found) -> Result<(), Problem> {
    match (&request.sha256, &found.whole) {
        (Some(told), Some(whole)) if !whole.sha256.eq_ignore_ascii_case(told) => {
            Err(problem!("upload-changed", file = &request.file_name))
        }
        _ => Ok(()),
    }
}

/// Of which item it is: as asked, as the file says, as it is called if the resource
/// has an item of that name, the only one the resource has, or as it is called.
async fn item(world: &World, resource: &ResourceRow, request: &UploadRequest, found: &Found) -> String {
    if let Some(item) = request.item.as_ref().or(found.take.item()) {
        return item.clone();
    }
    let base = request.file_name.rsplit('/').next().unwrap_or_default();
    let stem = base.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("unnamed").to_owned();
    let items = match (world.access(resource), world.engine(resource)) {
        (Ok(access), Ok(engine)) => engine.inspect(&access).await.map(|seen| seen.items).unwrap_or_default(),
        _ => Vec::new(),
    };
    match items.as_slice() {
        all if all.iter().any(|item| item.name == stem) => stem,
        [only] => only.name.clone(),
        _ => stem,
    }
}

impl Take {
    /// Gives it the item it is of. A Zelo's own backup knows its items.
    fn name(&mut self, item: &str) {
        if let Self::Stream { report, .. } | Self::Woven { report, .. } = self {
            item.clone_into(&mut report.item);
        }
    }

    /// The item the file names.
    fn item(&self) -> Option<&String> {
        match self {
            Self::Stream { sketch, .. } | Self::Woven { sketch, .. } => sketch.item.as_ref(),
            Self::Zelo { .. } => None,
        }
    }
}

/// Looks through the file; if that was done for the plan, whether it is still the same.
pub(super) struct LookThrough {
    pub(super) world: World,
    pub(super) resource: ResourceRow,
    pub(super) request: UploadRequest,
    pub(super) sighted: Sighted,
}

#[async_trait]
impl Step for LookThrough {
    type Effect = Reads;
    type Output = Found;

    fn name(&self) -> String {
        "source".to_owned()
    }

    fn title(&self) -> Msg {
        let file = match self.sighted.found {
            Some(_) => return msg!("step-upload-source", file = shown(&self.sighted.path)),
            None => outside::shown(&self.request.file_name),
        };
        msg!("step-upload-look", file = file)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    /// No limit between signs of life: it waits for nothing but this machine, and what
    /// an engine examines in one go may be large.
    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<Found, Problem> {
        let Sighted { path, seal, found, .. } = self.sighted.clone();
        if let Some(found) = found {
            blocking(move || seal.still(&path)).await?;
            return Ok(found);
        }
        cx.progress().expect(seal.bytes);
        let looking = looking(&self.world, &self.resource, &self.request, (path, seal));
        let looking = Looking { progress: cx.progress().clone(), ..looking };
        let found = through(&self.world, &self.resource, &self.request, looking).await?;
        for message in found.reports().into_iter().flat_map(OutsideReport::messages) {
            cx.log(message).await;
        }
        Ok(found)
    }
}
