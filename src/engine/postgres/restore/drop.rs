//! The drop of a live database, in place. What undoes it is the safety backup,
//! loaded again; whether there is anything to undo is asked of the database
//! itself, known by its oid, since anybody may use its name.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        dress::{self, Dress},
        error::PgError,
        quote::literal,
        session::Session,
        settings::same,
    },
    Work,
    in_place::{reopen, safety_part, safety_settings, take},
    load::{Extent, load},
    side::{compare, create, dress_again, drop_database, put_on},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::Backups,
    msg, problem,
    saga::{Cx, Limits, Step, UndoRule, step::Destroys},
};

/// `datconnlimit` of a database whose drop broke off: its files are gone or half
/// gone, and it can only be dropped.
const INVALID: i64 = -2;

/// Drops the live database.
pub(super) struct Drop {
    pub(super) work: Work,
    pub(super) backups: Arc<dyn Backups>,
}

/// Written down before the drop: which database it was, and what it wore but its
/// settings, which its safety backup has.
#[derive(Debug, Serialize, Deserialize)]
struct Dropping {
    oid: u32,
    dress: Dress,
}

/// Written down by the undo before the name is given back: which database now
/// holds what the safety backup held.
#[derive(Debug, Serialize, Deserialize)]
struct Back {
    back: u32,
}

/// One database there is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Seen {
    oid: u32,
    name: String,
    limit: i64,
}

impl Seen {
    fn is_whole(&self) -> bool {
        self.limit != INVALID
    }
}

/// What became of a database that was to be dropped.
#[derive(Debug, PartialEq)]
enum Fate {
    /// It was not dropped, or is back already.
    There,
    /// It is gone; of these only the entry is left.
    Gone { remains: Vec<String> },
}

/// The fate of `dropped`, whose name was `name`; `back` are those an undo loaded.
fn fate(seen: &[Seen], name: &str, dropped: u32, back: &[u32]) -> Fate {
    let is_it = |s: &Seen| s.oid == dropped || (s.name == name && back.contains(&s.oid));
    if seen.iter().any(|s| is_it(s) && s.is_whole()) {
        return Fate::There;
    }
    // An invalid one of that name holds nothing any more, whoever made it.
    let remains = seen.iter().filter(|s| !s.is_whole() && (s.oid == dropped || s.name == name));
    Fate::Gone { remains: remains.map(|s| s.name.clone()).collect() }
}

async fn look(session: &mut Session) -> Result<Vec<Seen>, PgError> {
    session.rows("SELECT oid::bigint AS oid, datname AS name, datconnlimit AS limit FROM pg_database").await
}

/// The oid of a database by its name.
async fn oid(session: &mut Session, name: &str) -> Result<u32, Problem> {
    let sql = format!("SELECT oid FROM pg_database WHERE datname = {}", literal(name));
    let oid = session.text(&sql).await?;
    oid.parse().map_err(|_| problem!("pg-no-database", database = name))
}

#[async_trait]
impl Step for Drop {
    type Effect = Destroys;
    type Output = Dress;

    fn name(&self) -> String {
        format!("drop:{}", self.work.target.name)
    }

    fn title(&self) -> Msg {
        msg!("pg-step-drop", database = &self.work.target.name, bytes = self.work.target.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-drop"))
    }

    fn limits(&self) -> Limits {
        // Its undo loads a whole database.
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<Dress, Problem> {
        let live = self.work.target.name.as_str();
        let safe = safety_settings(cx, &*self.backups, live).await?;
        let mut session = self.work.admin(cx).await?;
        let oid = oid(&mut session, live).await?;
        let dress = dress::read(&mut session, live).await?;
        let dress = dress.ok_or_else(|| problem!("pg-no-database", database = live))?;
        // Nothing but the safety backup has them once it is gone.
        if !same(&dress.settings, &safe) {
            return Err(problem!("pg-settings-since-safety", database = live));
        }
        cx.note(&Dropping { oid, dress: dress.clone() }).await?;
        drop_database(&mut session, live, self.work.major).await?;
        session.close().await;
        Ok(dress)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let name = self.work.target.name.as_str();
        let mut session = self.work.undoing(cx).await?;
        let seen = look(&mut session).await?;
        let Some(was) = cx.notes::<Dropping>().pop() else {
            session.close().await;
            // Nothing is dropped before it is written down.
            let there = seen.iter().any(|s| s.name == name && s.is_whole());
            return if there { Ok(()) } else { Err(problem!("pg-notes-missing", database = name)) };
        };
        let back: Vec<u32> = cx.notes::<Back>().into_iter().map(|b| b.back).collect();
        if let Fate::Gone { remains } = fate(&seen, name, was.oid, &back) {
            for left in &remains {
                drop_database(&mut session, left, self.work.major).await?;
            }
            let dress = dress_again(cx, &*self.backups, name, was.dress).await?;
            self.bring_back(cx, &mut session, &dress).await?;
        }
        reopen(&mut session, std::slice::from_ref(&self.work)).await?;
        session.close().await;
        Ok(())
    }
}

impl Drop {
    /// Loads the safety backup and gives it the name.
    async fn bring_back(&self, cx: &Cx, session: &mut Session, dress: &Dress) -> Result<(), Problem> {
        let Work { target, major, .. } = &self.work;
        let (shelf, part) = safety_part(cx, &*self.backups, &target.name).await?;
        // What an earlier try of this undo left.
        drop_database(session, &target.new, *major).await?;
        create(session, &self.work, &target.new, dress).await?;
        load(cx, &self.work, &target.new, &part, &shelf, Extent::All).await?;
        match compare(cx, &self.work, &target.new, &part).await {
            // Better a database with a difference that is noted than none.
            Err(problem) if problem.is("pg-compare-differs") => {
                let words = problem.detail.unwrap_or_default();
                cx.log(msg!("pg-log-safety-differs", database = &target.name, words = words)).await;
            }
            other => other?,
        }
        put_on(cx, session, &self.work, &target.new, dress).await?;
        let back = oid(session, &target.new).await?;
        cx.note(&Back { back }).await?;
        take(cx, session, std::slice::from_ref(&self.work)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(oid: u32, name: &str, limit: i64) -> Seen {
        Seen { oid, name: name.to_owned(), limit }
    }

    #[test]
    fn a_database_is_there_only_as_itself_and_whole() {
        let gone = |names: &[&str]| Fate::Gone { remains: names.iter().map(|n| (*n).to_owned()).collect() };
        let cases = [
            (vec![seen(7, "shop", -1)], vec![], Fate::There),
            (vec![seen(7, "renamed", 33)], vec![], Fate::There),
            (vec![seen(7, "shop", -2)], vec![], gone(&["shop"])),
            (vec![], vec![], gone(&[])),
            // Somebody else's of that name is neither it nor its remains.
            (vec![seen(8, "shop", -1)], vec![], gone(&[])),
            (vec![seen(8, "shop", -1)], vec![8], Fate::There),
            // Loaded, but without its name yet.
            (vec![seen(8, "shop__zelo_new_aaaaaaaa", -1)], vec![8], gone(&[])),
            (vec![seen(7, "moved", -2), seen(8, "shop", -1)], vec![], gone(&["moved"])),
            (vec![seen(8, "shop", -2)], vec![8], gone(&["shop"])),
        ];
        for (there, back, expected) in cases {
            assert_eq!(fate(&there, "shop", 7, &back), expected, "{there:?} {back:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_whole_is_ever_taken_for_remains(
            there in prop::collection::vec((1..6u32, 0..3usize, prop::sample::select(vec![-2i64, -1, 0, 33])), 0..5),
            back in prop::collection::vec(1..6u32, 0..3),
        ) {
            let names = ["shop", "other", "third"];
            let there: Vec<Seen> = there.into_iter().map(|(oid, n, limit)| seen(oid, names[n], limit)).collect();
            match fate(&there, "shop", 3, &back) {
                Fate::There => prop_assert!(there.iter().any(|s| s.is_whole() && (s.oid == 3 || back.contains(&s.oid)))),
                Fate::Gone { remains } => {
                    prop_assert!(!there.iter().any(|s| s.is_whole() && s.oid == 3));
                    prop_assert!(remains.iter().all(|r| there.iter().any(|s| s.name == *r && !s.is_whole())));
                }
            }
        }
    }

    #[test]
    fn one_note_is_never_read_as_the_other() {
        let dropping = serde_json::to_value(Dropping { oid: 1, dress: Dress::default() }).unwrap();
        let back = serde_json::to_value(Back { back: 2 }).unwrap();
        assert!(serde_json::from_value::<Back>(dropping).is_err());
        assert!(serde_json::from_value::<Dropping>(back).is_err());
    }
}
