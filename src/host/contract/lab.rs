//! Containers for the tests, from an image of the lab.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::host::{ContainerHost, Docker, Place};

const IMAGE: &str = "zelo-lab/postgres:15";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A container that sleeps; removed when dropped.
pub(super) struct Lab {
    pub(super) docker: Docker,
    pub(super) name: String,
}

impl Lab {
    /// One more container; `None`, said loudly, where there is no engine or image.
    pub(super) async fn up() -> Option<Self> {
        let docker = engine().await?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let lab = Self { docker, name: format!("zelo-host-{}-{count}", std::process::id()) };
        lab.run(&["--network", "none", "-e", "PLAIN=from the container", "--entrypoint", "sleep"], &["1000"]);
        Some(lab)
    }

    /// Makes the container: options before the image, arguments after it.
    pub(super) fn run(&self, options: &[&str], arguments: &[&str]) {
        let label = format!("zelo.lab={}", std::env::var("ZELO_LAB_RUN").unwrap_or("host".to_owned()));
        let first = ["run", "-d", "--name", &self.name, "--label", &label];
        cli(&[&first[..], options, &[IMAGE], arguments].concat());
    }

    /// The engine's id of the only exec that runs in it.
    pub(super) fn exec_id(&self) -> String {
        cli(&["inspect", "-f", "{{index .ExecIDs 0}}", &self.name])
    }

    pub(super) fn place(&self) -> Arc<dyn Place> {
        self.docker.place(&self.name)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-fv", &self.name]).output();
    }
}

/// The engine, if it answers and has the lab's image.
pub(super) async fn engine() -> Option<Docker> {
    let docker = match Docker::connect(None).await {
        Ok(docker) => docker,
        Err(error) => return missing(&error.to_string()),
    };
    let image = Command::new("docker").args(["image", "inspect", IMAGE]).output();
    match image {
        Ok(found) if found.status.success() => Some(docker),
        _ => missing(&format!("no image {IMAGE}: run lab/up")),
    }
}

fn missing(what: &str) -> Option<Docker> {
    assert!(std::env::var_os("ZELO_LAB").is_none_or(|v| v != "1"), "the lab is not complete: {what}");
    eprintln!("SKIPPED, the lab is not complete: {what}");
    None
}

/// The docker command line: the tests' own hand, independent of what they test.
pub(super) fn cli(args: &[&str]) -> String {
    let done = Command::new("docker").args(args).output().unwrap();
    assert!(done.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}
