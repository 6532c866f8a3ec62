//! The options that decide which loci are used, the same for `index`, `sample` and `bench`.

use crate::files::Files;
use anyhow::Result;
use atemoya::feed::LocusFilter;
use atemoya::ingest::alias::Aliases;
use atemoya::sample::Order;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, clap::Args)]
pub(crate) struct FilterArguments {
    /// Signal groups to use, in this order; '' for none [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    signals: Option<Vec<String>>,
    /// Width of the input window in bases, for sequence and controls
    #[arg(long, value_name = "BASES", default_value_t = LocusFilter::default().in_window)]
    in_window: usize,
    /// Width of the output window in bases, for signals
    #[arg(long, value_name = "BASES", default_value_t = LocusFilter::default().out_window)]
    out_window: usize,
    /// Shift peaks at random by up to this many bases to either side
    #[arg(long, value_name = "BASES", default_value_t = LocusFilter::default().max_jitter)]
    max_jitter: usize,
    /// Keep loci whose signal sums to at least this over the output window; with --order
    /// cherimoya, peaks over the output window and the jitter [default: none; `sample` and `bench`:
    /// as indexed]
    #[arg(long, value_name = "COUNTS", allow_hyphen_values = true)]
    min_counts: Option<f64>,
    /// Keep loci whose signal sums to at most this, measured as for --min-counts [default: none;
    /// `sample` and `bench`: as indexed]
    #[arg(long, value_name = "COUNTS", allow_hyphen_values = true)]
    max_counts: Option<f64>,
    /// Tracks that --min-counts and --max-counts sum: names of groups, with .i for one channel
    /// [default: all signals, or the first with --order cherimoya; `sample` and `bench`: as
    /// indexed]
    #[arg(long, value_name = "NAME[.i]", value_delimiter = ',', num_args = 1..)]
    counts_tracks: Option<Vec<String>>,
    /// Leave out loci whose windows overlap a region of these BED files [default: none; `sample`
    /// and `bench`: as indexed]
    #[arg(long, value_name = "FILE", num_args = 1.., value_parser = Files::parser())]
    exclusion_lists: Vec<Files>,
    /// Leave out no region, whatever the index was made with
    #[arg(long, conflicts_with = "exclusion_lists")]
    no_exclusion_lists: bool,
    /// Read BED files whose contigs have other names than the genome's. `chr` takes 1 for chr1, and
    /// MT for chrM. A file has all names of one contig on each line, as UCSC's chromAlias.txt
    #[arg(long, value_name = "chr|FILE")]
    alias: Option<PathBuf>,
    /// How examples are ordered: `native`, or `cherimoya` for the filters and batches of cherimoya
    /// 0.3.1, bit for bit
    #[arg(long, value_name = "ORDER", default_value_t = LocusFilter::default().order)]
    #[arg(value_parser = one_of::<Order>(Order::ALL.map(Order::name)), hide_possible_values = true)]
    order: Order,
    /// Drop peaks whose counts are above 1.2 times the 0.99 quantile [default: with --order
    /// cherimoya; `sample` and `bench`: as indexed]
    #[arg(long, overrides_with = "no_outlier_filter")]
    outlier_filter: bool,
    /// Keep peaks with outlying counts
    #[arg(long, overrides_with = "outlier_filter")]
    no_outlier_filter: bool,
    /// Go on if --chroms or an exclusion list shares no name with the genome [default: that is an
    /// error]; `index` then also goes on without a peak
    #[arg(long)]
    allow_empty: bool,
}

impl FilterArguments {
    /// Returns the filter, with all contigs and the centres of the index.
    ///
    /// # Errors
    /// When the file of aliases cannot be used.
    pub(crate) fn filter(&self) -> Result<LocusFilter> {
        let lists = Files::all(&self.exclusion_lists);
        Ok(LocusFilter {
            order: self.order,
            signals: names(self.signals.as_deref()),
            in_window: self.in_window,
            out_window: self.out_window,
            max_jitter: self.max_jitter,
            min_counts: self.min_counts,
            max_counts: self.max_counts,
            counts_tracks: self.counts_tracks.clone(),
            outlier_filter: choice(self.outlier_filter, self.no_outlier_filter),
            exclusion_lists: (self.no_exclusion_lists || !lists.is_empty()).then_some(lists),
            alias: self.alias.as_deref().map(Aliases::from_option).transpose()?,
            allow_empty: self.allow_empty,
            ..LocusFilter::default()
        })
    }
}

/// Returns the parser of a value that is one of these names, which shells complete.
pub(crate) fn one_of<T>(names: [&'static str; 2]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = atemoya::Error> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

/// Returns what two flags that exclude each other choose, if one is given.
pub(crate) fn choice(yes: bool, no: bool) -> Option<bool> {
    (yes || no).then_some(yes)
}

/// Returns the names of groups that are given. An empty name, which no group has, stands for none.
pub(crate) fn names(given: Option<&[String]>) -> Option<Vec<String>> {
    given.map(|names| names.iter().filter(|name| !name.is_empty()).cloned().collect())
}
