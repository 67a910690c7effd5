//! Instances: how they are, what was found, their settings. No secret comes out but by
//! the one call that says so.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{problem::Trouble, resource::Resource, words::OperationState};
use crate::{
    domain::finding::{self, Next, Outcome},
    host,
    i18n::Catalogue,
    msg,
    operation::{Address, Change, Edited, Glance, Served, Setting, TestMail, drift_said},
    supabase::{self, diagnose, drift::Drift, keys::ValueKind},
};

/// An instance, and how it is now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Instance {
    /// The resource it is.
    pub(crate) resource: Resource,
    /// How it is; none: it could not be looked at.
    pub(crate) now: Option<InstanceNow>,
    /// Why it could not be looked at.
    pub(crate) problem: Option<Trouble>,
    /// Where its containers are not what its files would give, as last compared behind
    /// people's backs; none: not known yet, or Compose could not say it.
    pub(crate) drift: Option<InstanceDrift>,
}

/// What came of comparing containers with files.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InstanceDrift {
    /// Whether files and containers agree.
    pub(crate) agrees: bool,
    /// By service, the variables of its environment that differ: none where something else
    /// of it does.
    pub(crate) services: BTreeMap<String, Vec<String>>,
    /// The same in a sentence, in the asked language.
    pub(crate) text: String,
}

impl InstanceDrift {
    pub(crate) fn of(drift: &Drift, words: &Catalogue) -> Self {
        let (agrees, services) = (drift.services.is_empty(), drift.services.clone());
        Self { agrees, services, text: words.text(&drift_said(drift)) }
    }
}

/// An instance at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InstanceNow {
    /// When it was looked at.
    pub(crate) at: DateTime<Utc>,
    /// The Docker host.
    pub(crate) host: String,
    /// The Compose project.
    pub(crate) project: String,
    /// Its folder on that host.
    pub(crate) folder: String,
    /// Whether it is a copy that was not released yet.
    pub(crate) cut_off: bool,
    /// The major version of its PostgreSQL, if anything says it.
    pub(crate) postgres: Option<u32>,
    /// `kong` or `envoy`.
    pub(crate) gateway: Option<String>,
    /// Its containers, by service and number.
    pub(crate) services: Vec<InstanceService>,
    /// The addresses its `.env` names.
    pub(crate) addresses: Vec<InstanceAddress>,
}

/// One container of a service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InstanceService {
    /// The service.
    pub(crate) service: String,
    /// The container's name; empty where there is none.
    pub(crate) container: String,
    /// Its image, as Compose names it.
    pub(crate) image: String,
    /// `running`, `exited`, `created`, `paused`, `restarting`, `dead`; `absent` where there
    /// is no container, but would be after a start.
    pub(crate) state: String,
    /// `healthy`, `unhealthy`, `starting`, where its image has a check.
    pub(crate) health: Option<String>,
    /// How often the engine started it again.
    pub(crate) restarts: i64,
    /// When it last started.
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// Memory it uses, without files that are only cached. None: not known yet, or the
    /// engine does not say it.
    pub(crate) memory_bytes: Option<u64>,
    /// How busy it was between the panel's last two looks, in per cent of one processor.
    pub(crate) cpu_percent: Option<f64>,
}

/// An address that people reach an instance by.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InstanceAddress {
    /// Its name in `.env`.
    pub(crate) env: String,
    /// What it is called, in the asked language.
    pub(crate) label: String,
    /// The address.
    pub(crate) url: String,
}

impl InstanceNow {
    pub(crate) fn of(found: &Glance, words: &Catalogue) -> Self {
        Self {
            at: found.at,
            host: found.host.clone(),
            project: found.project.clone(),
            folder: found.folder.clone(),
            cut_off: found.cut_off,
            postgres: found.postgres,
            gateway: found.gateway.map(ToOwned::to_owned),
            services: found.services.iter().map(InstanceService::of).collect(),
            addresses: found.addresses.iter().map(|one| InstanceAddress::of(one, words)).collect(),
        }
    }
}

impl InstanceService {
    fn of(one: &Served) -> Self {
        Self {
            service: one.service.clone(),
            container: one.container.clone(),
            image: one.image.clone(),
            state: one.state.clone(),
            health: one.health.clone(),
            restarts: one.restarts,
            started_at: one.started_at,
            memory_bytes: one.memory_bytes,
            cpu_percent: one.cpu_percent,
        }
    }
}

impl InstanceAddress {
    fn of(one: &Address, words: &Catalogue) -> Self {
        Self { env: one.env.clone(), label: words.label(&one.label), url: one.url.clone() }
    }
}

/// A setting of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConfigField {
    /// Its name here: `jwt_expiry`.
    pub(crate) field: String,
    /// Its name in `.env`: `JWT_EXPIRY`.
    pub(crate) env: String,
    /// Its group, in the asked language.
    pub(crate) group: String,
    /// What it is called, in the asked language.
    pub(crate) label: String,
    /// What it does, in the asked language.
    pub(crate) help: String,
    /// What it may hold: `bool`, `int`, `port`, `text`, `url`, `list`, `secret`…
    pub(crate) kind: String,
    /// The least it may be: of a number its value, of a text its characters.
    pub(crate) min: Option<u64>,
    /// The most.
    pub(crate) max: Option<u64>,
    /// Whether its value is hidden.
    pub(crate) secret: bool,
    /// Whether it has a value.
    pub(crate) set: bool,
    /// Its value; of a secret never.
    pub(crate) value: Option<String>,
    /// What it is where nobody has changed it.
    pub(crate) default: Option<String>,
    /// The services that read it, and that a change recreates; none where Compose could not
    /// read the project's files.
    pub(crate) services: Option<Vec<String>>,
    /// What must run in the database with it, in the asked language.
    pub(crate) sql: Option<String>,
    /// Whether it may be changed by itself.
    pub(crate) editable: bool,
    /// Why not.
    pub(crate) refused: Option<Trouble>,
}

impl ConfigField {
    pub(crate) fn of(setting: &Setting, words: &Catalogue) -> Self {
        let key = setting.key;
        let (kind, min, max) = kind(&key.kind);
        let refused = key.refused.map(|code| crate::domain::problem::Problem::new(code).with("key", key.env));
        Self {
            field: key.field.to_owned(),
            env: key.env.to_owned(),
            group: words.label(key.group.label()),
            label: words.label(key.label),
            help: words.label(key.help),
            kind: kind.to_owned(),
            min,
            max,
            secret: key.secret,
            set: setting.is_set,
            value: setting.value.clone(),
            default: key.default.map(ToOwned::to_owned),
            services: setting.services.clone(),
            sql: key.sql.map(|sql| words.text(&sql.told())),
            editable: setting.is_editable(),
            refused: refused.map(|problem| Trouble::of(&problem, words)),
        }
    }
}

/// A word for what a value may be, and its bounds.
fn kind(kind: &ValueKind) -> (&'static str, Option<u64>, Option<u64>) {
    let chars = |min: usize, max: usize| (Some(min as u64), Some(max as u64));
    let with = |word, (min, max)| (word, min, max);
    match kind {
        ValueKind::Bool => ("bool", None, None),
        ValueKind::Int { min, max } => ("int", Some((*min).into()), Some((*max).into())),
        ValueKind::Port => ("port", Some(1), Some(65_535)),
        ValueKind::Text { min, max } => with("text", chars(*min, *max)),
        ValueKind::Login { min, max } => with("login", chars(*min, *max)),
        ValueKind::Alphanumeric { min, max } => with("alphanumeric", chars(*min, *max)),
        ValueKind::Token { min, max } => with("token", chars(*min, *max)),
        ValueKind::Hex { length } => with("hex", chars(*length, *length)),
        ValueKind::Url { .. } => ("url", None, None),
        ValueKind::Host => ("host", None, None),
        ValueKind::Email => ("email", None, None),
        ValueKind::Names { .. } => ("names", None, None),
        ValueKind::Globs => ("patterns", None, None),
        ValueKind::Jwt { .. } => ("jwt", None, None),
        ValueKind::ApiKey { .. } => ("api_key", None, None),
        ValueKind::Json { .. } => ("json", None, None),
    }
}

/// The value of a setting, shown to an owner; the audit log has that it was.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Revealed {
    /// Which.
    pub(crate) field: String,
    /// The value.
    pub(crate) value: String,
}

/// A test mail that a server has taken. Whether it arrives only its reader can say.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct TestMailSent {
    /// To whom.
    pub(crate) to: String,
    /// From whom.
    pub(crate) from: String,
    /// The server, as the settings name it.
    pub(crate) server: String,
    /// Its port.
    pub(crate) port: u16,
    /// The address that was spoken with, if it is known.
    pub(crate) address: Option<String>,
    /// The instance's container that the server's name means, if it means one.
    pub(crate) container: Option<String>,
    /// Whether the connection was encrypted.
    pub(crate) tls: bool,
    /// How it was logged in: `plain`, `login`; `null`: not at all.
    pub(crate) login: Option<String>,
    /// The server's last answer, with its code.
    pub(crate) answer: String,
    /// From where it was sent, and what that does not say.
    pub(crate) note: String,
}

impl TestMailSent {
    pub(crate) fn of(mail: &TestMail, words: &Catalogue) -> Self {
        Self {
            to: mail.to.clone(),
            from: mail.from.clone(),
            server: mail.host.clone(),
            port: mail.port,
            address: mail.sent.address.map(|address| address.to_string()),
            container: mail.container.clone(),
            tls: mail.sent.tls,
            login: mail.sent.login.map(ToOwned::to_owned),
            answer: mail.sent.said.clone(),
            note: words.text(&msg!("mail-from-here")),
        }
    }
}

/// The last changes of settings, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConfigHistory {
    /// The changes.
    pub(crate) rows: Vec<ConfigChange>,
    /// How many these are.
    pub(crate) total: u64,
}

/// A change of settings that was made, or tried.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConfigChange {
    /// The operation.
    pub(crate) operation: String,
    /// When it was asked for.
    pub(crate) at: DateTime<Utc>,
    /// Who asked: `user:<id>`, `cli:<name>`.
    pub(crate) by: String,
    /// How it ended.
    pub(crate) state: OperationState,
    /// What was changed.
    pub(crate) changes: Vec<ChangedValue>,
}

/// One changed value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChangedValue {
    /// Its field.
    pub(crate) field: String,
    /// Its name in `.env`.
    pub(crate) env: String,
    /// Whether it is hidden.
    pub(crate) secret: bool,
    /// Whether it had a value before.
    pub(crate) was_set: bool,
    /// What it was, unless hidden or not set.
    pub(crate) old: Option<String>,
    /// What it became, unless hidden or taken out.
    pub(crate) new: Option<String>,
    /// Whether it was taken out of `.env`.
    pub(crate) removed: bool,
}

impl ConfigChange {
    pub(crate) fn of(one: &Edited) -> Self {
        Self {
            operation: one.operation.to_string(),
            at: one.at,
            by: one.by.clone(),
            state: one.state.into(),
            changes: one.changes.iter().map(ChangedValue::of).collect(),
        }
    }
}

impl ChangedValue {
    fn of(one: &Change) -> Self {
        Self {
            field: one.field.clone(),
            env: one.env.clone(),
            secret: one.secret,
            was_set: one.was_set,
            old: one.old.clone(),
            new: one.new.clone(),
            removed: one.removed,
        }
    }
}

/// What a diagnosis came to. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Diagnosis {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What was found, the worst first.
    pub(crate) findings: Vec<Finding>,
    /// What each probe came to.
    pub(crate) probes: Vec<Probed>,
}

/// One diagnosed problem.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// The probe that found it, stable.
    pub(crate) probe: String,
    /// How bad it is: `notice`, `warning`, `serious`, `critical`.
    pub(crate) severity: String,
    /// In one line, in the asked language.
    pub(crate) title: String,
    /// What it means for the people who use the instance.
    pub(crate) meaning: String,
    /// What was seen, each in one line.
    pub(crate) evidence: Vec<String>,
    /// Whether Zelo can repair it.
    pub(crate) repairable: bool,
    /// What Zelo would do, or a person should.
    pub(crate) next: String,
    /// Commands to run as they are, in order.
    pub(crate) commands: Vec<String>,
    /// Whether a restart now makes it worse.
    pub(crate) restart_harms: bool,
}

/// What one probe came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Probed {
    /// Which.
    pub(crate) probe: String,
    /// `fine`, `not_here`, `unknown`, `found`.
    pub(crate) outcome: String,
    /// Why it could not know.
    pub(crate) why: Option<String>,
}

impl Diagnosis {
    pub(crate) fn of(found: &diagnose::Diagnosis, words: &Catalogue) -> Self {
        Self {
            at: found.at,
            findings: found.findings.iter().map(|one| Finding::of(one, words)).collect(),
            probes: found.probes.iter().map(|one| Probed::of(one, words)).collect(),
        }
    }
}

impl Finding {
    fn of(one: &finding::Finding, words: &Catalogue) -> Self {
        let (next, commands) = match &one.next {
            Next::Repair { what } => (what, Vec::new()),
            Next::Advice { what, commands } => (what, commands.clone()),
        };
        Self {
            probe: one.probe.clone(),
            severity: one.severity.as_str().to_owned(),
            title: words.text(&one.title),
            meaning: words.text(&one.meaning),
            evidence: one.evidence.iter().map(|msg| words.text(msg)).collect(),
            repairable: one.is_repairable(),
            next: words.text(next),
            commands,
            restart_harms: one.restart_harms,
        }
    }
}

impl Probed {
    fn of(looked: &supabase::diagnose::Looked, words: &Catalogue) -> Self {
        let (outcome, why) = match &looked.outcome {
            Outcome::Fine => ("fine", None),
            Outcome::NotHere => ("not_here", None),
            Outcome::Unknown { why } => ("unknown", Some(words.text(why))),
            Outcome::Found { .. } => ("found", None),
        };
        Self { probe: looked.probe.clone(), outcome: outcome.to_owned(), why }
    }
}

/// What a service wrote last, its secrets taken out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ServiceLog {
    /// The service.
    pub(crate) service: String,
    /// The lines, the oldest first.
    pub(crate) lines: Vec<ServiceLine>,
}

/// A line of a service's output.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ServiceLine {
    /// When the engine got it, to the nanosecond.
    pub(crate) at: String,
    /// Whether it came on standard error.
    pub(crate) error: bool,
    /// Its text.
    pub(crate) text: String,
}

impl ServiceLine {
    pub(crate) fn of(line: &host::LogLine) -> Self {
        Self { at: line.at.clone(), error: line.error, text: line.text.clone() }
    }
}
