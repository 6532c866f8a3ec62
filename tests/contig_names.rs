//! Tracks whose contigs have other names or lengths than the genome's, or are missing, with files
//! that users have.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::gather::{Gatherer, Span, read_track};
use atemoya::ingest::alias::Aliases;
use atemoya::pack::{PackBuilder, Packed};
use atemoya::{DType, Error, Result, Store};
use common::bigwigs::{Layout, bed_graph, big_wig};
use common::inputs::write;
use std::path::{Path, PathBuf};

/// Packs a store and opens it.
fn pack(builder: &PackBuilder) -> (Store, Packed) {
    let directory = tempfile::tempdir().unwrap();
    let packed = builder.publish(&directory.path().join("store"), &()).unwrap();
    let store = Store::open(directory.path().join("store")).unwrap();
    store.verify(&()).unwrap();
    (store, packed)
}

fn refused(builder: &PackBuilder, parts: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let error = builder.publish(&directory.path().join("store"), &()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Input { .. }), "{text}");
    assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
    assert_eq!(common::names(directory.path()), Vec::<String>::new());
}

/// Returns the path of an unusual file.
fn odd() -> Option<impl Fn(&str) -> PathBuf> {
    let directory = common::shared()?.join("data/odd");
    Some(move |name: &str| directory.join(name))
}

/// The values of a contig as bigtools reads them.
fn by_bigtools(path: &Path, contig: &str, length: u64) -> Vec<f32> {
    let mut values = vec![0.0; length as usize];
    let mut reader = bigtools::BigWigRead::open_file(path).unwrap();
    for interval in reader.get_interval(contig, 0, length as u32).unwrap().map(std::result::Result::unwrap) {
        values[interval.start as usize..interval.end as usize].fill(interval.value);
    }
    values
}

/// Asserts that the values of a contig of a store are those of the file, where it has another name.
/// Returns whether there are values that are not 0.
fn same(store: &Store, track: &str, contig: &str, path: &Path, name: &str) -> bool {
    let length = store.contigs().length(store.contigs().id(contig).unwrap());
    let values = read_track(store, track, contig, 0..length).unwrap();
    assert!(values == by_bigtools(path, name, length), "{track} on {contig}");
    values.iter().any(|value| *value != 0.0)
}

fn renamed(store: &Store, input: usize) -> Vec<(String, String)> {
    let renamed = &store.manifest().inputs[input].contigs_renamed;
    renamed.iter().map(|name| (name.from.clone(), name.to.clone())).collect()
}

#[test]
fn names_of_ensembl_are_refused_or_taken_by_an_alias() {
    let Some(odd) = odd() else { return };
    let (track, sizes) = (odd("ensembl.bw"), odd("base/genome.fa.fai"));
    let builder = PackBuilder::new().chrom_sizes(&sizes).signal("atac", [&track]);
    let both = [
        r#"it has "1", "2", "10","#,
        r#"genome.fa.fai has "chr1", "chr2", "chr10""#,
        "`alias` \"chr\"",
        "`allow_empty`",
    ];
    refused(&builder, &both);
    refused(&PackBuilder::new().fasta(odd("base/genome.fa")).control("input", [&track]), &both[..1]);

    let directory = tempfile::tempdir().unwrap();
    let file =
        Aliases::read(&write(directory.path(), "alias", "#ucsc\tensembl\nchr1\t1\nchr2\t2\nchr10\t10\nchrM\tMT\n"))
            .unwrap();
    for aliases in [Aliases::chr(), file] {
        let (store, packed) = pack(&builder.clone().alias(Some(aliases)));
        let names = [("1", "chr1"), ("2", "chr2"), ("10", "chr10")];
        // The others have no values.
        assert_eq!(names.map(|(from, to)| same(&store, "atac", to, &track, from)), [true, false, false]);
        assert_eq!(renamed(&store, 1), names.map(|(from, to)| (from.to_owned(), to.to_owned())));
        assert_eq!(store.manifest().version, [1, 1]);
        assert!(packed.notes[0].contains(r#""1" is "chr1", "2" is "chr2""#), "{packed:?}");
        assert!(packed.warnings[0].contains(r#"zeros on "chrM", "chr1_KI270706v1_random""#), "{packed:?}");
    }
    let one = Aliases::read(&write(directory.path(), "one", "1 chr1\n")).unwrap();
    let (store, _) = pack(&builder.clone().alias(Some(one)));
    assert!(same(&store, "atac", "chr1", &track, "1"));
    let input = &store.manifest().inputs[1];
    assert_eq!(input.contigs_ignored, ["2", "10"]);
    assert_eq!(input.contigs_absent, ["chr2", "chr10", "chrM", "chr1_KI270706v1_random"]);

    let useless = Aliases::read(&write(directory.path(), "useless", "chr3 3\n")).unwrap();
    refused(&builder.clone().alias(Some(useless)), &both[..2]);
    let (store, packed) = pack(&builder.allow_empty(true));
    assert!(read_track(&store, "atac", "chr1", 0..60_000).unwrap().iter().all(|value| *value == 0.0));
    assert!(
        packed.warnings[0].contains(r#"zeros everywhere"#) && packed.warnings[0].contains(r#""1", "2", "10""#),
        "{packed:?}"
    );
    assert_eq!(store.warnings(Some(&["atac"]), Some(&["chr2"])).unwrap(), packed.warnings);
}

#[test]
fn tracks_of_yeast_with_the_names_of_ensembl() {
    let Some(shared) = common::shared() else { return };
    let yeast = |name: &str| shared.join("data/yeast").join(name);
    let files = ["tidyCoverage_RNA.fwd.bw", "tidyCoverage_RNA.rev.bw", "tidyCoverage_MNase.bw"].map(yeast);
    let builder = PackBuilder::new()
        .chrom_sizes(yeast("sacCer3.fa.fai"))
        .signal("rna", &files[..2])
        .control("mnase", &files[2..]);
    refused(&builder, &["\"II\"", "\"chrII\"", "`alias` \"chr\""]);
    let (store, _) = pack(&builder.alias(Some(Aliases::chr())));
    let mut compared = 0;
    for (number, (track, path)) in ["rna.0", "rna.1", "mnase"].iter().zip(&files).enumerate() {
        for (from, to) in renamed(&store, number + 1) {
            compared += usize::from(same(&store, track, &to, path, &from));
        }
    }
    assert!(compared >= 9, "{compared} contigs were compared");
}

#[test]
fn what_a_track_lacks_is_zero_and_said_whenever_it_is_asked() {
    let Some(odd) = odd() else { return };
    let builder =
        PackBuilder::new().fasta(odd("base/genome.fa")).signal("all", [odd("base/plus.bw"), odd("base/minus.bw")]);
    let builder = builder.signal("some", [odd("missing_contigs.bw")]).signal("other", [odd("chrM_other_length.bw")]);
    let (store, packed) = pack(&builder.control("none", [odd("empty.bw")]));
    let said = |groups: &[&str], contigs: &[&str]| store.warnings(Some(groups), Some(contigs)).unwrap();
    assert_eq!(store.warnings(None, None).unwrap(), packed.warnings);
    let absent = r#"zeros on "chr2", "chr10", "chrM", "chr1_KI270706v1_random", since these contigs are not there"#;
    for (warning, part) in
        packed.warnings.iter().zip([absent, r#""chrM" (5002 bases there and 5000 in the store)"#, "no value is there"])
    {
        assert!(warning.contains(part), "{warning}: {part}");
    }
    assert_eq!(packed.warnings.len(), 3);
    assert_eq!(said(&["all"], &["chr1", "chrM"]), [""; 0]);
    assert_eq!(said(&["all", "some", "other"], &["chr1"]), [""; 0]);
    assert!(said(&["some"], &["chr1", "chr2"])[0].contains(r#"zeros on "chr2", since"#));
    assert_eq!(said(&["none"], &["chr1"]).len(), 1, "it has no values anywhere");

    let zero = |track: &str, contig: &str| {
        read_track(&store, track, contig, 100..2900).unwrap().iter().all(|value| *value == 0.0)
    };
    let error = read_track(&store, "other", "chrM", 100..200).unwrap_err().to_string();
    assert!(error.contains(r#""chrM" (5002 bases there and 5000 in the store)"#), "{error}");
    assert!(zero("some", "chr2") && ["chr1", "chr2", "chrM"].iter().all(|contig| zero("none", contig)));
    for (track, file) in [("some", "missing_contigs.bw"), ("other", "chrM_other_length.bw"), ("all.0", "base/plus.bw")]
    {
        assert!(same(&store, track, "chr1", &odd(file), "chr1"));
    }
    assert!(same(&store, "all.1", "chrM", &odd("base/minus.bw"), "chrM"));
}

/// Windows on a contig of another length are refused, only for the tracks that have that length.
#[test]
fn windows_on_a_contig_of_another_length_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let track = |name: &str, b: u32| {
        let contigs = [("a", 10), ("b", b)];
        write(directory.path(), name, big_wig(&contigs, &[bed_graph(0, &[(0, 1, 1.0)])], &Layout::default()))
    };
    let builder = PackBuilder::new().signal("pair", [track("plus.bw", 7), track("minus.bw", 8)]);
    let (store, _) = pack(&builder.control("input", [track("input.bw", 7)]));
    let spans = |contig| [Span { contig, start: -2, reverse_complement: false }];
    for (groups, refused) in [(["pair"], Some("minus.bw")), (["input"], None)] {
        let gatherer = Gatherer::tracks(&store, Some(&groups), DType::F32).unwrap();
        let mut out = vec![0.0f32; gatherer.shape(3)[0] * 3];
        gatherer.gather_into(3, spans(0), &mut out).unwrap();
        assert_eq!(out[..3], [0.0, 0.0, 1.0]);
        match (gatherer.gather_into(3, spans(1), &mut out), refused) {
            (Err(Error::Argument { message, .. }), Some(file)) => {
                assert!(message.contains(file) && message.contains(r#""b" (8 bases there and 7"#), "{message}");
            }
            (result, file) => assert!(result.is_ok() && file.is_none(), "{result:?}"),
        }
    }
    assert_eq!(read_track(&store, "pair.0", "b", 0..2).unwrap(), [0.0; 2]);
    assert!(read_track(&store, "pair.1", "b", 0..2).is_err());
}

#[test]
fn no_shared_contig_of_the_same_length_is_another_build() {
    let directory = tempfile::tempdir().unwrap();
    let genome = write(directory.path(), "genome.fa", ">chr1\nACGTACGTAC\n>chr2\nACGT\n");
    let track = |name: &str, contigs: &[(&str, u32)]| {
        write(directory.path(), name, big_wig(contigs, &[bed_graph(0, &[(0, 1, 1.0)])], &Layout::default()))
    };
    let builder = |track: &Path| PackBuilder::new().fasta(&genome).signal("s", [track]);
    let other = track("other.bw", &[("chr1", 12), ("chr2", 5), ("chr3", 9)]);
    refused(
        &builder(&other),
        &["other lengths", r#""chr1" has 12 bases here and 10 there"#, "genome build", "`allow_empty`"],
    );
    let (store, packed) = pack(&builder(&other).allow_empty(true));
    assert!(packed.warnings[0].contains("no value is there"), "{packed:?}");
    assert!(store.check_lengths(None, Some(&["chr2"])).is_err());

    let twice = track("twice.bw", &[("1", 10), ("chr1", 10)]);
    let (store, _) = pack(&builder(&twice));
    assert_eq!(store.manifest().inputs[1].contigs_ignored, ["1"]);
    let ambiguous = builder(&twice).alias(Some(Aliases::chr()));
    refused(&ambiguous, &["twice.bw", r#""1", "chr1" both mean "chr1""#]);

    // Without a genome the first track's names and lengths are the store's.
    let (one, two) = (track("one.bw", &[("1", 10), ("MT", 7)]), track("two.bw", &[("chr1", 10), ("chrM", 8)]));
    let builder = PackBuilder::new().signal("s", [&one, &two]).alias(Some(Aliases::chr()));
    let (store, packed) = pack(&builder);
    assert_eq!(store.contigs().iter().collect::<Vec<_>>(), [("1", 10), ("MT", 7)]);
    assert_eq!(read_track(&store, "s.1", "1", 0..2).unwrap(), [1.0, 0.0]);
    assert!(packed.warnings[0].contains(r#""MT" (8 bases there and 7 in the store)"#), "{packed:?}");
}

#[test]
fn tracks_that_share_no_contig_are_not_packed_side_by_side() {
    let directory = tempfile::tempdir().unwrap();
    let track = |name: &str, contigs: &[(&str, u32)]| {
        write(directory.path(), name, big_wig(contigs, &[bed_graph(0, &[(0, 1, 1.0)])], &Layout::default()))
    };
    let (ucsc, ensembl) = (track("ucsc.bw", &[("chr1", 10), ("chr2", 9)]), track("ensembl.bw", &[("1", 10), ("2", 9)]));
    let builder = PackBuilder::new().signal("a", [&ucsc]).signal("b", [&ensembl]);
    refused(
        &builder,
        &["ensembl.bw", r#"it has "1", "2""#, r#"they have "chr1", "chr2""#, "`alias` \"chr\"", "`allow_empty`"],
    );
    let (store, _) = pack(&builder.clone().alias(Some(Aliases::chr())));
    assert_eq!(store.contigs().iter().collect::<Vec<_>>(), [("chr1", 10), ("chr2", 9)]);
    let (store, packed) = pack(&builder.allow_empty(true));
    assert_eq!((store.contigs().len(), packed.warnings.len()), (4, 2), "{packed:?}");
}

#[test]
fn names_that_a_store_lacks_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    let track =
        write(directory.path(), "x.bw", big_wig(&[("a", 9)], &[bed_graph(0, &[(0, 1, 1.0)])], &Layout::default()));
    let (store, _) = pack(&PackBuilder::new().signal("s", [&track]));
    for (groups, contigs, expected) in [
        (Some(&["s", "atac"][..]), None, r#"groups: there is no "atac"; there is "s""#),
        (None, Some(&["a", "chr1"][..]), r#"contigs: there is no "chr1"; there is "a""#),
    ] {
        assert_eq!(store.warnings(groups, contigs).unwrap_err().to_string(), expected);
        assert_eq!(store.check_lengths(groups, contigs).unwrap_err().to_string(), expected);
    }
}

/// Returns an old store, whose manifest lacks the later members.
#[test]
fn stores_of_the_first_version_have_warnings_too() -> Result<()> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec/vectors/valid");
    let silent = Store::open(vectors.join("silent"))?;
    assert_eq!(
        silent.warnings(None, None).unwrap(),
        [r#"track "t2", track "t1": zeros everywhere, since no value is there"#]
    );
    silent.check_lengths(None, None)?;
    assert_eq!(Store::open(vectors.join("wide"))?.warnings(None, None).unwrap(), [""; 0]);
    Ok(())
}
