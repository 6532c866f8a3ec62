//! Columns of batches as tensors of DLPack 1.x, which PyTorch, JAX, CuPy and others take without a copy. The structures are those of
//! `dlpack.h`, version 1.0, which every 1.x can read.

use super::batch::{AnyBatch, OpenBatch, atemoya_batch};
use super::call;
use super::column::{atemoya_tensor, column};
use super::dtype;
use super::error::atemoya_error;
use super::handle;
use super::status::{Failure, atemoya_status};
use crate::DType;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[repr(C)]
struct DLPackVersion {
    major: u32,
    minor: u32,
}

#[repr(C)]
struct DLDevice {
    device_type: i32,
    device_id: i32,
}

#[repr(C)]
struct DLDataType {
    code: u8,
    bits: u8,
    lanes: u16,
}

#[repr(C)]
struct DLTensor {
    data: *mut c_void,
    device: DLDevice,
    ndim: i32,
    dtype: DLDataType,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// A tensor of DLPack and who owns it; `dlpack.h` has the structure.
#[repr(C)]
pub struct DLManagedTensorVersioned {
    version: DLPackVersion,
    manager_ctx: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut DLManagedTensorVersioned)>,
    flags: u64,
    dl_tensor: DLTensor,
}

const _: () = assert!(size_of::<DLManagedTensorVersioned>() == 80 && size_of::<DLTensor>() == 48);

/// `DLPACK_FLAG_BITMASK_READ_ONLY`.
const READ_ONLY: u64 = 1;

/// Tensors whose deleters were not called.
static TENSORS: AtomicUsize = AtomicUsize::new(0);

pub(super) fn count() -> usize {
    TENSORS.load(Ordering::Relaxed)
}

/// What a tensor points to, and the batch whose memory it is. Freed by `delete`.
struct Managed {
    tensor: DLManagedTensorVersioned,
    shape: [i64; 3],
    strides: [i64; 3],
    _batch: Arc<OpenBatch>,
}

/// The `DLDataTypeCode` of a type.
fn code(dtype: DType) -> u8 {
    match dtype {
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => 0,
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => 1,
        DType::F16 | DType::F32 | DType::F64 => 2,
        DType::BF16 => 4,
    }
}

fn export(batch: Arc<OpenBatch>, tensor: &atemoya_tensor) -> Result<*mut DLManagedTensorVersioned, Failure> {
    let dtype = dtype::dtype("dtype", tensor.dtype)?;
    let managed = Box::into_raw(Box::new(Managed {
        tensor: DLManagedTensorVersioned {
            version: DLPackVersion { major: 1, minor: 0 },
            manager_ctx: std::ptr::null_mut(),
            deleter: Some(delete),
            flags: READ_ONLY,
            dl_tensor: DLTensor {
                data: tensor.data.cast_mut(),
                device: DLDevice { device_type: tensor.device_type, device_id: tensor.device },
                ndim: tensor.ndim,
                dtype: DLDataType { code: code(dtype), bits: 8 * dtype.size() as u8, lanes: 1 },
                shape: std::ptr::null_mut(),
                strides: std::ptr::null_mut(),
                byte_offset: 0,
            },
        },
        shape: tensor.shape,
        strides: tensor.strides,
        _batch: batch,
    }));
    TENSORS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: it was made above, and nobody else has it yet.
    let fields = unsafe { &mut *managed };
    fields.tensor.manager_ctx = managed.cast();
    fields.tensor.dl_tensor.shape = (&raw mut fields.shape).cast();
    fields.tensor.dl_tensor.strides = (&raw mut fields.strides).cast();
    Ok(&raw mut fields.tensor)
}

/// The deleter of a tensor: frees it, and lets go of its batch.
unsafe extern "C" fn delete(tensor: *mut DLManagedTensorVersioned) {
    if tensor.is_null() {
        return;
    }
    call::run(None, || {
        // SAFETY: whoever calls a deleter passes the tensor that it is of, once.
        let managed = unsafe { (*tensor).manager_ctx };
        // SAFETY: `export` made it as a box of this type.
        drop(unsafe { Box::from_raw(managed.cast::<Managed>()) });
        TENSORS.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    });
}

/// Writes an `atemoya_column` of a batch as a tensor of DLPack 1.0, with the flag that it is read-only. Its
/// deleter, which whoever takes the tensor calls once, lets go of the batch: the memory is valid until then,
/// also when batch and loader are freed before. What `atemoya_batch_free` says of where a batch on a device
/// may be freed holds of the deleter, too.
///
/// `stream` is what the protocol passes to the producer. On the host it is NULL. On a device it is the
/// consumer's stream, which is made to wait for the batch, with NULL and 1 for the legacy default stream and
/// an error for 2; or -1, cast to a pointer, for a consumer that waits by itself on `atemoya_batch_stream`. A
/// stream must exist until the batch and all its tensors are freed, or until `atemoya_batch_done_on` is
/// called for it.
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
                return Err(Failure::argument("stream", "the batch is in the memory of the host, which has none"));
            }
            AnyBatch::Host(_) => {}
            #[cfg(feature = "cuda")]
            AnyBatch::Device(_) if stream.addr() == usize::MAX => {}
            #[cfg(feature = "cuda")]
            AnyBatch::Device(_) => super::device::with_stream(&batch, stream, crate::cuda::DeviceBatch::wait_on)?,
        }
        *out = export(batch, &tensor)?;
        Ok(())
    })
}
