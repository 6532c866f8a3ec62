//! Epoch plans: the example at each index, kept loci, and draws of the caller's own.

use super::argument;
use super::batch::{OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::{OpenLoader, atemoya_loader};
use super::loci::rows;
use super::status::{Failure, atemoya_status};
use crate::cuda::{AnyBatch, StreamSpec};
use crate::feed::Column;
use crate::sample::Draw;
use std::mem::MaybeUninit;

/// One example of an epoch. It means the same example to every loader that keeps the same loci.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_draw {
    /// The number of the locus among the kept peaks, or among the kept negatives.
    pub source: u32,
    /// Jitter, 0 to 2 max_jitter: a peak's windows are shifted by `offset - max_jitter` bases. 0
    /// for a negative.
    pub offset: u32,
    /// 0 for a negative, and any other value for a peak.
    pub is_peak: u32,
    /// 0 for the forward strand, and any other value for the reverse complement.
    pub reverse_complement: u32,
}

/// A locus that a loader has kept.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_kept_locus {
    /// The base that windows are centred on, 0-based. They begin `width / 2` bases before it.
    pub centre: i64,
    /// The number of the contig in the store.
    pub contig: u32,
    /// The row of the locus index.
    pub row: u32,
}

impl From<Draw> for atemoya_draw {
    fn from(Draw { is_peak, source, offset, reverse_complement }: Draw) -> atemoya_draw {
        atemoya_draw { source, offset, is_peak: is_peak.into(), reverse_complement: reverse_complement.into() }
    }
}

impl From<&atemoya_draw> for Draw {
    fn from(draw: &atemoya_draw) -> Draw {
        let atemoya_draw { source, offset, is_peak, reverse_complement } = *draw;
        Draw { is_peak: is_peak != 0, source, offset, reverse_complement: reverse_complement != 0 }
    }
}

/// Writes the draws of `count` examples of an epoch, from the index `first` on, to `out`: their
/// locus, shift and orientation. Indices count the examples of all processes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_plan(
    loader: *const atemoya_loader,
    epoch: u64,
    first: usize,
    count: usize,
    out: *mut atemoya_draw,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenLoader>(loader)?;
        let data = open.host().dataset();
        let plan = data.plan(epoch)?;
        let range = rows(first, count, plan.len())?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::out("out", out, count) }?;
        for (out, index) in out.iter_mut().zip(range) {
            out.write(plan.draw(index).into());
        }
        Ok(())
    })
}

/// Begins to stream `count` draws of the caller's own, in their order, once, with the short batch
/// at the end. There must be at least one. The draws are copied. A stream that was begun before
/// ends. The state of the loader stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_stream_draws(
    loader: *mut atemoya_loader,
    draws: *const atemoya_draw,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let draws = unsafe { argument::slice("draws", draws, count) }?;
        let draws: Vec<Draw> = draws.iter().map(Draw::from).collect();
        loader.begin(StreamSpec::Draws(draws))
    })
}

/// Gathers the examples at `count` indices of an epoch, in any order, each any number of times. The
/// batch is made in this thread, in memory of the host, and takes no slot. What the loader streams
/// goes on. Free the batch with `atemoya_batch_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_fetch(
    loader: *const atemoya_loader,
    epoch: u64,
    indices: *const usize,
    count: usize,
    batch: Option<&mut MaybeUninit<*mut atemoya_batch>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, batch, || {
        let open = handle::get::<OpenLoader>(loader)?;
        let data = open.host().dataset();
        // SAFETY: the caller's promise, see the module `ffi`.
        let indices = unsafe { argument::slice("indices", indices, count) }?;
        Ok(OpenBatch(AnyBatch::Host(data.fetch(epoch, indices)?)))
    })
}

/// Writes the draws of all examples of a batch to `out`. `count` must be the number of examples.
/// `atemoya_loader_stream_draws` streams them again. From a device they are copied as by
/// `atemoya_batch_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_draws(
    batch: *const atemoya_batch,
    out: *mut atemoya_draw,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let batch = handle::get::<OpenBatch>(batch)?;
        let length = batch.0.len();
        if count != length {
            return Err(Failure::argument("count", format!("the batch has {length} examples, not {count}")));
        }
        let read = |column| batch.read(column);
        let numbers = [read(Column::Sources)?, read(Column::Offsets)?, read(Column::Labels)?];
        let [sources, offsets, labels] = numbers.each_ref().map(|bytes| bytes.as_chunks::<8>().0);
        let reverse_complement = read(Column::ReverseComplement)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::out("out", out, count) }?;
        for (i, out) in out.iter_mut().enumerate() {
            // The values of these columns were of the type u32, or a flag.
            let number = |column: &[[u8; 8]]| i64::from_le_bytes(column[i]) as u32;
            out.write(atemoya_draw {
                source: number(sources),
                offset: number(offsets),
                is_peak: number(labels),
                reverse_complement: reverse_complement[i].into(),
            });
        }
        Ok(())
    })
}

/// Writes how many peaks and how many negatives a loader has kept. Either may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loader_kept_count(
    loader: *const atemoya_loader,
    peaks: Option<&mut MaybeUninit<usize>>,
    negatives: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenLoader>(loader)?;
        let data = open.host().dataset();
        for (out, is_peak) in [(peaks, true), (negatives, false)] {
            if let Some(out) = out {
                out.write(data.loci(is_peak).len());
            }
        }
        Ok(())
    })
}

/// Writes `count` of the kept peaks (or negatives, where `is_peak` is false), from `first` on, to
/// `out`. Their number is the `source` of draws.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_kept(
    loader: *const atemoya_loader,
    is_peak: bool,
    first: usize,
    count: usize,
    out: *mut atemoya_kept_locus,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenLoader>(loader)?;
        let data = open.host().dataset();
        let loci = data.loci(is_peak);
        let loci = &loci[rows(first, count, loci.len())?];
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::out("out", out, count) }?;
        for (out, locus) in out.iter_mut().zip(loci) {
            out.write(atemoya_kept_locus { centre: locus.centre, contig: locus.contig, row: locus.row });
        }
        Ok(())
    })
}
