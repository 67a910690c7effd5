//! The contract of engines, in both families of journal modes, and on a store
//! that goes wrong.

use std::sync::Arc;

use super::{
    super::{SqliteEngine, plan},
    rig::Whole,
    *,
};
use crate::{
    engine::{Access, Aside, Engine, contract, harm, rehearsal},
    host::Places,
    saga::memory::Nowhere,
    secret::Secret,
    store::Store,
};

impl rehearsal::Rig for Whole {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(SqliteEngine::new(self.store.path().join("tmp")))
    }
    /// No way to a file needs a secret; one that came all the same is not told.
    fn access(&self) -> Access {
        let mut access = self.access.clone();
        access.secrets.insert("password".to_owned(), Secret::new("never told"));
        access
    }
    fn places(&self) -> Arc<dyn Places> {
        Arc::new(Nowhere)
    }
    fn store(&self) -> Arc<dyn Store> {
        self.shelf.store.clone()
    }
    fn root(&self) -> PathBuf {
        self.store.path().join("store")
    }
    fn item(&self) -> String {
        "orders.db".to_owned()
    }
    fn new_name(&self) -> String {
        "it's \"new\" é.db".to_owned()
    }
    fn alter(&self) {
        let conn = app(&self.lab.live);
        conn.execute_batch("DELETE FROM orders WHERE id % 17 = 0; UPDATE tags SET n = n + 1").unwrap();
        add(&conn, 3);
    }
    fn contents(&self, item: &str) -> String {
        format!("{:?}", seen(&self.lab.beside(item)))
    }
    fn has(&self, aside: &Aside) -> bool {
        plan::aside_file(&self.lab.live, aside).unwrap().exists()
    }
    fn remove(&self, item: &str) {
        for file in self.lab.files().iter().filter(|file| file.starts_with(item)) {
            std::fs::remove_file(self.lab.beside(file)).unwrap();
        }
    }
    fn assert_quiet(&self, when: &str) {
        assert_eq!(self.temps(), 0, "{when}");
        let half: Vec<_> = self.sides().into_iter().filter(|side| side.contains("__zelo_new_")).collect();
        assert_eq!(half, Vec::<String>::new(), "{when}");
        whole(&self.lab.live);
    }
    fn assert_clean(&self, when: &str) {
        self.assert_quiet(when);
        assert_eq!(self.sides(), std::collections::BTreeSet::new(), "{when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    for mode in ["WAL", "DELETE"] {
        contract::contract(&Whole::new(mode).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn survives_a_faulty_store() {
    harm::on_a_faulty_store(&Whole::new("WAL").await).await;
}
