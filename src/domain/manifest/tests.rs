//! What is written is read back as it was, whatever people call their things; and
//! what could not have been written is refused.

use chrono::{DateTime, Utc};
use proptest::{collection::btree_map, option, prelude::*, sample::select};
use serde_json::json;

use super::*;
use crate::domain::id::SystemIds;

/// Any text: quotes, line ends, beyond the basic plane.
fn text() -> impl Strategy<Value = String> {
    "(.|\n|[\"\\\\]){0,20}"
}

fn moment() -> impl Strategy<Value = Moment> {
    let made = |(seconds, nanos)| DateTime::<Utc>::from_timestamp(seconds, nanos).unwrap();
    (0_i64..4_102_444_800, 0_u32..1_000_000_000).prop_map(made)
}

fn digest() -> impl Strategy<Value = Digest> {
    (any::<u64>(), "[0-9a-f]{64}").prop_map(|(bytes, sha256)| Digest { bytes, sha256 })
}

fn file() -> impl Strategy<Value = PartFile> {
    let path = "[^/\\\\\u{0}.]{1,12}(/[^/\\\\\u{0}.]{1,12}){0,2}";
    let codec = select(&[Codec::Gzip, Codec::Zstd, Codec::None][..]);
    (path, codec, option::of(text()), digest()).prop_map(|(path, codec, key, stored)| PartFile {
        path,
        codec,
        key,
        stored,
    })
}

fn facts() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), (text(), any::<i64>()).prop_map(|(a, b)| json!({ "a": [a], "b": b }))]
}

/// Parts of different names.
fn parts() -> impl Strategy<Value = Vec<Part>> {
    let body = (
        prop::collection::vec(file(), 0..3),
        text(),
        digest(),
        btree_map(text(), any::<i64>(), 0..4),
        facts(),
    );
    let named = |(name, (files, media_type, raw, counts, facts))| Part {
        name,
        files,
        media_type,
        raw,
        counts,
        facts,
    };
    btree_map(text(), body, 0..4).prop_map(move |parts| parts.into_iter().map(named).collect())
}

/// The resource, the engine and how the parts agree.
fn about() -> impl Strategy<Value = (ResourceRef, EngineRef, Consistency)> {
    let resource = (text(), "[a-z]{1,8}", text()).prop_map(|(name, kind, project)| ResourceRef {
        id: ResourceId::new(&SystemIds),
        name,
        kind: Kind::named(kind),
        project,
    });
    let engine = (text(), text(), option::of(text())).prop_map(|(server, tool, image)| EngineRef {
        server,
        tool,
        image,
    });
    let consistency = (btree_map(text(), text(), 0..3), any::<u64>())
        .prop_map(|(snapshots, skew_ms)| Consistency { snapshots, skew_ms });
    (resource, engine, consistency)
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let origin = select(&[Origin::Manual, Origin::Scheduled, Origin::Safety, Origin::Uploaded][..]);
    let words = (option::of(text()), option::of(text()), option::of(text()), text());
    (about(), origin, words, any::<bool>(), (moment(), moment()), parts()).prop_map(
        |((resource, engine, consistency), origin, (name, note, marker, zelo), child, times, parts)| {
            Manifest {
                version: VERSION,
                id: BackupId::new(&SystemIds),
                resource,
                origin,
                name,
                note,
                operation: OperationId::new(&SystemIds),
                parent: child.then(|| OperationId::new(&SystemIds)),
                taken_at: times.0,
                finished_at: times.1,
                engine,
                consistency,
                marker: marker.map(ChangeMarker),
                parts,
                zelo,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_manifest_is_read_back_as_it_was_written(manifest in manifest()) {
        let bytes = manifest.to_bytes();
        prop_assert_eq!(bytes.last(), Some(&b'\n'));
        let read = Manifest::parse(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&manifest));
        prop_assert_eq!(read.unwrap().to_bytes(), bytes);
    }

    #[test]
    fn a_cut_manifest_is_none(manifest in manifest(), cut in 0.0_f64..1.0) {
        let bytes = manifest.to_bytes();
        // Without its line end it is whole.
        let end = ((bytes.len() - 1) as f64 * cut) as usize;
        prop_assert!(matches!(Manifest::parse(&bytes[..end]), Err(BadManifest::Shape(_))));
    }

    #[test]
    fn what_a_later_zelo_wrote_is_refused(manifest in manifest(), version in VERSION + 1..) {
        let later = Manifest { version, ..manifest };
        prop_assert_eq!(Manifest::parse(&later.to_bytes()), Err(BadManifest::Version(version)));
    }

    #[test]
    fn no_path_leads_out_of_the_resource(
        mut manifest in manifest(),
        path in "(\\.\\./|/|\\./|a//|\\.\\.\\\\)[a-z]{0,5}|[a-z]{0,3}/\\.\\.(/[a-z])?|",
    ) {
        let raw = Digest { bytes: 0, sha256: "0".repeat(64) };
        let file = PartFile { path, codec: Codec::None, key: None, stored: raw.clone() };
        let name = "\u{1}unlike any other".to_owned();
        let part = Part { name, files: vec![file], media_type: String::new(), raw, counts: BTreeMap::new(), facts: Value::Null };
        manifest.parts.push(part);
        prop_assert!(matches!(Manifest::parse(&manifest.to_bytes()), Err(BadManifest::Content(_))));
    }

    #[test]
    fn two_parts_of_one_name_are_refused(mut manifest in manifest()) {
        if let Some(part) = manifest.parts.first().cloned() {
            manifest.parts.push(part);
            prop_assert!(matches!(Manifest::parse(&manifest.to_bytes()), Err(BadManifest::Content(_))));
        }
    }
}
