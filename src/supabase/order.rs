//! In which order services start: what others wait for first. Stopping goes the other
//! way round.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::{Instance, Part};

/// What Compose wrote down of a service's dependencies: `db:service_healthy:false,…`.
pub(super) const DEPENDS: &str = "com.docker.compose.depends_on";

/// The chosen services (none chosen: all) in the order they start. Services that wait for
/// each other in a circle come by name.
pub fn start_order(instance: &Instance, chosen: &[String]) -> Vec<String> {
    let waits = instance.services.iter().map(|(name, containers)| {
        let label = containers.first().and_then(|c| c.labels.get(DEPENDS));
        (name.clone(), label.map(|l| depends(l)).unwrap_or_default())
    });
    let db = instance.service_of(Part::Db).map(ToOwned::to_owned);
    let order = sorted(waits.collect(), db.as_deref());
    order.into_iter().filter(|name| chosen.is_empty() || chosen.contains(name)).collect()
}

fn depends(label: &str) -> BTreeSet<String> {
    let names = label.split(',').filter_map(|one| one.split(':').next());
    names.map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
}

/// The database first, also where a layout forgot to say that it is waited for.
fn sorted(mut waits: BTreeMap<String, BTreeSet<String>>, db: Option<&str>) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    if let Some(db) = db
        && waits.get(db).is_some_and(BTreeSet::is_empty)
    {
        waits.remove(db);
        order.push(db.to_owned());
    }
    while !waits.is_empty() {
        let free = |(_, on): &(&String, &BTreeSet<String>)| on.iter().all(|name| !waits.contains_key(name));
        let mut next: Vec<String> = waits.iter().filter(free).map(|(name, _)| name.clone()).collect();
        if next.is_empty() {
            next = waits.keys().cloned().collect();
        }
        for name in next {
            waits.remove(&name);
            order.push(name);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(all: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        let set = |on: &[&str]| on.iter().map(|n| (*n).to_owned()).collect();
        all.iter().map(|(name, on)| ((*name).to_owned(), set(on))).collect()
    }

    #[test]
    fn what_is_waited_for_comes_first() {
        let all = waits(&[
            ("auth", &["db"]),
            ("db", &[]),
            ("functions", &["gw"]),
            ("gw", &["studio"]),
            ("rest", &["db", "missing"]),
            ("studio", &[]),
        ]);
        assert_eq!(sorted(all, Some("db")), ["db", "auth", "rest", "studio", "gw", "functions"]);
        assert_eq!(depends("db:service_healthy:false,rest:service_started:true").len(), 2);
    }

    #[test]
    fn a_circle_ends() {
        assert_eq!(sorted(waits(&[("a", &["b"]), ("b", &["a"])]), None), ["a", "b"]);
    }
}
