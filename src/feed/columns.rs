//! The columns that a generator reads of a genome: in which types, and the examples that are made
//! of them.

use super::access::Access;
use super::examples::{Examples, GenomeExamples, Places, StoreExamples};
use super::genome::{Genome, Tracks, known_contigs};
use crate::format::manifest::Role;
use crate::gather::types;
use crate::loci::LocusFilter;
use crate::{DType, Error, Result};
use std::sync::Arc;

/// Sequence, controls and signals of a genome.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    genome: &'a Genome,
    controls: Tracks<'a>,
    signals: Tracks<'a>,
    types: [DType; 3],
}

impl<'a> Columns<'a> {
    /// The groups of the store are those of the names, or all. The types are those of sequence,
    /// controls and signal.
    pub(super) fn new(
        genome: &'a Genome,
        signals: Option<&[String]>,
        controls: Option<&[String]>,
        types: [DType; 3],
    ) -> Result<Columns<'a>> {
        let signals = genome.tracks(Role::Signal, signals)?;
        let controls = genome.tracks(Role::Control, controls)?;
        Ok(Columns { genome, controls, signals, types })
    }

    /// Checks that there is a column, and that the types hold all values.
    pub(super) fn check(&self) -> Result<()> {
        if !self.genome.has_columns() {
            return Err(Error::argument("store", "it has neither a sequence nor tracks"));
        }
        let [sequence_type, controls_type, signal_type] = self.types;
        match self.genome.sequence_dtype() {
            None => types::check_sequence("sequence_type", sequence_type)?,
            Some(own) if own == sequence_type => {}
            Some(own) => {
                let message = format!("the arrays of the sequence are {own}, and come as that, not as {sequence_type}");
                return Err(Error::argument("sequence_type", message));
            }
        }
        self.controls.check_type("controls_type", controls_type)?;
        self.signals.check_type("signal_type", signal_type)
    }

    /// What to warn of in the tracks where loci are on these contigs; without `chroms`, also of
    /// others with another length.
    ///
    /// # Errors
    /// [`Error::Argument`] when the file of a control has another length of one, or of a contig in
    /// `chroms`, and as [`Genome::check_store`]; of signals, the selection has asked.
    pub(super) fn warnings(&self, contigs: &[&str], filter: &LocusFilter) -> Result<Vec<String>> {
        let chosen = filter.chroms.iter().flatten().map(String::as_str);
        let used: Vec<&str> = contigs.iter().copied().chain(chosen).collect();
        self.controls.check_lengths(&used)?;
        self.signals.check_lengths(&used)?;
        // What several tracks lack is said once.
        let groups = [self.signals.names(), self.controls.names()].concat();
        let Some(store) = self.signals.store().or(self.controls.store()) else { return Ok(Vec::new()) };
        let mut warnings = self.genome.check_store(contigs, filter.allow_empty)?;
        let mut told = known_contigs(store, contigs);
        if filter.chroms.is_none() {
            told.extend(
                store.other_lengths(&groups).into_iter().filter(|name| self.genome.contigs().id(name).is_some()),
            );
        }
        warnings.extend(store.warnings(Some(&groups), Some(&told))?);
        Ok(warnings)
    }

    /// The narrowest types that hold all values of controls and signal, after checking that their
    /// types have room for them.
    #[cfg(feature = "cuda")]
    pub(super) fn narrowest_types(&self) -> Result<[DType; 2]> {
        let controls = self.controls.narrowest_type("controls_type", self.types[1])?;
        Ok([controls, self.signals.narrowest_type("signal_type", self.types[2])?])
    }

    /// The examples around loci, after [`Columns::check`]. Of the store, the reading says how its
    /// files are read, and whether the system is asked for what is needed next.
    pub(super) fn examples(&self, places: Arc<Places>, reading: (Access, bool)) -> Box<dyn Examples> {
        let groups = (self.signals.groups(), self.controls.groups());
        let store = self.genome.store();
        let store = store.map(|part| StoreExamples::new(part, groups, Arc::clone(&places), self.types, reading));
        let sequence = self.genome.sequence_arrays().cloned();
        match (store, sequence, self.controls.arrays(), self.signals.arrays()) {
            (Some(store), None, None, None) => Box::new(store),
            (store, sequence, controls, signal) => {
                Box::new(GenomeExamples { places, store, sequence, controls, signal })
            }
        }
    }
}
