//! What belongs to the cluster and to none of its databases: the roles.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::json;

use super::{
    super::{
        access::Server,
        counts::Counts,
        plain, roles,
        session::{By, Purpose, Session},
    },
    counted,
};
use crate::{
    domain::{backup::Compression, manifest::Part, msg::Msg, problem::Problem},
    engine::{Captured, Shelf},
    msg,
    saga::{Cx, Step, UndoRule, step::Adds},
    store::part::WritePart,
};

/// Writes the roles.
pub(super) struct DumpRoles {
    pub(super) server: Server,
    pub(super) admin: String,
    pub(super) compression: Compression,
    pub(super) shelf: Shelf,
}

#[async_trait]
impl Step for DumpRoles {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        roles::PART.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-dump-roles")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let server = self.server.during(cx.operation());
        let mut session = Session::open(&server, &self.admin, Purpose::Work, By::Step(cx)).await?;
        let taken_at = cx.now();
        let roles = roles::read(&mut session).await?;
        session.close().await;
        let text = roles.render();
        let expect = text.len() as u64;
        let written = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{}", self.shelf.folder, roles::FILE),
            compression: self.compression,
            expect,
            tap: None,
            on_bytes: counted(cx),
        }
        .from(Box::pin(std::io::Cursor::new(text.into_bytes())))
        .await?;
        let part = Part {
            name: roles::PART.to_owned(),
            files: vec![written.file],
            media_type: plain::MEDIA_TYPE.to_owned(),
            raw: written.raw,
            counts: Counts::from([
                ("roles".to_owned(), i64::try_from(roles.roles.len()).unwrap_or(i64::MAX)),
                ("memberships".to_owned(), i64::try_from(roles.members.len()).unwrap_or(i64::MAX)),
            ]),
            facts: json!({ "passwords": roles.passwords, "names": roles.names() }),
        };
        Ok(Captured { parts: vec![part], taken_at, until: None, snapshots: BTreeMap::new() })
    }
}
