//! What is asked of an instance.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::resource::Hidden;

/// What is to be restarted or stopped.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopServices {
    /// These services; none: all.
    #[serde(default)]
    pub(crate) services: Vec<String>,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// What is to be started.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartServices {
    /// These services; none: all that are stopped.
    #[serde(default)]
    pub(crate) services: Vec<String>,
}

/// How a recovery point is put back.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreInstance {
    /// As a new instance of this name (its Compose project); `null`: over the one it was
    /// taken of.
    pub(crate) new_name: Option<String>,
    /// The new instance's folder; `null`: beside the original's. Administrators only.
    pub(crate) folder: Option<String>,
    /// The first of its ports; `null`: free ones near the original's.
    pub(crate) port: Option<u16>,
    /// `physical` or `logical`, where the point has its database in both; `null`: `physical`.
    pub(crate) format: Option<String>,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// What a release needs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseInstance {
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// Where a copy goes.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyInstance {
    /// Its name: its Compose project.
    pub(crate) name: String,
    /// Its folder; `null`: beside the original's. Administrators only.
    pub(crate) folder: Option<String>,
    /// The first of its ports; `null`: free ones near the original's.
    pub(crate) port: Option<u16>,
}

impl RestoreInstance {
    pub(crate) fn place(&self) -> BTreeMap<String, String> {
        placed(self.folder.as_deref(), self.port)
    }
}

impl CopyInstance {
    pub(crate) fn place(&self) -> BTreeMap<String, String> {
        placed(self.folder.as_deref(), self.port)
    }
}

fn placed(folder: Option<&str>, port: Option<u16>) -> BTreeMap<String, String> {
    let folder = folder.map(|folder| ("folder".to_owned(), folder.to_owned()));
    let port = port.map(|port| ("port".to_owned(), port.to_string()));
    folder.into_iter().chain(port).collect()
}

/// What is to be repaired.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepairInstance {
    /// What these probes find; none: all that can be repaired.
    #[serde(default)]
    pub(crate) probes: Vec<String>,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// A recovery point to be made.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupInstance {
    /// A name for it.
    pub(crate) name: Option<String>,
    /// A note kept with it.
    pub(crate) note: Option<String>,
    /// How the database is saved: `logical` (the default), `physical` or `both`.
    pub(crate) format: Option<String>,
}

/// Settings to be changed.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeConfig {
    /// New values, by field. What is not named stays.
    #[schema(value_type = BTreeMap<String, String>, write_only)]
    pub(crate) values: BTreeMap<String, Hidden>,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// One setting to be changed.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeField {
    /// Its new value.
    #[schema(value_type = String, write_only)]
    pub(crate) value: Hidden,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// A former change to be taken back.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetBack {
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// A secret to be made anew.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotate {
    /// A value of your own, for `postgres_password` alone: letters and digits. None: a
    /// random one.
    #[schema(value_type = Option<String>, write_only)]
    pub(crate) value: Option<Hidden>,
    /// An owner's reason to go without a safety backup.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it asks for one.
    pub(crate) confirm: Option<String>,
}

/// A test mail.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendTestMail {
    /// To whom: one plain address.
    pub(crate) to: String,
    /// Mail settings (`smtp_…`) to try that are not saved, by field. What is not named is
    /// as it is saved; the saved password is sent to the saved server only.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, write_only)]
    pub(crate) changes: BTreeMap<String, Hidden>,
}

/// Nothing has to be said with it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevealField {}
