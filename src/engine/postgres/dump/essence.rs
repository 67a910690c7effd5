//! A digest of an archive without the time it was made: two dumps of an unchanged
//! database have the same one.
//!
//! Tried on instances of the lab (PostgreSQL 17): of two dumps taken one after another
//! only the seven numbers of the time in the header differ. Entries come in one order,
//! and what is written to a pipe has no positions of data in its table of contents. The
//! WAL position, the cheap marker of a change, is no help here: it moves by itself on an
//! instance nobody uses. So a database is always dumped, and the dump is compared.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    domain::problem::Problem,
    engine::postgres::toc::{Cursor, Sizes},
    store::part::Tap,
    stream::digest::Hasher,
};

/// A header is not longer; what is, is digested as it is.
const LONGEST: usize = 64 << 10;

/// Digests what passes, for another format check.
pub(super) struct Essence {
    inner: Box<dyn Tap>,
    hasher: Hasher,
    /// The beginning, until the header is whole.
    head: Option<Vec<u8>>,
    tell: Sender<String>,
}

impl Essence {
    /// Around a format check. The digest comes through the other end once all has passed.
    pub(super) fn around(inner: Box<dyn Tap>) -> (Box<dyn Tap>, Receiver<String>) {
        let (tell, told) = channel();
        (Box::new(Self { inner, hasher: Hasher::default(), head: Some(Vec::new()), tell }), told)
    }
}

impl Tap for Essence {
    fn see(&mut self, bytes: &[u8]) {
        self.inner.see(bytes);
        let Some(head) = &mut self.head else { return self.hasher.update(bytes) };
        head.extend_from_slice(bytes);
        let time = time(head);
        if time.is_some() || head.len() > LONGEST {
            let (from, to) = time.unwrap_or_default();
            head.get_mut(from..to).unwrap_or_default().fill(0);
            self.hasher.update(head);
            self.head = None;
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), Problem> {
        self.inner.finish()?;
        self.hasher.update(&self.head.take().unwrap_or_default());
        // Nobody who does not listen misses it.
        let _ = self.tell.send(self.hasher.finish().sha256);
        Ok(())
    }
}

/// Where the time stands in an archive that begins like this: seven numbers, each a sign
/// and so many bytes, right after how it is compressed.
fn time(head: &[u8]) -> Option<(usize, usize)> {
    let mut at = Cursor::new(head, Sizes::default());
    let from = at.header().ok()?.compression.1;
    Some((from, from + 7 * (1 + at.sizes.int)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::postgres::archive::Checker;

    /// An archive without entries, of version 1.16, made at this time.
    fn archive(time: [u8; 7], database: &str) -> Vec<u8> {
        let mut bytes = b"PGDMP\x01\x10\x00\x04\x08\x01\x00".to_vec();
        for part in time {
            bytes.extend([0, part, 0, 0, 0]);
        }
        for text in [database, "17.6", "17.6"] {
            bytes.push(0);
            bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend([0; 5]);
        bytes
    }

    fn essence(bytes: &[u8], piece: usize) -> String {
        let (mut tap, told) = Essence::around(Box::<Checker>::default());
        bytes.chunks(piece).for_each(|chunk| tap.see(chunk));
        tap.finish().unwrap();
        told.recv().unwrap()
    }

    #[test]
    fn only_the_time_is_left_out_in_whatever_pieces_it_comes() {
        let one = archive([59, 7, 22, 26, 10, 126, 0], "shop");
        let whole = essence(&one, 4096);
        for piece in [1, 13, 50] {
            assert_eq!(essence(&archive([1, 8, 23, 27, 0, 127, 1], "shop"), piece), whole, "{piece}");
        }
        assert_ne!(essence(&archive([59, 7, 22, 26, 10, 126, 0], "shot"), 4096), whole);
        assert_ne!(crate::stream::digest::of(&one).sha256, whole);
    }

    #[test]
    fn what_is_no_whole_archive_has_none() {
        let (mut tap, told) = Essence::around(Box::<Checker>::default());
        tap.see(b"PGDMP\x01\x10");
        assert!(tap.finish().is_err());
        assert!(told.recv().is_err());
    }
}
