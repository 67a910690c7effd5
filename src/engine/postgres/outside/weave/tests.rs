//! An archive taken apart into files, as pg_dump's directory format has them, and
//! woven together again. (That pg_restore reads what is woven of real ones is tested
//! on real servers.)

use std::{collections::BTreeMap, io::Write};

use async_trait::async_trait;

use super::*;
use crate::engine::postgres::{archive::Checker, outside::files::recognise};

const REAL: [&[u8]; 2] =
    [include_bytes!("../../archive/pg15.dump"), include_bytes!("../../archive/pg17.dump")];

/// Files in memory.
struct Map(BTreeMap<String, Vec<u8>>);

#[async_trait]
impl Files for Map {
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    async fn open(&self, name: &str) -> Result<Reader, Problem> {
        Ok(Box::pin(io::Cursor::new(self.0[name].clone())))
    }
}

/// The other way round: a custom archive's entries and data as files in `folder`.
fn apart(archive: &[u8], folder: &str, gzip: bool) -> BTreeMap<String, Vec<u8>> {
    let mut at = Cursor::new(archive, Sizes::default());
    let header = at.header().unwrap();
    assert!(!header.compressed, "the samples are dumped with -Z0");
    let sizes = at.sizes;
    let mut toc = archive[..at.at].to_vec();
    toc[FORMAT] = 3;
    let count = at.count().unwrap();
    toc.extend(int(sizes, count as i64));
    let mut objects = std::collections::BTreeSet::new();
    for _ in 0..count {
        let start = at.at;
        let entry = at.entry().unwrap();
        toc.extend_from_slice(&archive[start..start + entry.tail_at]);
        let has = !matches!(entry.tail, Tail::Offset(NOWHERE));
        let name = match (has, entry.kind) {
            (false, _) => String::new(),
            (true, b"BLOBS") => {
                objects.insert(entry.id);
                // As the directory format says it, and as the tar does.
                if gzip { format!("blobs_{}.toc", entry.id) } else { format!("{}.dat", entry.id) }
            }
            (true, _) => format!("{}.dat", entry.id),
        };
        toc.extend(int(sizes, name.len() as i64));
        toc.extend_from_slice(name.as_bytes());
    }
    let mut files = BTreeMap::from([(format!("{folder}toc.dat"), toc)]);
    let packed = |bytes: Vec<u8>| {
        if !gzip {
            return bytes;
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&bytes).unwrap();
        encoder.finish().unwrap()
    };
    let end = if gzip { ".gz" } else { "" };
    while at.at < archive.len() {
        let kind = at.byte().unwrap();
        let id = at.int().unwrap();
        let pieces = |at: &mut Cursor<'_>| {
            let mut all = Vec::new();
            loop {
                let length = at.int().unwrap();
                if length == 0 {
                    return all;
                }
                all.extend_from_slice(at.take(length as usize).unwrap());
            }
        };
        if kind == DATA {
            let data = packed(pieces(&mut at));
            files.insert(format!("{folder}{id}.dat{end}"), data);
            continue;
        }
        let mut list = String::new();
        loop {
            let oid = at.int().unwrap();
            if oid == 0 {
                break;
            }
            let data = packed(pieces(&mut at));
            files.insert(format!("{folder}blob_{oid}.dat{end}"), data);
            list.push_str(&format!("{oid} blob_{oid}.dat\n"));
        }
        assert!(objects.contains(&id));
        files.insert(format!("{folder}blobs_{id}.toc"), list.into_bytes());
    }
    files
}

async fn woven(files: BTreeMap<String, Vec<u8>>, index: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut reader = weave(index, Arc::new(Map(files)));
    reader.read_to_end(&mut bytes).await.map_err(|e| unread(&e)).map(|_| bytes)
}

/// Every block's data, joined.
fn data(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut all = apart(archive, "", false);
    all.remove("toc.dat");
    all
}

#[tokio::test]
async fn what_is_taken_apart_is_woven_together_again() {
    for archive in REAL {
        for (folder, gzip) in [("", false), ("dump/", true), ("a/b/", false)] {
            let files = apart(archive, folder, gzip);
            let names: Vec<&str> = files.keys().map(String::as_str).collect();
            let mut keyed = recognise(&names).unwrap();
            assert_eq!(keyed.index, format!("{folder}toc.dat"));
            keyed.inspector.see(&files[&keyed.index]).unwrap();
            let looked = keyed.inspector.finish().unwrap();
            assert_eq!(looked.report.format, "directory");
            assert!(looked.report.tables.unwrap() >= 2 && !looked.report.engine.server.is_empty());
            let woven = woven(files, &keyed.index).await.unwrap();
            let mut checker = Checker::default();
            checker.feed(&woven);
            checker.end().unwrap();
            assert_eq!(data(&woven), data(archive));
        }
    }
}

#[tokio::test]
async fn a_file_that_is_missing_or_broken_ends_it() {
    let whole = apart(REAL[1], "", true);
    let data =
        whole.keys().find(|name| name.ends_with(".dat.gz") && !name.starts_with("blob")).unwrap().clone();
    let code = |result: Result<Vec<u8>, Problem>| result.unwrap_err().code;
    let mut without = whole.clone();
    without.remove(&data);
    let names: Vec<&str> = without.keys().map(String::as_str).collect();
    let mut keyed = recognise(&names).unwrap();
    keyed.inspector.see(&without["toc.dat"]).unwrap();
    assert!(keyed.inspector.finish().unwrap_err().is("upload-truncated"));
    assert_eq!(code(woven(without, "toc.dat").await), "upload-truncated");
    let mut cut = whole.clone();
    cut.get_mut(&data).unwrap().truncate(12);
    assert_eq!(code(woven(cut, "toc.dat").await), "upload-broken");
    for text in ["x", "0 blob.dat\n", "7 ../../etc/passwd\n", "7\n", "-1 a\n"] {
        let mut bad = whole.clone();
        let list = whole.keys().find(|name| name.starts_with("blobs_")).unwrap();
        bad.insert(list.clone(), text.as_bytes().to_vec());
        assert!(woven(bad, "toc.dat").await.is_err(), "{text}");
    }
}

#[test]
fn a_set_without_one_table_of_contents_is_none() {
    assert!(recognise(&["a", "b/c"]).is_none());
    assert!(recognise(&["a/toc.dat", "b/toc.dat"]).is_none());
    assert!(recognise(&["nottoc.dat"]).is_none());
}

#[test]
fn a_table_of_contents_cut_anywhere_is_noticed() {
    let files = apart(REAL[0], "", false);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let toc = &files["toc.dat"];
    for cut in (0..toc.len()).step_by(7) {
        let mut inspector = recognise(&names).unwrap().inspector;
        inspector.see(&toc[..cut]).unwrap();
        assert!(inspector.finish().is_err(), "cut at {cut}");
    }
}
