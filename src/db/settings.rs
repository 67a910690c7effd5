//! Settings a person changes while Zelo runs; each change is audited.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde_json::{Value, json};

use super::{
    Db,
    convert::{self, naive, parse},
    schema::settings,
};
use crate::domain::problem::Problem;

impl Db {
    /// A setting, if it was ever set.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>, Problem> {
        let key = key.to_owned();
        let read = self.read(move |conn| {
            let value: Option<String> =
                settings::table.find(&key).select(settings::value).first(conn).optional()?;
            convert::parse_opt(value.as_deref(), "settings.value")
        });
        Ok(read.await?)
    }

    /// Sets a setting. No secrets: the audit log keeps old and new value.
    pub async fn set_setting(&self, key: &str, value: Value, actor: &str) -> Result<(), Problem> {
        let (key, actor) = (key.to_owned(), actor.to_owned());
        let set = self.write(move |tx| {
            let place = settings::table.find(&key);
            let old: Option<String> = place.select(settings::value).first(tx.conn).optional()?;
            let columns = (
                settings::value.eq(convert::json(&value)?),
                settings::updated_at.eq(naive(tx.now)),
                settings::updated_by.eq(&actor),
            );
            match &old {
                Some(_) => diesel::update(place).set(columns).execute(tx.conn)?,
                None => diesel::insert_into(settings::table)
                    .values((settings::key.eq(&key), columns))
                    .execute(tx.conn)?,
            };
            let old: Value = old.map_or(Ok(Value::Null), |text| parse(&text, "settings.value"))?;
            let detail = json!({"from": old, "to": value});
            tx.audit(&actor, "setting.set", &format!("setting:{key}"), &detail)
        });
        Ok(set.await?)
    }
}
