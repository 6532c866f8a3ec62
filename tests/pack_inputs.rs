//! Inputs that packing accepts, refuses and warns of, as files of the real formats.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;
#[path = "pack_inputs/values.rs"]
mod values;

use atemoya::gather::{read_sequence, read_track};
use atemoya::pack::PackBuilder;
use atemoya::{Error, Store};
use common::bigwigs::{Block, Layout, bed_graph, big_wig, fixed_step, var_step};
use common::inputs::{self, write};
use common::names;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn root() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A bigWig with the value 1 on the first base of each contig.
fn ones(directory: &Path, name: &str, contigs: &[(&str, u32)]) -> PathBuf {
    let blocks: Vec<Block> = (0..contigs.len() as u32).map(|id| bed_graph(id, &[(0, 1, 1.0)])).collect();
    write(directory, name, big_wig(contigs, &blocks, &Layout::default()))
}

fn contigs(store: &Store) -> Vec<(String, u64)> {
    store.contigs().iter().map(|(name, length)| (name.to_owned(), length)).collect()
}

fn pairs(contigs: &[(&str, u64)]) -> Vec<(String, u64)> {
    contigs.iter().map(|(name, length)| ((*name).to_owned(), *length)).collect()
}

/// Asserts that packing fails with a message that contains all of `parts`, and leaves nothing.
fn refused(builder: &PackBuilder, parts: &[&str]) -> Error {
    let directory = root();
    let error = builder.publish(&directory.path().join("store"), &()).unwrap_err();
    let text = error.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
    assert_eq!(names(directory.path()), Vec::<String>::new());
    error
}

fn packed(builder: &PackBuilder, directory: &Path) -> (Store, Vec<String>) {
    let out = directory.join("store");
    let warnings = builder.publish(&out, &()).unwrap().warnings;
    let store = Store::open(&out).unwrap();
    store.verify(&()).unwrap();
    (store, warnings)
}

#[test]
fn a_contig_of_another_length_is_packed_as_zeros_and_said() {
    let directory = root();
    let genome = write(directory.path(), "genome.fa", ">a\nACGTACGTAC\n>b\nACGT\n");
    let sizes = write(directory.path(), "chrom.sizes", "a\t10\nb\t4\n");
    let good = ones(directory.path(), "good.bw", &[("a", 10), ("b", 4)]);
    let other = ones(directory.path(), "other.bw", &[("a", 10), ("b", 5)]);
    let with_genome = PackBuilder::new().fasta(&genome).signal("good", [&good]);
    let with_sizes = PackBuilder::new().chrom_sizes(&sizes).signal("good", [&good]);
    let alone = PackBuilder::new().signal("good", [&good]);
    for (builder, lengths_of) in [(with_genome, "genome.fa"), (with_sizes, "chrom.sizes"), (alone, "good.bw")] {
        for builder in [builder.clone().signal("other", [&other]), builder.clone().control("other", [&other])] {
            let out = root();
            let (store, warnings) = packed(&builder, out.path());
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(
                ["other.bw", r#""b" (5 bases there and 4 in the store)"#].iter().all(|part| warnings[0].contains(part))
            );
            assert_eq!(store.warnings(None, None).unwrap(), warnings);
            let input = store.manifest().inputs.last().unwrap();
            let said: Vec<_> = input.contigs_other_length.iter().map(|b| (b.name.as_str(), b.length)).collect();
            assert_eq!((said, input.contigs_absent.len()), (vec![("b", 5)], 0));
            assert!(read_track(&store, "other", "b", 0..4).unwrap_err().to_string().contains("5 bases there"));
            for (track, contig, first) in [("other", "a", 1.0), ("good", "a", 1.0), ("good", "b", 1.0)] {
                assert_eq!(read_track(&store, track, contig, 0..4).unwrap(), [first, 0.0, 0.0, 0.0]);
            }
            store.check_lengths(None, Some(&["a"])).unwrap();
            assert!(store.check_lengths(None, Some(&["b"])).unwrap_err().to_string().contains("other.bw"));
            // Only the manifest has the version with the member for it.
            assert_eq!(store.manifest().version, [1, 1]);
            let header = fs::read(store.path().join("panel-0.atm")).unwrap();
            assert_eq!(header[12..16], [1, 0, 0, 0]);
        }
        let builder = builder.signal("other", [&other]);
        let named = builder.clone().contigs(Some(vec!["a".into(), "b".into()]));
        refused(&named, &["other.bw", lengths_of, r#"contig "b" has 5 bases"#, " 4 ", "`contigs`"]);
        // A contig that is not packed may be of any length.
        let (store, warnings) = packed(&builder.contigs(Some(vec!["a".into()])), root().path());
        assert_eq!((contigs(&store), warnings), (pairs(&[("a", 10)]), vec![]));
        assert_eq!(store.manifest().version, [1, 0]);
    }
}

#[test]
fn a_contig_of_one_input_alone_is_warned_of_and_recorded() {
    let directory = root();
    let genome = write(directory.path(), "genome.fa", ">a\nACGTACGTAC\n>b\nACGT\n>c\nAC\n");
    let some = ones(directory.path(), "some.bw", &[("a", 10), ("x", 7), ("y", 9)]);
    let all = ones(directory.path(), "all.bw", &[("a", 10), ("b", 4), ("c", 2)]);
    let none = ones(directory.path(), "none.bw", &[("A", 10), ("B", 4)]);
    let builder = PackBuilder::new().fasta(&genome).signal("s", [&some, &all]).control("n", [&none]).allow_empty(true);
    let out = directory.path().join("store");
    let said = builder.publish(&out, &()).unwrap();
    let store = Store::open(&out).unwrap();
    assert_eq!(contigs(&store), pairs(&[("a", 10), ("b", 4), ("c", 2)]));
    let of = |messages: &[String], expected: &[[&str; 2]]| {
        assert_eq!(messages.len(), expected.len(), "{messages:?}");
        for (message, parts) in messages.iter().zip(expected) {
            assert!(parts.iter().all(|part| message.contains(part)), "{messages:?}");
        }
    };
    of(
        &said.warnings,
        &[["some.bw", r#"zeros on "b", "c""#], ["none.bw", r#"zeros everywhere, since none of the store's contigs"#]],
    );
    of(&said.notes, &[["some.bw", r#"ignored: "x", "y""#], ["none.bw", r#"ignored: "A", "B""#]]);
    assert_eq!(store.warnings(None, None).unwrap(), said.warnings);
    let inputs = &store.manifest().inputs;
    let roles: Vec<&str> = inputs.iter().map(|input| input.role.as_str()).collect();
    assert_eq!(roles, ["sequence", "s", "s", "n"]);
    assert_eq!(
        (&inputs[1].contigs_absent[..], &inputs[1].contigs_ignored[..]),
        (&["b", "c"].map(String::from)[..], &["x", "y"].map(String::from)[..])
    );
    assert!(inputs[2].contigs_absent.is_empty() && inputs[2].contigs_ignored.is_empty());
    assert_eq!(inputs[3].contigs_absent, ["a", "b", "c"]);
    assert_eq!(store.manifest().version, [1, 0], "nothing that version 1.0 has no word for");
    for (track, contig, first) in [("s.0", "a", 1.0), ("s.0", "b", 0.0), ("s.1", "b", 1.0), ("n", "a", 0.0)] {
        let length = store.contigs().length(store.contigs().id(contig).unwrap());
        let values = read_track(&store, track, contig, 0..length).unwrap();
        assert!(values[0] == first && values[1..].iter().all(|value| *value == 0.0), "{track} {contig}");
    }
}

#[test]
fn without_a_genome_the_contigs_come_from_the_sizes_or_the_tracks() {
    let directory = root();
    let sizes = write(directory.path(), "chrom.sizes", "z\t4\na\t10\nq\t100000\n");
    let one = ones(directory.path(), "1.bw", &[("a", 10), ("c", 3)]);
    let two = ones(directory.path(), "2.bw", &[("b", 4), ("c", 3)]);
    let tracks = PackBuilder::new().signal("s", [&one, &two]).allow_empty(true);
    for (builder, expected) in [
        (tracks.clone(), pairs(&[("a", 10), ("c", 3), ("b", 4)])),
        (tracks.clone().contigs(Some(vec!["b".into(), "a".into()])), pairs(&[("a", 10), ("b", 4)])),
        (tracks.clone().chrom_sizes(&sizes), pairs(&[("z", 4), ("a", 10), ("q", 100_000)])),
        (tracks.clone().chrom_sizes(&sizes).contigs(Some(vec!["a".into()])), pairs(&[("a", 10)])),
    ] {
        let out = root();
        let (store, _) = packed(&builder, out.path());
        assert_eq!(contigs(&store), expected);
        assert!(store.sequence().is_none() && read_sequence(&store, "a", 0..1).is_err());
        assert_eq!(read_track(&store, "s.0", "a", 0..3).unwrap(), [1.0, 0.0, 0.0]);
    }
}

#[test]
fn names_that_do_not_fit_are_refused() {
    let directory = root();
    let genome = write(directory.path(), "genome.fa", ">a\nACGT\n>b\nAC\n");
    let twice = write(directory.path(), "twice.fa", ">a\nACGT\n>b\nAC\n>a\nT\n");
    let track = ones(directory.path(), "t.bw", &[("a", 4)]);
    let sizes = write(directory.path(), "chrom.sizes", "a\t4\na\t4\n");
    let new = PackBuilder::new;
    let argument = |builder: PackBuilder, parts: &[&str]| {
        assert!(matches!(refused(&builder, parts), Error::Argument { .. }));
    };
    argument(new(), &["nothing to pack"]);
    argument(new().chrom_sizes(&sizes), &["nothing to pack"]);
    argument(new().fasta(&genome).chrom_sizes(&sizes), &["chrom_sizes"]);
    argument(new().fasta(&genome).signal("s", [&track]).control("s", [&track]), &["two groups", "\"s\""]);
    argument(new().signal("s", Vec::<PathBuf>::new()), &["\"s\"", "files"]);
    for name in ["", "a/b", "a\nb", &"x".repeat(201)] {
        argument(new().signal(name, [&track]), &["signal"]);
    }
    let some = |names: [&str; 3]| Some(names.map(String::from).to_vec());
    for builder in [new().fasta(&genome), new().signal("s", [&track])] {
        argument(builder.contigs(some(["a", "x", "y"])), &["contigs", r#"does not have "x", "y"; it has "a""#]);
    }
    argument(
        new().fasta(&genome).contigs(Some(vec!["x".to_owned()])),
        &["contigs", r#"does not have "x"; it has "a""#],
    );
    for tile in [0, 8, 16, 64] {
        argument(new().fasta(&genome).tile_log2(tile), &["tile"]);
    }
    let input = |builder: PackBuilder, parts: &[&str]| {
        assert!(matches!(refused(&builder, parts), Error::Input { .. }));
    };
    input(new().fasta(&twice), &["twice.fa", "line 5", "\"a\""]);
    input(new().chrom_sizes(&sizes).signal("s", [&track]), &["chrom.sizes", "line 2"]);
    input(new().fasta(&track), &["t.bw"]);
    input(new().signal("s", [&genome]), &["genome.fa"]);
    assert!(matches!(refused(&new().fasta(directory.path().join("no.fa")), &["no.fa"]), Error::Io { .. }));
    assert!(matches!(refused(&new().signal("s", [directory.path().join("no.bw")]), &["no.bw"]), Error::Io { .. }));
}

/// Changes a file after packing has begun to read it.
struct Meddler<F>(std::sync::Once, F);

impl<F: Fn() + Sync> atemoya::Progress for Meddler<F> {
    fn advance(&self, _: u64) {
        self.0.call_once(&self.1);
    }
}

#[test]
fn a_file_that_changes_meanwhile_is_refused() {
    let root = root();
    let path = write(root.path(), "x.fa", [b">a\n".to_vec(), b"ACGT\n".repeat(800_000)].concat());
    let whole = fs::read(&path).unwrap();
    let meddle: [&(dyn Fn() + Sync); 3] = [
        &|| fs::File::options().write(true).open(&path).unwrap().set_len(2_000_000).unwrap(),
        &|| fs::File::options().append(true).open(&path).unwrap().write_all(b"ACGT\n").unwrap(),
        &|| {
            fs::remove_file(&path).unwrap();
            fs::write(&path, &whole).unwrap();
        },
    ];
    for change in meddle {
        fs::write(&path, &whole).unwrap();
        let out = root.path().join("store");
        let meddler = Meddler(std::sync::Once::new(), change);
        let error = PackBuilder::new().fasta(&path).publish(&out, &meddler).unwrap_err();
        assert!(matches!(&error, Error::Input { path: named, .. } if *named == path), "{error}");
        assert!(error.to_string().contains("changed while it was packed"), "{error}");
        assert!(!out.exists());
    }
    PackBuilder::new().fasta(&path).publish(&root.path().join("store"), &()).unwrap();
}

/// Contigs without bases and tracks without data are packed; a store without contigs is refused.
#[test]
fn there_may_be_nothing() {
    let directory = root();
    let genome = write(directory.path(), "genome.fa", ">none\n>a\nACGT\n>nothing\n\n>b\nNNNN\n>last\n");
    let silent = write(directory.path(), "silent.bw", big_wig(&[("a", 4), ("b", 4)], &[], &Layout::default()));
    let builder = PackBuilder::new().fasta(genome).signal("s", [&silent]).control("c", [&silent, &silent]);
    let (store, _) = packed(&builder, directory.path());
    assert_eq!(contigs(&store), pairs(&[("none", 0), ("a", 4), ("nothing", 0), ("b", 4), ("last", 0)]));
    assert_eq!(read_sequence(&store, "a", 0..4).unwrap(), [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    assert_eq!(read_sequence(&store, "b", 0..4).unwrap(), [0; 16]);
    for (name, length) in [("none", 0), ("a", 4), ("last", 0)] {
        assert_eq!(read_track(&store, "c.1", name, 0..length).unwrap(), vec![0.0; length as usize]);
        let past = 0..length + 1;
        assert!(read_sequence(&store, name, past.clone()).is_err() && read_track(&store, "s", name, past).is_err());
    }
    for builder in
        [builder.clone().contigs(Some(vec![])), PackBuilder::new().signal("s", [&silent]).contigs(Some(vec![]))]
    {
        let error = builder.publish(&directory.path().join("none.atemoya"), &()).unwrap_err();
        assert!(error.to_string().contains("no contigs"), "{error}");
    }
}
