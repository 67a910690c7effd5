//! Builds the world from the settings: database, key, stores, hosts, kinds. The
//! only place that knows every room.

use std::{sync::Arc, time::Duration};

use crate::{
    config::{self, Settings},
    db::{Db, DbTarget},
    domain::{
        clock::{SharedClock, SystemClock},
        id::{SharedIds, SystemIds},
        problem::Problem,
    },
    engine::{
        Engines,
        postgres::{PostgresEngine, Tuning},
        sqlite::SqliteEngine,
    },
    host::{Docker, Hosts, Local},
    operation::{Cancels, Detections, Rules, Shelves, Stores, World},
    problem,
    saga::runner::Patience,
    secret::{SystemRandom, open_key},
    store::{LocalStore, Reserve},
    supabase::{
        engine::SupabaseEngine,
        live::{ComposeProgram, Live},
    },
};

/// How long a lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(30);

/// Opens everything the settings name; makes what a first start needs (data
/// folder, database, key file, local store).
pub async fn open(settings: &Settings) -> Result<World, Problem> {
    let clock: SharedClock = Arc::new(SystemClock);
    let ids: SharedIds = Arc::new(SystemIds);
    make_data_folder(settings)?;
    let db = Db::open(target(settings), clock.clone(), ids.clone()).await?;
    let sealed = db.has_sealed().await?;
    let sealer = open_key(&settings.key_file(), sealed, Arc::new(SystemRandom))?;
    let folder = &settings.store.folder;
    // Only at the very first start: later a missing store is an unmounted disk.
    let first = db.stores().await?.is_empty();
    let store = LocalStore::new(folder, reserve(settings));
    if first {
        store.init().await?;
    }
    let store_id = db.ensure_default_store(&folder.display().to_string()).await?.id;
    let stores = Stores::new(store_id, Arc::new(store));
    let hosts = hosts(settings);
    db.ensure_local_host(&docker_address(settings)).await?;
    db.ensure_default_project().await?;
    let postgres = postgres(settings, &hosts, &ids, Shelves { db: db.clone(), stores: stores.clone() });
    let instances =
        Live::new(hosts.clone(), postgres.clone(), compose(settings)).below(settings.instance_roots.clone());
    Ok(World {
        engines: engines(settings, postgres, instances.clone()),
        instances,
        stores,
        sealer: Arc::new(sealer),
        rules: rules(settings, &ids),
        cancels: Cancels::default(),
        detections: Detections::default(),
        db,
        clock,
        ids,
        hosts,
    })
}

fn reserve(settings: &Settings) -> Reserve {
    Reserve { percent: settings.store.reserve_percent, bytes: settings.store.reserve_bytes }
}

/// Where engines keep passing copies.
fn passing(settings: &Settings) -> std::path::PathBuf {
    settings.data.join("tmp")
}

fn make_data_folder(settings: &Settings) -> Result<(), Problem> {
    use std::os::unix::fs::DirBuilderExt;
    let made =
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(passing(settings).join("uploads"));
    made.map_err(|e| problem!("data-folder", path = settings.data.display().to_string()).detail(e))
}

/// Where the settings say Zelo's own database is.
pub fn target(settings: &Settings) -> DbTarget {
    match &settings.database {
        config::Database::Sqlite(path) => DbTarget::Sqlite(path.clone()),
        config::Database::Postgres(url) => DbTarget::Postgres(url.clone()),
    }
}

fn hosts(settings: &Settings) -> Hosts {
    let hosts = Hosts::new(Arc::new(Local::new()));
    match &settings.docker {
        config::Docker::Off => hosts,
        config::Docker::Socket(path) => hosts.with("local", Arc::new(Docker::new("local", Some(path)))),
    }
}

fn docker_address(settings: &Settings) -> String {
    match &settings.docker {
        config::Docker::Off => String::new(),
        config::Docker::Socket(path) => path.display().to_string(),
    }
}

fn postgres(settings: &Settings, hosts: &Hosts, ids: &SharedIds, shelves: Shelves) -> PostgresEngine {
    let tuning = Tuning {
        reserve_bytes: settings.store.reserve_bytes,
        reserve_percent: settings.store.reserve_percent.into(),
        ..Tuning::default()
    };
    PostgresEngine::new(hosts.clone(), ids.clone(), tuning).with_backups(Arc::new(shelves))
}

/// How Docker Compose is called.
fn compose(settings: &Settings) -> ComposeProgram {
    let socket = match &settings.docker {
        config::Docker::Off => None,
        config::Docker::Socket(path) => Some(path.clone()),
    };
    match &settings.compose {
        Some(path) => ComposeProgram { argv: vec![path.display().to_string()], socket },
        None => ComposeProgram { socket, ..ComposeProgram::default() },
    }
}

/// The only list of the kinds of resource.
fn engines(settings: &Settings, postgres: PostgresEngine, instances: Live) -> Engines {
    let sqlite = SqliteEngine::new(passing(settings)).keeping(reserve(settings));
    Engines::default()
        .with(Arc::new(postgres))
        .with(Arc::new(sqlite))
        .with(Arc::new(SupabaseEngine::new(instances)))
}

fn rules(settings: &Settings, ids: &SharedIds) -> Rules {
    Rules {
        runner: format!("w-{}-{}", std::process::id(), ids.next().to_string().to_lowercase()),
        lease: LEASE,
        patience: Patience {
            stall: settings.operation.stall,
            deadline: settings.operation.deadline,
            away: settings.operation.engine_away,
            ..Patience::default()
        },
        safety_max_age: settings.operation.safety_max_age,
        aside_days: settings.operation.aside_days.into(),
        safety_points: settings.operation.safety_points,
        trash_days: settings.operation.trash_days.into(),
        upload_limit: settings.store.upload_limit,
        uploads: passing(settings).join("uploads"),
    }
}
