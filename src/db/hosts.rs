//! Hosts: machines with a Docker Engine.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;

use super::{
    Db,
    convert::{naive, word},
    error::DbError,
    schema::hosts,
};
use crate::domain::{id::HostId, problem::Problem};

/// The name of the machine Zelo runs on.
const LOCAL: &str = "local";

/// A host.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostRow {
    /// Which.
    pub id: HostId,
    /// Its name, unique: `local` or what a person called it.
    pub name: String,
    /// Where its Docker Engine answers: `unix:///var/run/docker.sock`.
    pub address: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = hosts)]
struct Stored {
    id: String,
    name: String,
    address: String,
    created_at: NaiveDateTime,
}

impl TryFrom<Stored> for HostRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self { id: word(&row.id, "hosts.id")?, name: row.name, address: row.address })
    }
}

impl Db {
    /// The host called `local`, made if it is missing; its address becomes
    /// `address`.
    pub async fn ensure_local_host(&self, address: &str) -> Result<HostRow, Problem> {
        let address = address.to_owned();
        let ensured = self.write(move |tx| {
            let local = hosts::table.filter(hosts::name.eq(LOCAL));
            let found: Option<Stored> = local.select(Stored::as_select()).first(tx.conn).optional()?;
            if let Some(row) = found {
                diesel::update(hosts::table.find(&row.id))
                    .set(hosts::address.eq(&address))
                    .execute(tx.conn)?;
                return Stored { address, ..row }.try_into();
            }
            let id = HostId::new(tx.ids.as_ref());
            let stored = Stored {
                id: id.to_string(),
                name: LOCAL.to_owned(),
                address: address.clone(),
                created_at: naive(tx.now),
            };
            diesel::insert_into(hosts::table).values(stored).execute(tx.conn)?;
            Ok(HostRow { id, name: LOCAL.to_owned(), address })
        });
        Ok(ensured.await?)
    }
}
