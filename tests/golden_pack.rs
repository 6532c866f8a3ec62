//! Packed stores of real files have exactly the values that other programs computed from the same
//! files. Files that are refused leave no store.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::gather::{read_sequence, read_track};
use atemoya::pack::PackBuilder;
use atemoya::{Error, Store};
use rayon::prelude::*;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

const CHUNK: usize = 1 << 20;

/// The golden values, and where the file of each name is.
fn golden() -> Option<Vec<(PathBuf, Value)>> {
    let shared = common::shared()?;
    let text = std::fs::read_to_string(shared.join("golden/signal.json")).unwrap();
    let golden: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let files = common::files(&shared.join("data"));
    let place = |name: &String| files.iter().find(|path| path.ends_with(name)).cloned();
    Some(golden.into_iter().map(|(name, value)| (place(&name).unwrap_or_else(|| panic!("{name}")), value)).collect())
}

fn is_fasta(path: &Path) -> bool {
    path.to_str().unwrap().contains(".fa")
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Packs, opens and verifies.
fn packed(builder: &PackBuilder, out: &Path) -> Store {
    builder.publish(out, &()).unwrap();
    let store = Store::open(out).unwrap();
    store.verify(&()).unwrap();
    store
}

/// The hash of a track's values on a contig, and how many are not 0.
fn track_hash(store: &Store, track: &str, contig: &str, length: u64) -> (String, u64) {
    let (mut hash, mut nonzero) = (Sha256::new(), 0);
    for start in (0..length).step_by(CHUNK) {
        let values = read_track(store, track, contig, start..length.min(start + CHUNK as u64)).unwrap();
        nonzero += values.iter().filter(|value| **value != 0.0).count() as u64;
        hash.update(bytemuck::cast_slice::<f32, u8>(&values));
    }
    (hex(hash), nonzero)
}

/// Checks one track of a store on all its contigs and returns how many they are.
fn check_track(store: &Store, track: &str, golden: &Value) -> usize {
    let expected = golden["chroms"].as_object().unwrap();
    let contigs: Vec<(&str, u64)> = store.contigs().iter().collect();
    let hashes: Vec<_> = contigs.par_iter().map(|(name, length)| track_hash(store, track, name, *length)).collect();
    if let Some(count) = expected.get("n") {
        assert_eq!(count.as_u64(), Some(contigs.len() as u64));
        let lines = contigs.iter().zip(&hashes).map(|((name, _), (hash, _))| format!("{name}:{hash}\n"));
        let combined = hex(Sha256::new_with_prefix(lines.collect::<String>()));
        assert_eq!(expected["sha256_of_lines_name_colon_sha256"], combined.as_str(), "{track}");
        return contigs.len();
    }
    for ((name, length), (hash, nonzero)) in contigs.iter().zip(hashes) {
        let expected = &expected[*name];
        assert_eq!(Some(*length), expected["length"].as_u64(), "{track} {name}");
        assert_eq!(Some(nonzero), expected["nonzero"].as_u64(), "{track} {name}");
        assert_eq!(expected["sha256"], hash.as_str(), "{track} {name}");
    }
    contigs.len()
}

/// Checks the sequence of a store and returns how many contigs there are.
fn check_sequence(store: &Store, golden: &Value) -> usize {
    let expected = golden["contigs"].as_object().unwrap();
    for (name, length) in store.contigs().iter() {
        let expected = expected.get(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(Some(length), expected["length"].as_u64(), "{name}");
        let hash = hex(Sha256::new_with_prefix(read_sequence(store, name, 0..length).unwrap()));
        assert_eq!(expected["onehot_sha256"], hash.as_str(), "{name}");
    }
    assert_eq!(store.contigs().len(), expected.len());
    expected.len()
}

#[test]
fn every_file_alone_packs_to_the_golden_values_or_is_refused() {
    let Some(golden) = golden() else { return };
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("store");
    let (mut tracks, mut genomes, mut refused, mut contigs) = (0, 0, 0, 0);
    for (path, golden) in &golden {
        let name = path.display().to_string();
        if !golden["refused"].is_null() {
            let error = PackBuilder::new().signal("s", [path]).publish(&out, &()).unwrap_err();
            assert!(matches!(error, Error::Input { .. }), "{error}");
            assert!(error.to_string().contains(&name), "{error}");
            refused += 1;
        } else if is_fasta(path) {
            let store = packed(&PackBuilder::new().fasta(path), &out);
            contigs += check_sequence(&store, golden);
            genomes += 1;
        } else {
            let store = packed(&PackBuilder::new().signal("s", [path]), &out);
            if golden["chroms"]["n"].is_null() {
                assert_eq!(store.contigs().len(), golden["chroms"].as_object().unwrap().len(), "{name}");
            }
            contigs += check_track(&store, "s", golden);
            tracks += 1;
        }
        if out.exists() {
            assert!(golden["refused"].is_null(), "{name}");
            std::fs::remove_dir_all(&out).unwrap();
        }
        // Neither a store nor an unfinished directory.
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "{name}");
    }
    let _ = writeln!(
        std::io::stderr(),
        "packed {tracks} bigWig files and {genomes} FASTA files, {contigs} contigs; {refused} files refused"
    );
    assert_eq!((tracks, genomes, refused), (26, 11, 2));
}

#[test]
fn a_genome_with_its_tracks_packs_to_the_golden_values() {
    let Some(golden) = golden() else { return };
    let find = |name: &str| golden.iter().find(|(path, _)| path.ends_with(name)).unwrap();
    let files = ["sacCer3.fa", "atac5p.plus.bw", "atac5p.minus.bw", "atac5p.unstranded.bw"];
    let [genome, plus, minus, unstranded] = files.map(find);
    let directory = tempfile::tempdir().unwrap();
    let builder = PackBuilder::new()
        .fasta(&genome.0)
        .signal("stranded", [&plus.0, &minus.0])
        .control("input", [&unstranded.0])
        .signal("again", [&unstranded.0]);
    let store = packed(&builder, &directory.path().join("yeast"));
    let mut contigs = check_sequence(&store, &genome.1);
    let tracks = [("stranded.0", plus), ("stranded.1", minus), ("input", unstranded), ("again.0", unstranded)];
    for (track, (_, golden)) in tracks {
        contigs += check_track(&store, track, golden);
    }
    // The mitochondrion is in the tracks alone.
    for input in &store.manifest().inputs[1..] {
        assert_eq!(
            (input.contigs_ignored.as_slice(), input.contigs_absent.as_slice()),
            (&["chrM".to_owned()][..], &[][..])
        );
    }
    let _ = writeln!(
        std::io::stderr(),
        "packed {} files into one store; {contigs} contigs agree with the golden values",
        files.len()
    );
    assert_eq!(contigs, 16 * 5);
}
