//! What a file is, by its first bytes: how it is compressed, and, where nothing
//! here can use it, what it looks like to a person.

use crate::domain::manifest::Codec;

/// Bytes at the beginning that are looked at.
pub const HEAD: usize = 64 * 1024;

/// How a file that begins like this is compressed.
pub fn codec(head: &[u8]) -> Codec {
    if head.starts_with(&[0x1f, 0x8b, 8]) {
        Codec::Gzip
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Codec::Zstd
    } else {
        Codec::None
    }
}

/// Beginnings that say what a file is.
const MAGIC: [(&[u8], &str); 29] = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "n7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"SQLite format 3\0", "sqlite"),
    (b"PGDMP", "postgres"),
    (b"-- PostgreSQL database", "postgres"),
    (b"-- MySQL dump", "mysql"),
    (b"-- MariaDB dump", "mariadb"),
    (b"/*M!999999", "mariadb"),
    (b"\x6d\xe2\x99\x81", "mongodb"),
    (b"REDIS0", "redis"),
    (b"-----BEGIN PGP", "pgp"),
    (b"age-encryption.org/", "age"),
    (b"-----BEGIN AGE", "age"),
    (b"Salted__", "openssl"),
];

/// A word for what a file looks like that begins so; the catalogues have its name.
pub fn looks(head: &[u8]) -> &'static str {
    if head.is_empty() {
        return "empty";
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return what;
    }
    if head.iter().all(|b| *b == 0) {
        return "zeros";
    }
    match text(head) {
        Some(text) => written(text),
        None if is_pgp(head) => "pgp",
        None => "unknown",
    }
}

/// The head as text, if it is text: a character may be cut at its end.
fn text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    (!text.contains(odd)).then_some(text)
}

fn written(text: &str) -> &'static str {
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(4000).collect();
    let lower = start.to_lowercase();
    let has = |word: &str| lower.contains(word);
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        "html"
    } else if lower.starts_with("<?xml") {
        "xml"
    } else if lower.starts_with('{') || lower.starts_with('[') {
        "json"
    } else if has("mysql dump") || has("mariadb dump") {
        "mysql"
    } else if has("create table") || has("insert into") || has("begin transaction") {
        "sql"
    } else {
        "text"
    }
}

/// Whether it begins like an encrypted OpenPGP message: a session key's packet.
fn is_pgp(head: &[u8]) -> bool {
    matches!(head, [0x84 | 0x85 | 0x8c | 0xc1 | 0xc3, _, 3 | 4 | 6, ..] | [0x85, _, _, 3 | 6, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_told_apart() {
        for (head, wanted) in [
            (&b""[..], "empty"),
            (b"PK\x03\x04rest", "zip"),
            (b"\n <!DOCTYPE html><p>404", "html"),
            (b"<html lang=en>", "html"),
            (b"-- MySQL dump 10.13", "mysql"),
            (b"/*M!999999\\- enable the sandbox mode */", "mariadb"),
            (b"{\"error\": 1}", "json"),
            (b"CREATE TABLE a (b int);", "sql"),
            (b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;", "sql"),
            (b"hello", "text"),
            (b"caf\xc3", "text"),
            (b"-----BEGIN PGP MESSAGE-----", "pgp"),
            (&[0x8c, 0x0d, 0x04, 0x09], "pgp"),
            (&[0, 0, 0], "zeros"),
            (&[0x12, 0x00, 0xff, 0x80], "unknown"),
        ] {
            assert_eq!(looks(head), wanted, "{head:?}");
        }
        assert_eq!(codec(&[0x1f, 0x8b, 8, 0]), Codec::Gzip);
        assert_eq!(codec(&[0x28, 0xb5, 0x2f, 0xfd]), Codec::Zstd);
        assert_eq!(codec(b"PGDMP"), Codec::None);
    }
}
