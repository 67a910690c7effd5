//! The roles of a cluster as one part, `roles.sql`: plain psql can run it without
//! Zelo, and Zelo reads it back without running anything in it. Each role stands
//! there as one comment line of JSON followed by the statements made from it;
//! Zelo restores from the JSON with its own quoting, and a file whose statements
//! are not those is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    error::PgError,
    quote::{ident, literal, setting},
    session::Session,
};
use crate::{
    domain::{names::is_side, problem::Problem},
    problem,
};

/// The part's name.
pub(super) const PART: &str = "roles";
/// Its file's name.
pub(super) const FILE: &str = "roles.sql";
/// A file of roles is never larger: one is a few hundred bytes.
pub(super) const LIMIT: usize = 256 << 20;

/// All roles of a cluster but the predefined ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Roles {
    /// Whether password hashes could be read.
    pub(super) passwords: bool,
    pub(super) roles: Vec<Role>,
    pub(super) members: Vec<Membership>,
}

/// One role, as `pg_authid` has it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) superuser: bool,
    pub(super) inherit: bool,
    pub(super) createrole: bool,
    pub(super) createdb: bool,
    pub(super) login: bool,
    pub(super) replication: bool,
    pub(super) bypassrls: bool,
    pub(super) connection_limit: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    /// `name=value`, for every database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) settings: Vec<String>,
}

impl std::fmt::Debug for Role {
    // Its password hash is a secret, and what is set for it may be.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Role").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One role being a member of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) role: String,
    pub(super) member: String,
    pub(super) admin: bool,
    /// From 16 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inherit: Option<bool>,
    /// From 16 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) set: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    passwords: bool,
    roles: usize,
    members: usize,
}

const HEAD: &str = "-- zelo-roles ";
const ROLE: &str = "-- zelo-role ";
const MEMBER: &str = "-- zelo-member ";
const END: &str = "-- zelo-roles-end";

/// Whether this session may read password hashes.
pub(super) async fn may_read_passwords(session: &mut Session) -> Result<bool, PgError> {
    let answer = session.text("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')").await?;
    Ok(answer == "t")
}

/// Reads all roles of the cluster.
pub(super) async fn read(session: &mut Session) -> Result<Roles, PgError> {
    let passwords = may_read_passwords(session).await?;
    let (from, password) =
        if passwords { ("pg_authid", "a.rolpassword") } else { ("pg_roles", "NULL::text") };
    let roles: Vec<Role> = session
        .rows(&format!(
            "SELECT a.rolname AS name, a.rolsuper AS superuser, a.rolinherit AS inherit, \
             a.rolcreaterole AS createrole, a.rolcreatedb AS createdb, a.rolcanlogin AS login, \
             a.rolreplication AS replication, a.rolbypassrls AS bypassrls, \
             a.rolconnlimit AS connection_limit, {password} AS password, a.rolvaliduntil::text AS valid_until, \
             shobj_description(a.oid, 'pg_authid') AS comment, \
             coalesce((SELECT to_json(s.setconfig) FROM pg_db_role_setting s \
             WHERE s.setrole = a.oid AND s.setdatabase = 0), '[]') AS settings \
             FROM {from} a WHERE a.rolname !~ '^pg_' ORDER BY a.rolname"
        ))
        .await?;
    // One row a pair: the grantor is left out, as it is when restored.
    let members: Vec<Membership> = session
        .rows(
            "SELECT r.rolname AS role, u.rolname AS member, bool_or(m.admin_option) AS admin, \
             bool_or((to_jsonb(m) ->> 'inherit_option')::boolean) AS inherit, \
             bool_or((to_jsonb(m) ->> 'set_option')::boolean) AS set \
             FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member \
             WHERE u.rolname !~ '^pg_' GROUP BY 1, 2 ORDER BY 1, 2",
        )
        .await?;
    let own = |name: &str| !is_side(name);
    Ok(Roles {
        passwords,
        roles: roles.into_iter().filter(|r| own(&r.name)).collect(),
        members: members.into_iter().filter(|m| own(&m.role) && own(&m.member)).collect(),
    })
}

impl Role {
    /// `ALTER ROLE … WITH …`: all attributes; `passwords`: whether a missing hash
    /// means "no password" or "not known".
    pub(super) fn alter(&self, passwords: bool) -> String {
        let word = |on: bool, word: &str| if on { word.to_owned() } else { format!("NO{word}") };
        let mut words = vec![
            word(self.superuser, "SUPERUSER"),
            word(self.inherit, "INHERIT"),
            word(self.createrole, "CREATEROLE"),
            word(self.createdb, "CREATEDB"),
            word(self.login, "LOGIN"),
            word(self.replication, "REPLICATION"),
            word(self.bypassrls, "BYPASSRLS"),
            format!("CONNECTION LIMIT {}", self.connection_limit),
        ];
        match &self.password {
            Some(hash) => words.push(format!("PASSWORD {}", literal(hash).trim_start())),
            None if passwords => words.push("PASSWORD NULL".to_owned()),
            None => {}
        }
        if let Some(until) = &self.valid_until {
            words.push(format!("VALID UNTIL {}", literal(until).trim_start()));
        }
        format!("ALTER ROLE {} WITH {}", ident(&self.name), words.join(" "))
    }

    /// Comment and settings, after a reset of the latter.
    pub(super) fn dress(&self) -> Vec<String> {
        let name = ident(&self.name);
        let mut sql = vec![format!("ALTER ROLE {name} RESET ALL")];
        sql.extend(self.set_for(&self.name));
        let comment = self.comment.as_ref().map_or("NULL".to_owned(), |c| literal(c));
        sql.push(format!("COMMENT ON ROLE {name} IS {comment}"));
        sql
    }

    /// The statements that give its settings to a role of this name.
    pub(super) fn set_for(&self, role: &str) -> impl Iterator<Item = String> {
        let name = ident(role);
        self.settings.iter().filter_map(move |s| Some(format!("ALTER ROLE {name} {}", setting(s)?)))
    }

    /// The statement that makes it, bare.
    pub(super) fn create(&self) -> String {
        format!("CREATE ROLE {}", ident(&self.name))
    }

    /// The same without its password hash and the values set for it, any of which may
    /// be a key: for journals.
    #[must_use]
    pub(super) fn without_secrets(&self) -> Self {
        Self { password: None, settings: Vec::new(), ..self.clone() }
    }
}

impl Membership {
    /// The statement that makes it; `version`: the server's major.
    pub(super) fn grant(&self, version: u32) -> String {
        let mut options = Vec::new();
        if version >= 16 {
            options.push(format!("ADMIN {}", truth(self.admin)));
            options.extend(self.inherit.map(|on| format!("INHERIT {}", truth(on))));
            options.extend(self.set.map(|on| format!("SET {}", truth(on))));
        } else if self.admin {
            options.push("ADMIN OPTION".to_owned());
        }
        let with = if options.is_empty() { String::new() } else { format!(" WITH {}", options.join(", ")) };
        format!("GRANT {} TO {}{with}", ident(&self.role), ident(&self.member))
    }

    /// The same for a file, understood by every version that has what it says.
    fn grant_for_file(&self) -> String {
        self.grant(if self.inherit.is_some() || self.set.is_some() { 16 } else { 15 })
    }
}

fn truth(on: bool) -> &'static str {
    if on { "TRUE" } else { "FALSE" }
}

impl Roles {
    /// The file.
    pub(super) fn render(&self) -> String {
        let head = Head {
            version: 1,
            passwords: self.passwords,
            roles: self.roles.len(),
            members: self.members.len(),
        };
        let mut out = format!(
            "-- PostgreSQL roles, written by Zelo. As a superuser: psql -X -f {FILE} postgres\n{HEAD}{}\n\
             SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n",
            json(&head)
        );
        for role in &self.roles {
            let exists = format!(
                "SELECT FROM pg_catalog.pg_roles WHERE rolname = {}",
                literal(&role.name).trim_start()
            );
            out.push_str(&format!("{ROLE}{}\n", json(role)));
            out.push_str(&format!(
                "SELECT {} WHERE NOT EXISTS ({exists}) \\gexec\n",
                literal(&role.create()).trim_start()
            ));
            for sql in std::iter::once(role.alter(self.passwords)).chain(role.dress()) {
                out.push_str(&sql);
                out.push_str(";\n");
            }
        }
        for member in &self.members {
            out.push_str(&format!("{MEMBER}{}\n{};\n", json(member), member.grant_for_file()));
        }
        out.push_str(END);
        out.push('\n');
        out
    }

    /// Reads a file. Its statements must be exactly those its JSON lines give: so
    /// it is whole, and says to psql what it says to Zelo.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let broken = |what: &str| problem!("pg-roles-broken").detail(what);
        let mut roles = Self::default();
        let mut head = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix(HEAD) {
                let found: Head = serde_json::from_str(rest).map_err(|e| broken(&e.to_string()))?;
                if found.version != 1 {
                    return Err(problem!("pg-roles-version", version = found.version));
                }
                roles.passwords = found.passwords;
                head = Some(found);
            } else if let Some(rest) = line.strip_prefix(ROLE) {
                roles.roles.push(serde_json::from_str(rest).map_err(|e| broken(&e.to_string()))?);
            } else if let Some(rest) = line.strip_prefix(MEMBER) {
                roles.members.push(serde_json::from_str(rest).map_err(|e| broken(&e.to_string()))?);
            }
        }
        match head {
            None => Err(broken("no head")),
            Some(head) if head.roles != roles.roles.len() || head.members != roles.members.len() => {
                Err(broken("not as many roles as its head says"))
            }
            Some(_) if roles.render() != text => Err(broken("statements and descriptions differ")),
            Some(_) => Ok(roles),
        }
    }

    /// By name.
    pub(super) fn by_name(&self) -> BTreeMap<&str, &Role> {
        self.roles.iter().map(|r| (r.name.as_str(), r)).collect()
    }

    /// Their names.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.roles.iter().map(|r| r.name.clone()).collect()
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn role() -> impl Strategy<Value = Role> {
        let name = "[^\u{0}]{1,30}";
        let text = proptest::option::of("[^\u{0}]{0,30}");
        (name, any::<[bool; 7]>(), -1..100i64, text.clone(), text.clone(), text).prop_map(
            |(name, on, connection_limit, password, valid_until, comment)| Role {
                name,
                superuser: on[0],
                inherit: on[1],
                createrole: on[2],
                createdb: on[3],
                login: on[4],
                replication: on[5],
                bypassrls: on[6],
                connection_limit,
                password,
                valid_until,
                comment,
                settings: vec!["search_path=\"$user\", public".to_owned()],
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_they_are_called_roles_survive_the_file(
            roles in proptest::collection::vec(role(), 0..4),
            passwords in any::<bool>(),
        ) {
            let members = roles.first().map(|r| Membership {
                role: "pg_monitor".to_owned(), member: r.name.clone(), admin: passwords, inherit: Some(true), set: None,
            });
            let roles = Roles { passwords, roles, members: members.into_iter().collect() };
            let text = roles.render();
            let back = Roles::parse(&text);
            prop_assert_eq!(back.as_ref().map(|b| &b.members), Ok(&roles.members));
            prop_assert_eq!(back, Ok(roles));
            // Cut anywhere, it is no longer whole.
            let cut = text.char_indices().map(|(at, _)| at).nth(text.chars().count() * 2 / 3).unwrap();
            prop_assert!(Roles::parse(&text[..cut]).is_err());
        }
    }

    #[test]
    fn a_statement_smuggled_in_is_refused() {
        let roles = Roles {
            passwords: true,
            roles: vec![Role { name: "a".to_owned(), ..Role::default() }],
            members: vec![],
        };
        let text = roles.render().replace(END, &format!("DROP TABLE x;\n{END}"));
        assert!(Roles::parse(&text).unwrap_err().is("pg-roles-broken"));
    }
}
