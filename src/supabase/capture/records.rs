//! What Docker knows of each container and image: settings, mounts, networks, restart
//! policy, labels, digests. It holds every service's environment, and so its secrets:
//! it is written to the store and nowhere else.

use std::{collections::BTreeMap, io::Cursor, sync::Arc};

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{JSON, Target};
use crate::{
    domain::{manifest, msg::Msg, problem::Problem},
    engine::Captured,
    host::HostError,
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Step, UndoRule},
    },
    store::part::WritePart,
};

/// Writes the record.
pub(super) struct Records {
    pub(super) target: Target,
    /// Names, and the ids of their images.
    pub(super) containers: Vec<(String, String)>,
}

/// A part of its own that is one JSON text.
pub(super) struct Record {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) counts: BTreeMap<String, i64>,
    pub(super) facts: Value,
}

impl Record {
    /// Stores it.
    pub(super) async fn write(self, target: &Target, cx: &Cx) -> Result<Captured, Problem> {
        let taken_at = cx.now();
        let text = serde_json::to_vec_pretty(&self.value).map_err(|_| problem!("internal-journal"))?;
        let progress = cx.progress().clone();
        let written = WritePart {
            store: &*target.shelf.store,
            resource: &target.shelf.resource,
            path: &format!("{}/{}.json", target.shelf.folder, self.name),
            compression: target.compression,
            expect: text.len() as u64,
            tap: None,
            on_bytes: Arc::new(move |more| progress.add(more)),
        }
        .from(Box::pin(Cursor::new(text)))
        .await?;
        let part = manifest::Part {
            name: self.name.to_owned(),
            files: vec![written.file],
            media_type: JSON.to_owned(),
            raw: written.raw,
            counts: self.counts,
            facts: self.facts,
        };
        Ok(Captured { parts: vec![part], taken_at, until: None, snapshots: BTreeMap::new() })
    }
}

#[async_trait]
impl Step for Records {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        "containers".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-records", count = self.containers.len())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let engine = self.target.live.engine(&self.target.host)?;
        let (mut containers, mut images) = (Vec::new(), BTreeMap::new());
        for (name, image) in &self.containers {
            containers.push(steady(engine.record(name).await?));
            if images.contains_key(image) {
                continue;
            }
            // An image that was removed while its container runs is none to keep.
            match engine.image_record(image).await {
                Ok(record) => drop(images.insert(image.clone(), record)),
                Err(HostError::NoContainer(_)) => drop(images.insert(image.clone(), Value::Null)),
                Err(error) => return Err(error.into()),
            }
        }
        let count = i64::try_from(containers.len()).unwrap_or(i64::MAX);
        let record = json!({ "project": self.target.project, "containers": containers, "images": images });
        let facts = json!({ "images": images.keys().collect::<Vec<_>>() });
        let counts = BTreeMap::from([("containers".to_owned(), count)]);
        Record { name: "containers", value: record, counts, facts }.write(&self.target, cx).await
    }
}

/// A container's record without what is another at every look although nothing changed:
/// the health check's last answers, the commands that run in it just now (a health check is
/// one), and the order mounts are listed in.
fn steady(mut record: Value) -> Value {
    if let Some(health) = record.pointer_mut("/State/Health").and_then(Value::as_object_mut) {
        health.remove("Log");
        health.remove("FailingStreak");
    }
    if let Some(all) = record.as_object_mut() {
        all.remove("ExecIDs");
    }
    if let Some(mounts) = record.get_mut("Mounts").and_then(Value::as_array_mut) {
        mounts.sort_by_key(|mount| mount["Destination"].as_str().unwrap_or_default().to_owned());
    }
    record
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::steady;

    #[test]
    fn two_looks_at_an_unchanged_container_are_one_record() {
        let look = |end: &str, mounts: [&str; 2]| {
            let mounts = mounts.map(|at| json!({ "Destination": at, "RW": at == "/a" }));
            json!({ "State": { "Status": "running", "Health": { "Status": "healthy", "FailingStreak": end.len(), "Log": [end] } },
                "ExecIDs": [end], "Mounts": mounts })
        };
        let (one, two) = (steady(look("12:00", ["/a", "/b"])), steady(look("12:05:01", ["/b", "/a"])));
        assert_eq!(one, two);
        let kept = json!({ "State": { "Status": "running", "Health": { "Status": "healthy" } },
            "Mounts": [{ "Destination": "/a", "RW": true }, { "Destination": "/b", "RW": false }] });
        assert_eq!(one, kept, "nothing else is left out");
        let bare = json!({ "State": { "Status": "exited" } });
        assert_eq!(steady(bare.clone()), bare);
    }
}
