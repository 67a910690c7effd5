//! A stored cluster that is not what its manifest says.

use super::fake::{Files, files, manifest_of, tar_of};
use crate::{domain::problem::Problem, engine::postgres::physical::verify};

async fn found(mut archive: Files, manifest: Vec<u8>) -> Result<super::super::Verified, Problem> {
    archive.push(("backup_manifest", manifest));
    read(tar_of(&archive)).await
}

async fn read(tar: Vec<u8>) -> Result<super::super::Verified, Problem> {
    verify(Box::pin(std::io::Cursor::new(tar)), |e| panic!("{e}")).await
}

/// What is wrong with it, in words.
async fn wrong(archive: Files, manifest: Vec<u8>) -> String {
    let problem = found(archive, manifest).await.unwrap_err();
    assert_eq!(problem.code, "structure-cluster");
    problem.detail.unwrap()
}

#[tokio::test]
async fn a_whole_one_is_right() {
    let verified = found(files(), manifest_of(&files())).await.unwrap();
    assert_eq!((verified.files, verified.segments), (4, 1));
}

#[tokio::test]
async fn a_flipped_byte_a_missing_and_an_extra_file_are_seen() {
    let manifest = manifest_of(&files());
    let mut flipped = files();
    flipped[1].1[11_111] ^= 1;
    assert_eq!(wrong(flipped, manifest.clone()).await, "checksum mismatch for file \"base/5/1259\"");
    let mut missing = files();
    missing.remove(2);
    let words = "\"base/5/empty\" is in the manifest but not in the archive";
    assert_eq!(wrong(missing, manifest.clone()).await, words);
    let mut extra = files();
    extra.push(("base/5/9", vec![1]));
    assert_eq!(
        wrong(extra, manifest.clone()).await,
        "\"base/5/9\" is in the archive but not in the manifest"
    );
    let mut longer = files();
    longer[1].1.push(7);
    assert_eq!(wrong(longer, manifest).await, "\"base/5/1259\" has 20001 bytes instead of 20000");
}

#[tokio::test]
async fn the_wal_that_must_be_replayed_is_asked_for() {
    let manifest = manifest_of(&files());
    let mut without = files();
    without.remove(3);
    assert!(wrong(without, manifest.clone()).await.contains("WAL segments of 0 bytes"));
    let mut other = files();
    other[3].0 = "pg_wal/000000010000000000000021";
    let words = "the WAL segment 000000010000000000000020 is missing or short";
    assert_eq!(wrong(other, manifest).await, words);
}

#[tokio::test]
async fn a_manifest_that_was_changed_vouches_for_nothing() {
    let text = String::from_utf8(manifest_of(&files())).unwrap();
    for (from, to) in [("\"Size\": 20000", "\"Size\": 20001"), ("0/2000028", "0/2000029")] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert_eq!(wrong(files(), changed.into_bytes()).await, "manifest checksum mismatch");
    }
    assert!(read(tar_of(&files())).await.unwrap_err().detail.unwrap().contains("no manifest"));
    let newer = text.replace("Version\": 2", "Version\": 3");
    assert_eq!(wrong(files(), newer.into_bytes()).await, "a manifest of version 3");
}

#[tokio::test]
async fn an_archive_that_breaks_off_or_leads_elsewhere_is_refused() {
    let mut whole = files();
    whole.push(("backup_manifest", manifest_of(&files())));
    let tar = tar_of(&whole);
    for cut in [1, 513, 1024, 3000, tar.len() / 2] {
        assert!(read(tar[..tar.len() - cut].to_vec()).await.is_err(), "{cut}");
    }
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "base/5/1259", "/etc/passwd").unwrap();
    let problem = read(builder.into_inner().unwrap()).await.unwrap_err();
    assert!(problem.detail.unwrap().contains("is no plain file"));
}
