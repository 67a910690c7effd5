//! The site as somebody in a browser uses it: pages opened, forms sent, and what the
//! database holds afterwards.

use super::{Ask, Reply, TestSite};
use crate::{
    db::{AuditFilter, AuditRow, BackupFilter, BackupRow, OperationFilter, OperationRow},
    web::flash::{Flash, Tone},
};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// What a test looks for before and after: nothing else changes by a form.
#[derive(Debug, PartialEq)]
pub(super) struct Held {
    pub(super) backups: Vec<BackupRow>,
    pub(super) operations: Vec<OperationRow>,
    /// The number of the last entry.
    pub(super) audit: i64,
}

impl TestSite {
    /// A page, as somebody sees it.
    pub(super) async fn open(&self, who: &str, path: impl AsRef<str>) -> Reply {
        self.send(Ask::get(path).session_of(self.person(who))).await
    }

    /// A form, sent by somebody from a page of ours.
    pub(in crate::web) async fn post(
        &self,
        who: &str,
        path: impl AsRef<str>,
        fields: &[(&str, &str)],
    ) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.send(Ask::post(path).page_of(self.person(who)).body(FORM, body.finish())).await
    }

    pub(super) async fn held(&self) -> Held {
        let db = &self.site.world.db;
        let all = Some(i64::MAX);
        let backups = BackupFilter { limit: all, ..BackupFilter::default() };
        let operations = OperationFilter { limit: all, ..OperationFilter::default() };
        Held {
            backups: db.backups(backups).await.unwrap().rows,
            operations: db.operations(operations).await.unwrap().rows,
            audit: self.entries("").await.first().map_or(0, |row| row.seq),
        }
    }

    /// The audit's entries whose action begins so, newest first.
    pub(super) async fn entries(&self, action: &str) -> Vec<AuditRow> {
        let action = Some(action.to_owned()).filter(|action| !action.is_empty());
        let filter = AuditFilter { action, limit: Some(i64::MAX), ..AuditFilter::default() };
        self.site.world.db.audit_log(filter).await.unwrap()
    }

    /// How the audit names somebody.
    pub(super) fn actor(&self, who: &str) -> String {
        format!("user:{}", self.person(who).id)
    }
}

impl Reply {
    /// Where it leads.
    pub(super) fn to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location")
    }

    /// The operation it leads to.
    pub(super) fn operation(&self) -> String {
        self.to().rsplit_once("/operations/").expect("leads to an operation").1.to_owned()
    }

    /// What the next page will tell: whether it is good news, which text, and of whom.
    pub(super) fn flash(&self) -> Option<(bool, String, String)> {
        let cookie = self.cookie("zelo_flash")?;
        let flash: Flash = serde_json::from_slice(&hex::decode(cookie).unwrap()).unwrap();
        let values: Vec<_> = flash.msg.args.values().map(|value| format!("{value:?}")).collect();
        Some((flash.tone == Tone::Ok, flash.msg.id.to_string(), values.join(" ")))
    }

    /// The value a cookie is set to.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok());
        let value = set.filter_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')).next()?;
        Some(value.split(';').next().unwrap_or_default().to_owned())
    }

    /// The page's own part, without what differs each time it is asked for.
    pub(super) fn main(&self) -> String {
        let text = self.text();
        let from = text.find("<main").unwrap_or_else(|| panic!("no page: {text}"));
        let text = &text[from..text.find("</main>").unwrap()];
        without(&without(text, "name=\"csrf\" value=\"", "\""), "<time", "</time>")
    }
}

/// The text without what stands between these two, each time they come.
pub(super) fn without(text: &str, from: &str, to: &str) -> String {
    let mut pieces = text.split(from);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |kept, piece| kept + piece.split_once(to).map_or("", |(_, rest)| rest))
}
