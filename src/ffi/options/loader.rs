//! Loader options: batches and ranks, threads and slots, and how files are read.

use super::{atemoya_options, set};
use crate::feed::Access;
use crate::ffi::error::atemoya_error;
use crate::ffi::status::{Failure, atemoya_status};
use std::mem::MaybeUninit;

/// How the files of a store are read.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_access {
    /// Through memory maps. This is the fastest for files on a disk of this machine.
    ATEMOYA_ACCESS_MAP = 0,
    /// By reading what each batch needs. Use it on network file systems, and where a failing disk
    /// must be an error: through a map it ends the process. Opening a store, and summing its
    /// signals to select loci, still use the maps.
    ATEMOYA_ACCESS_READ = 1,
}

/// Sets how many examples a batch has, 1 to 2^30, in all processes together; 32 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_batch_size(
    options: *mut atemoya_options,
    batch_size: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.batch_size(batch_size)))
}

/// Sets whether the short batch at the end of an epoch is dropped; false by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_drop_last(
    options: *mut atemoya_options,
    drop_last: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.drop_last(drop_last)))
}

/// Sets the rank of this process, below `world_size`; 0 by default. Each process takes one
/// contiguous slice of every batch. A short batch of m examples is cut into slices of ceil(m /
/// world_size), so that the last processes may have fewer or none.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_rank(
    options: *mut atemoya_options,
    rank: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.rank(rank)))
}

/// Sets how many processes share a batch; it divides `batch_size`. 1 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_world_size(
    options: *mut atemoya_options,
    world_size: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.world_size(world_size)))
}

/// Sets how many threads gather, up to 1024; 1 by default. With 0, the thread that takes a batch
/// gathers it.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_num_workers(
    options: *mut atemoya_options,
    num_workers: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.num_workers(num_workers)))
}

/// Sets how many batches are in memory at once, with those that the caller holds, up to 4096. 0
/// (the default) stands for `num_workers + 2`: one for each worker to fill, one that is ready, and
/// one that the caller holds. A caller that frees a batch only after it has taken the next one
/// needs one more. On a device the default has `prefetch_to_device` more.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_slots(
    options: *mut atemoya_options,
    slots: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.slots((slots > 0).then_some(slots))))
}

/// Sets how the store's files are read, an `atemoya_access`; through memory maps by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_access(
    options: *mut atemoya_options,
    access: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        let access = match access {
            _ if access == atemoya_access::ATEMOYA_ACCESS_MAP as i32 => Access::Map,
            _ if access == atemoya_access::ATEMOYA_ACCESS_READ as i32 => Access::Read,
            _ => return Err(Failure::argument("access", format!("there is no atemoya_access {access}"))),
        };
        Ok(generator.access(access))
    })
}

/// Sets whether the system reads pages that the next batches need and that are not in memory,
/// before they are needed (readahead); true by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_ask_ahead(
    options: *mut atemoya_options,
    ask_ahead: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.ask_ahead(ask_ahead)))
}
