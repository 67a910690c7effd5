//! Bytes that are no UTF-8, as text and back. A database of the encoding
//! `SQL_ASCII` has none: a name in it may be any bytes, and must come back as the
//! same ones. Each byte that is no UTF-8 stands for one private character, and so
//! do the bytes of these characters themselves.

/// What is added to such a byte; the last private characters, which nobody uses.
const BASE: u32 = 0x0010_FF00;

/// Whether a character stands for a byte.
pub(super) fn is_raw(c: char) -> bool {
    u32::from(c) >= BASE + 0x80
}

/// Bytes as text.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let stand_in = |byte: &u8| char::from_u32(BASE + u32::from(*byte));
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_raw(c) {
                out.extend(c.encode_utf8(&mut [0; 4]).as_bytes().iter().filter_map(stand_in));
            } else {
                out.push(c);
            }
        }
        out.extend(chunk.invalid().iter().filter_map(stand_in));
    }
    out
}

/// Text as the bytes it came from.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(u32::from(c).saturating_sub(BASE)) {
            Ok(byte) if is_raw(c) => out.push(byte),
            _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_come_back(some in proptest::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(bytes(&text(&some)), some);
        }

        #[test]
        fn utf8_is_itself(some in "[^\u{10FF00}-\u{10FFFF}]{0,30}") {
            prop_assert_eq!(text(some.as_bytes()), some);
        }
    }

    #[test]
    fn the_stand_ins_themselves_come_back() {
        let some = "a\u{10FFE9}b".as_bytes();
        assert_eq!(bytes(&text(some)), some);
        assert_eq!(text(b"caf\xe9"), "caf\u{10FFE9}");
    }
}
