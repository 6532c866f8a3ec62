//! The columns that a generator reads of a genome: their types, where each comes from, and a column
//! that is read from a store.

use super::column::{ColumnReader, Columns, Examples, LocusWindows, Side};
use super::genome::{ContigMap, Genome, SequenceColumn, TrackColumn, Tracks, known_contigs};
use super::layout::ColumnSpec;
use crate::format::manifest::Role;
use crate::gather::{Access, Pool, Requested, StoreReader, Window, types};
use crate::loci::LocusFilter;
use crate::store::RowPart;
use crate::{DType, Error, Result};
use std::sync::Arc;

/// Sequence, controls and signals of a genome.
#[derive(Debug)]
pub(super) struct GenomeColumns<'a> {
    genome: &'a Genome,
    controls: Tracks<'a>,
    signals: Tracks<'a>,
    types: [DType; 3],
}

impl<'a> GenomeColumns<'a> {
    /// Takes the store's groups of some names, or all, and the types of sequence, controls and
    /// signal.
    pub(super) fn new(
        genome: &'a Genome,
        signals: Option<&[String]>,
        controls: Option<&[String]>,
        types: [DType; 3],
    ) -> Result<GenomeColumns<'a>> {
        let signals = genome.tracks(Role::Signal, signals)?;
        let controls = genome.tracks(Role::Control, controls)?;
        Ok(GenomeColumns { genome, controls, signals, types })
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
                let message = format!(
                    "the arrays of the sequence are {own}, and are not converted to {sequence_type}: leave it out"
                );
                return Err(Error::argument("sequence_type", message));
            }
        }
        self.controls.check_type("controls_type", controls_type)?;
        self.signals.check_type("signal_type", signal_type)
    }

    /// Returns warnings of what the tracks lack on the contigs that loci are on. Without `chroms`,
    /// it also warns of other contigs of another length.
    ///
    /// # Errors
    /// [`Error::Argument`] when the file of a track has another length of such a contig, or of one
    /// in `chroms`, and as [`Genome::check_store`].
    pub(super) fn warnings(&self, contigs: &[&str], filter: &LocusFilter) -> Result<Vec<String>> {
        let chosen = filter.chroms.iter().flatten().map(String::as_str);
        let used: Vec<&str> = contigs.iter().copied().chain(chosen).collect();
        self.controls.check_lengths(&used)?;
        self.signals.check_lengths(&used)?;
        // What several tracks lack is reported once.
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

    /// Returns the narrowest types that hold all values of controls and signal. Checks before that
    /// the types asked for have the range for them.
    pub(super) fn narrowest_types(&self) -> Result<[DType; 2]> {
        let controls = self.controls.narrowest_type("controls_type", self.types[1])?;
        Ok([controls, self.signals.narrowest_type("signal_type", self.types[2])?])
    }

    /// Returns the columns around loci, after [`GenomeColumns::check`]. `access` says how the files
    /// of the store are read, and `ahead` whether pages are requested before they are needed.
    pub(super) fn readers(&self, windows: &LocusWindows, access: Access, ahead: bool) -> Columns<'static> {
        let LocusWindows { in_window, out_window, .. } = *windows;
        let (input, output) = ((Side::Input, in_window), (Side::Output, out_window));
        let part = self.genome.store();
        let peaks_ahead = ahead.then_some(windows.peaks.len());
        let of_store = |reader: StoreReader, contigs, side| -> Box<dyn ColumnReader> {
            Box::new(StoreColumn::new(reader.access(access), contigs, side, peaks_ahead))
        };
        let sequence = match self.genome.sequence_arrays() {
            Some(arrays) => {
                let arrays = Arc::clone(arrays);
                Some(Box::new(SequenceColumn { arrays, width: in_window }) as Box<dyn ColumnReader>)
            }
            None => part
                .as_ref()
                .filter(|part| part.sequence)
                .map(|part| of_store(StoreReader::sequence(&part.store, self.types[0]), part.contigs.clone(), input)),
        };
        let tracks = |tracks: &Tracks<'_>, dtype, (side, width)| match (tracks.arrays(), &part) {
            (Some(arrays), _) => Some(Box::new(TrackColumn { arrays, side, width }) as Box<dyn ColumnReader>),
            (None, Some(part)) if !tracks.is_empty() => {
                let reader = StoreReader::tracks(&part.store, dtype, tracks.groups().iter().copied());
                Some(of_store(reader, part.contigs.clone(), (side, width)))
            }
            _ => None,
        };
        let [_, controls_type, signal_type] = self.types;
        let controls = tracks(&self.controls, controls_type, input);
        let signal = tracks(&self.signals, signal_type, output);
        Columns::new(self.absent(windows, part.is_some()), [sequence, controls, signal])
    }

    /// Returns the type and the positions of columns that have no reader.
    fn absent(&self, windows: &LocusWindows, has_store: bool) -> [ColumnSpec; 3] {
        let LocusWindows { in_window, out_window, .. } = *windows;
        let types = if has_store { self.types } else { [DType::F32; 3] };
        let positions = if types[0] == DType::U64 { in_window.div_ceil(64) } else { in_window };
        let positions = [positions, in_window, out_window];
        [0, 1, 2].map(|i| ColumnSpec { dtype: types[i], channels: 0, positions: positions[i] })
    }
}

/// A column of a store, read in windows around selected loci.
#[derive(Debug, Clone)]
struct StoreColumn {
    reader: StoreReader,
    /// From the contigs of the loci to the store's.
    contigs: ContigMap,
    /// Windows by the store's contigs, in memory that is used again.
    renamed: Pool<Vec<Window>>,
    side: Side,
    /// Bases of a window.
    width: usize,
    /// The number of peaks, if the files are read ahead.
    peaks_ahead: Option<usize>,
}

impl StoreColumn {
    /// Reads windows of `width` bases. With `peaks_ahead`, the number of peaks, the files are read
    /// ahead; the indices of panels are requested here.
    fn new(
        reader: StoreReader,
        contigs: ContigMap,
        (side, width): (Side, usize),
        peaks_ahead: Option<usize>,
    ) -> StoreColumn {
        if peaks_ahead.is_some() {
            reader.read_indices_ahead();
        }
        StoreColumn { reader, contigs, renamed: Pool::default(), side, width, peaks_ahead }
    }

    /// Calls `work` with the windows of examples as windows of the store's contigs. On a contig
    /// that the store lacks, all of a window is outside.
    fn with_windows<T>(&self, examples: &Examples<'_>, work: impl FnOnce(&[Window]) -> T) -> T {
        let windows = examples.windows(self.side);
        if self.contigs.is_identity() {
            return work(windows);
        }
        let lengths = self.reader.store().contigs();
        self.renamed.with(|renamed| {
            renamed.clear();
            renamed.extend(windows.iter().map(|window| {
                let (contig, length) = self.contigs.id(window.contig).map_or((0, 0), |id| (id, lengths.length(id)));
                Window { contig, length, ..*window }
            }));
            work(renamed)
        })
    }
}

impl ColumnReader for StoreColumn {
    fn spec(&self) -> ColumnSpec {
        let (dtype, channels) = (self.reader.dtype(), self.reader.channels());
        ColumnSpec { dtype, channels, positions: self.reader.positions(self.width) }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        self.with_windows(examples, |windows| self.reader.gather(windows, out))
    }

    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c,
    {
        Box::new(self.clone())
    }

    fn reads_ahead(&self) -> bool {
        self.peaks_ahead.is_some()
    }

    fn read_ahead(&self, examples: &Examples<'_>, part: RowPart) -> Requested {
        let Some(peaks) = self.peaks_ahead else { return Requested::Nothing };
        self.with_windows(examples, |windows| self.reader.read_ahead(windows, part, peaks))
    }
}
