//! Tars as tools write them, and as nobody should.

use proptest::prelude::*;

use super::*;
use crate::stream::digest;

fn read(bytes: &[u8]) -> Result<Vec<Entry>, Bad> {
    index(&mut &bytes[..], 1000, &mut || Ok(()))
}

fn why(bytes: &[u8]) -> &'static str {
    match read(bytes) {
        Ok(entries) => panic!("{entries:?}"),
        Err(Bad::Hostile(why, _)) => why,
        Err(Bad::Short) => "short",
        Err(Bad::Header(_)) => "header",
        Err(Bad::Io(_)) => "io",
    }
}

/// One entry with exactly these bytes as its path, whatever they are.
fn raw(path: &[u8], kind: u8, body: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(body.len() as u64);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::new(kind));
    header.as_mut_bytes()[..100].fill(0);
    header.as_mut_bytes()[..path.len()].copy_from_slice(path);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

fn plain(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, body) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, *body).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn what_a_tool_wrote_is_found_where_it_lies() {
    let long = "long/".repeat(60) + "name";
    let big = vec![7; 3 * CHUNK + 5];
    let bytes = plain(&[("a/toc.dat", b"toc"), (&long, b""), ("big", &big)]);
    assert!(is_tar(&bytes));
    let found = read(&bytes).unwrap();
    assert_eq!(
        found.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(),
        ["a/toc.dat", long.as_str(), "big"]
    );
    for (entry, body) in found.iter().zip([&b"toc"[..], b"", &big]) {
        assert_eq!(entry.digest, digest::of(body));
        assert_eq!(&bytes[entry.at as usize..][..body.len()], body);
    }
}

#[test]
fn attributes_of_the_newer_format_are_heeded() {
    let record = |text: &str| {
        let length = (1..).find(|n: &usize| n.to_string().len() + 1 + text.len() + 1 == *n).unwrap();
        format!("{length} {text}\n")
    };
    let mut bytes = raw(b"PaxHeaders/x", b'x', (record("path=é/right") + &record("size=5")).as_bytes());
    let mut file = raw(b"wrong", b'0', b"12345");
    // Its own header says nothing of the size, as that of a file beyond 8 GiB.
    file[124..136].copy_from_slice(b"00000000000\0");
    let header = tar::Header::from_byte_slice(&file[..512]).clone();
    let mut header = header;
    header.set_cksum();
    file[..512].copy_from_slice(header.as_bytes());
    bytes.extend(file);
    let found = read(&bytes).unwrap();
    assert_eq!((found[0].name.as_str(), found[0].digest.clone()), ("é/right", digest::of(b"12345")));
    for text in ["linkpath=/etc/passwd", "GNU.sparse.major=1"] {
        let bytes = [raw(b"x", b'x', record(text).as_bytes()), raw(b"a", b'0', b"")].concat();
        assert!(["link", "kind"].contains(&why(&bytes)), "{text}");
    }
}

#[test]
fn nothing_leads_out_and_nothing_but_files_gets_in() {
    for path in
        [&b"../x"[..], b"/etc/passwd", b"a/../../x", b"a//b", b"a\\..\\b", b"", b"a\x1bb", b"\xff\xfe"]
    {
        assert_eq!(why(&raw(path, b'0', b"x")), "path", "{path:?}");
    }
    assert_eq!(why(&raw(b"../d", b'5', b"")), "path");
    for (kind, wanted) in
        [(b'1', "link"), (b'2', "link"), (b'K', "link"), (b'3', "device"), (b'4', "device"), (b'6', "device")]
    {
        assert_eq!(why(&raw(b"x", kind, b"")), wanted);
    }
    for kind in [b'S', b'M', b'V', b'?'] {
        assert_eq!(why(&raw(b"x", kind, b"")), "kind");
    }
    let twice = [raw(b"./a", b'0', b"1"), raw(b"a", b'0', b"2")].concat();
    assert_eq!(why(&twice), "twice");
    let mut many = Vec::new();
    for n in 0..1001 {
        many.extend(raw(n.to_string().as_bytes(), b'0', b""));
    }
    assert_eq!(why(&many), "count");
}

#[test]
fn a_name_of_a_gigabyte_is_not_kept() {
    let mut header = tar::Header::new_gnu();
    header.set_size(1 << 30);
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_cksum();
    let mut endless = header.as_bytes().to_vec();
    endless.extend(vec![b'a'; 10_000]);
    assert_eq!(why(&endless), "name");
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_cksum();
    assert_eq!(why(header.as_bytes()), "name");
}

#[test]
fn one_that_was_cut_is_noticed_inside_an_entry() {
    let bytes = plain(&[("a", &[1; 700]), ("b", &[2; 10])]);
    for cut in [1, 511, 513, 1000, 1211, 1535, 1540, 2047, 2049] {
        assert!(matches!(read(&bytes[..cut]), Err(Bad::Short)), "{cut}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        some in proptest::collection::vec(any::<u8>(), 0..3000),
        at in 0..2000_usize,
        byte: u8,
    ) {
        let _ = read(&some);
        let mut bytes = plain(&[("a/b", b"hello"), ("c", &[3; 900])]);
        bytes[at] = byte;
        for entry in read(&bytes).unwrap_or_default() {
            prop_assert!(is_inner_path(&entry.name));
        }
    }
}
