//! The command as a user meets it: the README's way from files to batches, and clear refusals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, data, file, index_arguments, names, pack_arguments, refused, run, stderr};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn all(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn from_files_to_batches() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.atemoya");
    run(&all(&pack_arguments(&store)));
    assert!(run(&all(&index_arguments(&store))).contains("negatives"));
    assert!(run(&["verify", text(&store)]).contains("all good"));

    let inspected: Value = serde_json::from_str(&run(&["inspect", text(&store), "--json"])).unwrap();
    assert_eq!(inspected["bases"], 600_000);
    assert_eq!(inspected["groups"][0]["name"], "signal");
    assert_eq!(inspected["loci"][0]["name"], "default");
    let tiles = inspected["panels"][0]["encodings"].as_object().unwrap();
    let tracks_and_rows: u64 = tiles.values().map(|tally| tally["tiles"].as_u64().unwrap()).sum();
    let contigs = inspected["contigs"].as_array().unwrap();
    let rows: u64 = contigs.iter().map(|c| c["length"].as_u64().unwrap().div_ceil(4096)).sum();
    assert_eq!(tracks_and_rows, 2 * rows);
    assert!(run(&["inspect", text(&store)]).contains("signal.plus.bw"));

    let sample = |out: &str, more: &[&str]| {
        let out = directory.path().join(out);
        let fixed = ["sample", text(&store), "--count", "40", "--random-state", "3", "--force", "--out", text(&out)];
        run(&[&fixed, more].concat());
        fs::read(out).unwrap()
    };
    let batch = sample("a.safetensors", &[]);
    assert_eq!(batch, sample("b.safetensors", &["--num-workers", "2", "--batch-size", "7"]));
    for way in ["map", "read"] {
        assert_eq!(batch, sample("way.safetensors", &["--access", way]));
    }
    assert_ne!(batch, sample("c.safetensors", &["--epoch", "1"]));
    assert!(sample("d.safetensors", &["--controls", ""]).len() < batch.len());
    let header = u64::from_le_bytes(batch[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&batch[8..8 + header]).unwrap();
    assert_eq!(header["X"]["shape"], serde_json::json!([40, 4, 2114]));
    assert_eq!(header["X"]["dtype"], "I8");
    assert_eq!(header["controls"]["shape"], serde_json::json!([40, 1, 2114]));
    assert_eq!(header["y"]["shape"], serde_json::json!([40, 2, 1000]));
    for name in ["label", "source", "offset", "rc"] {
        assert_eq!(header[name]["shape"], serde_json::json!([40]), "{name}");
    }

    let out = directory.path().join("x.npy");
    let contig = contigs[0]["name"].as_str().unwrap();
    run(&[
        "extract",
        text(&store),
        "--contig",
        contig,
        "--start",
        "10",
        "--end",
        "30",
        "--sequence",
        "--out",
        text(&out),
    ]);
    let npy = fs::read(&out).unwrap();
    assert_eq!(npy.len() % 64, 80 % 64, "a header of a multiple of 64 bytes, then (4, 20) bytes");
    let letters: Vec<u8> = fs::read(file("genome.fa")).unwrap();
    let bases: Vec<u8> = letters.split(|b| *b == b'\n').skip(1).take(2).flatten().copied().collect();
    let expected: Vec<u8> =
        b"ACGT".iter().flat_map(|l| bases[10..30].iter().map(|b| u8::from(b.to_ascii_uppercase() == *l))).collect();
    assert_eq!(npy[npy.len() - 80..], expected);
    run(&["extract", text(&store), "--contig", contig, "--track", "signal.1", "--force", "--out", text(&out)]);
}

/// The account of a locus index, by reason, file and contig, as text and as JSON.
#[test]
fn an_index_says_why_loci_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.atemoya");
    run(&all(&pack_arguments(&store)));
    let mut arguments = index_arguments(&store);
    arguments.extend(["--explain".into(), "--min-counts".into(), "50".into()]);
    arguments.extend(["--exclusion-lists".into(), file("exclusion.bed")]);
    let said = run(&all(&arguments));
    let shown = run(&["inspect", text(&store), "--loci"]);
    let one = run(&["inspect", text(&store), "--loci=default"]);
    assert_eq!(shown, one);
    let table = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(table(&said), table(&shown).into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>());

    let json: Value = serde_json::from_str(&run(&["inspect", text(&store), "--loci", "--json"])).unwrap();
    assert_eq!(json["default"]["selection"]["min_counts"], 50.0);
    let ledger = &json["default"]["ledger"];
    for role in ["peaks", "negatives"] {
        let counts = ledger["roles"][role].as_object().unwrap();
        let number = |name: &str| counts[name].as_u64().unwrap();
        assert!(number("kept") < number("total"), "{counts:?}");
        assert_eq!(number("under_counts") > 0, role == "negatives", "{counts:?}");
        let reasons: u64 = counts.keys().filter(|name| *name != "total").map(|name| number(name)).sum();
        assert_eq!(reasons, number("total"));
        let contigs = ledger["contigs"].as_object().unwrap();
        let total: u64 = contigs.values().map(|contig| contig[role]["total"].as_u64().unwrap()).sum();
        assert_eq!(total, number("total"));
        assert!(said.contains(&format!("{} of {} kept", number("kept"), number("total"))), "{said}");
    }
    assert_eq!(ledger["files"][0]["path"], file("peaks.narrowPeak"));
    let files: u64 = ledger["files"].as_array().unwrap().iter().map(|f| f["counts"]["total"].as_u64().unwrap()).sum();
    let total = |role: &str| ledger["roles"][role]["total"].as_u64().unwrap();
    assert_eq!(files, total("peaks") + total("negatives"));
    assert!(refused(&["inspect", text(&store), "--loci=nope"]).contains("nope"));
    // What is asked for is checked, and no index is left.
    let mut bad = index_arguments(&store);
    bad.extend(["--name".into(), "bad".into(), "--in-window".into(), "0".into()]);
    assert!(refused(&all(&bad)).contains("--in-window: 0"));
    assert_eq!(names(&store.join("loci")), ["default"]);
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let store = data().join("demo.atemoya");
    let out = at("o.atemoya");
    let genome = file("genome.fa");
    let said = refused(&["pack", "--fasta", "missing.fa", "--out", &out]);
    assert!(said.contains("missing.fa"), "{said}");
    assert!(refused(&["pack", "--out", &out]).contains("nothing to pack"));
    let said = refused(&["pack", "--fasta", &genome, "--signal", &format!("s={genome}"), "--out", &out]);
    assert!(said.contains("genome.fa") && said.contains("bigWig"), "{said}");
    assert!(refused(&["pack", "--fasta", &genome, "--contigs", "chr1,nope", "--out", &out]).contains("nope"));
    assert!(refused(&["pack", "--fasta", &genome, "--tile", "1000", "--out", &out]).contains("power of two"));
    assert!(refused(&["pack", "--fasta", &genome, "--out", text(&store)]).contains("exists already"));
    assert!(refused(&["pack", "--fasta", &genome, "--out", text(data()), "--force"]).contains("exists already"));

    fs::write(at("bad.bed"), "chr1\t10\t20\nchr1\t30\n").unwrap();
    let index = |more: &[&str]| refused(&[&["index", text(&store), "--name", "n"], more].concat());
    let said = index(&["--peaks", &at("bad.bed")]);
    assert!(said.contains("bad.bed, line 2"), "{said}");
    fs::write(at("far.bed"), "chrZ\t10\t20\n").unwrap();
    assert!(index(&["--peaks", &at("far.bed")]).contains("chrZ"));
    let said = index(&["--peaks", &file("peaks.narrowPeak"), &at("far.bed")]);
    assert!(said.contains(r#"no locus is on a contig of the genome: the loci are on "chrZ""#), "{said}");
    fs::write(at("some.bed"), "chr2\t9000\t9100\nchrQ\t10\t20\nchr1\t9000\t9100\n").unwrap();
    let said = index(&["--peaks", &at("some.bed")]);
    assert!(said.contains(r#"lacks: "chrQ"; it has "chr1""#), "{said}");
    assert!(said.contains("; leave them out with --chroms chr1,chr2"), "{said}");
    let peaks = file("peaks.narrowPeak");
    assert!(refused(&["index", text(&store), "--name", "../n", "--peaks", &peaks]).contains("cannot name an index"));
    assert!(refused(&["index", text(&store), "--peaks", &peaks]).contains("exists already"));
    let said = refused(&["index", text(data()), "--peaks", &at("far.bed")]);
    assert!(said.contains("not an atemoya store") && said.contains("`atemoya pack`"), "{said}");
    fs::write(at("ensembl.bed"), "1\t9000\t9100\n").unwrap();
    let said = index(&["--peaks", &at("ensembl.bed")]);
    assert!(said.contains(r#"--alias chr, which reads "1" as "chr1""#) && !said.contains("empty"), "{said}");
    assert!(index(&["--peaks", &at("ensembl.bed"), "--chroms", "1,2"]).contains("likely --chroms chr1,chr2"));
    let said = refused(&["demo", "--keep", text(data())]);
    assert!(said.contains("name a new directory, such as --keep ") && said.contains("/demo"), "{said}");

    for (arguments, word) in [
        (vec!["--in-window", "0"], "--in-window: 0"),
        (vec!["--negative-ratio", "nan"], "--negative-ratio: "),
        (vec!["--chroms", "chrZ"], "use its names"),
        (vec!["--max-jitter", "999999"], "kept"),
        (vec!["--loci", "nope"], "nope"),
        (vec!["--counts-tracks", "nope", "--min-counts", "1"], "nope"),
        (vec!["--exclusion-lists", "nope.bed"], "nope.bed"),
        (vec!["--count", "0"], "count"),
        (vec!["--random-state", "-1"], "--order cherimoya"),
    ] {
        let batch = at("o.safetensors");
        let mut all = vec!["sample", text(&store), "--out", &batch];
        all.extend(&arguments);
        let said = refused(&all);
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    let extract = |more: &[&str]| refused(&[&["extract", text(&store), "--out", &at("o.npy")], more].concat());
    assert!(extract(&["--contig", "chrZ", "--sequence"]).contains("chrZ"));
    assert!(extract(&["--contig", "chr1", "--track", "signal"]).contains("signal.0"));
    assert!(extract(&["--contig", "chr1", "--track", "nope"]).contains("nope"));
    assert!(
        extract(&["--contig", "chr1", "--sequence", "--start", "9", "--end", "8"]).contains("--start 9 and --end 8")
    );
    assert_eq!(names(directory.path()), ["bad.bed", "ensembl.bed", "far.bed", "some.bed"]);
    assert_eq!(names(&store.join("loci")), ["default"]);
}

#[test]
fn a_usage_error_has_status_2_and_help_is_help() {
    for arguments in [&["pack"][..], &["pack", "--out", "x", "--signal", "noequals"], &["nope"], &[]] {
        assert_eq!(atemoya().args(arguments).output().unwrap().status.code(), Some(2), "{arguments:?}");
    }
    assert!(run(&["--version"]).starts_with("atemoya "));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let store = data().join("demo.atemoya");
    let mut child = atemoya();
    child
        .args(["inspect", text(&store), "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = child.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}
