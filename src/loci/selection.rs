//! The outcome of a selection: the loci that are kept, and what became of all.

use super::ledger::Ledger;
use super::verdict::Verdicts;
use crate::{Error, Result};

/// A selected locus.
///
/// ```
/// use atemoya::PeakGenerator;
/// use atemoya::loci::Locus;
/// # use atemoya::feed::{Array, ContigArrays, Genome};
/// # let one_hot = Array::from_vec(vec![0i8; 4 * 500], [1, 4, 500])?;
/// # let arrays = [("chrI", one_hot)].into_iter().collect::<ContigArrays>();
/// # let genome = Genome::from_arrays(&arrays, None)?;
///
/// let peak = Locus { contig: 0, centre: 250, row: 0 };
/// let generator = PeakGenerator::over(&genome).selected(vec![peak], Vec::new());
/// let generator = generator.in_window(41).max_jitter(0).negative_ratio(0.0);
/// let batch = generator.dataset()?.fetch(0, &[0])?;
/// assert_eq!(batch.sequence().unwrap().shape(), [1, 4, 41]); // bases 230..271
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locus {
    /// The store's id of the contig.
    pub contig: u32,
    /// The base that windows are centred on.
    pub centre: i64,
    /// The row of the table.
    pub row: u32,
}

/// The loci that an example stream uses.
///
/// ```
/// use atemoya::loci::LocusFilter;
/// # use atemoya::feed::{Array, ContigArrays, Genome};
/// # use atemoya::index::IndexBuilder;
/// # let one_hot = Array::from_vec(vec![0u8; 4 * 10_000], [1, 4, 10_000])?;
/// # let arrays = [("chrI", one_hot)].into_iter().collect::<ContigArrays>();
/// # let genome = Genome::from_arrays(&arrays, None)?;
/// # let directory = tempfile::tempdir().unwrap();
/// # let peaks = directory.path().join("peaks.bed");
/// # std::fs::write(&peaks, "chrI\t4000\t5000\nchrI\t10\t20\n").unwrap();
/// # let table = IndexBuilder::new("default").peaks([&peaks]).table(genome.contigs())?;
///
/// // Peaks at 4000..5000 and at 10..20 of a contig of 10,000 bases.
/// let selection = LocusFilter::default().explain_over(&genome, &table)?;
/// assert_eq!((selection.peaks.len(), selection.negatives.len()), (1, 0));
/// assert_eq!(selection.peaks[0].centre, 4500);
/// assert_eq!(selection.ledger.peaks.edge, 1);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The peaks: interleaved over their files as the table is, but counting in each file only rows
    /// on selected contigs.
    pub peaks: Vec<Locus>,
    /// The negatives, in the same order.
    pub negatives: Vec<Locus>,
    /// How many loci each rule left out.
    pub ledger: Ledger,
    /// What became of each row of the table, and what decided it.
    pub verdicts: Verdicts,
    /// What looks like a mistake and is no error, for users to read: names of contigs that the
    /// genome lacks, for example. Names of parameters are in backquotes.
    pub warnings: Vec<String>,
}

impl Selection {
    /// Checks that loci are left.
    ///
    /// # Errors
    /// [`Error::Argument`] when no peak is left, or when there are negatives and none of them is
    /// left.
    pub(super) fn require_loci(&self) -> Result<()> {
        let Ledger { peaks, negatives } = &self.ledger;
        if peaks.kept == 0 {
            return Err(Error::argument("peaks", format!("no peak is left; peaks: {peaks}")));
        }
        if negatives.kept == 0 && negatives.total > 0 {
            return Err(Error::argument("negatives", format!("no negative is left; negatives: {negatives}")));
        }
        Ok(())
    }
}
