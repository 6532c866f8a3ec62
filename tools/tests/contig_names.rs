//! The command on bigWigs whose contigs are called otherwise than the genome's, have other lengths,
//! or are not there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{atemoya, names, refused, run, shared, stderr};
use serde_json::Value;

#[test]
fn names_and_lengths_that_do_not_match() {
    let Some(shared) = shared() else { return };
    let odd = |name: &str| shared.join("data/odd").join(name).to_str().unwrap().to_owned();
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let pack = |signal: &str, out: &str, more: &[&str]| -> Vec<String> {
        let signal = format!("atac={}", odd(signal));
        let fixed = ["pack", "--fasta", &odd("base/genome.fa"), "--signal", &signal, "--out", &path(out)];
        fixed.iter().chain(more).map(|text| (*text).to_owned()).collect()
    };
    let inspected = |out: &str| -> Value { serde_json::from_str(&run(&["inspect", &path(out), "--json"])).unwrap() };
    let said_by = |arguments: &[String]| -> String {
        let output = atemoya().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };

    let plain = pack("ensembl.bw", "none", &[]);
    let said = refused(&plain.iter().map(String::as_str).collect::<Vec<_>>());
    for part in [r#"it has "1", "2", "10","#, r#"has "chr1", "chr2", "chr10""#, "alias", "empty"] {
        assert!(said.contains(part), "{said}: {part}");
    }
    assert_eq!(names(directory.path()), [""; 0]);

    std::fs::write(path("aliases"), "chr1\t1\nchr2\t2\nchr10\t10\n").unwrap();
    for (out, alias) in [("chr", "chr".to_owned()), ("file", path("aliases"))] {
        let said = said_by(&pack("ensembl.bw", out, &["--alias", &alias]));
        assert!(said.contains(r#""1" is "chr1", "2" is "chr2", "10" is "chr10""#), "{said}");
        let store = inspected(out);
        assert_eq!(store["inputs"][1]["contigs_renamed"][0], serde_json::json!({"from": "1", "to": "chr1"}));
        assert!(run(&["inspect", &path(out)]).contains(r#""10" is "chr10""#));
    }
    let (store, peaks, absent) = (path("chr"), odd("base/peaks.narrowPeak"), path("absent"));
    let of_pack = pack("ensembl.bw", "never", &["--alias", &absent]);
    let index = ["index", &store, "--peaks", &peaks, "--alias", &absent];
    for arguments in [of_pack.iter().map(String::as_str).collect(), index.to_vec()] {
        let said = refused(&arguments);
        assert!(said.contains(&format!("{absent}: cannot open")) && said.contains("No such file"), "{said}");
    }

    let word = pack("ensembl.bw", "never", &["--alias", "ensembl"]);
    let said = refused(&word.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains(r#"--alias: there is no file "ensembl": give "chr" or a file of aliases"#), "{said}");

    let said = said_by(&pack("ensembl.bw", "empty", &["--allow-empty"]));
    assert!(said.contains("warning: ") && said.contains("zeros everywhere"), "{said}");

    let said = said_by(&pack("chrM_other_length.bw", "other", &[]));
    assert!(said.contains(r#"warning: track "atac""#) && said.contains("5002 bases there and 5000"), "{said}");
    let store = inspected("other");
    assert!(said.contains(store["warnings"][0].as_str().unwrap()), "{store}");
    let shown = run(&["inspect", &path("other")]);
    assert!(shown.contains(r#"not used: "chrM", which has 5002 bases"#) && shown.contains("\nwarning: "), "{shown}");
    let out = path("x.npy");
    run(&["extract", &path("other"), "--track", "atac", "--contig", "chr1", "--out", &out]);
    let said = refused(&["extract", &path("other"), "--track", "atac", "--contig", "chrM", "--out", &out]);
    assert!(said.contains("5002 bases there and 5000"), "{said}");
}
