//! A gzip member that says how long it is, so that a reader can cut a file into
//! members without decoding it, and decode them side by side.
//!
//! The length stands where the format (RFC 1952) has room for more: an extra
//! subfield `ZL` of 4 bytes, little endian, the length of the whole member. Every
//! tool skips it. A reader must not believe it: what was cut off is decoded, and is
//! a member only if its data ends exactly where its trailer begins.

use std::io;

use libdeflater::{Compressor, Decompressor, crc32};

use super::BLOCK;

/// Magic, deflate, "has an extra field", no time, no flags, unknown system; 8 bytes
/// of extra field: `ZL`, 4 bytes. The length follows.
const LABEL: [u8; 16] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, b'Z', b'L', 4, 0];
/// What comes before the data.
pub(super) const HEADER: usize = LABEL.len() + 4;
/// What comes after it: checksum and length of the raw bytes.
const TRAILER: usize = 8;
/// No member is shorter: its data is 2 bytes at least.
const LEAST: usize = HEADER + 2 + TRAILER;
/// None is longer: data that does not compress grows a little.
const MOST: usize = BLOCK + 4096;

/// Compresses at most a [`BLOCK`] into `out`, which grows as needed; the length of
/// the member.
pub(super) fn compress(compressor: &mut Compressor, raw: &[u8], out: &mut Vec<u8>) -> io::Result<usize> {
    let bound = HEADER + compressor.deflate_compress_bound(raw.len()) + TRAILER;
    out.resize(bound.max(out.len()), 0);
    let (header, rest) = out.split_at_mut(HEADER);
    let data = compressor.deflate_compress(raw, rest).map_err(io::Error::other)?;
    let length = HEADER + data + TRAILER;
    let in_four = |n: usize| u32::try_from(n).map(u32::to_le_bytes).map_err(io::Error::other);
    header[..LABEL.len()].copy_from_slice(&LABEL);
    header[LABEL.len()..].copy_from_slice(&in_four(length)?);
    rest[data..][..4].copy_from_slice(&crc32(raw).to_le_bytes());
    rest[data + 4..][..4].copy_from_slice(&in_four(raw.len())?);
    Ok(length)
}

/// What a member with such a header says of its length; `None` if it says nothing.
/// An error if no member is that long: nobody is to gather so much.
pub(super) fn length(header: &[u8]) -> io::Result<Option<usize>> {
    let Some(length) = header.strip_prefix(&LABEL).and_then(|rest| rest.first_chunk()) else {
        return Ok(None);
    };
    let length = u32::from_le_bytes(*length);
    match usize::try_from(length) {
        Ok(length @ LEAST..=MOST) => Ok(Some(length)),
        _ => Err(bad(format!("a member says that it is {length} bytes long"))),
    }
}

/// Decodes exactly one member into `out`; how many bytes it holds. An error if
/// there is more in `member`, or less, or more than `out` has room for.
pub(super) fn decompress(member: &[u8], out: &mut [u8]) -> io::Result<usize> {
    let (Some(data), Some(trailer)) = (member.get(HEADER..), member.last_chunk::<TRAILER>()) else {
        return Err(bad("a member without data"));
    };
    let [sum, size] = [[0, 1, 2, 3], [4, 5, 6, 7]].map(|at| u32::from_le_bytes(at.map(|i| trailer[i])));
    let room = usize::try_from(size).ok().and_then(|size| out.get_mut(..size));
    let out = room.ok_or_else(|| bad("a member with more in it than one has"))?;
    // Looks for the trailer right behind the data and does not mind what follows it.
    let length =
        Decompressor::new().gzip_decompress(member, out).map_err(|_| bad("a member that is damaged"))?;
    if length != out.len() || crc32(out) != sum {
        return Err(bad("a member that ends elsewhere"));
    }
    // So the data is followed by this very trailer: here, unless it stands before as
    // well. Two equal members have equal trailers.
    let first = memchr::memmem::find(data, trailer);
    if first.is_none_or(|at| at + TRAILER < data.len()) && !is_one(member)? {
        return Err(bad("a member that ends elsewhere"));
    }
    Ok(length)
}

fn bad(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether nothing follows the first member: decoded slowly, by a decoder that
/// tells where it stopped.
fn is_one(member: &[u8]) -> io::Result<bool> {
    let mut decoder = flate2::bufread::GzDecoder::new(member);
    io::copy(&mut decoder, &mut io::sink())?;
    Ok(decoder.into_inner().is_empty())
}

#[cfg(test)]
mod tests {
    use libdeflater::CompressionLvl;

    use super::*;

    fn member(raw: &[u8], level: i32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut compressor = Compressor::new(CompressionLvl::new(level).unwrap());
        let length = compress(&mut compressor, raw, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn relabelled(mut member: Vec<u8>) -> Vec<u8> {
        let length = u32::try_from(member.len()).unwrap();
        member[LABEL.len()..HEADER].copy_from_slice(&length.to_le_bytes());
        member
    }

    /// What does not compress: no four bytes come twice.
    fn noise() -> Vec<u8> {
        let numbers = (0..BLOCK as u32 / 4).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(n % 32) ^ n);
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn it_says_how_long_it_is() {
        for raw in [&b""[..], b"x", &[7; BLOCK], &noise()] {
            for level in [1, 6, 9] {
                let member = member(raw, level);
                assert_eq!(length(&member).unwrap(), Some(member.len()));
                assert!((LEAST..=MOST).contains(&member.len()), "{} for {}", member.len(), raw.len());
                let mut out = vec![0; BLOCK];
                assert_eq!(decompress(&member, &mut out).unwrap(), raw.len());
                assert!(out[..raw.len()] == *raw);
            }
        }
    }

    #[test]
    fn the_longest_there_can_be_is_short_enough() {
        for level in 1..=9 {
            let mut compressor = Compressor::new(CompressionLvl::new(level).unwrap());
            assert!(HEADER + compressor.deflate_compress_bound(BLOCK) + TRAILER <= MOST);
        }
    }

    #[test]
    fn a_header_of_another_shape_says_nothing() {
        let header = member(b"x", 1);
        for at in 0..LABEL.len() {
            let mut other = header.clone();
            other[at] ^= 1;
            assert_eq!(length(&other).unwrap(), None, "{at}");
        }
        for end in 0..HEADER {
            assert_eq!(length(&header[..end]).unwrap(), None);
        }
    }

    #[test]
    fn a_length_no_member_has_is_refused() {
        let mut header = member(b"x", 1);
        for (says, fits) in [
            (0, false),
            (LEAST - 1, false),
            (LEAST, true),
            (MOST, true),
            (MOST + 1, false),
            (u32::MAX as usize, false),
        ] {
            let four = u32::try_from(says).unwrap().to_le_bytes();
            header[LABEL.len()..HEADER].copy_from_slice(&four);
            assert_eq!(length(&header).ok(), fits.then_some(Some(says)), "{says}");
        }
    }

    #[test]
    fn more_or_less_than_one_is_none() {
        let (one, two) = (member(b"one", 1), member(b"two", 1));
        let mut out = vec![0; BLOCK];
        for end in 0..one.len() {
            assert!(decompress(&one[..end], &mut out).is_err(), "{end}");
        }
        for more in [&[0][..], &one[one.len() - TRAILER..], &one, &two] {
            let long = relabelled([&one, more].concat());
            assert!(decompress(&long, &mut out).is_err(), "{more:?}");
        }
        // The same trailer twice, and the first one is damaged.
        let mut twice = relabelled([&one[..], &one].concat());
        twice[one.len() - 1] ^= 1;
        assert!(decompress(&twice, &mut out).is_err());
    }

    #[test]
    fn one_that_holds_its_own_trailer_is_still_one() {
        // Stored, not compressed: its last bytes can be chosen so that the trailer
        // stands in the data, as a checksum can be chosen.
        let raw = [&[9_u8; 40][..], &[0; 12]].concat();
        let mut raw = raw;
        let size = u32::try_from(raw.len()).unwrap().to_le_bytes();
        raw[44..48].copy_from_slice(&size);
        let sum = 0x1234_5678_u32.to_le_bytes();
        raw[40..44].copy_from_slice(&sum);
        force_sum(&mut raw, 0x1234_5678);
        let length = u16::try_from(raw.len()).unwrap();
        let mut one = LABEL.to_vec();
        one.extend([0; 4]);
        one.push(1); // the last block, stored
        one.extend(length.to_le_bytes());
        one.extend((!length).to_le_bytes());
        one.extend(&raw);
        one.extend(sum);
        one.extend(size);
        let one = relabelled(one);
        let mut out = vec![0; BLOCK];
        assert_eq!(decompress(&one, &mut out).unwrap(), raw.len());
        assert!(decompress(&relabelled([&one[..], &one].concat()), &mut out).is_err());
    }

    /// Chooses the last four bytes so that the checksum is `wanted`: each bit of
    /// them flips fixed bits of it.
    fn force_sum(raw: &mut [u8], wanted: u32) {
        let end = raw.len() - 4;
        let with = |raw: &mut [u8], last: u32| {
            raw[end..].copy_from_slice(&last.to_le_bytes());
            crc32(raw)
        };
        let base = with(raw, 0);
        let mut rows: Vec<(u32, u32)> = (0..32).map(|bit| (with(raw, 1 << bit) ^ base, 1 << bit)).collect();
        let (mut missing, mut last) = (base ^ wanted, 0);
        for bit in (0..32).rev() {
            let at = rows.iter().position(|(flips, _)| flips >> bit == 1).unwrap();
            let (flips, by) = rows.swap_remove(at);
            for row in &mut rows {
                if row.0 >> bit & 1 == 1 {
                    *row = (row.0 ^ flips, row.1 ^ by);
                }
            }
            if missing >> bit & 1 == 1 {
                (missing, last) = (missing ^ flips, last ^ by);
            }
        }
        assert_eq!(with(raw, last), wanted);
    }
}
