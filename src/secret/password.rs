//! People's passwords. What is kept of one is an argon2id hash, made with the
//! parameters OWASP recommends. Hashing and verifying take a core some tens of
//! milliseconds: call them from `spawn_blocking`.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use super::{Random, Secret};
use crate::{domain::problem::Problem, problem};

/// The fewest characters of a password.
const FEWEST: usize = 10;
/// The most bytes: more would only cost time.
const MOST: usize = 1024;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// The hash of nothing anybody knows, with the cost of [`hash`].
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$emVsby1kZWNveS1zYWx0Zg\
                     $AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Whether somebody of this name may have this password. Problem `password-weak`
/// (args `fewest`, `most`): too short, too long, or their own name.
pub fn check(password: &Secret, name: &str) -> Result<(), Problem> {
    let text = password.expose();
    let own_name = text.trim().to_lowercase() == name.trim().to_lowercase();
    if own_name || text.chars().count() < FEWEST || text.len() > MOST {
        return Err(problem!("password-weak", fewest = FEWEST, most = MOST));
    }
    Ok(())
}

/// A hash to keep, with a salt of its own. Whoever calls this has called [`check`].
/// Problem `no-random`.
pub fn hash(password: &Secret, random: &dyn Random) -> Result<String, Problem> {
    let mut salt = [0; 16];
    random.fill(&mut salt).map_err(|e| problem!("no-random").detail(e))?;
    let hash = hasher()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
    Ok(hash.map_err(|e| problem!("password-hash").detail(e))?.to_string())
}

/// Whether this is the password of this hash. What is no hash fits no password.
pub fn verify(password: &Secret, hash: &str) -> bool {
    // The hash says what it cost; the parameters of today are for new ones.
    let text = password.expose();
    text.len() <= MOST && Argon2::default().verify_password(text.as_bytes(), hash).is_ok()
}

/// A hash that no password fits, for people who do not exist: verifying against it
/// takes as long as against a real one, so the time says nothing about names.
pub const fn decoy() -> &'static str {
    DECOY
}

fn hasher() -> Result<Argon2<'static>, Problem> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|e| problem!("password-hash").detail(e))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
