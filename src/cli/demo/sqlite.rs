//! The sample where no PostgreSQL can be had: one SQLite file.

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::sample::{DAMAGE, ROWS, Sample, TABLES};
use crate::{
    domain::{kind::Kind, problem::Problem},
    engine::Access,
    problem,
};

pub(super) struct SqliteSample {
    path: PathBuf,
}

impl SqliteSample {
    pub(super) fn new(folder: &std::path::Path) -> Self {
        Self { path: folder.join("shop.sqlite") }
    }

    /// Works on the file on a blocking thread.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let path = self.path.clone();
        #[allow(clippy::disallowed_methods)] // the demo's own sample, not a person's database
        let task = tokio::task::spawn_blocking(move || work(&Connection::open(path)?));
        let result = task.await.map_err(|e| problem!("demo-sample").detail(e))?;
        result.map_err(|e| problem!("demo-sample").detail(e))
    }
}

#[async_trait]
impl Sample for SqliteSample {
    fn kind(&self) -> Kind {
        Kind::of("sqlite")
    }

    fn access(&self) -> Access {
        let path = self.path.display().to_string();
        Access { values: BTreeMap::from([("path".to_owned(), path)]), secrets: BTreeMap::new() }
    }

    async fn fill(&self) -> Result<(), Problem> {
        self.with(|db| db.execute_batch(&format!("BEGIN;\n{TABLES}{ROWS}COMMIT;"))).await
    }

    async fn damage(&self) -> Result<(), Problem> {
        self.with(|db| db.execute_batch(DAMAGE)).await
    }

    async fn digest(&self) -> Result<String, Problem> {
        self.with(|db| {
            let mut hash = Sha256::new();
            for table in ["customers", "orders"] {
                let mut rows = db.prepare(&format!("SELECT * FROM {table} ORDER BY id"))?;
                let columns = rows.column_count();
                let mut rows = rows.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        hash.update(format!("{:?}\0", row.get_ref(column)?));
                    }
                }
            }
            Ok(hex::encode(hash.finalize()))
        })
        .await
    }
}
