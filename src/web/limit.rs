//! How often somebody may try a password. Failures are counted by address and name
//! together, and by address: a stranger's tries close the door to that stranger,
//! never to the person whose name they used. A try counts from its beginning, or many
//! at the same moment would all be let through; one that succeeds is taken back.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::Duration;

use crate::domain::clock::Moment;

/// Failures of one address with one name.
const ONE_NAME: u32 = 5;
/// Failures of one address with any names.
const ANY_NAME: u32 = 30;
/// How long a failure counts.
const WINDOW: Duration = Duration::minutes(15);
/// So many addresses are remembered; then the oldest are let go.
const REMEMBERED: usize = 10_000;

type Key = (IpAddr, Option<String>);

/// The failures of the last minutes.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<Failures>);

/// How many, and until when they count.
type Failures = HashMap<Key, (u32, Moment)>;

impl Limiter {
    /// Begins a try, unless this address has to wait: so many seconds.
    pub(super) fn begin(&self, from: IpAddr, name: &str, now: Moment) -> Result<(), u64> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match wait(&failures, from, name, now) {
            Some(seconds) => Err(seconds),
            None => {
                count(&mut failures, from, name, now);
                Ok(())
            }
        }
    }

    /// It was right: neither it nor what they mistyped before counts.
    pub(super) fn succeeded(&self, from: IpAddr, name: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [one, any] = keys(from, name);
        failures.remove(&one);
        if let Some((count, _)) = failures.get_mut(&any) {
            *count = count.saturating_sub(1);
        }
    }
}

/// How many seconds this address has to wait, if it has to.
fn wait(failures: &Failures, from: IpAddr, name: &str, now: Moment) -> Option<u64> {
    let over = |key: &Key, most: u32| {
        let (count, until) = failures.get(key)?;
        (*count >= most && *until > now).then(|| (*until - now).num_seconds().max(1).unsigned_abs())
    };
    let [one, any] = keys(from, name);
    over(&one, ONE_NAME).max(over(&any, ANY_NAME))
}

fn count(failures: &mut Failures, from: IpAddr, name: &str, now: Moment) {
    if failures.len() >= REMEMBERED {
        failures.retain(|_, (_, until)| *until > now);
    }
    while failures.len() >= REMEMBERED {
        let oldest = failures.iter().min_by_key(|(_, (_, until))| *until).map(|(key, _)| key.clone());
        let Some(oldest) = oldest else { break };
        failures.remove(&oldest);
    }
    for key in keys(from, name) {
        let (count, until) = failures.entry(key).or_insert((0, now));
        if *until <= now {
            *count = 0;
        }
        (*count, *until) = (*count + 1, now + WINDOW);
    }
}

/// An IPv6 address stands for its whole /64: that much one customer has.
fn keys(from: IpAddr, name: &str) -> [Key; 2] {
    let from = match from.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    };
    let name: String = name.trim().to_lowercase().chars().take(80).collect();
    [(from, Some(name)), (from, None)]
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(minute: i64) -> Moment {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn tries_close_the_door_to_who_makes_them_alone() {
        let limiter = Limiter::default();
        let (stranger, own) = (ip("192.0.2.1"), ip("192.0.2.2"));
        for _ in 0..ONE_NAME {
            assert_eq!(limiter.begin(stranger, "Ana ", at(0)), Ok(()));
        }
        assert_eq!(limiter.begin(stranger, "ana", at(1)), Err(14 * 60));
        assert_eq!(limiter.begin(own, "ana", at(1)), Ok(()));
        assert_eq!(limiter.begin(stranger, "bruno", at(1)), Ok(()));
        assert_eq!(limiter.begin(stranger, "ana", at(16)), Ok(()));
    }

    #[test]
    fn many_names_from_one_address_are_too_many() {
        let limiter = Limiter::default();
        for n in 0..ANY_NAME {
            limiter.begin(ip("2001:db8::1"), &n.to_string(), at(0)).unwrap();
        }
        assert!(limiter.begin(ip("2001:db8::ffff"), "new", at(1)).is_err());
        assert!(limiter.begin(ip("2001:db8:0:1::1"), "new", at(1)).is_ok());
    }

    #[test]
    fn who_signs_in_starts_anew_and_memory_is_bounded() {
        let limiter = Limiter::default();
        let from = ip("192.0.2.1");
        for _ in 0..2 * ANY_NAME {
            for _ in 0..ONE_NAME - 1 {
                limiter.begin(from, "ana", at(0)).unwrap();
                limiter.succeeded(from, "ana");
            }
        }
        assert_eq!(limiter.0.lock().unwrap()[&keys(from, "ana")[1]].0, 0, "a right one is no failure");
        for n in 0..u32::try_from(REMEMBERED).unwrap() + 10 {
            limiter.begin(IpAddr::V4(n.into()), "x", at(0)).unwrap();
        }
        assert!(limiter.0.lock().unwrap().len() <= REMEMBERED + 2);
    }
}
