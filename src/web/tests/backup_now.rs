//! Back up now, from the form: what was filled in is what is asked for, and what the
//! backup then is.

use serde_json::json;

use super::TestSite;
use crate::domain::{backup::BackupState, manifest::Codec, operation::OpState};

#[actix_web::test]
async fn all_that_was_filled_in_is_in_the_backup() {
    let site = TestSite::new().await;
    let db = &site.site.world.db;
    let path = format!("/resources/{}/backup", site.shop.id);
    let form = site.open("alpha-operator", &path).await.main();
    for (chosen, asked, codec) in [
        ("auto", json!("auto"), Codec::Gzip),
        ("fast", json!({ "gzip": 1 }), Codec::Gzip),
        ("small", json!({ "gzip": 9 }), Codec::Gzip),
        ("zstd", json!({ "zstd": 3 }), Codec::Zstd),
        ("none", json!("none"), Codec::None),
    ] {
        assert!(form.contains(&format!("value=\"{chosen}\"")), "{chosen} is not offered");
        let name = format!("before the move, {chosen}");
        let fields = [("name", &*name), ("note", " all <b>of</b> it\r\nand more "), ("compression", chosen)];
        let id = site.post("alpha-operator", &path, &fields).await.operation();
        let queued = db.operation(&id.parse().unwrap()).await.unwrap();
        let request = &queued.request;
        assert_eq!((&request["name"], &request["options"]["compression"]), (&json!(name), &asked));
        assert_eq!(queued.actor, site.actor("alpha-operator"));
        let done = site.run(&id).await;
        assert_eq!(done.state, OpState::Succeeded, "{:?}", done.problem);
        let row = db.backup(&done.backup.unwrap()).await.unwrap();
        let manifest = db.backup_manifest(&row.id).await.unwrap();
        let note = Some("all <b>of</b> it\r\nand more");
        assert_eq!((row.state, row.name.as_deref()), (BackupState::Complete, Some(&*name)));
        assert_eq!((row.note.as_deref(), manifest.note.as_deref()), (note, note));
        assert_eq!(manifest.name.as_deref(), Some(&*name));
        let files: Vec<_> = manifest.parts.iter().flat_map(|part| &part.files).collect();
        assert!(!files.is_empty() && files.iter().all(|file| file.codec == codec), "{chosen}: {files:?}");
        let shown = site.open("alpha-viewer", format!("/backups/{}", row.id)).await.main();
        assert!(shown.contains(&name) && !shown.contains("<b>of</b>"), "{shown}");
    }
}

#[actix_web::test]
async fn what_is_too_long_comes_back_as_it_was_typed() {
    let site = TestSite::new().await;
    let path = format!("/resources/{}/backup", site.shop.id);
    let before = site.held().await;
    let (long, note) = ("n".repeat(81), "n".repeat(2001));
    for fields in [
        [("name", &*long), ("note", "kept"), ("compression", "zstd")],
        [("name", "kept"), ("note", &*note), ("compression", "zstd")],
    ] {
        let reply = site.post("alpha-operator", &path, &fields).await;
        let shown = reply.main();
        assert_eq!(reply.status, 422, "{shown}");
        for kept in ["kept", fields[0].1, fields[1].1] {
            assert!(shown.contains(kept), "{shown}");
        }
        let zstd = shown.split("value=\"zstd\"").nth(1).unwrap();
        assert!(zstd.split('>').next().unwrap().contains("selected"), "{shown}");
    }
    assert_eq!(site.held().await, before);
    for (who, status) in [("alpha-viewer", 403), ("beta-owner", 404), ("nobody", 404)] {
        assert_eq!(site.post(who, &path, &[("name", "x")]).await.status, status, "{who}");
    }
    assert_eq!(site.held().await, before);
}
