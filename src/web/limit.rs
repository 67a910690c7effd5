//! How often somebody may try to sign in. Failures are counted by address and name
//! together, and by address: a stranger's tries close the door to that stranger,
//! never to the person whose name they used.

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
pub(crate) struct Limiter(Mutex<HashMap<Key, (u32, Moment)>>);

impl Limiter {
    /// How many seconds this address has to wait, if it has to.
    pub(super) fn wait(&self, from: IpAddr, name: &str, now: Moment) -> Option<u64> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |key: &Key, most: u32| {
            let (count, until) = failures.get(key)?;
            (*count >= most && *until > now).then(|| (*until - now).num_seconds().max(1).unsigned_abs())
        };
        let [one, any] = keys(from, name);
        over(&one, ONE_NAME).max(over(&any, ANY_NAME))
    }

    /// A try failed.
    pub(super) fn failed(&self, from: IpAddr, name: &str, now: Moment) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// They signed in: what they mistyped before does not count.
    pub(super) fn succeeded(&self, from: IpAddr, name: &str) {
        let [one, _] = keys(from, name);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&one);
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
            assert_eq!(limiter.wait(stranger, "ana", at(0)), None);
            limiter.failed(stranger, "Ana ", at(0));
        }
        assert_eq!(limiter.wait(stranger, "ana", at(1)), Some(14 * 60));
        assert_eq!(limiter.wait(own, "ana", at(1)), None);
        assert_eq!(limiter.wait(stranger, "bruno", at(1)), None);
        assert_eq!(limiter.wait(stranger, "ana", at(16)), None);
    }

    #[test]
    fn many_names_from_one_address_are_too_many() {
        let limiter = Limiter::default();
        for n in 0..ANY_NAME {
            limiter.failed(ip("2001:db8::1"), &n.to_string(), at(0));
        }
        assert!(limiter.wait(ip("2001:db8::ffff"), "new", at(1)).is_some());
        assert!(limiter.wait(ip("2001:db8:0:1::1"), "new", at(1)).is_none());
    }

    #[test]
    fn who_signs_in_starts_anew_and_memory_is_bounded() {
        let limiter = Limiter::default();
        for _ in 0..ONE_NAME - 1 {
            limiter.failed(ip("192.0.2.1"), "ana", at(0));
        }
        limiter.succeeded(ip("192.0.2.1"), "ana");
        limiter.failed(ip("192.0.2.1"), "ana", at(0));
        assert_eq!(limiter.wait(ip("192.0.2.1"), "ana", at(0)), None);
        for n in 0..u32::try_from(REMEMBERED).unwrap() + 10 {
            limiter.failed(IpAddr::V4(n.into()), "x", at(0));
        }
        assert!(limiter.0.lock().unwrap().len() <= REMEMBERED + 2);
    }
}
