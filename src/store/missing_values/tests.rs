//! Warnings and refusals for made-up manifests.

use super::*;
use crate::format::manifest::{ContigEntry, PanelEntry, Role, TrackType};

fn input(role: &str, path: &str) -> Provenance {
    Provenance {
        role: role.into(),
        path: path.into(),
        length: 1,
        modified: 0,
        sha256: "0".repeat(64),
        contigs_absent: Vec::new(),
        contigs_ignored: Vec::new(),
        contigs_renamed: Vec::new(),
        contigs_other_length: Vec::new(),
    }
}

/// A pair of tracks, one of which lacks a and has another c, and a control that lacks a and b.
fn manifest() -> Manifest {
    let mut manifest = Manifest::new();
    manifest.contigs = ["a", "b", "c"].map(|name| ContigEntry { name: name.into(), length: 100 }).to_vec();
    let track =
        |name: &str| TrackEntry { name: name.into(), values: TrackType::U8, nonzero: 3, sum: 3.0, min: 0.0, max: 1.0 };
    let panel = |names: &[&str]| PanelEntry {
        file: "panel-0.atm".into(),
        tile: 512,
        tracks: names.iter().map(|name| track(name)).collect(),
    };
    manifest.panels = vec![panel(&["sequence.0", "sequence.1"]), panel(&["input"])];
    let group = |name: &str, role, panel, tracks: &[usize]| GroupEntry {
        name: name.into(),
        role,
        panel,
        tracks: tracks.to_vec(),
    };
    manifest.groups = vec![group("sequence", Role::Signal, 0, &[0, 1]), group("input", Role::Control, 1, &[0])];
    manifest.inputs = vec![
        input("sequence", "genome.fa"),
        input("sequence", "plus.bw"),
        input("sequence", "minus.bw"),
        input("input", "input.bw"),
    ];
    manifest.inputs[2].contigs_absent = vec!["a".into()];
    manifest.inputs[2].contigs_other_length = vec![OtherLength { name: "c".into(), length: 90 }];
    manifest.inputs[3].contigs_absent = vec!["a".into(), "b".into()];
    manifest
}

#[test]
fn warns_of_the_chosen_groups_and_contigs() {
    let manifest = manifest();
    let minus = r#"track "sequence.1" ("minus.bw"): zeros on "#;
    let a = format!(r#"{minus}"a", since these contigs are not there"#);
    let c = format!(r#"{minus}contigs of other lengths: "c" (90 bases there and 100 in the store)"#);
    let input =
        |names: &str| format!(r#"track "input" ("input.bw"): zeros on {names}, since these contigs are not there"#);
    assert_eq!(warnings(&manifest, None, None), [a.clone(), c.clone(), input(r#""a", "b""#)]);
    assert_eq!(warnings(&manifest, Some(&["sequence"]), None), [a, c.clone()]);
    assert_eq!(warnings(&manifest, None, Some(&["b", "c"])), [c, input(r#""b""#)]);
    assert_eq!(warnings(&manifest, Some(&["input"]), Some(&["c"])), [""; 0]);
    assert_eq!(warnings(&manifest, Some(&[]), None), [""; 0]);
}

#[test]
fn warns_once_of_what_several_tracks_lack() {
    let mut manifest = manifest();
    manifest.inputs[1].contigs_absent = vec!["a".into()];
    let found = warnings(&manifest, Some(&["sequence"]), Some(&["a"]));
    let tracks = r#"track "sequence.0" ("plus.bw"), track "sequence.1" ("minus.bw")"#;
    assert_eq!(found, [format!(r#"{tracks}: zeros on "a", since these contigs are not there"#)]);
}

#[test]
fn warns_of_tracks_of_zeros() {
    let mut manifest = manifest();
    manifest.panels[1].tracks[0].nonzero = 0;
    let found = warnings(&manifest, Some(&["input"]), Some(&["c"]));
    assert_eq!(found, [r#"track "input" ("input.bw"): zeros everywhere, since no value is there"#]);
    manifest.inputs[3].contigs_absent = vec!["a".into(), "b".into(), "c".into()];
    manifest.inputs[3].contigs_ignored = vec!["1".into(), "2".into()];
    let found = warnings(&manifest, Some(&["input"]), Some(&["c"]));
    let said = r#"zeros everywhere, since none of the store's contigs is there (there is "1", "2")"#;
    assert_eq!(found, [format!(r#"track "input" ("input.bw"): {said}"#)]);
}

#[test]
fn warns_of_files_whose_track_is_not_known() {
    let mut manifest = manifest();
    let a = r#"zeros on "a", since these contigs are not there"#;
    manifest.inputs[2].role = "signal".into();
    assert_eq!(warnings(&manifest, Some(&[]), Some(&["a"])), [format!(r#""minus.bw": {a}"#)]);
    manifest.inputs[2].role = "input".into();
    manifest.inputs.push(input("input", "more.bw"));
    let both = format!(r#""minus.bw", "input.bw": {a}"#);
    assert_eq!(warnings(&manifest, Some(&["input"]), Some(&["a"])), [both]);
    assert_eq!(warnings(&manifest, Some(&["sequence"]), Some(&["a"])), [""; 0]);
}

#[test]
fn refuses_contigs_of_other_lengths_where_they_are_used() {
    let manifest = manifest();
    let check = |groups: Option<&[&str]>, contigs: Option<&[&str]>| check_lengths(&manifest, groups, contigs);
    for contigs in [None, Some(&["a", "c"][..])] {
        let error = check(Some(&["sequence"]), contigs).unwrap_err().to_string();
        assert!(error.starts_with(r#"chroms: track "sequence.1" ("minus.bw") has other lengths"#), "{error}");
        assert!(error.contains(r#""c" (90 bases there and 100 in the store)"#), "{error}");
    }
    check(None, Some(&["a", "b"])).unwrap();
    check(Some(&["input"]), None).unwrap();
    check(None, Some(&[])).unwrap();
}
