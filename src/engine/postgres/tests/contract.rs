//! The contract of engines, on 15 and 17, and on a store and a host that go wrong.

use std::{path::PathBuf, sync::Arc};

use super::{
    digest::{contents, roles, sample},
    rig::{Rig, with},
};
use crate::{
    engine::{
        Access, Aside, Engine, contract,
        harm::{self, Programs},
        rehearsal,
    },
    host::Places,
    store::Store,
};

impl rehearsal::Rig for Rig {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(self.engine())
    }
    fn access(&self) -> Access {
        with(self.access.clone(), "password", "lab-password")
    }
    fn places(&self) -> Arc<dyn Places> {
        Arc::new(self.hosts.clone())
    }
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }
    fn root(&self) -> PathBuf {
        self.shelf_root.path().join("store")
    }
    fn item(&self) -> String {
        "shop".to_owned()
    }
    fn new_name(&self) -> String {
        "shop \"beside\" é".to_owned()
    }
    fn alter(&self) {
        self.sql(
            "shop",
            "INSERT INTO customers (name) VALUES ('altered'); \
             DELETE FROM customers WHERE id = (SELECT min(id) FROM customers WHERE id > 100); \
             REFRESH MATERIALIZED VIEW totals",
        );
    }
    fn contents(&self, item: &str) -> String {
        contents(self, item)
    }
    fn has(&self, aside: &Aside) -> bool {
        let name = aside.locator["database"].as_str().unwrap();
        self.databases().iter().any(|database| database == name)
    }
    fn remove(&self, item: &str) {
        self.sql("postgres", &format!("DROP DATABASE {}", super::super::quote::ident(item)));
    }
    fn assert_quiet(&self, when: &str) {
        self.assert_quiet(when);
    }
    fn assert_clean(&self, when: &str) {
        self.assert_clean(when);
    }
}

/// A server with the sample in it.
async fn shop(major: u32) -> Option<Rig> {
    let rig = Rig::up(major).await?;
    roles(&rig);
    sample(&rig, "shop");
    Some(rig)
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_15() {
    let Some(rig) = shop(15).await else { return };
    contract::contract(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_17() {
    let Some(rig) = shop(17).await else { return };
    contract::contract(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn survives_a_faulty_store() {
    let Some(rig) = shop(15).await else { return };
    harm::on_a_faulty_store(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn survives_a_faulty_host() {
    let Some(rig) = shop(17).await else { return };
    let programs = Programs { dump: "pg_dump", load: "pg_restore", session: "psql" };
    harm::on_a_faulty_host(&rig, &rig.faults, &programs).await;
}
