//! How many streams of logs one person may hold open at a time: each keeps a connection to
//! a Docker Engine.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::domain::id::UserId;

/// Streams of one person.
pub(crate) const SEATS: usize = 4;

/// Who holds how many. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<HashMap<UserId, usize>>>);

/// One of them; free again when it is dropped.
pub(crate) struct Seat {
    seats: Seats,
    user: UserId,
}

impl Seats {
    /// A seat, if this person has one left.
    pub(crate) fn take(&self, user: &UserId) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.entry(user.clone()).or_default();
        if *own >= SEATS {
            return None;
        }
        *own += 1;
        Some(Seat { seats: self.clone(), user: user.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SystemIds;

    #[test]
    fn a_seat_is_free_again_once_its_stream_is_gone() {
        let (seats, ana, rui) = (Seats::default(), UserId::new(&SystemIds), UserId::new(&SystemIds));
        let mut held: Vec<Seat> = (0..SEATS).map(|_| seats.take(&ana).unwrap()).collect();
        assert!(seats.take(&ana).is_none());
        assert!(seats.take(&rui).is_some(), "another person's are their own");
        held.pop();
        assert!(seats.take(&ana).is_some());
        drop(held);
        assert!(seats.0.lock().unwrap().is_empty());
    }
}
