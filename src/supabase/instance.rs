//! An instance as it runs: read from Compose's labels, images and mounts, never
//! assumed. Layouts differ by year (Kong or Envoy, with or without analytics,
//! PostgreSQL 15 or 17) and by who deployed them.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    domain::problem::Problem,
    host::{Container, compose::Project},
    problem,
};

/// What a service is in a Supabase stack, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// PostgreSQL.
    Db,
    /// GoTrue.
    Auth,
    /// PostgREST.
    Rest,
    /// Realtime.
    Realtime,
    /// The storage API.
    Storage,
    /// The image proxy beside it.
    Imgproxy,
    /// postgres-meta.
    Meta,
    /// Edge functions.
    Functions,
    /// Studio.
    Studio,
    /// Kong or Envoy.
    Gateway,
    /// Supavisor.
    Pooler,
    /// Logflare.
    Analytics,
    /// Vector.
    Vector,
}

/// Names of services, and of the last piece of image names, by part. The first that
/// fits counts; names first.
const PARTS: [(Part, &[&str], &[&str]); 13] = [
    (Part::Db, &["db"], &[]),
    (Part::Auth, &["auth"], &["gotrue"]),
    (Part::Rest, &["rest"], &["postgrest"]),
    (Part::Realtime, &["realtime"], &["realtime"]),
    (Part::Storage, &["storage"], &["storage-api"]),
    (Part::Imgproxy, &["imgproxy"], &["imgproxy"]),
    (Part::Meta, &["meta"], &["postgres-meta"]),
    (Part::Functions, &["functions", "edge-functions"], &["edge-runtime"]),
    (Part::Studio, &["studio"], &["studio"]),
    (Part::Gateway, &["api-gw", "kong", "envoy"], &["kong", "envoy"]),
    (Part::Pooler, &["supavisor", "pooler"], &["supavisor"]),
    (Part::Analytics, &["analytics"], &["logflare"]),
    (Part::Vector, &["vector"], &["vector"]),
];

/// Which gateway stands before the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// Until August 2026.
    Kong,
    /// Since then.
    Envoy,
}

/// A Supabase stack of one host, at one moment.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The Docker host.
    pub host: String,
    /// The Compose project.
    pub project: String,
    /// The project's folder, on that host.
    pub folder: PathBuf,
    /// Its Compose files, absolute, in the order they apply.
    pub files: Vec<PathBuf>,
    /// Its services by name. A service that was scaled has several containers.
    pub services: BTreeMap<String, Vec<Container>>,
}

impl Instance {
    /// The instance a Compose project is. Problem: `instance-no-folder` (its labels do
    /// not say where it lies).
    pub fn of(host: &str, project: &Project) -> Result<Self, Problem> {
        let folder = project.working_dir.clone();
        let folder = folder.ok_or_else(|| problem!("instance-no-folder", project = &project.name))?;
        Ok(Self {
            host: host.to_owned(),
            project: project.name.clone(),
            folder,
            files: project.config_files.clone(),
            services: project.services.clone(),
        })
    }

    /// The `.env` beside the Compose files.
    pub fn env_file(&self) -> PathBuf {
        self.folder.join(".env")
    }

    /// The service that is this part.
    pub fn service_of(&self, part: Part) -> Option<&str> {
        let fits = |(name, containers): &(&String, &Vec<Container>)| {
            containers.first().and_then(|c| part_of(name, &c.image)) == Some(part)
        };
        self.services.iter().find(fits).map(|(name, _)| name.as_str())
    }

    /// The container that is this part, running or not.
    pub fn container_of(&self, part: Part) -> Option<&Container> {
        self.container(self.service_of(part)?)
    }

    /// The first container of a service.
    pub fn container(&self, service: &str) -> Option<&Container> {
        self.services.get(service)?.first()
    }

    /// All containers, by service and number.
    pub fn containers(&self) -> impl Iterator<Item = (&str, &Container)> {
        self.services.iter().flat_map(|(name, all)| all.iter().map(move |c| (name.as_str(), c)))
    }

    /// The database's container. Problem: `instance-no-db`.
    pub fn db(&self) -> Result<&Container, Problem> {
        self.container_of(Part::Db).ok_or_else(|| problem!("instance-no-db", project = &self.project))
    }

    /// Which gateway it has.
    pub fn gateway(&self) -> Option<Gateway> {
        let service = self.service_of(Part::Gateway)?;
        let image = last_name(&self.container(service)?.image).to_owned();
        Some(if service.contains("kong") || image.contains("kong") { Gateway::Kong } else { Gateway::Envoy })
    }

    /// A variable of a container's environment.
    pub fn env_of<'a>(&'a self, part: Part, name: &str) -> Option<&'a crate::secret::Secret> {
        self.container_of(part)?.env.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// The major version of its PostgreSQL, if the image or environment says it.
    pub fn postgres_major(&self) -> Option<u32> {
        let db = self.container_of(Part::Db)?;
        let major = db.env.iter().find(|(name, _)| name == "PG_MAJOR").map(|(_, v)| v.expose().to_owned());
        let tag = db.image.rsplit_once(':').map(|(_, tag)| tag.to_owned());
        major.or(tag)?.split('.').next()?.parse().ok()
    }
}

/// Which part a service is, by its name, else by its image.
pub fn part_of(service: &str, image: &str) -> Option<Part> {
    let name = service.strip_prefix("supabase-").unwrap_or(service);
    let by_name = PARTS.iter().find(|(_, names, _)| names.contains(&name));
    let image = last_name(image);
    let by_image = || PARTS.iter().find(|(_, _, images)| images.contains(&image));
    by_name.or_else(by_image).map(|(part, ..)| *part)
}

/// `registry/supabase/gotrue:v2@sha256:…` → `gotrue`.
fn last_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let image = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    };
    image.rsplit('/').next().unwrap_or(image)
}

/// Whether a project is a Supabase stack: it has the database and what signs people in.
pub fn is_supabase(project: &Project) -> bool {
    let parts: Vec<Part> = project
        .services
        .iter()
        .filter_map(|(name, containers)| part_of(name, containers.first().map_or("", |c| c.image.as_str())))
        .collect();
    let signs_in = |containers: &Vec<Container>| containers.iter().any(is_auth);
    // Any project may have a `db` and an `auth`: this one's is GoTrue, or its database
    // is Supabase's.
    let certain = project.services.values().any(signs_in)
        || project.services.values().flatten().any(crate::engine::postgres::is_supabase);
    certain && parts.iter().any(|part| matches!(part, Part::Db | Part::Auth))
}

/// Whether a container is GoTrue, by its environment or image.
pub fn is_auth(container: &Container) -> bool {
    last_name(&container.image) == "gotrue"
        || container.env.iter().any(|(name, _)| name == "GOTRUE_DB_DATABASE_URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_by_name_or_image() {
        for (service, image, part) in [
            ("db", "supabase/postgres:17.6.1.136", Some(Part::Db)),
            ("api-gw", "envoyproxy/envoy:v1", Some(Part::Gateway)),
            ("kong", "kong/kong:3", Some(Part::Gateway)),
            ("supabase-auth", "acme/x", Some(Part::Auth)),
            ("login", "registry:5000/supabase/gotrue:v2@sha256:0", Some(Part::Auth)),
            ("supavisor", "supabase/supavisor:2", Some(Part::Pooler)),
            ("web", "nginx", None),
        ] {
            assert_eq!(part_of(service, image), part, "{service} {image}");
        }
    }
}
