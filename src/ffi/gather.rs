//! Random access: windows of the caller's, gathered into memory of the caller's.

use super::argument;
use super::call;
use super::dtype::dtype;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::status::atemoya_status;
use super::store::{OpenStore, atemoya_store};
use crate::gather::{Gatherer, Span};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// What is gathered of a store: its sequence, or some of its tracks. Free it with
/// `atemoya_gatherer_free`. Any number of threads may gather with one at once.
pub struct atemoya_gatherer {
    _private: [u8; 0],
}

/// A window: where it begins, and which way it is read. Its width is said once for all windows of a
/// call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_window {
    /// The first base, 0-based. The window may reach past either end of its contig, or lie outside
    /// it: what is outside is 0.
    pub start: i64,
    /// The number of the contig in the store.
    pub contig: u32,
    /// Whether it is read reverse-complemented: 0 or anything else.
    pub reverse_complement: u32,
}

struct OpenGatherer(Gatherer);

impl Object for OpenGatherer {
    type Handle = atemoya_gatherer;
    const NAME: &'static str = "gatherer";
}

/// Makes what gathers one-hot sequence, (4, width) values an example, channels A, C, G, T, of an
/// `atemoya_dtype`: ATEMOYA_DTYPE_I8, _U8, _F16, _BF16 or _F32; or _U64, packed: (4, ceil(width /
/// 64)), and bit i of word w is position 64 w + i. Reverse-complemented, both axes are flipped.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_gatherer_of_sequence(
    store: *const atemoya_store,
    dtype: i32,
    gatherer: Option<&mut MaybeUninit<*mut atemoya_gatherer>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, gatherer, || {
        let open = handle::get::<OpenStore>(store)?;
        Ok(OpenGatherer(Gatherer::sequence(&open.store, self::dtype("dtype", dtype)?)?))
    })
}

/// Makes what gathers the tracks of groups, `count` names, of signals or controls, in their order;
/// with the count ATEMOYA_ALL, of all signal groups. It gives (channels, width) values an example,
/// of an `atemoya_dtype`: ATEMOYA_DTYPE_F32, or _U16 or _U8 where that holds all their values.
/// Reverse-complemented, the positions are flipped, and the channels within each group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_gatherer_of_tracks(
    store: *const atemoya_store,
    groups: *const *const c_char,
    count: usize,
    dtype: i32,
    gatherer: Option<&mut MaybeUninit<*mut atemoya_gatherer>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, gatherer, || {
        let open = handle::get::<OpenStore>(store)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let groups = unsafe { argument::names("groups", groups, count) }?;
        Ok(OpenGatherer(Gatherer::tracks(&open.store, groups.as_deref(), self::dtype("dtype", dtype)?)?))
    })
}

/// Frees a gatherer.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_gatherer_free(gatherer: *mut atemoya_gatherer) -> atemoya_status {
    call::free::<OpenGatherer>(gatherer)
}

/// Writes the shape of a window of `width` bases, channels and positions, and the bytes that
/// `windows` of them take. Any of the three may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_gatherer_shape(
    gatherer: *const atemoya_gatherer,
    width: usize,
    windows: usize,
    channels: Option<&mut MaybeUninit<usize>>,
    positions: Option<&mut MaybeUninit<usize>>,
    bytes: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let gatherer = &handle::get::<OpenGatherer>(gatherer)?.0;
        let all = gatherer.bytes(width, windows)?;
        let [of_channel, of_position] = gatherer.shape(width);
        for (out, value) in [(channels, of_channel), (positions, of_position), (bytes, all)] {
            if let Some(out) = out {
                out.write(value);
            }
        }
        Ok(())
    })
}

/// Gathers `count` windows of `width` bases, 1 to 2^30, into `out`: an array (count, channels,
/// positions) in C order, of exactly `bytes` bytes (`atemoya_gatherer_shape`), aligned as its
/// values are. The windows may be in any order, which costs the least where neighbours in the list
/// are neighbours in the genome. After an error `out` holds anything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_gather(
    gatherer: *const atemoya_gatherer,
    windows: *const atemoya_window,
    count: usize,
    width: usize,
    out: *mut c_void,
    bytes: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let gatherer = &handle::get::<OpenGatherer>(gatherer)?.0;
        // SAFETY: the caller's promise, see the module `ffi`.
        let windows = unsafe { argument::slice("windows", windows, count) }?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::slice_mut::<u8>("out", out.cast(), bytes) }?;
        let spans = windows.iter().map(|window| Span {
            contig: window.contig as usize,
            start: window.start,
            reverse_complement: window.reverse_complement != 0,
        });
        Ok(gatherer.gather(width, spans, out)?)
    })
}
