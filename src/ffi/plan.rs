//! Plans: which example stands where, the library's to look at and the caller's own to follow.

use super::argument;
use super::batch::{AnyBatch, OpenBatch, atemoya_batch};
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::{OpenLoader, atemoya_loader};
use super::loci::rows;
use super::status::{Failure, atemoya_status};
use super::stream::Begin;
use crate::feed::Column;
use crate::sample::Draw;
use std::mem::MaybeUninit;

/// One example of an epoch, of loaders that keep the same loci.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_draw {
    /// Which of the kept peaks, or of the kept negatives.
    pub source: u32,
    /// Jitter, 0 to 2 max_jitter: a peak's window is shifted by `offset - max_jitter` bases; 0 for
    /// a negative.
    pub offset: u32,
    /// Whether it is a peak: 0 or anything else.
    pub is_peak: u32,
    /// Whether it is reverse-complemented: 0 or anything else.
    pub reverse_complement: u32,
}

/// A locus that a loader uses.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_kept_locus {
    /// The base that windows are centred on, 0-based: they begin `width / 2` bases before it.
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

/// Writes `count` examples of an epoch, from the index `first` on, to `out`: which locus, shift and
/// orientation stand there. Indices count the examples of all processes.
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
        let data = &handle::get::<OpenLoader>(loader)?.data;
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

/// Begins to stream `count` examples of the caller's own, in their order, once, the short batch at
/// the end included. The draws are copied; there must be one at least. Whatever the loader was
/// streaming is abandoned; its state stays.
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
        loader.begin(Begin::Follow(draws))
    })
}

/// Gathers examples at any `count` indices of an epoch, in any order, each any number of times, in
/// this thread and beside whatever is streamed, into a batch of the host's memory that takes no
/// slot. Free it with `atemoya_batch_free`.
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
        let data = &handle::get::<OpenLoader>(loader)?.data;
        // SAFETY: the caller's promise, see the module `ffi`.
        let indices = unsafe { argument::slice("indices", indices, count) }?;
        Ok(OpenBatch(AnyBatch::Host(data.fetch(epoch, indices)?)))
    })
}

/// Writes the draws of all examples of a batch to `out`, which has room for `count` of them,
/// exactly as many as there are examples. They can be followed again with
/// `atemoya_loader_stream_draws`. From a device they are copied first, as by `atemoya_batch_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_draws(
    batch: *const atemoya_batch,
    out: *mut atemoya_draw,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let batch = handle::get::<OpenBatch>(batch)?;
        let (length, ..) = batch.place();
        if count != length {
            return Err(Failure::argument("count", format!("the batch has {length} examples, not {count}")));
        }
        let read = |column| batch.read(column);
        let numbers = [read(Column::Sources)?, read(Column::Offsets)?, read(Column::Labels)?];
        let [sources, offsets, labels] = numbers.each_ref().map(|bytes| bytes.as_chunks::<8>().0);
        let turned = read(Column::ReverseComplement)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::out("out", out, count) }?;
        for (i, out) in out.iter_mut().enumerate() {
            // These columns hold what was a u32 or a flag.
            let number = |column: &[[u8; 8]]| i64::from_le_bytes(column[i]) as u32;
            out.write(atemoya_draw {
                source: number(sources),
                offset: number(offsets),
                is_peak: number(labels),
                reverse_complement: turned[i].into(),
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
        let data = &handle::get::<OpenLoader>(loader)?.data;
        for (out, is_peak) in [(peaks, true), (negatives, false)] {
            if let Some(out) = out {
                out.write(data.loci(is_peak).len());
            }
        }
        Ok(())
    })
}

/// Writes `count` of the kept peaks (or negatives, where `is_peak` is false), from `first` on, to
/// `out`: what `source` of a draw counts.
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
        let data = &handle::get::<OpenLoader>(loader)?.data;
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
