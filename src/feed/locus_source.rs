//! Where a loader's loci come from, and the selection from them: a filter of loci applied to a
//! store, or to another genome.

use super::dataset::SelectionReport;
use super::genome::Genome;
use crate::format::manifest::Role;
use crate::format::{Contigs, Renamed};
use crate::gather::find_groups;
use crate::ingest::bed::{BedFile, read_bed};
use crate::loci::published::{self, LocusIndex};
use crate::loci::{
    IndexManifest, Ledger, Locus, LocusFilter, LocusTable, SelectOptions, Selection, WindowSums, explain, matching,
    select, warnings,
};
use crate::store::Store;
use crate::{Error, Result, listed};
use std::path::PathBuf;
use std::sync::Arc;

/// Where a loader's loci come from.
#[derive(Debug, Clone)]
pub(super) enum LocusSource {
    /// An index of the store that gives the genome its contigs: that of a name, or the only one.
    Index(Option<String>),
    /// A table of loci that is no index's, from which is selected.
    Table(Arc<LocusTable>),
    /// Peaks and negatives that were selected before, and are used as they are.
    Selected(Arc<[Vec<Locus>; 2]>),
}

impl Default for LocusSource {
    fn default() -> Self {
        LocusSource::Index(None)
    }
}

impl LocusSource {
    /// Returns the peaks and negatives to be used, with their ledger and warnings.
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no such index, when no locus is left, or when selected
    /// loci are on contigs that the genome lacks; and as [`LocusFilter::explain`].
    pub(super) fn select(&self, genome: &Genome, filter: &LocusFilter) -> Result<([Vec<Locus>; 2], SelectionReport)> {
        let selection = match self {
            LocusSource::Index(name) => {
                let none = || {
                    let message = "there is no index of contigs that are arrays: give loci as a table";
                    Error::argument("loci", message)
                };
                let store = genome.indexed_store().ok_or_else(none)?;
                filter.select_index_over(genome, &published::read(store, name.as_deref())?)?
            }
            LocusSource::Table(table) => {
                let mut selection = filter.select_over(genome, table)?;
                if filter.summits.is_none() {
                    selection.warnings.extend(warnings::forgotten_summits(table));
                }
                selection.warnings.extend(warnings::swapped_formats(table));
                selection
            }
            LocusSource::Selected(loci) => {
                filter.check()?;
                let ledger = Ledger::of_all(loci[0].len(), loci[1].len());
                return Ok((checked(loci, genome)?.clone(), SelectionReport { ledger, warnings: Vec::new() }));
            }
        };
        let Selection { peaks, negatives, ledger, warnings, .. } = selection;
        Ok(([peaks, negatives], SelectionReport { ledger, warnings }))
    }
}

/// Checks that loci are on contigs of the genome, and that there are peaks.
fn checked<'a>(loci: &'a [Vec<Locus>; 2], genome: &Genome) -> Result<&'a [Vec<Locus>; 2]> {
    if loci[0].is_empty() {
        return Err(Error::argument("selected", "there is no peak: pass at least one peak"));
    }
    let contigs = genome.contigs().len();
    match loci.iter().flatten().find(|locus| locus.contig as usize >= contigs) {
        Some(locus) => {
            let message = format!("there is a locus on contig {}, of {contigs} counted from 0", locus.contig);
            Err(Error::argument("selected", message))
        }
        None => Ok(loci),
    }
}

impl LocusFilter {
    /// Selects the loci of an index. What this filter leaves open is as the index was made.
    ///
    /// # Errors
    /// As [`LocusFilter::explain_index`]. [`Error::Argument`](crate::Error::Argument) with the
    /// ledger when no peak is left, or when there are negatives and none of them is left.
    pub fn select_index(&self, store: &Store, index: &LocusIndex) -> Result<Selection> {
        self.select_index_over(&store.into(), index)
    }

    /// Selects the loci of an index over a genome whose contigs are those of the index's store.
    pub(super) fn select_index_over(&self, genome: &Genome, index: &LocusIndex) -> Result<Selection> {
        self.apply_to_index(genome, index, select)
    }

    /// Returns what becomes of every locus of an index, also when none is left. What this filter
    /// leaves open is as the index was made.
    ///
    /// # Errors
    /// As [`LocusFilter::explain`], and [`Error::Input`](crate::Error::Input) when an exclusion
    /// list of the index is needed and cannot be read ([`LocusIndex::exclusion`]).
    pub fn explain_index(&self, store: &Store, index: &LocusIndex) -> Result<Selection> {
        self.apply_to_index(&store.into(), index, explain)
    }

    /// Selects the loci of a table that is not the table of an index.
    ///
    /// # Errors
    /// As [`LocusFilter::explain`]. [`Error::Argument`](crate::Error::Argument) with the ledger
    /// when no peak is left, or when there are negatives and none of them is left.
    pub fn select(&self, store: &Store, table: &LocusTable) -> Result<Selection> {
        self.select_over(&store.into(), table)
    }

    /// Selects the loci of a table that was made for the contigs of a genome.
    ///
    /// # Errors
    /// As [`LocusFilter::select`].
    pub fn select_over(&self, genome: &Genome, table: &LocusTable) -> Result<Selection> {
        self.apply(genome, table, &self.exclusions(genome.contigs())?, select)
    }

    /// Returns what becomes of every locus of a table, also when none is left.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a parameter out of its range, a name that
    /// the store lacks, or `chroms` of which the genome has none;
    /// [`Error::Input`](crate::Error::Input) for a bad exclusion list, or one that is on no contig
    /// of the genome; [`Error::Corrupt`](crate::Error::Corrupt) for a damaged store.
    pub fn explain(&self, store: &Store, table: &LocusTable) -> Result<Selection> {
        self.explain_over(&store.into(), table)
    }

    /// Returns what becomes of every locus of a table that was made for the contigs of a genome.
    ///
    /// # Errors
    /// As [`LocusFilter::explain`].
    pub fn explain_over(&self, genome: &Genome, table: &LocusTable) -> Result<Selection> {
        self.apply(genome, table, &self.exclusions(genome.contigs())?, explain)
    }

    /// Returns what becomes of every locus of a table, by exclusion lists that were read before.
    pub(crate) fn explain_with(&self, store: &Store, table: &LocusTable, exclusions: &[BedFile]) -> Result<Selection> {
        self.apply(&store.into(), table, exclusions, explain)
    }

    /// Returns this filter as an index records it: it names its signals and says whether it drops
    /// outliers, and has nothing that an index records elsewhere.
    ///
    /// # Errors
    /// [`Error::Argument`] when a bound is not finite, which JSON cannot say, or a signal is not
    /// the store's.
    pub(crate) fn recorded(&self, store: &Store) -> Result<LocusFilter> {
        for (name, bound) in [("min_counts", self.min_counts), ("max_counts", self.max_counts)] {
            if let Some(bound) = bound.filter(|bound| !bound.is_finite()) {
                return Err(Error::argument(name, format!("{bound} is no bound that an index can record")));
            }
        }
        let signals = find_groups(store, "signals", Some(Role::Signal), self.signals.as_deref())?;
        Ok(LocusFilter {
            signals: Some(signals.iter().map(|group| group.name.clone()).collect()),
            outlier_filter: Some(self.drops_outliers()),
            summits: None,
            chroms: None,
            exclusion_lists: None,
            alias: None,
            allow_empty: false,
            ..self.clone()
        })
    }

    /// Returns the paths of the exclusion lists that are given.
    pub(crate) fn lists(&self) -> &[PathBuf] {
        self.exclusion_lists.as_deref().unwrap_or_default()
    }

    /// Reads the exclusion lists that are given.
    fn exclusions(&self, contigs: &Contigs) -> Result<Vec<BedFile>> {
        Ok(self.renamed_exclusions(contigs)?.into_iter().map(|(bed, _)| bed).collect())
    }

    /// Reads the exclusion lists that are given. Each comes with the contigs that were renamed in
    /// it.
    pub(crate) fn renamed_exclusions(&self, contigs: &Contigs) -> Result<Vec<(BedFile, Vec<Renamed>)>> {
        let read = |path: &PathBuf| {
            let mut bed = read_bed(path)?;
            let renamed = matching::rename(path, &mut bed, contigs, self.alias.as_ref())?;
            Ok((bed, renamed))
        };
        self.lists().iter().map(read).collect()
    }

    fn apply_to_index(&self, genome: &Genome, index: &LocusIndex, select: Select) -> Result<Selection> {
        let exclusions =
            if self.exclusion_lists.is_some() { self.exclusions(genome.contigs())? } else { index.exclusion()? };
        let made_for = index.manifest.options.chroms.as_deref();
        let chosen = self.chroms.iter().flatten().filter(|name| genome.contigs().id(name).is_some());
        let lacking: Vec<&String> = chosen.filter(|name| made_for.is_some_and(|names| !names.contains(name))).collect();
        let made_without = (!lacking.is_empty())
            .then(|| format!("`chroms`: the index {:?} was made without {}", index.manifest.name, listed(lacking)));
        let selection = self.or_as(&index.manifest).apply(genome, &index.table, &exclusions, select);
        let mut selection = selection.map_err(|error| match (error, &made_without) {
            (Error::Argument { name: name @ ("peaks" | "negatives"), message }, Some(cause)) => {
                Error::argument(name, format!("{message}; {cause}"))
            }
            (error, _) => error,
        })?;
        selection.warnings.extend(made_without);
        selection.warnings.extend(warnings::swapped_formats(&index.table));
        selection.warnings.extend(warnings::swapped_counts(&index.table, &index.counts));
        Ok(selection)
    }

    /// Returns this filter, with the index's values where it leaves bounds on counts, their tracks
    /// or the outlier filter open.
    fn or_as(&self, index: &IndexManifest) -> LocusFilter {
        let Some(made_with) = &index.selection else { return self.clone() };
        LocusFilter {
            min_counts: self.min_counts.or(made_with.min_counts),
            max_counts: self.max_counts.or(made_with.max_counts),
            counts_tracks: self.counts_tracks.clone().or_else(|| made_with.counts_tracks.clone()),
            outlier_filter: self.outlier_filter.or_else(|| index.chosen_outlier_filter()),
            ..self.clone()
        }
    }

    /// Checks the names of contigs that are given, and returns warnings about them.
    fn check_names(&self, genome: &Genome, exclusions: &[BedFile]) -> Result<Vec<String>> {
        let mut warnings =
            matching::chroms(self.chroms.as_deref().unwrap_or_default(), genome.contigs(), self.allow_empty)?;
        for (path, bed) in self.lists().iter().zip(exclusions) {
            warnings.extend(matching::exclusion_list(path, bed, genome.contigs(), self.allow_empty)?);
        }
        Ok(warnings)
    }

    /// Returns the genome's contigs that are chosen by name, or else those that loci are on.
    fn used_contigs<'a>(&self, contigs: &'a Contigs, table: &LocusTable) -> Vec<&'a str> {
        let mut used = vec![false; contigs.len()];
        for row in table.rows() {
            if let Some(used) = used.get_mut(row.contig as usize) {
                *used = true;
            }
        }
        let chosen = |name: &str| {
            let lists = [table.chroms(), self.chroms.as_deref()];
            lists.into_iter().flatten().all(|names| names.iter().any(|chosen| chosen == name))
        };
        let by_name = table.chroms().is_some() || self.chroms.is_some();
        let is_used = |name: &str, used: bool| (used || by_name) && chosen(name);
        contigs.iter().zip(used).filter(|((name, _), used)| is_used(name, *used)).map(|((name, _), _)| name).collect()
    }

    fn apply(&self, genome: &Genome, table: &LocusTable, exclusion: &[BedFile], select: Select) -> Result<Selection> {
        self.check()?;
        let mut warnings = self.check_names(genome, exclusion)?;
        warnings.extend(matching::left_out(table, self.chroms.as_deref(), genome.contigs()));
        let signals = genome.tracks(Role::Signal, self.signals.as_deref())?;
        let used = self.used_contigs(genome.contigs(), table);
        signals.check_lengths(&used)?;
        if signals.store().is_some() {
            // The loader warns of what the store lacks, once it knows the loci that are kept.
            genome.check_store(&used, self.allow_empty)?;
        }
        let outliers = if self.drops_outliers() { signals.group_sums() } else { None };
        let counts: Option<Box<dyn WindowSums>> = match self.counts_as_cherimoya() {
            true => signals.first_sums(),
            false => signals.sums(self.counts_tracks.as_deref())?,
        };
        let options = SelectOptions {
            filter: self,
            exclusion,
            has_signals: !signals.is_empty(),
            counts: counts.as_deref(),
            outliers: outliers.as_deref(),
        };
        let selection = select(table, genome.contigs(), &options)?;
        warnings.extend(warnings::wide_signal(self).filter(|_| !signals.is_empty() && genome.has_sequence()));
        warnings.extend(warnings::most_left_out(&selection.ledger, self));
        let negatives = selection.ledger.negatives;
        if negatives.total > 0 && negatives.contig == negatives.total {
            warnings.push(format!("`negatives`: none of the {} is on a contig to use", negatives.total));
        }
        Ok(Selection { warnings, ..selection })
    }
}

type Select = fn(&LocusTable, &Contigs, &SelectOptions<'_>) -> Result<Selection>;
