//! The whole cluster as one part: a base backup over the replication protocol while the
//! database runs, or a cold copy of its stopped data directory ([`super::cold`]). It
//! holds roles, settings and all databases exactly as they lie on the disk, and fits the
//! same major version and image only.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{DATA, TAR, TarChecker, bind, cold, files};
use crate::{
    domain::{backup::Compression, manifest, msg::Msg, problem::Problem},
    engine::{
        BackupOptions, COLD, Captured, Planned, Shelf,
        postgres::physical::{BaseBackup, Cluster, Source, base_backup, look},
    },
    host::{Command, Reader},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    secret::Secret,
    store::part::WritePart,
    supabase::{
        instance::{Instance, Part},
        live::Live,
        scene::read_env,
    },
};

/// The part's name.
pub const CLUSTER: &str = "cluster";

/// The role that owns the cluster.
const OWNER: &str = "supabase_admin";
/// PostgreSQL's port in its container, unless its environment has another.
const PORT: u16 = 5432;

/// How the cluster got into the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The server copied itself while it ran: `backup_manifest` is in the tar, and it
    /// replays its WAL when it first starts.
    BaseBackup,
    /// Its stopped data directory was copied.
    Cold,
}

/// What a part `cluster` says of itself: what is needed to put it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// How it was taken.
    pub way: Way,
    /// PostgreSQL's major version: no other reads it.
    pub major: u32,
    /// The cluster's unique number.
    pub system_id: String,
    /// The id of the image it ran in.
    pub image: String,
    /// Numeric owner of the data directory and all in it.
    pub uid: u32,
    /// The same of the group.
    pub gid: u32,
    /// The data directory's mode: `0o700` or `0o750`, nothing else starts.
    pub mode: u32,
    /// Where it lies in the container.
    pub data_directory: String,
    /// Where that folder lay on the host, if it was one of the host's.
    pub folder: Option<PathBuf>,
    /// Whether pages carry checksums, if known.
    pub checksums: Option<bool>,
    /// The timeline of a base backup.
    pub timeline: Option<u32>,
    /// Where a base backup's replay begins: `0/2000028`.
    pub start: Option<String>,
    /// From where on a base backup is consistent.
    pub end: Option<String>,
    /// Of a cold copy: whether the database had been shut down in order. Else it
    /// recovers when it starts, as after a power cut.
    pub clean: Option<bool>,
}

/// What a part `cluster` says of itself. Problem: `cluster-facts`.
pub fn cluster_facts(part: &manifest::Part) -> Result<ClusterFacts, Problem> {
    if part.name != CLUSTER {
        return Err(problem!("cluster-facts", part = &part.name));
    }
    serde_json::from_value(part.facts.clone())
        .map_err(|e| problem!("cluster-facts", part = &part.name).detail(e))
}

/// What is wanted of the databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) dumps: bool,
    pub(super) cluster: Option<Way>,
}

/// By a backup's options: an instance's own formats, and those of its dumps.
pub(super) fn wanted(options: &BackupOptions) -> (Wanted, BackupOptions) {
    let (dumps, cluster) = match options.format.as_deref() {
        Some("physical") => (false, Some(Way::BaseBackup)),
        Some("both") => (true, Some(Way::BaseBackup)),
        Some(COLD) => (false, Some(Way::Cold)),
        _ => (true, None),
    };
    let format = options.format.clone().filter(|f| f != "logical" && f != "both");
    (Wanted { dumps, cluster }, BackupOptions { items: Vec::new(), format, ..options.clone() })
}

/// How the cluster is to be saved. No secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) way: Way,
    /// The database's container.
    pub(super) container: String,
    /// The id of its image.
    pub(super) image: String,
    /// Of a cold copy: where the data directory lies on this machine.
    pub(super) folder: Option<PathBuf>,
}

/// Looks once.
pub(super) async fn plan(live: &Live, instance: &Instance, way: Way) -> Result<(Facts, Planned), Problem> {
    let db = instance.db()?;
    let facts = |folder| Facts { way, container: db.name.clone(), image: db.image_id.clone(), folder };
    let planned = |bytes, warnings| Planned { facts: json!(null), warnings, bytes, database_disk: 0 };
    match way {
        Way::BaseBackup => {
            let cluster =
                try_each(sources(instance, "zelo-look").await?, |source| async move { look(&source).await });
            let cluster = cluster.await?;
            let warn = (!cluster.checksums).then(|| msg!("instance-warn-no-checksums"));
            Ok((facts(None), planned(cluster.bytes, warn.into_iter().collect())))
        }
        Way::Cold => {
            let folder = bind(instance, Part::Db, DATA);
            let folder = folder.ok_or_else(|| problem!("cluster-no-folder", container = &db.name))?;
            let bytes = files::size(live, &folder, &[]).await?;
            cold::control(&folder).await?;
            let seconds = cold::seconds(bytes);
            let warning = msg!("instance-warn-cold", bytes = bytes, seconds = seconds);
            Ok((facts(Some(folder)), planned(bytes, vec![warning])))
        }
    }
}

/// The ways in: by the password in `.env`, then by the one the container was made with.
/// Problem: `cluster-no-address`.
async fn sources(instance: &Instance, application: &str) -> Result<Vec<Source>, Problem> {
    let db = instance.db()?;
    let address = db.networks.values().find(|address| !address.is_empty());
    let address = address.ok_or_else(|| problem!("cluster-no-address", container = &db.name))?;
    let mut passwords: Vec<Option<Secret>> = Vec::new();
    if let Ok(env) = read_env(instance.env_file()).await
        && let Some(Ok(value)) = env.value("POSTGRES_PASSWORD")
    {
        passwords.push(Some(value.secret().clone()));
    }
    let made_with = instance.env_of(Part::Db, "POSTGRES_PASSWORD").cloned();
    if made_with.is_some() && !passwords.contains(&made_with) || passwords.is_empty() {
        passwords.push(made_with);
    }
    let port = instance.env_of(Part::Db, "PGPORT").and_then(|port| port.expose().parse().ok());
    let source = |password| Source {
        address: (address.clone(), port.unwrap_or(PORT)),
        user: OWNER.to_owned(),
        database: "postgres".to_owned(),
        password,
        application: application.to_owned(),
    };
    Ok(passwords.into_iter().map(source).collect())
}

/// Goes on to the next way in where a login is refused.
async fn try_each<T, F: Future<Output = Result<T, Problem>>>(
    sources: Vec<Source>,
    ask: impl Fn(Source) -> F,
) -> Result<T, Problem> {
    let mut last = problem!("pg-physical-login", user = OWNER, address = "");
    for source in sources {
        match ask(source).await {
            Err(problem) if problem.is("pg-physical-login") => last = problem,
            other => return other,
        }
    }
    Err(last)
}

/// Takes a base backup.
pub(super) struct TakeCluster {
    pub(super) live: Live,
    pub(super) shelf: Shelf,
    pub(super) host: String,
    pub(super) project: String,
    pub(super) facts: Facts,
    pub(super) compression: Compression,
}

#[async_trait]
impl Step for TakeCluster {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        CLUSTER.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-cluster")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let instance = self.live.instance_named(&self.host, &self.project).await?;
        let (id, now) = (cx.operation().to_string(), cx.now());
        let sources = sources(&instance, &format!("zelo-{id}")).await?;
        let begun = try_each(sources, |source| {
            let id = id.clone();
            async move { base_backup(&source, &id, now).await }
        });
        let BaseBackup { cluster, expected, tar, taken } = begun.await?;
        cx.progress().expect(expected);
        let (uid, gid, mode) = self.owner(&instance, &cluster, cx).await?;
        let written = write(&self.shelf, self.compression, expected, tar, cx).await?;
        let taken = taken.await.map_err(|_| problem!("pg-physical-cut"))?;
        let facts = ClusterFacts {
            way: Way::BaseBackup,
            major: cluster.major,
            system_id: cluster.system_id,
            image: self.facts.image.clone(),
            uid,
            gid,
            mode,
            data_directory: cluster.data_directory,
            folder: bind(&instance, Part::Db, DATA),
            checksums: Some(cluster.checksums),
            timeline: Some(taken.timeline),
            start: Some(taken.start),
            end: Some(taken.end.clone()),
            clean: None,
        };
        let count = i64::try_from(taken.files).unwrap_or(i64::MAX);
        let snapshot = format!("{}/{}", taken.timeline, taken.end);
        Ok(Captured {
            parts: vec![part(written, &facts, BTreeMap::from([("files".to_owned(), count)]))?],
            // The copy holds what was there when it ended.
            taken_at: cx.now(),
            until: None,
            snapshots: BTreeMap::from([(CLUSTER.to_owned(), snapshot)]),
        })
    }
}

impl TakeCluster {
    /// Whose the data directory is, in the container: numbers, as names differ by image.
    async fn owner(
        &self,
        instance: &Instance,
        cluster: &Cluster,
        cx: &Cx,
    ) -> Result<(u32, u32, u32), Problem> {
        let command = Command::new(["stat", "-c", "%u %g %a"]).arg(&cluster.data_directory);
        let said = self.live.exec(instance, Part::Db, command, None, Some(cx)).await?;
        let mut words = said.out.split_whitespace();
        let found = (|| {
            let (uid, gid) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            Some((uid, gid, u32::from_str_radix(words.next()?, 8).ok()?))
        })();
        found.filter(|_| said.ok()).ok_or_else(|| {
            let folder = cluster.data_directory.as_str();
            problem!("files-unreadable", folder = folder, code = said.code).detail(&said.err)
        })
    }
}

/// Stores a tar of the cluster.
pub(super) async fn write(
    shelf: &Shelf,
    compression: Compression,
    expect: u64,
    tar: Reader,
    cx: &Cx,
) -> Result<crate::store::part::Written, Problem> {
    let progress = cx.progress().clone();
    WritePart {
        store: &*shelf.store,
        resource: &shelf.resource,
        path: &format!("{}/{CLUSTER}.tar", shelf.folder),
        compression,
        expect,
        tap: Some(Box::<TarChecker>::default()),
        on_bytes: Arc::new(move |more| progress.add(more)),
    }
    .from(tar)
    .await
}

/// What was stored, as the manifest has it.
pub(super) fn part(
    written: crate::store::part::Written,
    facts: &ClusterFacts,
    counts: BTreeMap<String, i64>,
) -> Result<manifest::Part, Problem> {
    Ok(manifest::Part {
        name: CLUSTER.to_owned(),
        files: vec![written.file],
        media_type: TAR.to_owned(),
        raw: written.raw,
        counts,
        facts: serde_json::to_value(facts).map_err(|e| problem!("internal-journal").detail(e))?,
    })
}
