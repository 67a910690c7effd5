//! A PostgreSQL server of our own in a container, and the containers that killed
//! demos left.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    image,
    owner::{Life, Owner},
    postgres::{PostgresSample, USER},
    remains::{End, Remains},
};
use crate::{
    domain::{
        id::{Ids, SystemIds},
        problem::Problem,
    },
    engine::Access,
    host::{Command, ContainerHost, Disposable, HostError, Hosts, NewContainer},
    problem,
    secret::Secret,
};

/// On every container of a demo: the process it belongs to.
const LABEL: &str = "zelo.demo";
/// How often a container's removal is tried before the last time: on a machine with much
/// else to do the engine takes seconds to start one, or to remove it for someone else.
const TRIES: u32 = 20;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Starts one from the newest PostgreSQL image the engine called `host` already has.
pub(super) async fn start(
    host: &str,
    engine: Arc<dyn ContainerHost>,
    password: &Secret,
    remains: &Arc<Remains>,
) -> Result<PostgresSample, Problem> {
    let images = engine.images().await?;
    let newest = image::newest(&images).ok_or_else(|| problem!("demo-no-image", oldest = image::OLDEST))?;
    let new = new_container(newest, password);
    let name = new.name.clone();
    remains.note(End::Container { host: engine.clone(), name: name.clone() });
    let making = engine.clone();
    // To its end: a container made after it was looked for would stay.
    remains.whole(async move { making.run(&new).await }).await??;
    let psql = Command::new(["psql"]).env("PGUSER", USER).env("PGHOST", "127.0.0.1");
    let values = [("container", name.as_str()), ("host", host), ("user", USER)];
    Ok(PostgresSample {
        place: engine.place(&name),
        psql: psql.secret_env("PGPASSWORD", password.clone()),
        access: Access {
            values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: BTreeMap::new(),
        },
        remains: remains.clone(),
    })
}

fn new_container(image: &str, password: &Secret) -> NewContainer {
    NewContainer {
        name: format!("zelo-demo-{}", SystemIds.next().to_string().to_lowercase()),
        image: image.to_owned(),
        env: vec![
            ("POSTGRES_USER".to_owned(), Secret::new(USER)),
            ("POSTGRES_PASSWORD".to_owned(), password.clone()),
        ],
        labels: BTreeMap::from([(LABEL.to_owned(), Owner::this().to_string())]),
        ..NewContainer::default()
    }
}

/// Removes the containers of demos that no longer run.
pub(super) async fn sweep(hosts: &Hosts) {
    for (host, engine) in hosts.engines() {
        let found = match engine.disposables(LABEL).await {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(host, %error, "not looked for former demos' containers");
                continue;
            }
        };
        for container in found.iter().filter(|container| abandoned(container)) {
            if let Err(error) = discard(&**engine, &container.id).await {
                tracing::warn!(container = container.id, %error, "a former demo's container stays");
            }
        }
    }
}

/// Removes one. A container that the engine was about to start when its demo was killed
/// cannot be removed in that moment, nor one that another demo is removing.
async fn discard(engine: &dyn ContainerHost, id: &str) -> Result<(), HostError> {
    for _ in 0..TRIES {
        match engine.discard(id).await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::debug!(container = id, %error, "to be tried again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    engine.discard(id).await
}

/// Whether the demo a container was made for is gone. Where that cannot be seen,
/// one whose server still runs may be in use.
fn abandoned(container: &Disposable) -> bool {
    let owner = Owner::parse(&container.value);
    match owner.map(|owner| owner.life()) {
        None | Some(Life::Runs) => false,
        Some(Life::Gone) => true,
        Some(Life::OtherBoot | Life::Unseen) => matches!(container.state.as_str(), "exited" | "dead"),
    }
}
