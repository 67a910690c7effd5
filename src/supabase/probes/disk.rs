//! Room on the database's disk: bytes and inodes.

use super::{
    kit::{Look, Seen, advice, finding},
    pg_version::DATA,
};
use crate::{
    domain::{finding::Severity, problem::Problem},
    host::{Command, Space},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "disk-full";

pub(super) const PROBE: Look = Look { id: ID, row: "22", see: |scene| Box::pin(see(scene)) };

/// Below this PostgreSQL may stop at any moment: one more segment of its log is 16 MiB.
const DIRE: u64 = 256 << 20;
/// Below this it is time.
const TIGHT: u64 = 2 << 30;
/// Inodes in percent.
const INODES: u64 = 2;

/// How bad it is; `None`: fine.
fn bytes(space: Space) -> Option<Severity> {
    match space.free {
        free if free < DIRE => Some(Severity::Critical),
        free if free < TIGHT => Some(Severity::Warning),
        _ => None,
    }
}

/// Inodes in all and free, as `df -Pi` says them; `None` where the file system has no
/// fixed number.
fn inodes(out: &str) -> Option<(u64, u64)> {
    let fields: Vec<&str> = out.lines().last()?.split_whitespace().collect();
    let (all, free) = (fields.get(1)?.parse().ok()?, fields.get(3)?.parse().ok()?);
    (all > 0).then_some((all, free))
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let container = scene.instance.db()?;
    let place = scene.live.engine(&scene.instance.host)?.place(&container.name);
    let space = place.space(DATA).await.map_err(Problem::from)?;
    let df = Command::new(["df", "-P", "-i", DATA]);
    let said = scene.live.exec(&scene.instance, Part::Db, df, None, None).await?;
    let few = said.ok().then(|| inodes(&said.out)).flatten().filter(|(all, free)| free * 100 < all * INODES);
    let severity = match (bytes(space), few) {
        (None, None) => return Ok(vec![]),
        (Some(severity), None) => severity,
        (_, Some((_, free))) if free < 100 => Severity::Critical,
        (of_bytes, Some(_)) => of_bytes.unwrap_or(Severity::Warning),
    };
    let next = advice(msg!("finding-disk-next"), vec!["df -h".to_owned(), "docker system df".to_owned()]);
    let mut found = finding(ID, severity, msg!("finding-disk"), msg!("finding-disk-means"), next);
    found.evidence = vec![msg!("finding-disk-saw", free = space.free, total = space.total)];
    if let Some((all, free)) = few {
        found.evidence.push(msg!("finding-disk-inodes", left = free, all = all));
    }
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_told_from_none() {
        let space = |free| Space { free, total: 100 << 30 };
        assert_eq!(bytes(space(3 << 30)), None);
        assert_eq!(bytes(space(1 << 30)), Some(Severity::Warning));
        assert_eq!(bytes(space(1 << 20)), Some(Severity::Critical));
        let out = "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda 1000 995 5 99% /x\n";
        assert_eq!(inodes(out), Some((1000, 5)));
        assert_eq!(inodes("Filesystem Inodes IUsed IFree IUse% Mounted on\noverlay 0 0 0 - /x\n"), None);
    }
}
