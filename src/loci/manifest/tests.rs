use super::*;
use crate::ingest::alias::Aliases;

fn example() -> IndexManifest {
    let input = |role: &str| Provenance {
        role: role.into(),
        path: format!("{role}.bed"),
        length: 7,
        modified: 1_767_225_600,
        sha256: "0a".repeat(32),
        contigs_absent: vec![],
        contigs_ignored: vec!["chrM".into()],
        contigs_renamed: vec![],
        contigs_other_length: vec![],
    };
    IndexManifest {
        format: FORMAT.into(),
        version: IndexManifest::VERSION,
        name: "fold-0".into(),
        store: format!("sha256:{}", "1b".repeat(32)),
        created_by: "atemoya 0.1.0".into(),
        options: IndexedOptions { summits: true, chroms: None, counts_window: 1000, outlier_filter: None },
        selection: Some(LocusFilter {
            signals: Some(vec!["atac".into()]),
            min_counts: Some(0.1),
            outlier_filter: Some(false),
            ..LocusFilter::default()
        }),
        inputs: vec![input("peaks"), input("negatives"), input("exclusion")],
        rows: 5,
        peaks: 3,
        negatives: 2,
        file: IndexFile { name: TABLE.into(), length: 9, sha256: "2c".repeat(32) },
        excluded: Some(IndexFile { name: EXCLUDED.into(), length: 0, sha256: "3d".repeat(32) }),
    }
}

#[test]
fn reads_what_it_wrote() {
    let bytes = example().to_bytes().unwrap();
    assert_eq!(IndexManifest::from_bytes(&bytes, Path::new("index.json")).unwrap(), example());
    assert!(String::from_utf8(bytes).unwrap().contains("\"chroms\": null"));
}

#[test]
fn reads_a_later_minor_version_and_refuses_a_later_major_one() {
    let read = |version| {
        let bytes = sealed_json::seal(&IndexManifest { version, ..example() }).unwrap();
        IndexManifest::from_bytes(&bytes, Path::new("index.json"))
    };
    assert!(read([1, 7]).is_ok());
    let error = read([2, 0]).unwrap_err();
    assert!(matches!(&error, Error::Unsupported { what, .. } if what.contains("2.0")), "{error}");
}

#[test]
fn every_member_is_checked() {
    type Change = fn(&mut IndexManifest);
    let changes: [(&str, Change); 20] = [
        ("format", |m| m.format = "atemoya".into()),
        ("name", |m| m.name = ".hidden".into()),
        ("store", |m| m.store = "2c".repeat(32)),
        ("rows", |m| m.rows = 6),
        ("rows", |m| (m.peaks, m.negatives) = (u64::MAX, 6)),
        ("file.name", |m| m.file.name = "../index.parquet".into()),
        ("excluded.name", |m| m.excluded.as_mut().unwrap().name = "../excluded.bed".into()),
        ("excluded", |m| m.inputs.truncate(2)),
        ("sha256", |m| m.excluded.as_mut().unwrap().sha256.clear()),
        ("sha256", |m| m.file.sha256.make_ascii_uppercase()),
        ("sha256", |m| m.inputs[0].sha256.clear()),
        ("inputs", |m| m.inputs[1].role = "negative".into()),
        ("inputs", |m| m.inputs.swap(1, 2)),
        ("in_window", |m| m.selection.as_mut().unwrap().in_window = 0),
        ("out_window", |m| m.selection.as_mut().unwrap().out_window = usize::MAX),
        ("max_jitter", |m| m.selection.as_mut().unwrap().max_jitter = usize::MAX),
        ("signals", |m| m.selection.as_mut().unwrap().signals = None),
        ("outlier_filter", |m| m.selection.as_mut().unwrap().outlier_filter = None),
        ("options.outlier_filter", |m| m.options.outlier_filter = Some(true)),
        ("options.outlier_filter", |m| (m.selection, m.options.outlier_filter) = (None, Some(true))),
    ];
    for (member, change) in changes {
        let mut bad = example();
        change(&mut bad);
        let bytes = sealed_json::seal(&bad).unwrap();
        let error = IndexManifest::from_bytes(&bytes, Path::new("index.json")).unwrap_err();
        assert!(matches!(error, Error::Corrupt { what, .. } if what == member), "{member}: {error}");
    }
}

#[test]
fn an_order_that_there_is_not_is_refused() {
    let mut document = serde_json::to_value(example()).unwrap();
    document["selection"]["order"] = "Native".into();
    let bytes = sealed_json::seal(&document).unwrap();
    let error = IndexManifest::from_bytes(&bytes, Path::new("index.json")).unwrap_err();
    assert!(matches!(&error, Error::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("there is no order \"Native\"; there are native, cherimoya"), "{error}");
}

/// The bytes are part of the format: these members, in this order, whatever else a filter has.
#[test]
fn the_selection_is_written_to_the_byte() {
    let mut index = example();
    let selection = index.selection.as_mut().unwrap();
    selection.counts_tracks = Some(vec!["atac.0".into()]);
    (selection.chroms, selection.summits, selection.allow_empty) = (Some(vec!["chrI".into()]), Some(true), true);
    (selection.exclusion_lists, selection.alias) = (Some(vec!["x.bed".into()]), Some(Aliases::chr()));
    let text = String::from_utf8(index.to_bytes().unwrap()).unwrap();
    let expected = r#"
  "selection": {
    "order": "native",
    "signals": [
      "atac"
    ],
    "in_window": 2114,
    "out_window": 1000,
    "max_jitter": 50,
    "min_counts": 0.1,
    "max_counts": null,
    "counts_tracks": [
      "atac.0"
    ],
    "outlier_filter": false
  },
"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn names_are_those_of_plain_directories() {
    for good in ["a", "A.b_c-9", &"x".repeat(64)] {
        assert!(IndexManifest::check_name(good).is_ok());
    }
    for bad in ["", ".", "..", ".a", "a/b", "a b", "ä", &"x".repeat(65)] {
        assert!(matches!(IndexManifest::check_name(bad), Err(Error::Argument { .. })), "{bad}");
    }
}
