//! The builder of a locus index: its options, reading the files, and publishing.

use super::Indexed;
use super::counts::{NamedSums, counts};
use crate::format::{Contigs, Provenance, Renamed};
use crate::ingest::alias::Aliases;
use crate::ingest::bed::read_bed;
use crate::ingest::{check_regular, provenance};
use crate::loci::index::Counts;
use crate::loci::published::{self, NewIndex};
use crate::loci::{
    EXCLUSION, ExclusionMap, IndexOptions, IndexTable, IndexedOptions, LocusFilter, LocusTable, MAX_COUNTS_WINDOW,
    Names, Row, matching, warnings,
};
use crate::progress::{self, Progress};
use crate::sample::Order;
use crate::store::Store;
use crate::{Error, Result, listed};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Builds a locus index from BED files and publishes it in one step.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{IndexBuilder, LocusFilter, PeakGenerator, Store};
///
/// let store = Store::open("yeast.atemoya")?;
/// let filter = LocusFilter { min_counts: Some(10.0), ..LocusFilter::default() };
/// let indexed = IndexBuilder::new("strong")
///     .peaks(["peaks.narrowPeak"])
///     .negatives(["negatives.bed"])
///     .summits(true) // peaks are centred on their summits
///     .filter(filter) // what loaders on this index use, unless they are told otherwise
///     .publish(&store, &())?;
/// println!("{}", indexed.selection.ledger);
/// indexed.warnings.iter().for_each(|warning| eprintln!("{warning}"));
///
/// let loader = PeakGenerator::new(&store).loci("strong").build()?;
/// assert_eq!(loader.peaks().len(), indexed.selection.peaks.len());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `publish` is called"]
pub struct IndexBuilder {
    name: String,
    peaks: Vec<PathBuf>,
    negatives: Vec<PathBuf>,
    summits: Option<bool>,
    chroms: Option<Vec<String>>,
    alias: Option<Aliases>,
    counts_window: u32,
    filter: LocusFilter,
    replace: bool,
}

impl IndexBuilder {
    /// Starts an index of this name: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    pub fn new(name: impl Into<String>) -> Self {
        IndexBuilder {
            name: name.into(),
            peaks: Vec::new(),
            negatives: Vec::new(),
            summits: None,
            chroms: None,
            alias: None,
            counts_window: 1000,
            filter: LocusFilter::default(),
            replace: false,
        }
    }

    /// Sets the peak files: BED or narrowPeak, plain or compressed (gzip, BGZF, bzip2, xz, zstd).
    pub fn peaks(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.peaks = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the files of negatives, as those of peaks; none by default.
    pub fn negatives(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.negatives = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether peaks are centred on their summits (narrowPeak column 10), which all of them
    /// must then have, or on their midpoints. `None`, the default, is midpoints too, with a warning
    /// where all of them have summits.
    pub fn summits(mut self, summits: impl Into<Option<bool>>) -> Self {
        self.summits = summits.into();
        self
    }

    /// Sets the contigs whose loci may be used; `None`, the default, for all.
    pub fn chroms(mut self, chroms: impl Into<Names>) -> Self {
        self.chroms = chroms.into().0;
        self
    }

    /// Sets which names of contigs, in files of loci and exclusion lists, mean contigs of the
    /// store; none by default. The index records what was renamed.
    pub fn alias(mut self, alias: Option<Aliases>) -> Self {
        self.alias = alias;
        self
    }

    /// Sets the width in bases of the window in which the counts of each signal group are recorded;
    /// 1000 by default.
    pub fn counts_window(mut self, width: u32) -> Self {
        self.counts_window = width;
        self
    }

    /// Sets the filter whose outcome the index records for every locus; [`LocusFilter::default`] by
    /// default. A loader on the index takes its exclusion lists, its bounds on counts and what they
    /// count, and its choice of an outlier filter, unless it has its own. The filter's `chroms`,
    /// `summits` and `alias` are not used, but those of this builder. With its `allow_empty`, an
    /// index may have no peak, and the names of contigs may all be others than the store's.
    pub fn filter(mut self, filter: LocusFilter) -> Self {
        self.filter = LocusFilter { chroms: None, summits: None, ..filter };
        self
    }

    /// Sets whether an index of the same name is replaced; false by default, when that is
    /// [`Error::Exists`].
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Reads the files and makes the table alone, for
    /// [`PeakGenerator::table`](crate::PeakGenerator::table): nothing is counted, selected or
    /// written.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{IndexBuilder, PeakGenerator, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// let builder = IndexBuilder::new("unwritten").peaks(["peaks.narrowPeak"]).summits(true);
    /// let table = builder.table(store.contigs())?;
    /// let loader = PeakGenerator::new(&store).table(table).negative_ratio(0.0).build()?;
    /// assert_eq!(loader.len(), 40);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a malformed row (file and line), a missing summit, or loci on contigs
    /// that are not among `contigs`; [`Error::Argument`] when there is no peak file, and when those
    /// have no locus, unless the filter has `allow_empty`; [`Error::Io`].
    pub fn table(&self, contigs: &Contigs) -> Result<LocusTable> {
        let table = self.read(contigs, false)?.0;
        if table.peaks() == 0 && !self.filter.allow_empty {
            return Err(Error::argument("peaks", self.without_locus()));
        }
        Ok(table)
    }

    /// Returns the table, and the contigs that were renamed in each file. Errors say how a file of
    /// several is left out, if that is `possible`.
    fn read(&self, contigs: &Contigs, possible: bool) -> Result<(LocusTable, Vec<Vec<Renamed>>)> {
        if self.peaks.is_empty() {
            return Err(Error::argument("peaks", "there must be at least one file"));
        }
        let options = IndexOptions { summits: self.summits.unwrap_or(false), chroms: self.chroms.clone() };
        let mut renamed = Vec::new();
        let mut read = |path: &PathBuf, optional: bool| {
            let mut bed = read_bed(path)?;
            renamed.push(matching::rename(path, &mut bed, contigs, self.alias.as_ref())?);
            if !self.filter.allow_empty {
                matching::loci(path, &bed, contigs, possible && optional)?;
            }
            Ok((path.clone(), bed))
        };
        let peaks = self.peaks.iter().map(|path| read(path, self.peaks.len() > 1)).collect::<Result<Vec<_>>>()?;
        let negatives = self.negatives.iter().map(|path| read(path, true)).collect::<Result<Vec<_>>>()?;
        Ok((LocusTable::from_beds(&peaks, &negatives, contigs, &options)?, renamed))
    }

    /// Reads the files, takes the counts and publishes the index. [`Indexed::warnings`] has what
    /// looks like a mistake and is no error.
    ///
    /// # Errors
    /// [`Error::Input`] for a malformed row (file and line), a missing summit, or loci on contigs
    /// that the store lacks; [`Error::Argument`] when there is no peak file, for a bad name, or for
    /// a filter as [`LocusFilter::explain`], and unless the filter has `allow_empty`, when no peak
    /// is on a contig to use; [`Error::Corrupt`] for a damaged store; [`Error::Exists`];
    /// [`Error::Interrupted`]; [`Error::Io`].
    pub fn publish(&self, store: &Store, progress: &dyn Progress) -> Result<Indexed> {
        if self.counts_window == 0 || self.counts_window > MAX_COUNTS_WINDOW {
            return Err(Error::argument("counts_window", format!("{} is not between 1 and 2^24", self.counts_window)));
        }
        published::check_target(store, &self.name, self.replace)?;
        let filter = LocusFilter { alias: self.alias.clone(), ..self.filter.clone() };
        let exclusions = filter.lists();
        self.peaks.iter().chain(&self.negatives).chain(exclusions).try_for_each(|path| check_regular(path))?;
        filter.check()?;
        let recorded = filter.recorded(store)?;
        let (exclusion_beds, excluded_names): (Vec<_>, Vec<_>) =
            filter.renamed_exclusions(store.contigs())?.into_iter().unzip();
        let chroms = self.chroms.as_deref().unwrap_or_default();
        let mut warnings = matching::chroms(chroms, store.contigs(), filter.allow_empty)?;
        let (table, mut renamed) = self.read(store.contigs(), true)?;
        renamed.extend(excluded_names);
        let without_peaks = self.peaks_to_use(&table, store.contigs())?;
        let has_peaks = without_peaks.is_none();
        warnings.extend(without_peaks);
        let counts = counts(store, &table, self.counts_window, progress)?;
        let sums = |(name, sums): NamedSums| (name, sums.into_iter().map(|(sum, _)| sum).collect());
        let counts: Counts = counts.into_iter().map(sums).collect();
        let mut selection = filter.explain_with(store, &table, &exclusion_beds)?;
        warnings.append(&mut selection.warnings);
        if selection.ledger.peaks.kept == 0 && has_peaks {
            warnings.push("no peak is left with these windows, bounds and exclusion lists".to_owned());
        }
        let used: BTreeSet<u32> =
            selection.peaks.iter().chain(&selection.negatives).map(|locus| locus.contig).collect();
        let used: Vec<&str> = used.into_iter().map(|id| store.contigs().name(id as usize)).collect();
        warnings.extend(store.warnings(None, Some(&used))?);
        if self.summits.is_none() {
            warnings.extend(warnings::forgotten_summits(&table));
        }
        warnings.extend(warnings::swapped_formats(&table).or_else(|| warnings::swapped_counts(&table, &counts)));
        let mut inputs = Vec::new();
        let mut renamed = renamed.into_iter();
        for (role, paths) in [("peaks", &self.peaks[..]), ("negatives", &self.negatives), (EXCLUSION, exclusions)] {
            for path in paths {
                let contigs_renamed = renamed.next().unwrap_or_default();
                inputs.push(Provenance { contigs_renamed, ..provenance(role, path, progress)? });
            }
        }
        let options = IndexedOptions {
            summits: self.summits.unwrap_or(false),
            chroms: self.chroms.clone(),
            counts_window: self.counts_window,
            outlier_filter: filter.outlier_filter.filter(|&drops| drops == (filter.order == Order::Cherimoya)),
        };
        progress::check(progress)?;
        let table = IndexTable { loci: table, counts, verdicts: Some(std::mem::take(&mut selection.verdicts)) };
        let excluded = (!exclusions.is_empty()).then(|| ExclusionMap::from_beds(&exclusion_beds, store.contigs()));
        let index = NewIndex { table, inputs, options, selection: Some(recorded), excluded };
        let path = published::publish(store, &self.name, &index, self.replace)?;
        selection.verdicts = index.table.verdicts.unwrap_or_default();
        Ok(Indexed { path, table: index.table.loci, selection, inputs: index.inputs, warnings })
    }

    /// Says that the files of peaks have no locus.
    fn without_locus(&self) -> String {
        let files = self.peaks.iter().map(|path| path.display().to_string());
        format!("there is no locus in {}", listed(files))
    }

    /// Checks that a peak is on a contig to use. Returns a warning when there is none and the
    /// filter allows that.
    fn peaks_to_use(&self, table: &LocusTable, contigs: &Contigs) -> Result<Option<String>> {
        let used = |row: Row| {
            self.chroms
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| name == table.contig_name(row.contig, contigs)))
        };
        if table.rows().take(table.peaks()).any(used) {
            return Ok(None);
        }
        let message = match &self.chroms {
            Some(chroms) if table.peaks() > 0 => {
                format!("no peak is on {}, the contigs to use (`chroms`)", listed(chroms))
            }
            _ => self.without_locus(),
        };
        match self.filter.allow_empty {
            true => Ok(Some(format!("{message}: nothing can be sampled from this index"))),
            false => Err(Error::argument("peaks", format!("{message}; `allow_empty` makes an index without one"))),
        }
    }
}
