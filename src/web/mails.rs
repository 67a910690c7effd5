//! How many test mails one person may have sent: each goes out in the name of whoever runs
//! the machine, to an address somebody typed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::Duration;

use crate::domain::{clock::Moment, id::UserId};

/// Test mails of one person within a [`WINDOW`].
const MOST: usize = 5;
/// How long one counts.
const WINDOW: Duration = Duration::minutes(1);

/// Who sent when, within the last minute. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Mails(Arc<Mutex<HashMap<UserId, Vec<Moment>>>>);

impl Mails {
    /// Counts one, unless this person has to wait: so many seconds.
    pub(super) fn begin(&self, user: &UserId, now: Moment) -> Result<(), u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, sent| {
            sent.retain(|at| *at + WINDOW > now);
            !sent.is_empty()
        });
        let own = all.entry(user.clone()).or_default();
        match own.first() {
            Some(first) if own.len() >= MOST => {
                Err((*first + WINDOW - now).num_seconds().max(1).unsigned_abs())
            }
            _ => {
                own.push(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::id::SystemIds;

    #[test]
    fn five_a_minute_and_nobody_waits_for_another() {
        let (mails, ana, rui) = (Mails::default(), UserId::new(&SystemIds), UserId::new(&SystemIds));
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        for second in 0..5 {
            assert_eq!(mails.begin(&ana, at(second)), Ok(()));
        }
        assert_eq!(mails.begin(&ana, at(10)), Err(50));
        assert_eq!(mails.begin(&rui, at(10)), Ok(()));
        assert_eq!(mails.begin(&ana, at(60)), Ok(()), "the first does not count any more");
        assert_eq!(mails.begin(&ana, at(60)), Err(1));
        assert_eq!(mails.begin(&rui, at(300)), Ok(()));
        assert_eq!(mails.0.lock().unwrap().len(), 1, "nothing is kept for ever");
    }
}
