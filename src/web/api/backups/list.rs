//! `GET /api/resources/{resource}/backups`

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    db::{self, BackupFilter},
    domain,
    web::api::{
        call::{Answer, Call, window},
        types::{Rows, backup::Backup, words::Origin},
    },
};

/// In which state; `all`: in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::web::api) enum State {
    Complete,
    Corrupt,
    Trashed,
    Missing,
    All,
}

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::web::api) enum Sort {
    Taken,
    Size,
    Name,
}

/// Which.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct Asked {
    /// Of this origin.
    #[param(inline)]
    pub(super) origin: Option<Origin>,
    /// In this state; not given: those that lie in their store, whole or damaged.
    #[param(inline)]
    pub(super) state: Option<State>,
    /// With this in its id, name or note.
    pub(super) text: Option<String>,
    /// Taken at this moment or later.
    pub(super) from: Option<DateTime<Utc>>,
    /// Taken before this moment.
    pub(super) to: Option<DateTime<Utc>>,
    /// Verified, or not.
    pub(super) verified: Option<bool>,
    /// Pinned, or not.
    pub(super) pinned: Option<bool>,
    /// By what to sort; not given: by when they were taken.
    #[param(inline)]
    pub(super) sort: Option<Sort>,
    /// The least first; not given: the newest, the largest first.
    pub(super) ascending: Option<bool>,
    /// At most so many rows; not given: 50.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
    /// After so many.
    pub(super) offset: Option<u32>,
}

/// A resource's backups, the newest first.
#[utoipa::path(
    get,
    path = "/api/resources/{resource}/backups",
    tag = "Backups",
    params(Asked),
    responses((status = 200, body = Rows<Backup>)),
)]
pub(in crate::web::api) async fn list(call: Call<Asked>) -> Answer {
    rows(&call).await
}

/// The same, wherever it is asked.
pub(in crate::web::api) async fn rows(call: &Call<Asked>) -> Answer {
    let asked = &call.query;
    let (limit, offset) = window(asked.limit, asked.offset)?;
    let (state, present) = of_state(asked.state);
    let filter = BackupFilter {
        resource: Some(call.here.resource()?.id.clone()),
        origin: asked.origin.map(Into::into),
        state,
        present,
        text: asked.text.clone(),
        from: asked.from,
        to: asked.to,
        verified: asked.verified,
        pinned: asked.pinned,
        sort: asked.sort.map_or(db::BackupSort::Taken, Into::into),
        ascending: asked.ascending.unwrap_or(false),
        limit: Some(limit),
        offset,
        ..BackupFilter::default()
    };
    let page = call.site.world.db.backups(filter).await?;
    Ok(call.ok(&Rows::of(page, call.words, Backup::of)))
}

fn of_state(state: Option<State>) -> (Option<domain::backup::BackupState>, bool) {
    use domain::backup::BackupState;
    match state {
        None => (None, true),
        Some(State::All) => (None, false),
        Some(State::Complete) => (Some(BackupState::Complete), false),
        Some(State::Corrupt) => (Some(BackupState::Corrupt), false),
        Some(State::Trashed) => (Some(BackupState::Trashed), false),
        Some(State::Missing) => (Some(BackupState::Missing), false),
    }
}

impl From<Sort> for db::BackupSort {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Taken => Self::Taken,
            Sort::Size => Self::Size,
            Sort::Name => Self::Name,
        }
    }
}
