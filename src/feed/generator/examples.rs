//! The setters that decide what is read, how examples are drawn, and how they are delivered.

use super::PeakGenerator;
use super::setters;
use crate::DType;
use crate::feed::loader_options::LoaderOptions;
use crate::gather::Access;

impl PeakGenerator {
    /// Sets the type of the one-hot sequence: `I8` (the default), `U8`, `F16`, `BF16` or `F32`, of
    /// shape `(n, 4, in_window)`; or `U64`, which packs it into `(n, 4, ceil(in_window / 64))`. Bit
    /// i of word w is position `64 w + i` then, and bits at and past `in_window` are 0. A sequence
    /// of arrays has their type, and no other.
    pub fn sequence_type(mut self, sequence_type: DType) -> Self {
        self.sequence_type = Some(sequence_type);
        self
    }

    setters! {
        /// Sets which control groups are read, and in which order; `None`, the default, for all.
        controls: Option<Vec<String>>;
        /// Sets the type of the controls: `F32`, the default, or `U16` or `U8` if that holds all
        /// their values.
        controls_type: DType;
        /// Sets the type of the signal: `F32`, the default, or `U16` or `U8` if that holds all its
        /// values.
        signal_type: DType;
        /// Sets how many negatives are drawn for each peak, with replacement; 0.1 by default. The
        /// product is truncated.
        negative_ratio: f64;
        /// Sets whether each example is reverse-complemented with probability 1/2; true by default.
        reverse_complement: bool;
        /// Sets whether peaks come in random order; true by default. Where the negatives are is
        /// random in any case.
        shuffle: bool;
        /// Sets the seed of all epochs; 0 by default.
        random_state: u64;
        /// Sets how many threads gather, up to 1024; 1 by default. With 0 the consumer's thread
        /// gathers when it asks for a batch.
        num_workers in options: usize;
        /// Sets how many examples a batch has, those of all processes together; 32 by default.
        batch_size in options: usize;
        /// Sets which slice of each batch this process takes, below `world_size`; 0 by default.
        rank in options: usize;
        /// Sets how many processes share a batch; 1 by default. It divides `batch_size`.
        world_size in options: usize;
        /// Sets whether the short batch at an epoch's end is dropped; false by default.
        drop_last in options: bool;
        /// Sets how many batches are in memory at once, those that the consumer holds included: 1
        /// to 4096; `None` for `num_workers + 2`, which is enough for a consumer that drops each
        /// batch before it takes the next.
        slots in options: Option<usize>;
        /// Sets how the store's files are read; [`Access::Map`] by default. It changes neither
        /// batches nor states.
        access: Access;
        /// Sets whether the system is asked to read what the next batches need, if that is not in
        /// memory; true by default. It changes neither batches nor states.
        ask_ahead: bool;
    }

    /// Sets all options of the loader at once.
    #[doc(hidden)]
    pub fn loader_options(mut self, options: LoaderOptions) -> Self {
        self.options = options;
        self
    }
}
