//! Sealing and opening, the key file, and secrets that cannot be printed.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Mutex},
};

use super::*;
use crate::domain::problem::Problem;

/// Bytes that can be foreseen: 1, 2, 3…
#[derive(Default)]
struct Counting(Mutex<u8>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        let mut next = self.0.lock().unwrap();
        for byte in bytes {
            *next = next.wrapping_add(1);
            *byte = *next;
        }
        Ok(())
    }
}

struct Nothing;

impl Random for Nothing {
    fn fill(&self, _: &mut [u8]) -> Result<(), NoRandom> {
        Err(NoRandom("none today".to_owned()))
    }
}

fn sealer(byte: u8) -> Sealer {
    Sealer::new([byte; 32], system())
}

fn system() -> Arc<dyn Random> {
    Arc::new(SystemRandom)
}

fn why<T: std::fmt::Debug>(result: Result<T, SealError>) -> SealWhy {
    result.unwrap_err().why
}

#[test]
fn debug_shows_nothing_of_a_secret() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "Secret(…) Some(\n    Secret(…),\n)");
    assert!(!format!("{:?}", sealer(7)).contains("7, 7"));
}

#[test]
fn what_is_sealed_opens_for_its_owner_only() {
    let sealer = sealer(1);
    let sealed = sealer.seal("resource:a", &Secret::new("pä$$ word")).unwrap();
    assert!(sealed.starts_with(&format!("v1:{}:", sealer.key_id())), "{sealed}");
    assert!(!sealed.contains("word"));
    assert_eq!(sealer.open("resource:a", &sealed).unwrap().expose(), "pä$$ word");
    assert_eq!(why(sealer.open("resource:b", &sealed)), SealWhy::Tampered);
}

#[test]
fn the_sealed_form_is_stable() {
    // A later Zelo must open what this one sealed.
    let sealed = Sealer::new([1; 32], Arc::new(Counting::default()))
        .seal("resource:a", &Secret::new("hunter2"))
        .unwrap();
    assert_eq!(
        sealed,
        "v1:72cd6e84:0102030405060708090a0b0c0d0e0f101112131415161718fc8d5211857095295b04e66d828195495e1d8e976bf7d3"
    );
}

#[test]
fn two_seals_of_one_secret_differ() {
    let seal = || sealer(1).seal("resource:a", &Secret::new("x")).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn another_key_is_named_and_every_changed_bit_is_found() {
    let sealed = sealer(1).seal("resource:a", &Secret::new("x")).unwrap();
    let other = sealer(2);
    assert!(matches!(
        why(other.open("resource:a", &sealed)),
        SealWhy::OtherKey { have, .. } if have == other.key_id()
    ));
    let start = sealed.rfind(':').unwrap() + 1;
    for at in start..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(why(sealer(1).open("resource:a", &changed)), SealWhy::Tampered, "{at}");
    }
}

#[test]
fn what_is_no_sealed_text_is_refused() {
    let sealer = sealer(1);
    let short = format!("v1:{}:00ff", sealer.key_id());
    let later = format!("v2:{}:00", sealer.key_id());
    for text in ["", "hunter2", "v1:", "v1::", short.as_str(), later.as_str()] {
        assert!(sealer.open("resource:a", text).is_err(), "{text}");
    }
}

#[test]
fn without_randomness_nothing_is_sealed_and_no_key_made() {
    let sealer = Sealer::new([1; 32], Arc::new(Nothing));
    let error = sealer.seal("resource:a", &Secret::new("x")).unwrap_err();
    assert!(Problem::from(error).is("no-random"));
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("key");
    assert!(matches!(open_key(&key, false, Arc::new(Nothing)), Err(KeyError::NoRandom(_))));
    assert!(!key.exists());
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_key_is_made_once_for_its_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let first = open_key(&path, false, system()).unwrap();
    let again = open_key(&path, true, system()).unwrap();
    assert_eq!(first.key_id(), again.key_id());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["key"], "no draft stays");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# ") && text.lines().nth(1).unwrap().len() == 64);
}

#[test]
fn processes_that_start_together_end_up_with_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    // Another process finished first: its key counts, ours is dropped.
    fs::write(&path, format!("{}\n", hex::encode([9; 32]))).unwrap();
    mode(&path, 0o600);
    assert_eq!(open_key(&path, false, system()).unwrap().key_id(), sealer(9).key_id());
}

#[test]
fn a_missing_key_is_not_replaced_while_something_is_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let error = open_key(&path, true, system()).unwrap_err();
    assert!(Problem::from(error).is("key-missing"));
    assert!(!path.exists());
}

#[test]
fn a_key_others_may_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    open_key(&path, false, system()).unwrap();
    for bits in [0o640, 0o604, 0o620, 0o601] {
        mode(&path, bits);
        assert!(Problem::from(open_key(&path, true, system()).unwrap_err()).is("key-open"), "{bits:o}");
    }
    mode(&path, 0o400);
    assert!(open_key(&path, true, system()).is_ok());
}

#[test]
fn a_broken_key_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    for text in ["", "# only a header\n", "00ff\n", "not hexadecimal at all\n"] {
        fs::write(&path, text).unwrap();
        mode(&path, 0o600);
        assert!(Problem::from(open_key(&path, false, system()).unwrap_err()).is("key-shape"), "{text:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// Bytes that are all one, and then all the next.
struct Same(Mutex<u8>);

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        let mut next = self.0.lock().unwrap();
        *next += 1;
        bytes.fill(*next);
        Ok(())
    }
}

#[test]
fn a_token_is_told_from_others_and_only_its_digest_is_kept() {
    let random = Same(Mutex::new(0));
    let (link, link_digest) = token::new(&random).unwrap();
    assert_eq!(link.expose(), "01".repeat(32));
    assert_eq!(link_digest, token::digest(&"01".repeat(32)));
    // What sha256sum says.
    assert_eq!(token::digest("zelo"), "3f488cb0aa85495785ff57a59f7f852bed4837eb2200c4efdd70767ff8d94875");
    let (api, api_digest) = token::new_api(&random).unwrap();
    assert_eq!(api.expose(), format!("{}{}", token::API, "02".repeat(32)));
    assert_eq!(api_digest, token::digest(api.expose()));
    assert!(token::new(&Nothing).unwrap_err().is("no-random"));
}

#[test]
fn a_password_is_known_by_its_hash_and_no_other_is() {
    let secret = Secret::new("correct horse battery");
    let hash = password::hash(&secret, &SystemRandom).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(password::verify(&secret, &hash));
    for other in ["correct horse batter", "Correct horse battery", "correct horse battery ", ""] {
        assert!(!password::verify(&Secret::new(other), &hash), "{other:?}");
    }
    assert_ne!(password::hash(&secret, &SystemRandom).unwrap(), hash, "each has a salt of its own");
    assert!(password::hash(&secret, &Nothing).unwrap_err().is("no-random"));
    for broken in ["", "hunter2", "$argon2id$", &hash[..hash.len() - 1], &hash.replace("m=19456", "m=8")] {
        assert!(!password::verify(&secret, broken), "{broken}");
    }
}

#[test]
fn a_decoy_costs_what_a_hash_costs_and_fits_nothing() {
    let hash = password::hash(&Secret::new("correct horse battery"), &SystemRandom).unwrap();
    let cost = |hash: &str| hash.split('$').take(4).map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(cost(password::decoy()), cost(&hash));
    let lengths = |hash: &str| hash.split('$').skip(4).map(str::len).collect::<Vec<_>>();
    assert_eq!(lengths(password::decoy()), lengths(&hash));
    let secret = Secret::new("correct horse battery");
    // It is read whole: one that is refused at once would cost nothing.
    assert!(argon2::PasswordHash::new(password::decoy()).is_ok());
    assert!(!password::verify(&secret, password::decoy()));
}

#[test]
fn a_weak_password_is_refused() {
    let check = |text: &str, name: &str| password::check(&Secret::new(text), name).map_err(|p| p.code);
    for good in ["0123456789", "ãéîõüãéîõü", &"x".repeat(1024)] {
        assert_eq!(check(good, "ada"), Ok(()), "{good}");
    }
    for weak in ["", "012345678", "ãéîõüãéîõ", &"x".repeat(1025)] {
        assert_eq!(check(weak, "ada"), Err("password-weak".to_owned()), "{weak}");
    }
    for own in ["Ada Lovelace", "ada lovelace", " ada lovelace "] {
        assert_eq!(check(own, "Ada Lovelace"), Err("password-weak".to_owned()), "{own:?}");
    }
}
