//! Structures with fields, out-parameters, callbacks.

use super::error::atemoya_error;
use super::{atemoya_progress, atemoya_status};
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// A tensor of DLPack's, which only its own header describes.
pub struct DLManagedTensorVersioned {
    _private: [u8; 0],
}

/// Only other files use it.
#[repr(C)]
pub struct atemoya_shape {
    /// How many windows.
    pub windows: usize,
    /// Bases of each.
    pub length: u64,
}

/// Where a batch lies.
#[repr(C)]
pub struct atemoya_view {
    /// Its first byte.
    pub data: *const c_void,
    /// Its shape.
    pub shape: atemoya_shape,
    /// Bases at its edges, left and right.
    pub edges: [i32; 2],
    /// Is one strand the other's complement?
    pub complement: bool,
    /// Called when it is no longer used, may be null.
    pub release: Option<unsafe extern "C" fn(data: *mut c_void)>,
}

/// A batch.
struct atemoya_batch;

/// Looks at a batch.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_view(
    batch: *const atemoya_batch,
    view: Option<&mut MaybeUninit<atemoya_view>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    let _ = (batch, view, error);
    atemoya_status::ATEMOYA_OK
}

/// The batch as a tensor.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_tensor(
    batch: *mut atemoya_batch,
    tensor: Option<&mut MaybeUninit<*mut DLManagedTensorVersioned>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    let _ = (batch, tensor, error);
    atemoya_status::ATEMOYA_CORRUPT
}

/// How many there are.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_count(
    count: Option<&mut MaybeUninit<usize>>,
    progress: atemoya_progress,
    data: *mut c_void,
) {
    let _ = (count, progress, data);
}

/// Rust's own.
pub fn not_of_c(parts: &[u8]) -> usize {
    parts.len()
}
