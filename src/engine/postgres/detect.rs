//! Recognises a PostgreSQL container, from what the Docker Engine says of it
//! alone.

use super::KIND;
use crate::{
    domain::problem::Problem,
    engine::{Access, Detected},
    host::Container,
    problem,
};

/// Images whose last names are these are PostgreSQL servers.
const IMAGES: &[&str] =
    &["postgres", "postgis", "timescaledb", "timescaledb-ha", "pgvector", "postgresql", "citus", "pgrouting"];

/// Recognises a container as a PostgreSQL server.
pub(super) fn detect(host: &str, container: &Container) -> Option<Detected> {
    let supabase = is_supabase(container);
    if !supabase && !is_server(container) {
        return None;
    }
    let mut access = Access::default();
    let mut put = |name: &str, value: &str| access.values.insert(name.to_owned(), value.to_owned());
    put("container", &container.name);
    put("host", host);
    // Supabase's own `postgres` is no superuser and cannot read every schema.
    let user = env(container, "POSTGRES_USER").or_else(|| env(container, "POSTGRESQL_USERNAME"));
    put("user", if supabase { "supabase_admin" } else { user.unwrap_or("postgres") });
    if supabase {
        put("stack", "supabase");
    }
    if let Some(database) = env(container, "POSTGRES_DB") {
        put("database", database);
    }
    let password = |name: &str| container.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    if let Some(secret) = password("POSTGRES_PASSWORD").or_else(|| password("POSTGRESQL_PASSWORD")) {
        access.secrets.insert("password".to_owned(), secret);
    }
    let (project, name) = match container.compose() {
        Some((project, service)) => (Some(project), service),
        None => (None, container.name.as_str()),
    };
    Some(Detected {
        kind: KIND,
        name: name.to_owned(),
        identity: identity(host, container, project),
        access,
        restore_refused: supabase.then(refusal),
    })
}

/// Why a Supabase stack's database is not restored by itself.
pub(super) fn refusal() -> Problem {
    problem!("pg-supabase-restore")
}

/// Compose project and service, else container name and volumes: what stays the
/// same when a container is recreated.
fn identity(host: &str, container: &Container, project: Option<&str>) -> String {
    if let (Some(project), Some((_, service))) = (project, container.compose()) {
        return format!("{host}/compose/{project}/{service}");
    }
    let mut volumes: Vec<&str> =
        container.mounts.iter().filter(|m| m.kind != "tmpfs").map(|m| m.source.as_str()).collect();
    volumes.sort_unstable();
    format!("{host}/container/{}/{}", container.name, volumes.join(","))
}

fn env<'a>(container: &'a Container, name: &str) -> Option<&'a str> {
    let found = container.env.iter().find(|(n, _)| n == name)?;
    Some(found.1.expose()).filter(|v| !v.is_empty())
}

/// The image's name without registry, tag and digest: `supabase/postgres`.
fn image(container: &Container) -> &str {
    let image = container.image.split('@').next().unwrap_or_default();
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// A Supabase stack's own database: by its image, or by what its Compose file
/// gives the service `db` (its JWT secret is put into a database setting).
pub fn is_supabase(container: &Container) -> bool {
    let image = image(container);
    let by_image = image == "supabase/postgres" || image.ends_with("/supabase/postgres");
    let by_service = container.compose().is_some_and(|(_, service)| service == "db")
        && env(container, "JWT_SECRET").is_some()
        && env(container, "POSTGRES_HOST").is_some_and(|h| h.starts_with('/'));
    by_image || by_service
}

fn is_server(container: &Container) -> bool {
    let image = image(container);
    let last = image.rsplit('/').next().unwrap_or(image);
    // pgAdmin, exporters, poolers and backup sidecars name PostgreSQL too.
    if IMAGES.contains(&last) {
        return true;
    }
    let has = |name: &str| container.env.iter().any(|(n, _)| n == name);
    let official = has("PG_MAJOR") && has("PGDATA");
    let exposed = container.ports.iter().any(|p| p.container == 5432);
    official
        || (exposed && last.contains("postgres"))
        || (exposed && has("PGDATA") && has("POSTGRES_PASSWORD"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        host::{Mount, Port},
        secret::Secret,
    };

    fn container(image: &str) -> Container {
        Container {
            id: "f".repeat(64),
            name: "orders-db".to_owned(),
            image: image.to_owned(),
            image_id: "sha256:0".to_owned(),
            state: "running".to_owned(),
            health: None,
            ports: vec![],
            env: vec![],
            labels: BTreeMap::new(),
            mounts: vec![],
            networks: BTreeMap::new(),
            started_at: None,
            restarts: 0,
        }
    }

    fn with_env(mut container: Container, env: &[(&str, &str)]) -> Container {
        container.env = env.iter().map(|(n, v)| ((*n).to_owned(), Secret::new(*v))).collect();
        container
    }

    fn with_compose(mut container: Container, service: &str) -> Container {
        container.labels.insert("com.docker.compose.project".to_owned(), "shop".to_owned());
        container.labels.insert("com.docker.compose.service".to_owned(), service.to_owned());
        container
    }

    #[test]
    fn servers_are_recognised_by_image_environment_or_port() {
        for image in [
            "postgres",
            "postgres:17",
            "docker.io/library/postgres:15-alpine",
            "postgis/postgis:16-3.4",
            "timescale/timescaledb:latest-pg16",
            "registry:5000/zelo-lab/postgres:17",
            "postgres@sha256:0123",
            "bitnami/postgresql:17",
        ] {
            assert!(detect("local", &container(image)).is_some(), "{image}");
        }
        let own = with_env(container("acme/db:3"), &[("PG_MAJOR", "17"), ("PGDATA", "/data")]);
        assert!(detect("local", &own).is_some());
        let mut exposed = container("acme/postgres-ha");
        exposed.ports.push(Port { container: 5432, host: None, address: None });
        assert!(detect("local", &exposed).is_some());
        for image in [
            "redis:7",
            "dpage/pgadmin4",
            "prometheuscommunity/postgres-exporter",
            "supabase/postgres-meta:v1",
        ] {
            assert!(detect("local", &container(image)).is_none(), "{image}");
        }
    }

    #[test]
    fn access_comes_from_the_environment_and_the_password_is_sealed() {
        let found = detect(
            "local",
            &with_env(container("postgres:17"), &[("POSTGRES_USER", "shop"), ("POSTGRES_PASSWORD", "pw")]),
        )
        .unwrap();
        assert_eq!(found.access.value("user"), Some("shop"));
        assert_eq!(found.access.secret("password"), Some(&Secret::new("pw")));
        assert_eq!(found.access.value("container"), Some("orders-db"));
    }

    #[test]
    fn a_recreated_container_is_the_same_resource() {
        let mut one = container("postgres:17");
        one.mounts.push(Mount {
            kind: "volume".to_owned(),
            source: "data".to_owned(),
            target: "/var/lib/postgresql/data".to_owned(),
            writable: true,
        });
        let mut two = one.clone();
        two.id = "e".repeat(64);
        let identity = |c: &Container| detect("local", c).unwrap().identity;
        assert_eq!(identity(&one), identity(&two));
        assert_eq!(identity(&one), "local/container/orders-db/data");
        assert_eq!(identity(&with_compose(one, "db")), "local/compose/shop/db");
    }

    #[test]
    fn a_supabase_stacks_database_is_for_backup_only() {
        let stack = with_env(
            with_compose(container("zelo-lab/supabase-db:1"), "db"),
            &[("JWT_SECRET", "x"), ("POSTGRES_HOST", "/var/run/postgresql"), ("POSTGRES_PASSWORD", "p")],
        );
        for found in [
            detect("local", &stack).unwrap(),
            detect("local", &container("public.ecr.aws/supabase/postgres:17.6.1")).unwrap(),
        ] {
            assert!(found.restore_refused.unwrap().is("pg-supabase-restore"));
            assert_eq!(found.access.value("user"), Some("supabase_admin"));
        }
        assert_eq!(detect("local", &container("postgres:17")).unwrap().restore_refused, None);
    }
}
