//! A file of a feature.

use super::batch::atemoya_batch;

/// The device of a batch.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_device(batch: *const atemoya_batch) -> i32 {
    let _ = batch;
    0
}
