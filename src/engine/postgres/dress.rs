//! What a database wears and no dump of it carries: owner, grants, comment,
//! connection limit, settings. A rename leaves these on the old one, so a restore
//! reads them from the live database (or the manifest) and puts them on the new.

use serde::{Deserialize, Serialize};

use super::{
    error::PgError,
    quote::{ident, literal},
    session::Session,
    settings::Settings,
};
use crate::domain::manifest::Part;

/// A database's own attributes, in the cluster's shared catalogues.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Dress {
    pub(super) owner: String,
    pub(super) encoding: String,
    pub(super) collate: Option<String>,
    pub(super) ctype: Option<String>,
    /// `c` libc, `i` ICU, `b` builtin.
    pub(super) provider: String,
    /// The ICU or builtin locale.
    pub(super) locale: Option<String>,
    pub(super) icu_rules: Option<String>,
    pub(super) connection_limit: i64,
    pub(super) tablespace: Option<String>,
    pub(super) comment: Option<String>,
    /// `None`: the default grants.
    pub(super) acl: Option<Vec<Grant>>,
    /// Never written down with the rest: values are secrets. They are read from the
    /// server, from a part of their own, or from what the first Zelos wrote.
    #[serde(skip_serializing)]
    pub(super) settings: Vec<Settings>,
}

/// One right on a database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) grantor: String,
    /// `None`: PUBLIC.
    pub(super) grantee: Option<String>,
    pub(super) privilege: String,
    pub(super) grantable: bool,
}

/// Reads it; `None` if there is no such database. Works from any database.
pub(super) async fn read(session: &mut Session, database: &str) -> Result<Option<Dress>, PgError> {
    // Columns differ between versions: to_jsonb reads those there are.
    let sql = format!(
        "SELECT pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding, \
         d.datcollate AS collate, d.datctype AS ctype, \
         coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider, \
         coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale, \
         to_jsonb(d) ->> 'daticurules' AS icu_rules, d.datconnlimit AS connection_limit, \
         (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace) AS tablespace, \
         shobj_description(d.oid, 'pg_database') AS comment, \
         CASE WHEN d.datacl IS NULL THEN NULL ELSE coalesce((SELECT json_agg(json_build_object( \
         'grantor', pg_get_userbyid(a.grantor), \
         'grantee', CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, \
         'privilege', a.privilege_type, 'grantable', a.is_grantable)) FROM aclexplode(d.datacl) a), '[]') END AS acl, \
         coalesce((SELECT json_agg(json_build_object('role', r.rolname, 'settings', s.setconfig) \
         ORDER BY r.rolname) FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole \
         WHERE s.setdatabase = d.oid), '[]') AS settings \
         FROM pg_database d WHERE d.datname = {}",
        literal(database)
    );
    Ok(session.rows(&sql).await?.pop())
}

impl Dress {
    /// What the manifest says of a database; nothing, if it says nothing.
    pub(super) fn of(part: &Part) -> Self {
        let dress = part.facts.get("dress").cloned();
        dress.and_then(|d| serde_json::from_value(d).ok()).unwrap_or_default()
    }

    /// Nothing but what an empty database is made with.
    pub(super) fn bare(self) -> Self {
        let Self { encoding, collate, ctype, provider, locale, icu_rules, .. } = self;
        Self {
            encoding,
            collate,
            ctype,
            provider,
            locale,
            icu_rules,
            connection_limit: -1,
            ..Self::default()
        }
    }

    /// `CREATE DATABASE` of an empty database of this encoding and locale.
    pub(super) fn create(&self, name: &str, tablespace: bool, version: u32) -> String {
        let mut sql = format!(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {}",
            ident(name),
            literal(&self.encoding)
        );
        let mut option = |word: &str, value: Option<&str>| {
            if let Some(value) = value {
                sql.push_str(&format!(" {word} {}", literal(value)));
            }
        };
        option("LC_COLLATE", self.collate.as_deref());
        option("LC_CTYPE", self.ctype.as_deref());
        match self.provider.as_str() {
            "i" => {
                option("LOCALE_PROVIDER", Some("icu"));
                option("ICU_LOCALE", self.locale.as_deref());
                option("ICU_RULES", self.icu_rules.as_deref());
            }
            "b" => {
                option("LOCALE_PROVIDER", Some("builtin"));
                option("BUILTIN_LOCALE", self.locale.as_deref());
            }
            _ if version >= 15 => option("LOCALE_PROVIDER", Some("libc")),
            _ => {}
        }
        if let Some(space) = self.tablespace.as_deref().filter(|s| tablespace && *s != "pg_default") {
            sql.push_str(&format!(" TABLESPACE {}", ident(space)));
        }
        sql
    }

    /// The statements that put it on `database`, as a superuser or the owner's
    /// member. `known`: whether a role exists here; what names others is left out.
    pub(super) fn statements(&self, database: &str, known: impl Fn(&str) -> bool) -> Vec<String> {
        let name = ident(database);
        let mut sql = Vec::new();
        if known(&self.owner) {
            sql.push(format!("ALTER DATABASE {name} OWNER TO {}", ident(&self.owner)));
        }
        sql.extend(self.grants(&name, &known));
        match &self.comment {
            Some(comment) => sql.push(format!("COMMENT ON DATABASE {name} IS {}", literal(comment))),
            None => sql.push(format!("COMMENT ON DATABASE {name} IS NULL")),
        }
        sql.push(format!("ALTER DATABASE {name} CONNECTION LIMIT {}", self.connection_limit));
        sql.push(format!("ALTER DATABASE {name} RESET ALL"));
        let settings = self.settings.iter().filter(|s| s.role.as_ref().is_none_or(|role| known(role)));
        sql.extend(settings.flat_map(|s| s.statements(database)));
        sql
    }

    fn grants(&self, name: &str, known: &impl Fn(&str) -> bool) -> Vec<String> {
        let Some(acl) = &self.acl else { return Vec::new() };
        let mut sql = vec![format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC")];
        if known(&self.owner) {
            sql.push(format!("REVOKE ALL ON DATABASE {name} FROM {}", ident(&self.owner)));
        }
        // The owner's grants first: others may pass on only what they were given.
        let (own, passed): (Vec<_>, Vec<_>) = acl.iter().partition(|g| g.grantor == self.owner);
        for grant in own.into_iter().chain(passed) {
            let to = match &grant.grantee {
                None => "PUBLIC".to_owned(),
                Some(role) if known(role) => ident(role),
                Some(_) => continue,
            };
            let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
            // Words like CREATE, TEMPORARY, CONNECT: never a person's text.
            let privilege: String =
                grant.privilege.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').collect();
            let statement = format!("GRANT {privilege} ON DATABASE {name} TO {to}{option}");
            if grant.grantor == self.owner {
                sql.push(statement);
            } else if known(&grant.grantor) {
                sql.push(format!("SET ROLE {}", ident(&grant.grantor)));
                sql.push(statement);
                sql.push("RESET ROLE".to_owned());
            }
        }
        sql
    }

    /// Roles it names, in no order, some perhaps twice.
    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        let acl = self.acl.iter().flatten();
        let grants = acl.flat_map(|g| g.grantee.as_deref().into_iter().chain([g.grantor.as_str()]));
        let settings = self.settings.iter().filter_map(|s| s.role.as_deref());
        [self.owner.as_str()].into_iter().chain(grants).chain(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn what_names_an_unknown_role_is_left_out() {
        let grant = |grantor: &str, grantee: Option<&str>| Grant {
            grantor: grantor.to_owned(),
            grantee: grantee.map(str::to_owned),
            privilege: "CONNECT".to_owned(),
            grantable: false,
        };
        let dress = Dress {
            owner: "o".to_owned(),
            connection_limit: -1,
            acl: Some(vec![
                grant("p", Some("q")),
                grant("o", Some("p")),
                grant("o", Some("gone")),
                grant("o", None),
            ]),
            settings: vec![
                Settings { role: None, settings: vec![Secret::new("search_path=a, b")] },
                Settings { role: Some("gone".to_owned()), settings: vec![Secret::new("x.y=1")] },
            ],
            ..Dress::default()
        };
        let sql = dress.statements("d", |r| r != "gone");
        assert_eq!(
            sql,
            [
                "ALTER DATABASE \"d\" OWNER TO \"o\"",
                "REVOKE ALL ON DATABASE \"d\" FROM PUBLIC",
                "REVOKE ALL ON DATABASE \"d\" FROM \"o\"",
                "GRANT CONNECT ON DATABASE \"d\" TO \"p\"",
                "GRANT CONNECT ON DATABASE \"d\" TO PUBLIC",
                "SET ROLE \"p\"",
                "GRANT CONNECT ON DATABASE \"d\" TO \"q\"",
                "RESET ROLE",
                "COMMENT ON DATABASE \"d\" IS NULL",
                "ALTER DATABASE \"d\" CONNECTION LIMIT -1",
                "ALTER DATABASE \"d\" RESET ALL",
                "ALTER DATABASE \"d\" SET \"search_path\" TO 'a', 'b'",
            ]
        );
    }

    #[test]
    fn settings_are_read_and_never_written() {
        let old = serde_json::json!({
            "owner": "o", "settings": [{ "role": null, "settings": ["app.key=hidden"] }]
        });
        let dress: Dress = serde_json::from_value(old).unwrap();
        assert_eq!(dress.settings, [Settings { role: None, settings: vec![Secret::new("app.key=hidden")] }]);
        let written = serde_json::to_string(&dress).unwrap();
        assert!(written.contains("owner") && !written.contains("settings"), "{written}");
        assert!(!format!("{dress:?}").contains("hidden"));
    }
}
