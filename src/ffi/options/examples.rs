//! The columns and windows of an example: groups, types, widths, jitter and reverse complement.

use super::{atemoya_options, set};
use crate::ffi::argument;
use crate::ffi::dtype::dtype;
use crate::ffi::error::atemoya_error;
use crate::ffi::status::atemoya_status;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Sets the names of the signal groups to read, `count` of them, whose order is that of the
/// channels; 0 for none. With the count ATEMOYA_ALL, which is the default, all groups of the store
/// are read, in the order in which they were packed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_signals(
    options: *mut atemoya_options,
    signals: *const *const c_char,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        // SAFETY: the caller's promise, see the module `ffi`.
        let signals = unsafe { argument::names("signals", signals, count) }?;
        Ok(generator.signals(signals))
    })
}

/// Sets the names of the control groups to read, `count` of them, whose order is that of the
/// channels; 0 for none. With the count ATEMOYA_ALL, which is the default, all groups of the store
/// are read, in the order in which they were packed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_controls(
    options: *mut atemoya_options,
    controls: *const *const c_char,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        // SAFETY: the caller's promise, see the module `ffi`.
        let controls = unsafe { argument::names("controls", controls, count) }?;
        Ok(generator.controls(controls))
    })
}

/// Sets the type of the one-hot sequence: ATEMOYA_DTYPE_I8 (the default), _U8, _F16, _BF16 or _F32,
/// or _U64, which packs it. The packed column has the shape (n, 4, ceil(in_window / 64)), and bit i
/// of word w is position 64 w + i. Bits from `in_window` on are 0.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_sequence_type(
    options: *mut atemoya_options,
    sequence_type: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.sequence_type(dtype("sequence_type", sequence_type)?)))
}

/// Sets the type of the controls: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all values of the tracks. On a device it may also be _F16 or _BF16, rounded to the nearest.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_controls_type(
    options: *mut atemoya_options,
    controls_type: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.controls_type(dtype("controls_type", controls_type)?)))
}

/// Sets the type of the signal: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all values of the tracks. On a device it may also be _F16 or _BF16, rounded to the nearest.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_signal_type(
    options: *mut atemoya_options,
    signal_type: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.signal_type(dtype("signal_type", signal_type)?)))
}

/// Sets the width of sequence and controls in bases, 1 to 2^30; 2114 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_in_window(
    options: *mut atemoya_options,
    in_window: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.in_window(in_window)))
}

/// Sets the width of the signal in bases, 1 to 2^30; 1000 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_out_window(
    options: *mut atemoya_options,
    out_window: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.out_window(out_window)))
}

/// Sets by how many bases the windows of a peak are shifted at most, in either direction, up to
/// 2^30; 50 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_max_jitter(
    options: *mut atemoya_options,
    max_jitter: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.max_jitter(max_jitter)))
}

/// Sets whether each example is reverse-complemented with probability 1/2; true by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_reverse_complement(
    options: *mut atemoya_options,
    reverse_complement: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.reverse_complement(reverse_complement)))
}
