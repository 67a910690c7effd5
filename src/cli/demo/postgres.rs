//! The sample as a real PostgreSQL: a private server from the machine's own
//! binaries, or a container where a Docker Engine has a PostgreSQL image.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use super::{
    binaries::server_binaries,
    container, image,
    remains::Remains,
    sample::{DAMAGE, ROWS, Sample, TABLES},
    server,
};
use crate::{
    domain::{kind::Kind, problem::Problem},
    engine::Access,
    host::{Command, Hosts, Place},
    problem,
    secret::Secret,
};

/// The sample's superuser and database.
pub(super) const USER: &str = "zelo";
const DATABASE: &str = "shop";

/// Everything, by content, in order: rows of both tables as text.
const DIGEST: &str = "\
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT 'c' || c::text AS line FROM customers c UNION ALL SELECT 'o' || o::text FROM orders o) all_rows;";

/// How long a new server may take until it answers.
const READY: Duration = Duration::from_secs(90);

/// A running PostgreSQL that the demo may do with as it likes.
pub(super) struct PostgresSample {
    /// Where psql runs.
    pub(super) place: Arc<dyn Place>,
    /// psql with everything but the database's name.
    pub(super) psql: Command,
    /// How Zelo reaches it.
    pub(super) access: Access,
    /// What must be ended after it.
    pub(super) remains: Arc<Remains>,
}

impl PostgresSample {
    /// The best the machine offers. What it could not give, and why, goes into
    /// `skipped`; nothing of that is left.
    pub(super) async fn start(
        hosts: &Hosts,
        folder: &Path,
        password: &Secret,
        remains: &Arc<Remains>,
        skipped: &mut Vec<Problem>,
    ) -> Option<Self> {
        match server_binaries() {
            Some(bin) => {
                let made = server::start(hosts.local().clone(), &bin, folder, password, remains).await;
                if let Some(sample) = ready(made, remains, skipped).await {
                    return Some(sample);
                }
            }
            None => skipped.push(problem!("demo-no-binaries", oldest = image::OLDEST)),
        }
        for (name, engine) in hosts.engines() {
            let made = container::start(name, engine.clone(), password, remains).await;
            if let Some(sample) = ready(made, remains, skipped).await {
                return Some(sample);
            }
        }
        None
    }

    /// Waits until the server takes connections over TCP: the temporary server of
    /// a container's first start does not. One that is too old does not serve.
    async fn answers(&self) -> Result<(), Problem> {
        let until = Instant::now() + READY;
        let told = loop {
            match self.sql("postgres", "SHOW server_version_num;").await {
                Ok(told) => break told,
                Err(problem) if Instant::now() >= until || problem.is("container-stopped") => {
                    return Err(problem);
                }
                Err(_) => sleep(Duration::from_millis(250)).await,
            }
        };
        let version = told.trim().parse::<u32>().unwrap_or_default() / 10_000;
        if version < image::OLDEST {
            return Err(problem!("demo-server-old", version = version, oldest = image::OLDEST));
        }
        Ok(())
    }

    async fn sql(&self, database: &str, sql: &str) -> Result<String, Problem> {
        let psql = self.psql.clone().arg("-X").arg("-q").arg("-A").arg("-t").arg("-v").arg("ON_ERROR_STOP=1");
        self.remains.run(&self.place, psql.arg("-d").arg(database), sql).await
    }
}

/// The sample once it answers; otherwise what has been begun is ended.
async fn ready(
    made: Result<PostgresSample, Problem>,
    remains: &Remains,
    skipped: &mut Vec<Problem>,
) -> Option<PostgresSample> {
    let ready = match made {
        Ok(sample) => sample.answers().await.map(|()| sample),
        Err(problem) => Err(problem),
    };
    match ready {
        Ok(sample) => Some(sample),
        Err(problem) => {
            skipped.push(problem);
            skipped.extend(remains.end().await);
            None
        }
    }
}

#[async_trait]
impl Sample for PostgresSample {
    fn kind(&self) -> Kind {
        Kind::of("postgres")
    }

    fn access(&self) -> Access {
        self.access.clone()
    }

    async fn fill(&self) -> Result<(), Problem> {
        self.sql("postgres", &format!("CREATE DATABASE {DATABASE};")).await?;
        self.sql(DATABASE, &format!("BEGIN;\n{TABLES}{ROWS}COMMIT;\nANALYZE;")).await?;
        Ok(())
    }

    async fn damage(&self) -> Result<(), Problem> {
        self.sql(DATABASE, DAMAGE).await.map(drop)
    }

    async fn digest(&self) -> Result<String, Problem> {
        Ok(self.sql(DATABASE, DIGEST).await?.trim().to_owned())
    }
}
