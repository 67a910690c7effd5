//! Whether a tar is whole, looked at while it passes: every header right, every entry
//! as long as it says, the end where the archive ends. What is in it is not judged: it
//! is the instance's own, with links and devices.

use tar::Header;

use crate::{domain::problem::Problem, problem, store::part::Tap};

const BLOCK: usize = 512;
/// The longest block of attributes that is kept to be read.
const ATTRIBUTES: u64 = 1 << 20;

/// Sees a tar of GNU tar's `posix` format.
#[derive(Default)]
pub(in crate::supabase) struct TarChecker {
    /// What of the next header has come.
    block: Vec<u8>,
    /// Bytes of the current entry (and its padding) still to come.
    left: u64,
    /// The attributes of the next entry, while they come: wanted bytes, and so far.
    attributes: Option<(u64, Vec<u8>)>,
    /// The next entry's length, if its attributes say one.
    size: Option<u64>,
    zeros: u32,
    entries: u64,
    bad: Option<String>,
}

impl TarChecker {
    /// The next bytes.
    pub(in crate::supabase) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.bad.is_none() {
            if self.left > 0 {
                let take = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                let (now, rest) = bytes.split_at(take);
                self.keep(now);
                self.left -= take as u64;
                if self.left == 0 {
                    self.attributes_end();
                }
                bytes = rest;
                continue;
            }
            let take = (BLOCK - self.block.len()).min(bytes.len());
            let (now, rest) = bytes.split_at(take);
            self.block.extend_from_slice(now);
            bytes = rest;
            if self.block.len() == BLOCK {
                self.header();
                self.block.clear();
            }
        }
    }

    /// The end. Problem: `files-archive-broken`.
    pub(in crate::supabase) fn end(self) -> Result<u64, Problem> {
        let broken = |why: &str| problem!("files-archive-broken").detail(why);
        if let Some(why) = self.bad {
            return Err(broken(&why));
        }
        if self.left > 0 || !self.block.is_empty() || self.zeros < 2 {
            return Err(broken("it ends in the middle"));
        }
        Ok(self.entries)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Some((wanted, so_far)) = &mut self.attributes {
            let room = usize::try_from(*wanted).unwrap_or(0).saturating_sub(so_far.len());
            so_far.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        }
    }

    fn attributes_end(&mut self) {
        if let Some((_, text)) = self.attributes.take() {
            self.size = size_in(&text);
        }
    }

    fn header(&mut self) {
        if self.block.iter().all(|b| *b == 0) {
            self.zeros += 1;
            return;
        }
        if self.zeros > 0 {
            self.bad = Some("something comes after its end".to_owned());
            return;
        }
        let header = Header::from_byte_slice(&self.block);
        let sum: u32 =
            (0..BLOCK).map(|at| if (148..156).contains(&at) { 32 } else { u32::from(self.block[at]) }).sum();
        let (Ok(wanted), Ok(size)) = (header.cksum(), header.entry_size()) else {
            self.bad = Some("a header that is none".to_owned());
            return;
        };
        if wanted != sum {
            self.bad = Some("a damaged header".to_owned());
            return;
        }
        let kind = header.entry_type();
        let of_next = kind.is_pax_local_extensions();
        let size = if of_next || kind.is_pax_global_extensions() {
            size
        } else {
            self.entries += 1;
            // Links, folders and devices have no contents, whatever they say.
            let has =
                kind.is_file() || kind.is_contiguous() || kind.is_gnu_longname() || kind.is_gnu_longlink();
            let size = self.size.take().unwrap_or(size);
            if has { size } else { 0 }
        };
        self.attributes = (of_next && size <= ATTRIBUTES).then(|| (size, Vec::new()));
        self.left = size.div_ceil(BLOCK as u64) * BLOCK as u64;
    }
}

/// `size` of a block of attributes: lines of `length key=value`.
fn size_in(text: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix("size="))?;
    line.parse().ok()
}

impl Tap for TarChecker {
    fn see(&mut self, bytes: &[u8]) {
        self.feed(bytes);
    }

    fn finish(self: Box<Self>) -> Result<(), Problem> {
        self.end().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in [("a", &b"one"[..]), ("b/c", &[7; 2000][..])] {
            let mut header = Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, bytes).unwrap();
        }
        builder.append_pax_extensions([("SCHILY.xattr.user.x", &b"1"[..])]).unwrap();
        let mut header = Header::new_ustar();
        header.set_size(1);
        builder.append_data(&mut header, "d", &b"x"[..]).unwrap();
        builder.into_inner().unwrap()
    }

    #[test]
    fn a_whole_archive_passes_in_any_pieces_and_a_cut_or_changed_one_does_not() {
        let whole = archive();
        for piece in [1, 7, 512, 100_000] {
            let mut checker = TarChecker::default();
            whole.chunks(piece).for_each(|c| checker.feed(c));
            assert_eq!(checker.end().unwrap(), 3, "{piece}");
        }
        for cut in [1, 600, 1500, whole.len() - 700] {
            let mut checker = TarChecker::default();
            checker.feed(&whole[..whole.len() - cut]);
            assert!(checker.end().is_err(), "{cut}");
        }
        let mut bad = whole;
        bad[3] ^= 1;
        let mut checker = TarChecker::default();
        checker.feed(&bad);
        assert!(checker.end().is_err());
    }
}
