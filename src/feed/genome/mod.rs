//! A genome: a store, arrays of whole contigs, or columns of either.

mod array_columns;
mod contig_arrays;
mod named;

pub(super) use array_columns::{SequenceArrays, SequenceColumn, TrackArrays, TrackColumn};
pub use contig_arrays::ContigArrays;
pub(super) use contig_arrays::ContigMap;
pub(super) use named::{Tracks, known_contigs};

use crate::error::{leave_them_out, listed_as_is};
use crate::format::Contigs;
use crate::store::Store;
use crate::{DType, Error, Result, listed};
use std::sync::Arc;

/// Says where sequence, signal and controls come from, each from a store or from the caller's
/// arrays: for [`PeakGenerator::over`](crate::PeakGenerator::over).
///
/// Arrays are read where they lie. The sequence keeps its type and its values. Tracks of any type
/// become f32: values are rounded to f32; then NaN becomes 0, and an infinity the largest f32 of
/// its sign. Positions past the end of a track's array are 0, and so are contigs that it lacks.
/// Contigs that the genome lacks are ignored.
///
/// The contigs, whose ids loci use, are those of the sequence: of its arrays, or of the store.
///
/// ```
/// use atemoya::feed::ContigArrays;
/// use atemoya::{Array, Genome, PeakGenerator};
/// use atemoya::loci::Locus;
///
/// // One contig of 500 bases, all A, and a stranded pair of tracks: u16 and f64.
/// let mut one_hot = vec![0i8; 4 * 500];
/// one_hot[..500].fill(1);
/// let chr = |array| [("chrI", array)].into_iter().collect::<ContigArrays>();
/// let sequence = chr(Array::from_vec(one_hot, [1, 4, 500])?);
/// let plus = chr(Array::from_vec(vec![3u16; 500], [1, 1, 500])?);
/// let minus = chr(Array::from_vec(vec![0.5f64; 500], [1, 1, 500])?);
/// let genome = Genome::from_arrays(&sequence, None)?.signals(&[plus, minus], Some(&[2]))?;
///
/// // Loci are a table (`PeakGenerator::table`), or these.
/// let peaks = [100, 250].map(|centre| Locus { contig: 0, centre, row: 0 });
/// let generator = PeakGenerator::over(&genome).selected(peaks.to_vec(), Vec::new());
/// let generator = generator.in_window(41).out_window(20).max_jitter(5);
/// let dataset = generator.negative_ratio(0.0).dataset()?;
/// let batch = dataset.fetch(0, &[0, 1])?;
/// assert_eq!(batch.sequence().unwrap().shape(), [2, 4, 41]);
/// assert_eq!(batch.signal().unwrap().shape(), [2, 2, 20]);
/// // Reverse complements have the minus strand first.
/// let reversed = batch.reverse_complemented()[0] == 1;
/// assert_eq!(batch.signal().unwrap().row(0)[0], if reversed { 0.5 } else { 3.0 });
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Genome {
    bases: Bases,
    /// Signals and controls that are not the store's.
    signals: Option<Arc<TrackArrays>>,
    controls: Option<Arc<TrackArrays>>,
}

/// Where the sequence and the contigs come from.
#[derive(Debug, Clone)]
enum Bases {
    Store(Store),
    /// Arrays, and the store of the tracks that are not arrays.
    Arrays(Arc<SequenceArrays>, Option<(Store, ContigMap)>),
}

/// What of a store is read.
#[derive(Debug, Clone)]
pub(super) struct StorePart {
    pub(super) store: Store,
    /// From the genome's contigs to the store's.
    pub(super) contigs: ContigMap,
    /// Whether the sequence is the store's.
    pub(super) sequence: bool,
}

impl Genome {
    /// Takes all of a store.
    #[must_use]
    pub fn from_store(store: &Store) -> Genome {
        Genome { bases: Bases::Store(store.clone()), signals: None, controls: None }
    }

    /// Takes a sequence of arrays `(1, 4, length)`, one for each contig, all of one type. They say
    /// which contigs there are, and how long these are. Tracks may come from a store, which is
    /// searched for the contigs by name. A data set refuses a store that has none of them, or that
    /// has another length of one that loci are on. It warns of contigs of loci that the store
    /// lacks.
    ///
    /// # Errors
    /// [`Error::Argument`] of `sequences` when there is no contig, for an array of another shape or
    /// another type than the first, and for a contig that is given twice; of `contigs` for a name
    /// or a length that a contig cannot have.
    pub fn from_arrays(sequences: &ContigArrays, tracks: Option<&Store>) -> Result<Genome> {
        let sequences = Arc::new(SequenceArrays::new(sequences)?);
        let map = |store: &Store| ContigMap::by_name(&sequences.contigs, store.contigs());
        let tracks = tracks.map(|store| (store.clone(), map(store)));
        Ok(Genome { bases: Bases::Arrays(sequences, tracks), signals: None, controls: None })
    }

    /// Takes signals of arrays in place of the store's. Each of `signals` is a channel, an array
    /// `(1, 1, length)` for each contig, or several channels, `(1, channels, length)`. `groups` has
    /// the sizes of the groups of channels that reverse complement exchanges, in their order; the
    /// sizes add up to the channels. `None` makes a group of each channel.
    ///
    /// # Errors
    /// [`Error::Argument`] of `signals` for an array of another shape, or a contig that is given
    /// twice; of `signal_groups` for sizes that do not fit.
    pub fn signals(mut self, signals: &[ContigArrays], groups: Option<&[usize]>) -> Result<Genome> {
        self.signals = Some(Arc::new(TrackArrays::new(["signals", "signal_groups"], signals, groups, self.contigs())?));
        Ok(self)
    }

    /// Takes controls of arrays in place of the store's, as [`Genome::signals`] does signals.
    ///
    /// # Errors
    /// As [`Genome::signals`], of `controls` and `control_groups`.
    pub fn controls(mut self, controls: &[ContigArrays], groups: Option<&[usize]>) -> Result<Genome> {
        let names = ["controls", "control_groups"];
        self.controls = Some(Arc::new(TrackArrays::new(names, controls, groups, self.contigs())?));
        Ok(self)
    }

    /// Returns the contigs, whose ids loci use.
    #[must_use]
    pub fn contigs(&self) -> &Contigs {
        match &self.bases {
            Bases::Store(store) => store.contigs(),
            Bases::Arrays(sequences, _) => &sequences.contigs,
        }
    }

    /// Compares the contigs of the sequence's arrays with those of the tracks' store. Returns
    /// warnings of contigs in `used`, which loci are on, that the store lacks.
    ///
    /// # Errors
    /// [`Error::Argument`] of `sequences` when they share no contig, unless `allow_empty`, and for
    /// a used contig of another length.
    pub(super) fn check_store(&self, used: &[&str], allow_empty: bool) -> Result<Vec<String>> {
        let Bases::Arrays(sequences, Some((store, _))) = &self.bases else { return Ok(Vec::new()) };
        let (ours, theirs) = (&sequences.contigs, store.contigs());
        if !allow_empty && !ours.iter().any(|(name, _)| theirs.id(name).is_some()) {
            let [theirs, ours] = [theirs, ours].map(|contigs| listed(contigs.iter().map(|(name, _)| name)));
            let remedy = "rename the contigs of the arrays; `allow_empty` reads zeros";
            let message = format!(
                "the store of the tracks has none of their contigs: it has {theirs}, and they have {ours}; {remedy}"
            );
            return Err(Error::argument("sequences", message));
        }
        let length = |contigs: &Contigs, name| contigs.id(name).map(|id| contigs.length(id));
        let (mut lacking, mut other) = (Vec::new(), Vec::new());
        for name in used {
            match (length(ours, name), length(theirs, name)) {
                (_, None) => lacking.push(name),
                (Some(own), Some(stored)) if own != stored => {
                    other.push(format!("{name:?} ({own} bases here and {stored} there)"));
                }
                _ => {}
            }
        }
        if !other.is_empty() {
            let good = used.iter().copied().filter(|name| length(ours, name) == length(theirs, name));
            let remedy = format!("are they of the same genome build? {}", leave_them_out(good));
            let message = format!("the store of the tracks has other lengths of {}: {remedy}", listed_as_is(other));
            return Err(Error::argument("sequences", message));
        }
        let warning = || format!("the store of the tracks lacks {}, where they are zeros", listed(&lacking));
        Ok(if lacking.is_empty() { Vec::new() } else { vec![warning()] })
    }

    /// Returns the type of the sequence, if it comes from arrays.
    #[must_use]
    pub fn sequence_dtype(&self) -> Option<DType> {
        self.sequence_arrays().map(|arrays| arrays.dtype)
    }

    /// Returns the store, if its contigs are the genome's.
    pub(super) fn indexed_store(&self) -> Option<&Store> {
        match &self.bases {
            Bases::Store(store) => Some(store),
            Bases::Arrays(..) => None,
        }
    }

    /// Returns whether there is a column.
    pub(super) fn has_columns(&self) -> bool {
        let arrays = self.signals.is_some() || self.controls.is_some();
        arrays || self.indexed_store().is_none_or(|store| store.sequence().is_some() || !store.panels().is_empty())
    }

    /// Returns whether there is a sequence.
    pub(super) fn has_sequence(&self) -> bool {
        self.indexed_store().is_none_or(|store| store.sequence().is_some())
    }

    /// Returns what is read of a store, if there is one.
    pub(super) fn store(&self) -> Option<StorePart> {
        let (store, contigs) = self.store_and_contigs()?;
        let sequence = store.sequence().is_some() && self.indexed_store().is_some();
        Some(StorePart { store: store.clone(), contigs, sequence })
    }

    fn store_and_contigs(&self) -> Option<(&Store, ContigMap)> {
        match &self.bases {
            Bases::Store(store) => Some((store, ContigMap::default())),
            Bases::Arrays(_, tracks) => tracks.as_ref().map(|(store, contigs)| (store, contigs.clone())),
        }
    }

    /// Returns the sequence, if it comes from arrays.
    pub(super) fn sequence_arrays(&self) -> Option<&Arc<SequenceArrays>> {
        match &self.bases {
            Bases::Store(_) => None,
            Bases::Arrays(sequences, _) => Some(sequences),
        }
    }
}

impl From<&Store> for Genome {
    fn from(store: &Store) -> Genome {
        Genome::from_store(store)
    }
}
