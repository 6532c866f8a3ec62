//! The gather against examples that cherimoya 0.3.1 computed: for the draws that it made, every byte of sequence, controls and
//! signal is the same. (Its order of draws and its outlier filter are not ours yet, so the draws come from its files.)
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use atemoya::format::manifest::Role;
use atemoya::gather::{self, Channels, Isa, Window};
use atemoya::index::IndexBuilder;
use atemoya::loci::Locus;
use atemoya::pack::PackBuilder;
use atemoya::{PeakGenerator, Store};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;

/// Cases in which cherimoya kept what our rules keep.
const CASES: [&str; 3] = ["controls_groups", "peaks_only", "plain_odd_windows"];

/// The paths of one group: a file, or a list of them.
fn group(spec: &Value, yeast: &Path) -> Vec<std::path::PathBuf> {
    let one = |v: &Value| yeast.join(v.as_str().unwrap());
    spec.as_array().map_or_else(|| vec![one(spec)], |files| files.iter().map(one).collect())
}

fn pack(args: &Value, yeast: &Path, out: &Path) -> Store {
    let mut builder = PackBuilder::new().fasta(yeast.join(args["sequences"].as_str().unwrap()));
    for (i, spec) in args["signals"].as_array().unwrap().iter().enumerate() {
        builder = builder.signal(format!("signal{i}"), group(spec, yeast));
    }
    for (i, spec) in args["controls"].as_array().into_iter().flatten().enumerate() {
        builder = builder.control(format!("control{i}"), group(spec, yeast));
    }
    builder.publish(out, &()).unwrap();
    Store::open(out).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// The bytes of all groups of a role over a window.
fn tracks(store: &Store, role: Role, window: &Window, hash: &mut Sha256) {
    for group in store.manifest().groups.iter().filter(|group| group.role == role) {
        let mut channels = Channels::default();
        channels.push_group(&group.tracks, 0);
        let mut out = vec![0f32; group.tracks.len() * window.width];
        gather::signal(Isa::best(), &store.panels()[group.panel].view(), &channels, window, &mut out).unwrap();
        hash.update(bytemuck::cast_slice::<f32, u8>(&out));
    }
}

fn sha256(store: &Store, locus: Locus, shift: i64, reverse: bool, widths: [usize; 2]) -> String {
    let contig = locus.contig as usize;
    let length = store.contigs().length(contig);
    let [input, output] = widths.map(|width| {
        let start = locus.centre - (width / 2) as i64 + shift;
        Window { contig, length, start, width, reverse }
    });
    let mut hash = Sha256::new();
    let mut x = vec![0; 4 * input.width];
    gather::sequence(Isa::best(), store.sequence().unwrap().view().blocks(contig, length), &input, &mut x);
    hash.update(&x);
    tracks(store, Role::Control, &input, &mut hash);
    tracks(store, Role::Signal, &output, &mut hash);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_example_is_cherimoyas() {
    let Some(shared) = common::shared() else { return };
    let yeast = shared.join("data/yeast");
    for case in CASES {
        let golden = std::fs::read(shared.join("golden/batches").join(case).with_extension("json")).unwrap();
        let golden: Value = serde_json::from_slice(&golden).unwrap();
        let args = &golden["args"];
        let directory = tempfile::tempdir().unwrap();
        let store = pack(args, &yeast, &directory.path().join("s.atemoya"));
        let negatives = args["negatives"].as_str().map(|path| yeast.join(path));
        let index = IndexBuilder::new("default")
            .peaks([yeast.join(args["peaks"].as_str().unwrap())])
            .negatives(negatives)
            .summits(args["summits"] == true)
            .chroms(Some(strings(&args["chroms"])));
        index.publish(&store, &()).unwrap();
        let size = |name: &str| args[name].as_u64().unwrap() as usize;
        let widths = [size("in_window"), size("out_window")];
        let exclusion = args["exclusion_lists"].as_array().into_iter().flatten();
        let loader = PeakGenerator::new(&store)
            .in_window(widths[0])
            .out_window(widths[1])
            .max_jitter(size("max_jitter"))
            .negative_ratio(args["negative_ratio"].as_f64().unwrap())
            .exclusion_lists(exclusion.map(|path| yeast.join(path.as_str().unwrap())).collect())
            .build()
            .unwrap();
        assert_eq!(loader.peaks().len() as u64, golden["n_peaks"], "{case}");
        assert_eq!(loader.negatives().len() as u64, golden["n_negatives"], "{case}");
        assert_eq!(loader.len() as u64, golden["n"], "{case}");
        let mut compared = 0;
        for epoch in golden["epochs"].as_array().unwrap() {
            let at = |column: &str, i: usize| epoch[column][i].as_u64().unwrap();
            for i in 0..loader.len() {
                let (source, offset) = (at("source", i) as usize, at("offset", i) as i64);
                let (locus, shift) = match at("label", i) {
                    1 => (loader.peaks()[source], offset - size("max_jitter") as i64),
                    _ => (loader.negatives()[source], 0),
                };
                let got = sha256(&store, locus, shift, at("rc", i) == 1, widths);
                assert_eq!(got, epoch["sha256"][i].as_str().unwrap(), "{case}, example {i}");
                compared += 1;
            }
        }
        let _ = writeln!(std::io::stderr(), "{case}: {compared} examples agree");
    }
}
