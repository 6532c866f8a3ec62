//! From an epoch and indices in it to the bytes of a batch.

use super::Dataset;
use crate::feed::batch::Batch;
use crate::feed::column::Examples;
use crate::feed::layout::Layout;
use crate::feed::slot::{Lease, Slot};
use crate::sample::{Draw, Plan};
use crate::{Error, Result};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Dataset<'_> {
    /// Gathers examples of an epoch by their indices, in this thread, into a batch with memory of
    /// its own. Indices may come in any order, and repeat. They count the examples of all ranks.
    ///
    /// # Errors
    /// [`Error::Argument`] for an index that is not below [`Dataset::len`], or when the batch does
    /// not fit in memory; [`Error::Corrupt`] for a damaged store.
    pub fn fetch(&self, epoch: u64, indices: &[usize]) -> Result<Batch> {
        if let Some(index) = indices.iter().find(|index| **index >= self.len()) {
            return Err(Error::argument("indices", format!("{index} is not below {}, the examples", self.len())));
        }
        self.collect(&*self.plan(epoch)?, indices.iter().copied(), epoch)
    }

    /// Gathers the examples of the caller's own draws, as [`Dataset::fetch`] does those of an
    /// epoch. The batch's epoch is 0.
    ///
    /// ```
    #[doc = include_str!("../../example_store.txt")]
    /// use atemoya::sample::Draw;
    /// use atemoya::{PeakGenerator, Store};
    ///
    /// let dataset = PeakGenerator::new(&Store::open("yeast.atemoya")?).max_jitter(50).dataset()?;
    /// let peak = Draw { is_peak: true, source: 2, offset: 50, reverse_complement: false };
    /// let batch = dataset.fetch_draws(vec![peak, Draw { reverse_complement: true, ..peak }])?;
    /// assert_eq!(batch.reverse_complemented(), [0, 1]);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no draw, for the first draw that this data set has no
    /// locus or no jitter for, or when the batch does not fit in memory; [`Error::Corrupt`] for a
    /// damaged store.
    pub fn fetch_draws(&self, draws: Vec<Draw>) -> Result<Batch> {
        let options = self.planner.options();
        let plan = Plan::from_draws(draws, options.n_peaks, options.n_negatives, options.max_jitter)?;
        self.collect(&plan, 0..plan.len(), 0)
    }

    /// Gathers examples into a batch with memory of its own.
    fn collect(&self, plan: &Plan, indices: impl ExactSizeIterator<Item = usize> + Clone, epoch: u64) -> Result<Batch> {
        let rows = indices.len();
        let too_many = |_| Error::argument("indices", format!("{rows} examples do not fit in memory"));
        let layout = Layout::new(rows, self.columns.specs()).map_err(too_many)?;
        let mut slot = Slot::plain(layout.bytes()).map_err(too_many)?;
        if self.reads_ahead() {
            let number = self.fetches.fetch_add(1, Ordering::Relaxed);
            for number in self.readahead.after(number, u64::MAX) {
                self.readahead.record(number, self.read_ahead(plan, indices.clone()));
            }
        }
        self.gather(plan, indices, &layout, slot.bytes_mut()?)?;
        Ok(Batch::new(Lease::owned(slot), Arc::new(layout), rows, epoch, 0))
    }

    /// Streams an epoch in order, in batches of the size that the data set was built with. Each is
    /// gathered in this thread when the iterator reaches it, so that arrays may be borrowed. The
    /// last batch may be short.
    ///
    /// ```
    /// use atemoya::{Array, ArrayGenerator};
    ///
    /// let (sequences, signals) = (vec![0i8; 8 * 4 * 20], vec![1.0f32; 8 * 10]);
    /// let sequences = Array::from_slice(&sequences, [8, 4, 20])?; // borrowed
    /// let signals = Array::from_slice(&signals, [8, 1, 10])?;
    /// let generator = ArrayGenerator::new(sequences, signals).in_window(20).out_window(10);
    /// let dataset = generator.negative_ratio(0.0).batch_size(5).dataset()?;
    /// let sizes = dataset.batches(0).map(|batch| Ok(batch?.len()));
    /// assert_eq!(sizes.collect::<atemoya::Result<Vec<_>>>()?, [5, 3]);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// Each item is what [`Dataset::fetch`] returns.
    pub fn batches(&self, epoch: u64) -> impl Iterator<Item = Result<Batch>> {
        let batch_size = self.layout.batch_size();
        (0..self.len()).step_by(batch_size).map(move |first| {
            let indices: Vec<usize> = (first..self.len().min(first + batch_size)).collect();
            self.fetch(epoch, &indices)
        })
    }

    /// Returns whether there are files that can be read ahead.
    pub(in crate::feed) fn reads_ahead(&self) -> bool {
        self.columns.reads_ahead()
    }

    /// Requests the pages that the examples at `indices` of a plan need. Returns whether they were
    /// not in memory.
    pub(in crate::feed) fn read_ahead(&self, plan: &Plan, indices: impl Iterator<Item = usize>) -> bool {
        self.with_examples(plan, indices, |examples| self.columns.read_ahead(examples))
    }

    /// Gathers the examples at `indices` of a plan into memory that is laid out as
    /// [`Dataset::layout`] says and aligned to 8 bytes: for benchmarks of gathering alone.
    ///
    /// # Errors
    /// As [`Dataset::fetch`].
    #[doc(hidden)]
    pub fn gather_into(&self, plan: &Plan, indices: Range<usize>, memory: &mut [u8]) -> Result<()> {
        self.gather(plan, indices, &self.layout, memory)
    }

    /// Gathers the examples at `indices` of a plan into the first rows of memory with a layout.
    pub(in crate::feed) fn gather(
        &self,
        plan: &Plan,
        indices: impl ExactSizeIterator<Item = usize>,
        layout: &Layout,
        memory: &mut [u8],
    ) -> Result<()> {
        let columns = layout.split(indices.len(), memory);
        let [sequence, controls, signal, labels, sources, offsets, reverse_complements] = columns;
        let [labels, sources, offsets]: [&mut [i64]; 3] = [labels, sources, offsets].map(bytemuck::cast_slice_mut);
        self.with_examples(plan, indices, |examples| {
            for (row, draw) in examples.draws.iter().enumerate() {
                labels[row] = i64::from(draw.is_peak);
                sources[row] = i64::from(draw.source);
                offsets[row] = i64::from(draw.offset);
                reverse_complements[row] = u8::from(draw.reverse_complement);
            }
            self.columns.gather(examples, [sequence, controls, signal])
        })
    }

    /// Draws the examples at `indices` of a plan, and calls `work` with them.
    fn with_examples<T>(
        &self,
        plan: &Plan,
        indices: impl Iterator<Item = usize>,
        work: impl FnOnce(&Examples<'_>) -> T,
    ) -> T {
        self.buffers.with(|buffer| {
            let draws = indices.map(|index| plan.draw(index));
            work(&buffer.fill(draws, self.windows.as_deref()))
        })
    }
}
