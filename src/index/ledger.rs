//! The selection that an index is explained under, as `index.json` has it, and the check of what
//! the index says of it.

use crate::feed::LocusFilter;
use crate::ingest::bed::{BedFile, BedRecord};
use crate::loci::published::LocusIndex;
use crate::loci::{EXCLUSION, IndexManifest, IndexedSelection, Reason, Verdict, Verdicts};
use crate::store::Store;
use crate::{Error, Result};
use std::path::Path;

/// The members of `selection` in `index.json` for a filter whose sizes were checked.
///
/// # Errors
/// [`Error::Argument`] when a bound is not finite, which JSON cannot say, or a signal is not the
/// store's.
pub(super) fn document(filter: &LocusFilter, store: &Store) -> Result<IndexedSelection> {
    for (name, bound) in [("min_counts", filter.min_counts), ("max_counts", filter.max_counts)] {
        if let Some(bound) = bound.filter(|bound| !bound.is_finite()) {
            return Err(Error::argument(name, format!("{bound} is no bound that an index can record")));
        }
    }
    Ok(IndexedSelection {
        order: filter.order.to_string(),
        signals: filter.signal_groups(store)?.iter().map(|group| group.name.clone()).collect(),
        in_window: filter.in_window as u32,
        out_window: filter.out_window as u32,
        max_jitter: filter.max_jitter as u32,
        min_counts: filter.min_counts,
        max_counts: filter.max_counts,
        counts_tracks: filter.counts_tracks.clone(),
        outlier_filter: filter.filters_outliers(),
    })
}

/// The filter that a document describes, without its exclusion lists.
fn filter(document: &IndexedSelection) -> Result<LocusFilter> {
    Ok(LocusFilter {
        order: document.order.parse()?,
        signals: Some(document.signals.clone()),
        in_window: document.in_window as usize,
        out_window: document.out_window as usize,
        max_jitter: document.max_jitter as usize,
        min_counts: document.min_counts,
        max_counts: document.max_counts,
        counts_tracks: document.counts_tracks.clone(),
        outlier_filter: Some(document.outlier_filter),
        ..LocusFilter::default()
    })
}

/// Checks every verdict of an index by selecting anew. The exclusion lists themselves are not
/// needed: a region that left a locus out stands in the index, and no other one matters.
///
/// # Errors
/// [`Error::Corrupt`] with the first row whose verdict is another, or when the selection is none of
/// the store's.
pub(super) fn verify(store: &Store, index: &LocusIndex, path: &Path) -> Result<()> {
    let (Some(document), Some(verdicts)) = (&index.manifest.selection, &index.verdicts) else { return Ok(()) };
    let lists = index.manifest.inputs.iter().filter(|input| input.role == EXCLUSION).count();
    if let Some(region) = verdicts.regions().iter().find(|region| region.file as usize >= lists) {
        let (expected, got) = (format!("one of {lists} exclusion lists"), format!("{region:?}"));
        return Err(Error::corrupt(path, 0, "exclusion_file", expected, got));
    }
    let exclusions = exclusions(store, index, verdicts, lists);
    let expected = filter(document).and_then(|filter| filter.explain_with(store, &index.table, &exclusions));
    let expected = match expected {
        Ok(selection) => selection.verdicts,
        Err(Error::Argument { name, message }) => {
            return Err(Error::corrupt(path, 0, "selection", "one that fits the store", format!("{name}: {message}")));
        }
        Err(other) => return Err(other),
    };
    for (row, (found, wanted)) in verdicts.rows().iter().zip(expected.rows()).enumerate() {
        let same = match (found, wanted) {
            (Verdict::UnderCounts { counts: a }, Verdict::UnderCounts { counts: b })
            | (Verdict::OverCounts { counts: a }, Verdict::OverCounts { counts: b }) => about(*a, *b),
            (Verdict::Excluded { region: a }, Verdict::Excluded { region: b }) => {
                verdicts.regions()[*a as usize] == expected.regions()[*b as usize]
            }
            (found, wanted) => found == wanted,
        };
        if !same {
            let got = format!("{found:?} in row {row}");
            return Err(Error::corrupt(path, 0, "reason", format!("{wanted:?}"), got));
        }
    }
    verify_excluded(store, index, &filter(document)?, path)
}

/// Checks that what the index says is excluded leaves out the same loci as its exclusion lists did.
fn verify_excluded(store: &Store, index: &LocusIndex, filter: &LocusFilter, path: &Path) -> Result<()> {
    let (Some(excluded), Some(verdicts)) = (&index.excluded, &index.verdicts) else { return Ok(()) };
    // Counts come after the exclusion lists, and need not be taken.
    let filter = LocusFilter { min_counts: None, max_counts: None, outlier_filter: Some(false), ..filter.clone() };
    let expected = filter.explain_with(store, &index.table, std::slice::from_ref(excluded))?.verdicts;
    for (row, (found, wanted)) in verdicts.rows().iter().zip(expected.rows()).enumerate() {
        let [is, should_be] = [found, wanted].map(|verdict| verdict.reason() == Reason::Excluded);
        if is != should_be {
            let path = path.with_file_name(IndexManifest::EXCLUDED);
            let expected = format!("what leaves out the loci whose reason is {}", Reason::Excluded.name());
            return Err(Error::corrupt(path, 0, "excluded stretches", expected, format!("{found:?} in row {row}")));
        }
    }
    Ok(())
}

/// The exclusion lists, as far as they left something out.
fn exclusions(store: &Store, index: &LocusIndex, verdicts: &Verdicts, lists: usize) -> Vec<BedFile> {
    let contigs: Vec<String> = store.contigs().iter().map(|(name, _)| name.to_owned()).collect();
    let mut beds = vec![BedFile { contigs, ..BedFile::default() }; lists];
    for (row, verdict) in index.table.rows().zip(verdicts.rows()) {
        if let Verdict::Excluded { region } = verdict {
            let region = verdicts.regions()[*region as usize];
            let (start, end, line) = (region.start, region.end, region.line);
            beds[region.file as usize].records.push(BedRecord { contig: row.contig, start, end, summit: None, line });
        }
    }
    beds
}

/// The format leaves open in which order the values are added up.
fn about(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}
