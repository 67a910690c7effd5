//! A world for a test: everything real, in a folder of its own.

use std::{path::Path, sync::Arc, time::Duration};

use super::{Cancels, Detections, Rules, Stores, World};
use crate::{
    db::{Db, DbTarget},
    domain::{
        clock::SharedClock,
        id::{SharedIds, SystemIds},
    },
    engine::{
        Engines,
        postgres::{PostgresEngine, Tuning},
        sqlite::SqliteEngine,
    },
    host::{Hosts, Local},
    saga::runner::Patience,
    secret::{SystemRandom, open_key},
    store::{LocalStore, Reserve},
    supabase::{
        engine::SupabaseEngine,
        live::{ComposeProgram, Live},
    },
};

/// SQLite, and PostgreSQL by network; one empty store; uploads go to `uploads` in the folder.
pub(crate) async fn world(folder: &Path, clock: SharedClock) -> World {
    let ids: SharedIds = Arc::new(SystemIds);
    let db = Db::open(DbTarget::Sqlite(folder.join("zelo.db")), clock.clone(), ids.clone()).await.unwrap();
    let store = LocalStore::new(folder.join("store"), Reserve::none());
    store.init().await.unwrap();
    let id = db.ensure_default_store("store").await.unwrap().id;
    let hosts = Hosts::new(Arc::new(Local::new()));
    let postgres = PostgresEngine::new(hosts.clone(), ids.clone(), Tuning::default());
    let instances = Live::new(hosts.clone(), postgres.clone(), ComposeProgram::default());
    World {
        stores: Stores::new(id, Arc::new(store)),
        hosts,
        engines: Engines::default()
            .with(Arc::new(SqliteEngine::new(folder.join("tmp"))))
            .with(Arc::new(postgres))
            .with(Arc::new(SupabaseEngine::new(instances.clone()))),
        instances,
        sealer: Arc::new(open_key(&folder.join("key"), false, Arc::new(SystemRandom)).unwrap()),
        rules: Rules {
            runner: "w-test".to_owned(),
            lease: Duration::from_secs(30),
            patience: Patience::default(),
            safety_max_age: Duration::from_secs(24 * 3600),
            aside_days: 7,
            safety_points: 10,
            trash_days: 7,
            upload_limit: 1 << 30,
            uploads: folder.join("uploads"),
        },
        cancels: Cancels::default(),
        detections: Detections::default(),
        db,
        clock,
        ids,
    }
}
