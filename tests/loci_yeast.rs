//! How many loci of real files are kept, against what cherimoya reported of the same arguments.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use atemoya::format::Contigs;
use atemoya::ingest::bed::{BedFile, BedRecord};
use atemoya::loci::{IndexOptions, LocusFilter, LocusTable, RoleLedger, SelectOptions, select};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The rows of a well-formed BED file.
fn parse(path: &Path) -> BedFile {
    let mut bed = BedFile::default();
    for (line, text) in (1..).zip(fs::read_to_string(path).unwrap().lines()) {
        if text.starts_with('#') || text.starts_with("track ") {
            continue;
        }
        let fields: Vec<&str> = text.split('\t').collect();
        let contig = bed.contigs.iter().position(|name| name == fields[0]).unwrap_or_else(|| {
            bed.contigs.push(fields[0].to_owned());
            bed.contigs.len() - 1
        });
        bed.records.push(BedRecord {
            contig: contig as u32,
            start: fields[1].parse().unwrap(),
            end: fields[2].parse().unwrap(),
            summit: fields.get(9).map(|field| field.parse().unwrap()),
            line,
        });
    }
    bed
}

fn yeast(shared: &Path) -> Contigs {
    let fai = fs::read_to_string(shared.join("data/yeast/sacCer3.fa.fai")).unwrap();
    let fields = fai.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    Contigs::new(fields.map(|fields| (fields[0], fields[1].parse().unwrap()))).unwrap()
}

/// One or several names, or null.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec![],
        Value::String(name) => vec![name.clone()],
        list => list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
    }
}

#[test]
fn as_many_loci_are_kept_as_cherimoya_keeps() {
    let Some(shared) = common::shared() else { return };
    let contigs = yeast(&shared);
    let beds = |value: &Value| -> Vec<(PathBuf, BedFile)> {
        names(value).iter().map(|name| (name.into(), parse(&shared.join("data/yeast").join(name)))).collect()
    };
    for case in ["controls_groups", "interleaved_counts", "peaks_only", "plain_odd_windows", "stranded"] {
        let golden = fs::read(shared.join("golden/batches").join(case).with_extension("json")).unwrap();
        let golden: Value = serde_json::from_slice(&golden).unwrap();
        let args = &golden["args"];
        let number = |member: &str| args[member].as_u64().unwrap() as usize;
        let chroms = names(&args["chroms"]);
        let index = IndexOptions { summits: args["summits"].as_bool().unwrap(), chroms: Some(chroms.clone()) };
        let (peaks, negatives) = (beds(&args["peaks"]), beds(&args["negatives"]));
        let table = LocusTable::from_beds(&peaks, &negatives, &contigs, &index).unwrap();
        let exclusion: Vec<BedFile> = beds(&args["exclusion_lists"]).into_iter().map(|(_, bed)| bed).collect();
        let filter = LocusFilter {
            in_window: number("in_window"),
            out_window: number("out_window"),
            max_jitter: number("max_jitter"),
            ..LocusFilter::default()
        };
        let options = SelectOptions { exclusion: &exclusion, has_signals: true, ..SelectOptions::new(&filter) };
        let ledger = select(&table, &contigs, &options).unwrap().ledger;

        // Selecting the contigs and the centres only now must come to the same; the file lacks some
        // contigs then.
        let indexed =
            IndexOptions { summits: false, chroms: Some(contigs.iter().map(|(n, _)| n.to_owned()).collect()) };
        let whole = LocusTable::from_beds(&peaks, &negatives, &contigs, &indexed).unwrap();
        let later = LocusFilter { chroms: Some(chroms), summits: Some(index.summits), ..filter.clone() };
        let later = select(&whole, &contigs, &SelectOptions { filter: &later, ..options }).unwrap().ledger;
        assert_eq!(later, ledger, "{case}");

        let n = |member: &str| golden[member].as_u64().unwrap() as usize;
        let said = |i: usize| -> usize {
            let line = golden["said"][i].as_str().unwrap();
            line.rsplit(": ").next().unwrap().parse().unwrap()
        };
        // Whatever drops a locus after its contig was selected, cherimoya counts it as filtered.
        let on_contigs = |ledger: RoleLedger| ledger.total - ledger.contig;
        assert_eq!(on_contigs(ledger.peaks), n("n_peaks") + said(0), "{case}");
        assert_eq!(on_contigs(ledger.negatives), n("n_negatives") + said(1), "{case}");
        if case == "interleaved_counts" {
            // It filters by counts as well, which needs the signals.
            assert!(ledger.peaks.kept >= n("n_peaks") && ledger.negatives.kept >= n("n_negatives"));
            continue;
        }
        assert_eq!(ledger.negatives.kept, n("n_negatives"), "{case}");
        // Peaks go through its filter of outliers too: at most 1 in 100 and group, and one more.
        let outliers = ledger.peaks.kept.checked_sub(n("n_peaks")).unwrap();
        let groups = args["signals"].as_array().unwrap().len();
        assert!(outliers <= groups * (ledger.peaks.kept / 100 + 1), "{case}: {outliers}");
        if case != "stranded" {
            assert_eq!(outliers, 0, "{case}");
        }
    }
}

#[test]
fn contigs_that_the_genome_lacks_are_an_error_of_the_first_line_on_them() {
    let Some(shared) = common::shared() else { return };
    let path = shared.join("data/yeast/macs3_callpeak.narrowPeak");
    let bed = parse(&path);
    let first = bed.records.iter().find(|r| bed.contigs[r.contig as usize] == "chrM").unwrap().line;
    let error = LocusTable::from_beds(&[(path, bed)], &[], &yeast(&shared), &IndexOptions::default()).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains(&format!("line {first}: ")) && said.contains("the genome lacks: \"chrM\"; it has \"chrI\""),
        "{said}"
    );
}
