//! Random access: windows of the caller's choice, gathered into the caller's memory.

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

/// A gatherer of a store's sequence, or of some of its tracks. Any number of threads may gather
/// with it at once. Free it with `atemoya_gatherer_free`.
pub struct atemoya_gatherer {
    _private: [u8; 0],
}

/// A window: where it begins, and in which orientation it is read. All windows of a call have the
/// width that is passed to the function.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_window {
    /// The first base, 0-based. The window may reach past either end of its contig or lie outside
    /// it: positions outside the contig are 0.
    pub start: i64,
    /// The number of the contig in the store.
    pub contig: u32,
    /// 0 for the forward strand, and any other value for the reverse complement.
    pub reverse_complement: u32,
}

struct OpenGatherer(Gatherer);

impl Object for OpenGatherer {
    type Handle = atemoya_gatherer;
    const NAME: &'static str = "gatherer";
}

/// Makes a gatherer of one-hot sequence. A window has the shape (4, width), with the channels A, C,
/// G, T, in the type ATEMOYA_DTYPE_I8, _U8, _F16, _BF16 or _F32. With _U64 it is packed: the shape
/// is (4, ceil(width / 64)), and bit i of word w is position 64 w + i. Reverse complement flips
/// both axes.
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

/// Makes a gatherer of the tracks of groups, signal or control: `count` names, whose order is that
/// of the channels. The count ATEMOYA_ALL stands for all signal groups. A window has the shape
/// (channels, width), in the type ATEMOYA_DTYPE_F32, or _U16 or _U8 where that holds all values of
/// the tracks. Reverse complement flips the positions, and the channels within each group.
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

/// Writes the channels and positions of a window of `width` bases, and the bytes of `windows` such
/// windows. Any of the three may be NULL.
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

/// Gathers `count` windows of `width` bases, 1 to 2^30, into `out`: an array of the shape (count,
/// channels, positions) in C order, of exactly `bytes` bytes (`atemoya_gatherer_shape`), aligned
/// for its type. The windows may be in any order. It is fastest when neighbours in the list are
/// neighbours in the genome. After an error, the contents of `out` are unspecified.
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
