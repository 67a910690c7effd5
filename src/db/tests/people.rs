//! People, and all the ways by which they get in.

use chrono::TimeDelta;

use super::{Bench, Stopped, both, catalogue, later, newest, open, open_by};
use crate::{
    db::{AuditFilter, Db, NewUser, UserRow},
    domain::{backup::Origin, id::UserId, role::Role},
    i18n::Lang,
    problem,
};

both!(
    capitals_do_not_tell_names_apart,
    a_persons_language_is_kept,
    a_new_password_ends_every_other_way_in,
    the_last_administrator_stays,
    who_is_disabled_gets_in_by_nothing,
    a_sign_in_link_lets_its_person_in_once,
    a_session_ends,
    zelo_is_set_up_whole_or_not_at_all,
    of_two_who_set_up_one_is_first,
    a_set_up_link_works_only_while_there_is_nobody,
    a_token_is_its_persons,
    that_a_token_was_used_is_noted_once_a_minute,
);

const WHO: &str = "cli:ada";

pub(super) fn new_user(name: &str) -> NewUser {
    NewUser { name: name.to_owned(), email: None, is_admin: false, locale: None, password_hash: None }
}

pub(super) async fn user(db: &Db, name: &str) -> UserRow {
    db.add_user(new_user(name), WHO).await.unwrap()
}

async fn admin(db: &Db, name: &str, password: Option<&str>) -> UserRow {
    let password_hash = password.map(ToOwned::to_owned);
    db.add_user(NewUser { is_admin: true, password_hash, ..new_user(name) }, WHO).await.unwrap()
}

async fn capitals_do_not_tell_names_apart(b: Bench) {
    assert!(!b.db.has_users().await.unwrap());
    let email = Some("Ada@example.org".to_owned());
    let new = NewUser { email, password_hash: Some("hash-1".to_owned()), ..new_user("Ada É") };
    assert!(!format!("{new:?}").contains("hash-1"));
    let ada = b.db.add_user(new, WHO).await.unwrap();
    assert!(b.db.has_users().await.unwrap());
    assert_eq!((ada.name.as_str(), ada.is_admin, ada.disabled_at), ("Ada É", false, None));
    assert_eq!(b.db.user(&ada.id).await.unwrap(), ada);
    for taken in ["Ada É", "aDA é"] {
        let refused = b.db.add_user(new_user(taken), WHO).await.unwrap_err();
        assert_eq!(refused, problem!("user-name-taken", name = taken));
    }
    let found = b.db.credentials(" ADA é ").await.unwrap();
    assert_eq!(found, Some((ada.clone(), Some("hash-1".to_owned()))));
    assert_eq!(b.db.user_named("ada É").await.unwrap().as_ref(), Some(&ada));
    assert_eq!(b.db.credentials("ada").await.unwrap(), None);
    for bad in ["", " bob", "bo\tb"] {
        assert_eq!(b.db.add_user(new_user(bad), WHO).await.unwrap_err().code, "user-name", "{bad:?}");
    }
    for (email, code) in [("bob", "user-email"), ("aDA@example.ORG", "user-email-taken")] {
        let new = NewUser { email: Some(email.to_owned()), ..new_user("bob") };
        assert_eq!(b.db.add_user(new, WHO).await.unwrap_err().code, code, "{email}");
    }
    user(&b.db, "bob").await;
    user(&b.db, "ZOE").await;
    user(&b.db, "cleo").await;
    let names: Vec<_> = b.db.users().await.unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Ada É", "bob", "cleo", "ZOE"]);
    let nobody = UserId::new(&crate::domain::id::SystemIds);
    assert_eq!(b.db.user(&nobody).await.unwrap_err().code, "not-found-user");
}

async fn a_persons_language_is_kept(b: Bench) {
    let ada = b.db.add_user(NewUser { locale: Some(Lang::PtBr), ..new_user("ada") }, WHO).await.unwrap();
    assert_eq!(ada.locale, Some(Lang::PtBr));
    for locale in [Some(Lang::En), None] {
        assert_eq!(b.db.set_user_locale(&ada.id, locale).await.unwrap().locale, locale);
        assert_eq!(b.db.user(&ada.id).await.unwrap().locale, locale);
    }
}

async fn a_new_password_ends_every_other_way_in(b: Bench) {
    let (ada, bob) = (user(&b.db, "ada").await, user(&b.db, "bob").await);
    assert_eq!(b.db.password_hash(&ada.id).await.unwrap(), None);
    for (who, session) in [(&ada, "here"), (&ada, "there"), (&bob, "bobs")] {
        b.db.open_session(&who.id, session, later(60)).await.unwrap();
    }
    b.db.create_sign_in_link("link", Some(&ada.id), later(60), WHO).await.unwrap();
    b.db.set_password(&ada.id, "secret-hash".to_owned(), Some("here"), WHO).await.unwrap();
    assert_eq!(b.db.password_hash(&ada.id).await.unwrap().as_deref(), Some("secret-hash"));
    for (session, open) in [("here", true), ("there", false), ("bobs", true)] {
        assert_eq!(b.db.session(session).await.unwrap().is_some(), open, "{session}");
    }
    assert_eq!(b.db.use_sign_in_link("link", "s", later(60)).await.unwrap(), None);
    let told = &b.db.audit_log(newest(1)).await.unwrap()[0];
    assert_eq!((told.action.as_str(), told.actor.as_str()), ("user.password", WHO));
    assert_eq!(told.detail["sessions_ended"], 1);
    let all = b.db.audit_log(AuditFilter::default()).await.unwrap();
    assert!(!format!("{all:?}").contains("secret-hash"));
    b.db.set_password(&ada.id, "other".to_owned(), None, WHO).await.unwrap();
    assert_eq!(b.db.session("here").await.unwrap(), None);
    b.db.verify_audit().await.unwrap();
}

async fn the_last_administrator_stays(b: Bench) {
    let ada = admin(&b.db, "ada", Some("hash")).await;
    let last = problem!("last-administrator", name = "ada");
    user(&b.db, "bob").await;
    // One who can only come by a link, made at a terminal, does not let people in.
    let eve = admin(&b.db, "eve", None).await;
    assert_eq!(b.db.disable_user(&ada.id, WHO).await.unwrap_err(), last);
    assert_eq!(b.db.set_admin(&ada.id, false, WHO).await.unwrap_err(), last);
    assert!(b.db.user(&ada.id).await.unwrap().is_admin);
    b.db.set_admin(&eve.id, false, WHO).await.unwrap();
    let eve = b.db.set_admin(&eve.id, true, WHO).await.unwrap();
    b.db.set_password(&eve.id, "hash".to_owned(), None, WHO).await.unwrap();
    b.db.disable_user(&eve.id, WHO).await.unwrap();
    assert_eq!(b.db.set_admin(&ada.id, false, WHO).await.unwrap_err(), last);
    b.db.enable_user(&eve.id, WHO).await.unwrap();
    assert!(!b.db.set_admin(&ada.id, false, WHO).await.unwrap().is_admin);
    assert_eq!(b.db.disable_user(&eve.id, WHO).await.unwrap_err().code, "last-administrator");
    // Nothing but administrators is counted.
    b.db.disable_user(&ada.id, WHO).await.unwrap();
}

async fn who_is_disabled_gets_in_by_nothing(b: Bench) {
    let (ada, bob) = (user(&b.db, "ada").await, user(&b.db, "bob").await);
    let shop = catalogue::resource(&b.db, "shop").await;
    let backup = catalogue::published(&b.db, &shop, 0, Origin::Manual).await;
    let actor = format!("user:{}", ada.id);
    b.db.open_session(&ada.id, "session", later(60)).await.unwrap();
    b.db.open_session(&bob.id, "bobs", later(60)).await.unwrap();
    b.db.create_sign_in_link("link", Some(&ada.id), later(60), WHO).await.unwrap();
    b.db.add_token(&ada.id, "ci", "token", None, WHO).await.unwrap();
    b.db.add_download_link("download", &backup, &actor, later(60)).await.unwrap();
    b.db.add_download_link("other", &backup, "user:x", later(60)).await.unwrap();
    let row = b.db.disable_user(&ada.id, WHO).await.unwrap();
    assert!(row.disabled_at.is_some());
    assert_eq!(b.db.disable_user(&ada.id, WHO).await.unwrap(), row, "again changes nothing");
    for _ in 0..2 {
        assert_eq!(b.db.session("session").await.unwrap(), None);
        assert_eq!(b.db.use_sign_in_link("link", "s", later(60)).await.unwrap(), None);
        assert_eq!(b.db.token_user("token").await.unwrap(), None);
        assert_eq!(b.db.download_link("download").await.unwrap(), None);
        // What ended stays ended, also once they are let in again.
        b.db.enable_user(&ada.id, WHO).await.unwrap();
    }
    assert!(b.db.session("bobs").await.unwrap().is_some());
    assert!(b.db.download_link("other").await.unwrap().is_some());
    b.db.disable_user(&ada.id, WHO).await.unwrap();
    assert_eq!(b.db.credentials("ada").await.unwrap(), None);
    let disabled = problem!("user-disabled", name = "ada");
    assert_eq!(b.db.open_session(&ada.id, "s", later(60)).await.unwrap_err(), disabled);
    let link = b.db.create_sign_in_link("l", Some(&ada.id), later(60), WHO).await;
    assert_eq!(link.unwrap_err(), disabled);
    assert_eq!(b.db.add_token(&ada.id, "ci", "t", None, WHO).await.unwrap_err(), disabled);
}

/// Somebody who is disabled past the rules, their sessions left.
async fn a_session_ends(b: Bench) {
    let ada = user(&b.db, "ada").await;
    let now = later(0);
    let clock = Stopped::at(now);
    let db = open_by(&b.target, clock.clone()).await;
    let until = now + TimeDelta::seconds(60);
    for session in ["one", "two", "three"] {
        db.open_session(&ada.id, session, until).await.unwrap();
    }
    let found = db.session("one").await.unwrap().unwrap();
    assert_eq!((found.user.id.clone(), found.expires_at), (ada.id.clone(), until));
    for _ in 0..2 {
        db.close_session("two").await.unwrap();
        assert_eq!(db.session("two").await.unwrap(), None);
    }
    db.close_session("unknown").await.unwrap();
    let ends = AuditFilter { action: Some("sign-out".to_owned()), ..AuditFilter::default() };
    assert_eq!(db.audit_log(ends).await.unwrap().len(), 1);
    clock.set(until);
    assert_eq!(db.session("one").await.unwrap(), None, "over");
    clock.set(now);
    b.tamper("UPDATE users SET disabled_at = '2026-01-01 00:00:00'").await.unwrap();
    assert_eq!(db.session("three").await.unwrap(), None);
}

async fn a_sign_in_link_lets_its_person_in_once(b: Bench) {
    let ada = user(&b.db, "ada").await;
    b.db.create_sign_in_link("link", Some(&ada.id), later(60), WHO).await.unwrap();
    b.db.create_sign_in_link("old", Some(&ada.id), later(-1), WHO).await.unwrap();
    b.db.create_sign_in_link("set-up", None, later(60), WHO).await.unwrap();
    for link in ["old", "never", "set-up"] {
        assert_eq!(b.db.use_sign_in_link(link, "s0", later(60)).await.unwrap(), None, "{link}");
    }
    let who = b.db.use_sign_in_link("link", "s1", later(60)).await.unwrap();
    assert_eq!(who, Some(ada.clone()));
    assert_eq!(b.db.session("s1").await.unwrap().unwrap().user, ada);
    assert_eq!(b.db.use_sign_in_link("link", "s2", later(60)).await.unwrap(), None, "once");
    assert_eq!(b.db.session("s2").await.unwrap(), None);
    let nobody = UserId::new(&crate::domain::id::SystemIds);
    let refused = b.db.create_sign_in_link("l", Some(&nobody), later(60), WHO).await.unwrap_err();
    assert_eq!(refused.code, "not-found-user");
}

async fn zelo_is_set_up_whole_or_not_at_all(b: Bench) {
    let project = b.db.ensure_default_project().await.unwrap();
    b.db.add_project("taken", None, WHO).await.unwrap();
    b.db.create_sign_in_link("link", None, later(60), "zelo").await.unwrap();
    let (audited, _) = b.db.verify_audit().await.unwrap();
    for (name, called, code) in [
        (" ada", "Clients", "user-name"),
        ("ada", "", "project-name"),
        ("ada", "taken", "project-name-taken"),
    ] {
        let refused = b.db.set_up("link", new_user(name), called, "s", later(60)).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
    assert!(!b.db.has_users().await.unwrap() && b.db.set_up_link_valid("link").await.unwrap());
    assert_eq!(b.db.verify_audit().await.unwrap().0, audited);
    assert_eq!(b.db.project(&project.id).await.unwrap(), project);

    let ada = b.db.set_up("link", new_user("ada"), "Clients", "s", later(60)).await.unwrap();
    assert!(ada.is_admin);
    assert_eq!(b.db.session("s").await.unwrap().unwrap().user, ada);
    let clients = b.db.project(&project.id).await.unwrap();
    assert_eq!(clients.name, "Clients");
    assert_eq!(b.db.memberships_of(&ada.id).await.unwrap(), [(clients.clone(), Role::Owner)]);
    assert_eq!(b.db.ensure_default_project().await.unwrap(), clients);
    assert!(!b.db.set_up_link_valid("link").await.unwrap());
    let subject = Some(format!("user:{}", ada.id));
    let told = b.db.audit_log(AuditFilter { actor: subject, ..AuditFilter::default() }).await.unwrap();
    let told: Vec<_> = told.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(told, ["user.add", "project.rename", "member.set", "sign-in", "set-up"]);
}

async fn of_two_who_set_up_one_is_first(b: Bench) {
    let other = open(&b.target).await;
    for link in ["l1", "l2"] {
        b.db.create_sign_in_link(link, None, later(60), "zelo").await.unwrap();
    }
    let (one, two) = tokio::join!(
        b.db.set_up("l1", new_user("ada"), "Shop", "s1", later(60)),
        other.set_up("l2", new_user("bob"), "Blog", "s2", later(60)),
    );
    let (first, refused) = match (one, two) {
        (Ok(row), Err(problem)) | (Err(problem), Ok(row)) => (row, problem),
        both => panic!("{both:?}"),
    };
    assert_eq!(refused, problem!("set-up-link"));
    assert_eq!(b.db.users().await.unwrap(), [first]);
    assert_eq!(b.db.projects().await.unwrap().len(), 1, "made, since there was none");
    let open = [b.db.session("s1").await.unwrap(), b.db.session("s2").await.unwrap()];
    assert_eq!(open.iter().flatten().count(), 1);
}

async fn a_set_up_link_works_only_while_there_is_nobody(b: Bench) {
    let ada = NewUser { is_admin: false, ..new_user("ada") };
    b.db.create_sign_in_link("good", None, later(60), "zelo").await.unwrap();
    b.db.create_sign_in_link("old", None, later(-1), "zelo").await.unwrap();
    for (link, valid) in [("good", true), ("old", false), ("never", false)] {
        assert_eq!(b.db.set_up_link_valid(link).await.unwrap(), valid, "{link}");
    }
    for link in ["old", "never"] {
        let refused = b.db.set_up(link, ada.clone(), "Shop", "s", later(60)).await.unwrap_err();
        assert_eq!(refused, problem!("set-up-link"));
    }
    let bob = user(&b.db, "bob").await;
    b.db.create_sign_in_link("bobs", Some(&bob.id), later(60), WHO).await.unwrap();
    for link in ["good", "bobs"] {
        assert!(!b.db.set_up_link_valid(link).await.unwrap(), "{link}");
        let refused = b.db.set_up(link, ada.clone(), "Shop", "s", later(60)).await.unwrap_err();
        assert_eq!(refused, problem!("set-up-link"));
    }
    assert_eq!(b.db.session("s").await.unwrap(), None);
}

async fn a_token_is_its_persons(b: Bench) {
    let (ada, bob) = (user(&b.db, "ada").await, user(&b.db, "bob").await);
    let now = later(0);
    let clock = Stopped::at(now);
    let db = open_by(&b.target, clock.clone()).await;
    assert_eq!(db.add_token(&ada.id, "", "h", None, WHO).await.unwrap_err().code, "token-name");
    let ci = db.add_token(&ada.id, "ci", "hash-1", None, WHO).await.unwrap();
    let until = now + TimeDelta::days(90);
    let short = db.add_token(&ada.id, "laptop", "hash-2", Some(until), WHO).await.unwrap();
    assert_eq!((short.expires_at, short.used_at), (Some(until), None));
    assert_eq!(db.tokens_of(&ada.id).await.unwrap().len(), 2);
    assert_eq!(db.tokens_of(&bob.id).await.unwrap(), []);
    assert!(!serde_json::to_string(&db.tokens().await.unwrap()).unwrap().contains("hash-1"));
    let (token, who) = db.token_user("hash-2").await.unwrap().unwrap();
    assert_eq!((&token.id, who), (&short.id, ada.clone()));
    assert_eq!(db.token_user("hash-3").await.unwrap(), None);
    clock.set(until);
    assert_eq!(db.token_user("hash-2").await.unwrap(), None, "over");
    assert!(db.token_user("hash-1").await.unwrap().is_some());

    assert_eq!(db.revoke_token(&ci.id, &bob.id, WHO).await.unwrap_err().code, "not-found-token");
    for _ in 0..2 {
        db.revoke_token(&ci.id, &ada.id, WHO).await.unwrap();
        assert_eq!(db.token_user("hash-1").await.unwrap(), None);
    }
    assert_eq!(db.tokens_of(&ada.id).await.unwrap().len(), 1);
    let of_tokens = AuditFilter { action: Some("token.".to_owned()), ..AuditFilter::default() };
    let told = db.audit_log(of_tokens).await.unwrap();
    assert_eq!(
        told.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(),
        ["token.revoke", "token.add", "token.add"]
    );
}

async fn that_a_token_was_used_is_noted_once_a_minute(b: Bench) {
    let ada = user(&b.db, "ada").await;
    let now = later(0);
    let clock = Stopped::at(now);
    let db = open_by(&b.target, clock.clone()).await;
    db.add_token(&ada.id, "ci", "hash", None, WHO).await.unwrap();
    let mut noted = now;
    for (seconds, writes) in [(0, true), (1, false), (59, false), (60, true), (119, false), (500, true)] {
        let at = now + TimeDelta::seconds(seconds);
        clock.set(at);
        let (token, _) = db.token_user("hash").await.unwrap().unwrap();
        noted = if writes { at } else { noted };
        assert_eq!(token.used_at, Some(noted), "{seconds}");
        assert_eq!(db.tokens_of(&ada.id).await.unwrap()[0].used_at, Some(noted), "{seconds}");
    }
}
