//! Warnings about loci: summits that are not used, peaks and negatives that look swapped, windows
//! and exclusion lists that leave most of them out.

use super::filter::LocusFilter;
use super::ledger::Ledger;
use super::table::{LocusTable, Row};

/// The least number of loci of each role whose median counts are compared.
const ENOUGH: usize = 20;

/// Returns a warning when all peaks have summits and are centred on their midpoints.
pub(crate) fn forgotten_summits(table: &LocusTable) -> Option<String> {
    let peaks = || table.rows().take(table.peaks());
    let forgotten = table.peaks() > 0
        && peaks().all(|row| row.summit_position().is_some() && row.centre == row.midpoint())
        && peaks().any(|row| row.summit_position() != Some(row.midpoint()));
    forgotten.then(|| {
        "every peak has a summit (column 10), and the peaks are centred on their midpoints: `summits` centres on \
         the summits"
            .to_owned()
    })
}

/// Returns a warning when all negatives have summits and no peak has one.
pub(crate) fn swapped_formats(table: &LocusTable) -> Option<String> {
    let has_summit = |row: &Row| row.summit_position().is_some();
    let mut peaks = table.rows().take(table.peaks());
    let mut negatives = table.rows().skip(table.peaks());
    let swapped = table.peaks() > 0
        && table.negatives() > 0
        && negatives.all(|row| has_summit(&row))
        && !peaks.any(|row| has_summit(&row));
    swapped.then(|| {
        "every negative has a summit (column 10) and no peak has one: are `peaks` and `negatives` in each other's \
         place?"
            .to_owned()
    })
}

/// Returns a warning when the median negative has more than twice the counts of the median peak.
/// `counts` has the counts of each group, one for each row of the table.
pub(crate) fn swapped_counts(table: &LocusTable, counts: &[(String, Vec<f64>)]) -> Option<String> {
    if table.peaks() < ENOUGH || table.negatives() < ENOUGH || counts.is_empty() {
        return None;
    }
    let total = |row: usize| counts.iter().map(|(_, sums)| sums[row]).sum::<f64>();
    let [peaks, negatives] =
        [0..table.peaks(), table.peaks()..table.len()].map(|rows| median(rows.map(total).collect()));
    (negatives > 2.0 * peaks.max(0.0)).then(|| {
        format!(
            "the median negative has {negatives} counts and the median peak {peaks}: are `peaks` and `negatives` in \
             each other's place?"
        )
    })
}

/// Returns a warning for each rule that leaves out more than half of the loci on contigs to use,
/// unless it is a bound of counts, which is meant to.
pub(crate) fn most_left_out(ledger: &Ledger, filter: &LocusFilter) -> Vec<String> {
    let mut warnings = Vec::new();
    for (role, loci) in [("peaks", ledger.peaks), ("negatives", ledger.negatives)] {
        let candidates = loci.total - loci.contig;
        if loci.edge > candidates / 2 {
            let LocusFilter { in_window, out_window, max_jitter, .. } = filter;
            warnings.push(format!(
                "`{role}`: {} of {candidates} are too near an end of their contig: their windows (`in_window` \
                 {in_window}, `out_window` {out_window}, `max_jitter` {max_jitter}) do not fit on it",
                loci.edge
            ));
        }
        if loci.excluded > candidates / 2 {
            let excluded = loci.excluded;
            warnings.push(format!(
                "`{role}`: {excluded} of {candidates} touch a region of `exclusion_lists`: are these lists of regions \
                 to stay out of?"
            ));
        }
    }
    warnings
}

/// Returns a warning when the signal reaches past the sequence that it is to be predicted from.
pub(crate) fn wide_signal(filter: &LocusFilter) -> Option<String> {
    let LocusFilter { in_window, out_window, .. } = filter;
    (out_window > in_window).then(|| {
        format!(
            "`out_window` {out_window} is larger than `in_window` {in_window}: the signal reaches past the sequence on \
             both sides"
        )
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Contigs;
    use crate::ingest::bed::{BedFile, BedRecord};
    use crate::loci::{IndexOptions, RoleLedger};

    /// Loci of 10 bases with these summits.
    fn file(summits: &[Option<i64>]) -> (std::path::PathBuf, BedFile) {
        let record = |(line, &summit): (u64, &Option<i64>)| BedRecord { contig: 0, start: 100, end: 110, summit, line };
        let records = (1..).zip(summits).map(record).collect();
        ("x.bed".into(), BedFile { contigs: vec!["a".into()], records, ..BedFile::default() })
    }

    fn table(peaks: &[Option<i64>], negatives: &[Option<i64>], summits: bool) -> LocusTable {
        let contigs = Contigs::new([("a", 1000)]).unwrap();
        let options = IndexOptions { summits, chroms: None };
        LocusTable::from_beds(&[file(peaks)], &[file(negatives)], &contigs, &options).unwrap()
    }

    #[test]
    fn summits_are_forgotten_where_every_peak_has_one_elsewhere() {
        for (peaks, forgotten) in [
            (&[Some(2), Some(5)][..], true),
            (&[Some(5), Some(5)], false),
            (&[Some(2), None], false),
            (&[Some(2), Some(-1)], false),
            (&[], false),
        ] {
            assert_eq!(forgotten_summits(&table(peaks, &[], false)).is_some(), forgotten, "{peaks:?}");
        }
        assert_eq!(forgotten_summits(&table(&[Some(2), Some(3)], &[], true)), None);
    }

    #[test]
    fn files_are_swapped_where_negatives_alone_have_summits() {
        for (peaks, negatives, swapped) in [
            (&[None, None][..], &[Some(2), Some(3)][..], true),
            (&[None, Some(1)], &[Some(2), Some(3)], false),
            (&[None, None], &[Some(2), None], false),
            (&[None, None], &[], false),
        ] {
            assert_eq!(swapped_formats(&table(peaks, negatives, false)).is_some(), swapped, "{peaks:?} {negatives:?}");
        }
    }

    #[test]
    fn rules_that_leave_out_more_than_half_of_the_loci_on_contigs_to_use_are_named() {
        let filter = LocusFilter { in_window: 10, out_window: 4, max_jitter: 3, ..LocusFilter::default() };
        let of = |peaks| most_left_out(&Ledger { peaks, ..Ledger::default() }, &filter);
        let loci = RoleLedger { total: 10, contig: 4, ..RoleLedger::default() };
        assert_eq!(of(RoleLedger { edge: 3, excluded: 3, ..loci }), [""; 0]);
        assert_eq!(of(RoleLedger { under_counts: 6, ..loci }), [""; 0]);
        let [edge] = &of(RoleLedger { edge: 4, kept: 2, ..loci })[..] else { panic!() };
        assert!(edge.starts_with("`peaks`: 4 of 6") && edge.contains("`in_window` 10, `out_window` 4"), "{edge}");
        let [excluded] = &of(RoleLedger { excluded: 6, ..loci })[..] else { panic!() };
        assert!(excluded.contains("6 of 6 touch a region of `exclusion_lists`"), "{excluded}");
        let negatives =
            most_left_out(&Ledger { negatives: RoleLedger { edge: 6, ..loci }, ..Ledger::default() }, &filter);
        assert!(negatives[0].starts_with("`negatives`: 6 of 6"), "{negatives:?}");
    }

    #[test]
    fn a_signal_wider_than_the_sequence_is_told_of() {
        let of = |in_window, out_window| wide_signal(&LocusFilter { in_window, out_window, ..LocusFilter::default() });
        assert_eq!((of(10, 10), of(10, 9)), (None, None));
        assert!(of(10, 11).unwrap().starts_with("`out_window` 11 is larger than `in_window` 10"));
    }

    #[test]
    fn counts_tell_only_of_many_loci_and_of_large_differences() {
        let swapped = |loci: usize, peak: f64, negative: f64| {
            let table = table(&vec![None; loci], &vec![None; loci], false);
            let counts = [vec![peak; loci], vec![negative; loci]].concat();
            swapped_counts(&table, &[("atac".into(), counts)]).is_some()
        };
        assert!(swapped(20, 5.0, 11.0) && swapped(20, 0.0, 1.0) && swapped(20, -3.0, 1.0));
        assert!(
            !swapped(19, 5.0, 11.0) && !swapped(20, 5.0, 10.0) && !swapped(20, 0.0, 0.0) && !swapped(20, 11.0, 5.0)
        );
        assert_eq!(swapped_counts(&table(&[None; 20], &[None; 20], false), &[]), None);
    }
}
