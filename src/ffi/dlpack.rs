//! Columns of batches as DLPack tensors.

use super::batch::{OpenBatch, atemoya_batch};
use super::call;
use super::column::{atemoya_tensor, column};
use super::device::with_stream;
use super::dtype;
use super::error::atemoya_error;
use super::handle;
use super::status::{Failure, atemoya_status};
use crate::cuda::{AnyBatch, DeviceBatch};
use crate::dlpack::{DLManagedTensorVersioned, View};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many tensors there are whose deleters were not called.
static TENSORS: AtomicUsize = AtomicUsize::new(0);

pub(super) fn count() -> usize {
    TENSORS.load(Ordering::Relaxed)
}

/// The owner of a tensor's memory. It counts the tensors.
struct TensorOwner {
    _batch: Arc<OpenBatch>,
}

impl TensorOwner {
    fn new(batch: Arc<OpenBatch>) -> TensorOwner {
        TENSORS.fetch_add(1, Ordering::Relaxed);
        TensorOwner { _batch: batch }
    }
}

impl Drop for TensorOwner {
    fn drop(&mut self) {
        TENSORS.fetch_sub(1, Ordering::Relaxed);
    }
}

fn export(batch: Arc<OpenBatch>, tensor: &atemoya_tensor) -> Result<*mut DLManagedTensorVersioned, Failure> {
    let view = View {
        data: tensor.data.cast_mut(),
        device: (tensor.device_type, tensor.device),
        dtype: dtype::dtype("dtype", tensor.dtype)?,
        ndim: tensor.ndim,
        shape: tensor.shape,
        strides: tensor.strides,
        read_only: true,
    };
    Ok(view.versioned(TensorOwner::new(batch)).as_ptr())
}

/// Writes an `atemoya_column` of a batch as a tensor of DLPack 1.0, with the flag that it is
/// read-only. The consumer calls its deleter once. The memory is valid until then, also when the
/// batch and its loader are freed before. A deleter of a tensor on a device may be called wherever
/// `atemoya_batch_free` may be.
///
/// `stream` is the stream that DLPack's protocol passes to the producer. On the host it is NULL. On
/// a device it is the consumer's stream, which is made to wait for the batch. NULL and 1 are the
/// legacy default stream, and 2 is an error. -1, cast to a pointer, is for a consumer that waits by
/// itself for the work of `atemoya_batch_stream`. A stream must exist until the batch and all its
/// tensors are freed, or until `atemoya_batch_done_on` is called for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_dlpack(
    batch: *const atemoya_batch,
    column: i32,
    stream: *mut c_void,
    tensor: Option<&mut MaybeUninit<*mut DLManagedTensorVersioned>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let out = tensor.ok_or_else(|| Failure::null("tensor"))?;
        let out = out.write(std::ptr::null_mut());
        let batch = handle::get::<OpenBatch>(batch)?;
        let tensor = batch.tensor(self::column(column)?)?;
        match &batch.0 {
            AnyBatch::Host(_) if !stream.is_null() => {
                return Err(Failure::argument(
                    "stream",
                    "the batch is in the memory of the host, which has no streams: pass NULL",
                ));
            }
            AnyBatch::Host(_) => {}
            AnyBatch::Device(_) if stream.addr() == usize::MAX => {}
            AnyBatch::Device(_) => with_stream(&batch, stream, DeviceBatch::wait_on)?,
        }
        *out = export(batch, &tensor)?;
        Ok(())
    })
}
