//! The setters that decide which loci are used.

use super::PeakGenerator;
use super::setters;
use crate::feed::locus_source::LocusSource;
use crate::ingest::alias::Aliases;
use crate::loci::{Locus, LocusFilter, LocusTable};
use crate::sample::Order;
use crate::store::Store;
use std::path::PathBuf;
use std::sync::Arc;

impl PeakGenerator {
    /// Makes a builder over a store with this filter, and the defaults of the other parameters.
    pub fn with_filter(store: &Store, filter: LocusFilter) -> Self {
        PeakGenerator::new(store).filter(filter)
    }

    /// Sets all options that decide which loci are used, the order and the windows among them.
    pub fn filter(mut self, filter: LocusFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Sets which of the store's locus indices is used. By default it is the only one.
    pub fn loci(mut self, name: impl Into<String>) -> Self {
        self.loci = LocusSource::Index(Some(name.into()));
        self
    }

    /// Sets a table of loci that is not an index of the store, made for the genome's contigs
    /// ([`IndexBuilder::table`](crate::IndexBuilder::table)). Loci are selected from it as from an
    /// index.
    pub fn table(mut self, table: LocusTable) -> Self {
        self.loci = LocusSource::Table(Arc::new(table));
        self
    }

    /// Sets the loci to be used: no filter is applied, and no signal is read to select. They are
    /// those of [`Dataset::loci`](crate::feed::Dataset::loci) of another data set, for example.
    pub fn selected(mut self, peaks: Vec<Locus>, negatives: Vec<Locus>) -> Self {
        self.loci = LocusSource::Selected(Arc::new([peaks, negatives]));
        self
    }

    /// Sets the BED files of regions to stay out of; an empty list for none. `None`, the default,
    /// for those of the index; a table has none.
    pub fn exclusion_lists(mut self, exclusion_lists: impl Into<Option<Vec<PathBuf>>>) -> Self {
        self.filter.exclusion_lists = exclusion_lists.into();
        self
    }

    setters! {
        /// Sets the order of examples; [`Order::Native`] by default. In cherimoya's order, counts
        /// are taken as cherimoya takes them: of the first track, in f32, and of peaks over the
        /// window with its jitter.
        order in filter: Order;
        /// Sets which signal groups are read, and in which order; `None`, the default, for all.
        signals in filter: Option<Vec<String>>;
        /// Sets the width of sequence and controls in bases, 1 to 2^30; 2114 by default.
        in_window in filter: usize;
        /// Sets the width of the signal in bases, 1 to 2^30; 1000 by default.
        out_window in filter: usize;
        /// Sets how far a peak's windows are shifted at most, in bases either way; 50 by default.
        max_jitter in filter: usize;
        /// Sets the least sum of signal over the output window; `None`, the default, for that of
        /// the index, -infinity for none.
        min_counts in filter: Option<f64>;
        /// Sets the greatest sum of signal over the output window; `None`, the default, for that of
        /// the index, infinity for none.
        max_counts in filter: Option<f64>;
        /// Sets the tracks that `min_counts` and `max_counts` sum: `NAME` (a group) or `NAME.i` (a
        /// channel of it). `None`, the default, for those of the index, or else those that the
        /// order counts.
        counts_tracks in filter: Option<Vec<String>>;
        /// Sets whether peaks with outlying counts are dropped; `None`, the default, as was chosen
        /// for the index, or else as the order does.
        outlier_filter in filter: Option<bool>;
        /// Sets what peaks are centred on: `Some(true)` their summits, `Some(false)` their
        /// midpoints; `None`, the default, as indexed.
        summits in filter: Option<bool>;
        /// Sets the contigs to use; `None`, the default, for all.
        chroms in filter: Option<Vec<String>>;
        /// Sets the names of contigs in exclusion lists that mean contigs of the genome; none by
        /// default.
        alias in filter: Option<Aliases>;
        /// Sets whether contigs to use and exclusion lists may share no name with the genome; false
        /// by default, when that is an error.
        allow_empty in filter: bool;
    }
}
