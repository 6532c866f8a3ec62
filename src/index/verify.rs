//! Verifies the locus indices of a store: counts and verdicts are computed again, and compared.

use super::counts::counts;
use crate::format::LOCI;
use crate::ingest::bed::{BedFile, BedRecord};
use crate::loci::published::{self, LocusIndex};
use crate::loci::{EXCLUSION, IndexManifest, LocusFilter, Reason, Verdict, Verdicts};
use crate::progress::Progress;
use crate::store::Store;
use crate::{Error, Result};
use std::path::Path;

/// Verifies every locus index of a store: its checksums, and every rule of section 9 of the format,
/// the counts and the ledger included. Returns how many loci there are.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// let store = atemoya::Store::open("yeast.atemoya")?;
/// assert_eq!(atemoya::index::verify(&store, &())?, 51); // loci, and all is well
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// # Errors
/// [`Error::Corrupt`] for the first rule found broken; [`Error::Interrupted`]; [`Error::Io`].
pub fn verify(store: &Store, progress: &dyn Progress) -> Result<usize> {
    let mut loci = 0;
    for name in published::names(store)? {
        let index = published::read(store, Some(&name))?;
        index.check_rows(store)?;
        let path = store.path().join(LOCI).join(&name).join(IndexManifest::TABLE);
        let expected = counts(store, &index.table, index.manifest.options.counts_window, progress)?;
        for (group, found) in &index.counts {
            // Further columns are allowed, whatever they are called.
            if store.group(group).is_none() {
                continue;
            }
            let wrong = |what: &str| Error::corrupt(&path, 0, "counts", format!("those of the signal {group}"), what);
            let (_, expected) =
                expected.iter().find(|(name, _)| name == group).ok_or_else(|| wrong("no such signal"))?;
            for (row, (&found, &(sum, magnitude))) in found.iter().zip(expected).enumerate() {
                // The format leaves open in which order the values are added up.
                if (found - sum).abs() > 1e-9 * magnitude {
                    return Err(wrong(&format!("{found} for {sum} in row {row}")));
                }
            }
        }
        if let Some((group, _)) = expected.iter().find(|(name, _)| index.counts.iter().all(|(known, _)| known != name))
        {
            return Err(Error::corrupt(&path, 0, "counts", format!("a column for the signal {group}"), "none"));
        }
        check_verdicts(store, &index, &path)?;
        loci += index.table.len();
    }
    Ok(loci)
}

/// Checks every verdict of an index by selecting again. The exclusion lists are not needed: the
/// index has the regions that left loci out, and other regions change no verdict.
///
/// # Errors
/// [`Error::Corrupt`] with the first row whose verdict is another, or when the selection is none of
/// the store's.
fn check_verdicts(store: &Store, index: &LocusIndex, path: &Path) -> Result<()> {
    let (Some(filter), Some(verdicts)) = (&index.manifest.selection, &index.verdicts) else { return Ok(()) };
    let lists = index.manifest.inputs.iter().filter(|input| input.role == EXCLUSION).count();
    if let Some(region) = verdicts.regions().iter().find(|region| region.file as usize >= lists) {
        let (expected, got) = (format!("one of {lists} exclusion lists"), format!("{region:?}"));
        return Err(Error::corrupt(path, 0, "exclusion_file", expected, got));
    }
    let exclusions = exclusions(store, index, verdicts, lists);
    let expected = match filter.explain_with(store, &index.table, &exclusions) {
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
    check_excluded(store, index, filter, path)
}

/// Checks that the excluded stretches of the index leave out the same loci as its exclusion lists
/// did.
fn check_excluded(store: &Store, index: &LocusIndex, filter: &LocusFilter, path: &Path) -> Result<()> {
    let (Some(excluded), Some(verdicts)) = (&index.excluded, &index.verdicts) else { return Ok(()) };
    // The rules on counts come after the exclusion lists, and change nothing here.
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

/// Returns the exclusion lists, with those of their regions that left a locus out.
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

/// Returns whether two sums are equal but for the order in which values are added up, which the
/// format leaves open.
fn about(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}
