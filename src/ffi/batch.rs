//! Batches on the host or a device: their examples, columns and memory.

use super::argument;
use super::call;
use super::column::{atemoya_device_type, atemoya_tensor, axes, column};
use super::dtype;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use crate::cuda::AnyBatch;
use crate::feed::Column;
use std::borrow::Cow;
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// A batch of examples, in the memory of the host or a device. It holds a slot of its loader until
/// it is freed with `atemoya_batch_free`. Its memory does not change until then, also when the
/// loader is freed before. Any thread may use and free it.
pub struct atemoya_batch {
    _private: [u8; 0],
}

/// A batch that C holds.
pub(super) struct OpenBatch(pub(super) AnyBatch);

impl Object for OpenBatch {
    type Handle = atemoya_batch;
    const NAME: &'static str = "batch";
}

fn absent(column: Column) -> Failure {
    Failure::argument("column", format!("the batches have no {column:?}"))
}

impl OpenBatch {
    /// Describes a column where it lies, as long as the batch is not dropped.
    pub(super) fn tensor(&self, column: Column) -> Result<atemoya_tensor, Failure> {
        let found = match &self.0 {
            AnyBatch::Host(batch) => batch.column(column).map(|tensor| {
                let data = tensor.bytes().as_ptr().cast();
                (tensor.dtype(), tensor.shape(), data, atemoya_device_type::ATEMOYA_DEVICE_CPU, 0)
            }),
            AnyBatch::Device(batch) => batch.column(column).map(|tensor| {
                let data = std::ptr::without_provenance(tensor.pointer() as usize);
                (tensor.dtype(), tensor.shape(), data, atemoya_device_type::ATEMOYA_DEVICE_CUDA, tensor.device())
            }),
        };
        let (dtype, shape, data, device_type, device) = found.ok_or_else(|| absent(column))?;
        // The values are in memory, so that their size does not overflow.
        let bytes = shape.iter().product::<usize>() * dtype.size();
        Ok(atemoya_tensor {
            data: if bytes == 0 { std::ptr::null() } else { data },
            dtype: dtype::number(dtype),
            ndim: axes(column),
            shape: shape.map(|size| size as i64),
            strides: [(shape[1] * shape[2]) as i64, shape[2] as i64, 1],
            bytes,
            device_type: device_type as i32,
            device: device as i32,
        })
    }

    /// Reads the bytes of a column. From a device they are copied, after waiting for it.
    pub(super) fn read(&self, column: Column) -> Result<Cow<'_, [u8]>, Failure> {
        match &self.0 {
            AnyBatch::Host(batch) => Ok(Cow::Borrowed(batch.column(column).ok_or_else(|| absent(column))?.bytes())),
            AnyBatch::Device(batch) => Ok(Cow::Owned(batch.read(column)?)),
        }
    }
}

/// Frees a batch. Its slot is filled again when no DLPack tensor needs it any more. The memory of
/// all slots of a loader is freed with the loader and the last of its batches.
///
/// A batch on a device may be freed as soon as the last work that uses it was given to its streams,
/// but not in a function that a stream calls on the host (`cuLaunchHostFunc`). On a device without
/// memory pools, freeing the last batch of a loader that was freed before waits for that work.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_free(batch: *mut atemoya_batch) -> atemoya_status {
    call::free::<OpenBatch>(batch)
}

/// Writes how many examples a batch has: this process's part of the batch size. The last batch of
/// an epoch may have fewer, and none in the last processes.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_length(
    batch: *const atemoya_batch,
    length: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("length", length), || Ok(handle::get::<OpenBatch>(batch)?.0.len()))
}

/// Writes the epoch of a batch. It is 0 for batches of validation and of the caller's draws.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_epoch(
    batch: *const atemoya_batch,
    epoch: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("epoch", epoch), || Ok(handle::get::<OpenBatch>(batch)?.0.epoch()))
}

/// Writes the number of a batch in its epoch, the same in every process. It is 0 for a fetched
/// batch.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_index(
    batch: *const atemoya_batch,
    index: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("index", index), || Ok(handle::get::<OpenBatch>(batch)?.0.index()))
}

/// Writes the tensor of an `atemoya_column` of a batch. A column that the batches do not have is an
/// error: `atemoya_loader_column` tells which they have.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_column(
    batch: *const atemoya_batch,
    column: i32,
    tensor: Option<&mut MaybeUninit<atemoya_tensor>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("tensor", tensor), || handle::get::<OpenBatch>(batch)?.tensor(self::column(column)?))
}

/// Writes the address and size in bytes of the memory that all columns of a batch share, for
/// copying the whole batch at once. It begins at a multiple of 256 bytes. The offset of a column is
/// its `data` from `atemoya_batch_column` minus this address. In a short batch, the bytes after the
/// examples of a column are those of an earlier batch. A batch on a device is an error.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_batch_memory(
    batch: *const atemoya_batch,
    data: Option<&mut MaybeUninit<*const c_void>>,
    bytes: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("data", data), || {
        let bytes = bytes.ok_or_else(|| Failure::null("bytes"))?;
        match &handle::get::<OpenBatch>(batch)?.0 {
            AnyBatch::Host(batch) => {
                let (memory, _) = batch.slot();
                bytes.write(memory.len());
                Ok(memory.as_ptr().cast())
            }
            AnyBatch::Device(_) => Err(Failure::argument("batch", "it is in the memory of a device")),
        }
    })
}

/// Copies the values of an `atemoya_column` to `out`, which is memory of the host of exactly the
/// column's size, `bytes`. From a device it copies after the work that the batch's stream was
/// given, and waits for both: use it to look at batches, not to train.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_batch_read(
    batch: *const atemoya_batch,
    column: i32,
    out: *mut c_void,
    bytes: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let batch = handle::get::<OpenBatch>(batch)?;
        let values = batch.read(self::column(column)?)?;
        if bytes != values.len() {
            return Err(Failure::argument("bytes", format!("the column has {} bytes, not {bytes}", values.len())));
        }
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::slice_mut::<u8>("out", out.cast(), bytes) }?;
        out.copy_from_slice(&values);
        Ok(())
    })
}
