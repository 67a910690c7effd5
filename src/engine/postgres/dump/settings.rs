//! The settings of a database, in a file of their own beside its dump.

use super::{
    super::{
        counts::Counts,
        plain,
        settings::{SETTINGS, SUFFIX, Settings, count, render},
    },
    Dump, counted,
};
use crate::{
    domain::{manifest::Part, problem::Problem},
    saga::Cx,
    store::part::WritePart,
};

impl Dump {
    /// Writes them; no part where there are none.
    pub(super) async fn settings(&self, cx: &Cx, settings: &[Settings]) -> Result<Option<Part>, Problem> {
        if settings.is_empty() {
            return Ok(None);
        }
        let text = render(&self.database.name, settings);
        let written = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{}.{SUFFIX}", self.shelf.folder, self.database.file),
            compression: self.compression,
            expect: text.len() as u64,
            tap: None,
            on_bytes: counted(cx),
        }
        .from(Box::pin(std::io::Cursor::new(text.into_bytes())))
        .await?;
        Ok(Some(Part {
            name: format!("{SETTINGS}{}", self.database.name),
            files: vec![written.file],
            media_type: plain::MEDIA_TYPE.to_owned(),
            raw: written.raw,
            counts: Counts::from([("settings".to_owned(), count(settings))]),
            facts: serde_json::Value::Null,
        }))
    }
}
