//! A Docker Engine that is only a picture: containers of a Supabase stack that can be
//! looked at and do nothing, and Compose's answers for its files.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    engine::{
        Engines,
        postgres::{PostgresEngine, Tuning},
        sqlite::SqliteEngine,
    },
    host::{
        Condition, Container, ContainerHost, Disposable, EngineInfo, HostError, Hosts, LogLine, LogStream,
        NewContainer, Place, PlaceId, Reader, Usage,
        scripted::{Answer, Scripted},
    },
    operation::World,
    secret::Secret,
    supabase::{
        engine::SupabaseEngine,
        live::{ComposeProgram, Live},
    },
};

/// Secrets of the stack: none of them may be seen anywhere.
pub(super) const SECRETS: [&str; 3] =
    ["db-hunter2hunter2hunter2", "mail-hunter2hunter2", "jwt-hunter2hunter2-hunter2hunter2-hunter2"];

/// The stack's `.env`.
fn env() -> String {
    let [db, mail, jwt] = SECRETS;
    format!(
        "POSTGRES_PASSWORD={db}\nJWT_SECRET={jwt}\nSITE_URL=https://shop.example.com\n\
         SUPABASE_PUBLIC_URL=https://api.example.com\nSMTP_PASS={mail}\nSMTP_HOST=mail.example.com\n"
    )
}

/// The picture.
struct Pictured {
    containers: Vec<Container>,
}

/// The world with a stack called `shop` in it, whose folder is `stack` in this one.
pub(super) fn with_stack(world: World, folder: &Path) -> World {
    let stack = folder.join("stack");
    std::fs::create_dir(&stack).unwrap();
    std::fs::write(stack.join(".env"), env()).unwrap();
    std::fs::write(stack.join("docker-compose.yml"), "").unwrap();
    let [db, ..] = SECRETS;
    let containers = vec![
        container(
            &stack,
            "auth",
            "supabase/gotrue:v2.196.0",
            &[("GOTRUE_DB_DATABASE_URL", &format!("postgres://supabase_auth_admin:{db}@db:5432/postgres"))],
        ),
        container(&stack, "db", "supabase/postgres:17.6.1", &[("POSTGRES_PASSWORD", db)]),
    ];
    let compose = r#"{"name":"shop","services":{
        "auth":{"image":"supabase/gotrue:v2.196.0","environment":{}},
        "db":{"image":"supabase/postgres:17.6.1","environment":{}}}}"#;
    let local = Scripted::new(PlaceId::local()).always(&["docker", "compose", "…"], Answer::says(compose));
    let hosts = Hosts::new(Arc::new(local)).with("local", Arc::new(Pictured { containers }));
    let postgres = PostgresEngine::new(hosts.clone(), world.ids.clone(), Tuning::default());
    let instances =
        Live::new(hosts.clone(), postgres.clone(), ComposeProgram::default()).below(vec![folder.to_owned()]);
    let engines = Engines::default()
        .with(Arc::new(SqliteEngine::new(folder.join("tmp"))))
        .with(Arc::new(postgres))
        .with(Arc::new(SupabaseEngine::new(instances.clone())));
    World { hosts, instances, engines, ..world }
}

fn container(stack: &Path, service: &str, image: &str, env: &[(&str, &str)]) -> Container {
    let labels = [
        ("com.docker.compose.project", "shop".to_owned()),
        ("com.docker.compose.service", service.to_owned()),
        ("com.docker.compose.project.working_dir", stack.display().to_string()),
        ("com.docker.compose.project.config_files", stack.join("docker-compose.yml").display().to_string()),
    ];
    Container {
        id: format!("{service:0>64}"),
        name: format!("supabase-{service}"),
        image: image.to_owned(),
        image_id: "sha256:0".to_owned(),
        state: "running".to_owned(),
        health: Some("healthy".to_owned()),
        ports: vec![],
        env: env.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect(),
        labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        mounts: vec![],
        networks: Default::default(),
        started_at: Some("2026-11-22T14:05:02.123456789Z".to_owned()),
        restarts: 0,
    }
}

fn only_a_picture<T>() -> Result<T, HostError> {
    Err(HostError::Refused("only a picture".to_owned()))
}

#[async_trait]
impl ContainerHost for Pictured {
    async fn info(&self) -> Result<EngineInfo, HostError> {
        only_a_picture()
    }
    async fn containers(&self) -> Result<Vec<Container>, HostError> {
        Ok(self.containers.clone())
    }
    async fn container(&self, name: &str) -> Result<Container, HostError> {
        let found = self.containers.iter().find(|container| container.name == name);
        found.cloned().ok_or_else(|| HostError::NoContainer(name.to_owned()))
    }
    async fn start(&self, _: &str) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn stop(&self, _: &str, _: Duration) -> Result<bool, HostError> {
        only_a_picture()
    }
    async fn restart(&self, _: &str, _: Duration) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn remove(&self, _: &str) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn download(&self, _: &str, _: &str) -> Result<Reader, HostError> {
        only_a_picture()
    }
    async fn upload(&self, _: &str, _: &str, _: Reader) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn volumes(&self) -> Result<Vec<String>, HostError> {
        Ok(vec![])
    }
    async fn networks(&self, _: &str) -> Result<Vec<String>, HostError> {
        Ok(vec![])
    }
    async fn remove_network(&self, _: &str) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn images(&self) -> Result<Vec<String>, HostError> {
        Ok(vec![])
    }
    async fn run(&self, _: &NewContainer) -> Result<Container, HostError> {
        only_a_picture()
    }
    async fn discard(&self, _: &str) -> Result<(), HostError> {
        only_a_picture()
    }
    async fn disposables(&self, _: &str) -> Result<Vec<Disposable>, HostError> {
        Ok(vec![])
    }
    async fn record(&self, _: &str) -> Result<serde_json::Value, HostError> {
        only_a_picture()
    }
    async fn image_record(&self, _: &str) -> Result<serde_json::Value, HostError> {
        only_a_picture()
    }
    async fn logs(&self, name: &str, _: u32) -> Result<Vec<LogLine>, HostError> {
        let [db, mail, _] = SECRETS;
        let line = |second: u8, text: String| LogLine {
            at: format!("2026-11-22T14:05:{second:02}.000000000Z"),
            error: false,
            text,
        };
        Ok(vec![
            line(1, format!("{name} begins")),
            line(2, format!("cannot reach postgres://supabase_auth_admin:{db}@db:5432/postgres")),
            line(3, format!("login {mail} refused")),
        ])
    }
    async fn follow(&self, name: &str, lines: u32, _: Option<i64>) -> Result<LogStream, HostError> {
        let all = self.logs(name, lines).await?;
        Ok(Box::pin(futures_util::stream::iter(all.into_iter().map(Ok))))
    }
    async fn condition(&self, name: &str) -> Result<Condition, HostError> {
        let container = self.container(name).await?;
        Ok(Condition { state: container.state, health: container.health, ..Condition::default() })
    }
    async fn usage(&self, name: &str) -> Result<Usage, HostError> {
        // One of them does not say it.
        match name.contains("auth") {
            true => only_a_picture(),
            false => Ok(Usage { memory_bytes: Some(64_000_000), ..Usage::default() }),
        }
    }
    fn place(&self, name: &str) -> Arc<dyn Place> {
        Arc::new(Scripted::new(PlaceId::container("local", name)))
    }
}
