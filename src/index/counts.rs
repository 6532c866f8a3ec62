//! The counts of loci: sums of each signal group around every locus.

use crate::Result;
use crate::format::manifest::Role;
use crate::gather::TrackSums;
use crate::loci::LocusTable;
use crate::parallel::on_all_cores;
use crate::progress::{self, Progress, Unit};
use crate::store::Store;
use rayon::prelude::*;

/// Loci whose counts one task takes.
const LOCI_A_TASK: usize = 1 << 14;

/// A signal group's name, and for each locus the sum of its values and of their absolute values.
pub(super) type NamedSums = (String, Vec<(f64, f64)>);

/// Sums the values of each signal group, and their absolute values, in a window around each locus.
pub(super) fn counts(
    store: &Store,
    table: &LocusTable,
    window: u32,
    progress: &dyn Progress,
) -> Result<Vec<NamedSums>> {
    let groups: Vec<_> = store.manifest().groups.iter().filter(|group| group.role == Role::Signal).collect();
    let (left, right) = (i64::from(window / 2), i64::from(window / 2 + window % 2));
    progress.start("counting", (table.len() * groups.len()) as u64, Unit::Loci);
    let mut counts = Vec::new();
    for group in groups {
        let Some(sums) = TrackSums::of(store, &[group]) else { continue };
        let starts: Vec<usize> = (0..table.len()).step_by(LOCI_A_TASK).collect();
        let task = |&first: &usize| -> Result<Vec<(f64, f64)>> {
            progress::check(progress)?;
            let rows = first..table.len().min(first + LOCI_A_TASK);
            progress.advance(rows.len() as u64);
            rows.map(|row| {
                let row = table.row(row);
                if row.contig as usize >= store.contigs().len() {
                    return Ok((0.0, 0.0));
                }
                let (start, end) = (row.centre.saturating_sub(left), row.centre.saturating_add(right));
                sums.sum_and_magnitude(row.contig as usize, start, end)
            })
            .collect()
        };
        let parts = on_all_cores(|| starts.par_iter().map(task).collect::<Result<Vec<_>>>())?;
        counts.push((group.name.clone(), parts.concat()));
    }
    progress.finish();
    Ok(counts)
}
