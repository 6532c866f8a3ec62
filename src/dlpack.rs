//! Tensors of DLPack, which PyTorch, JAX, CuPy, numpy and others take without a copy. A tensor is a
//! view of some memory and an owner, which keeps that memory alive until the consumer calls the
//! tensor's deleter. The structures are those of `dlpack.h`: version 1.0, which every 1.x can read,
//! and the one without a version from before.

#![allow(unsafe_code, reason = "C structures that point into themselves and are freed by their consumers")]

use crate::DType;
use std::ffi::c_void;
use std::ptr::NonNull;

/// `DLPackVersion`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct DLPackVersion {
    major: u32,
    minor: u32,
}

/// `DLDevice`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct DLDevice {
    device_type: i32,
    device_id: i32,
}

/// `DLDataType`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct DLDataType {
    code: u8,
    bits: u8,
    lanes: u16,
}

/// `DLTensor`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct DLTensor {
    data: *mut c_void,
    device: DLDevice,
    ndim: i32,
    dtype: DLDataType,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// A tensor of DLPack 1.x with its owner, laid out as in `dlpack.h`.
#[repr(C)]
#[derive(Debug)]
pub struct DLManagedTensorVersioned {
    version: DLPackVersion,
    manager_ctx: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut DLManagedTensorVersioned)>,
    flags: u64,
    dl_tensor: DLTensor,
}

/// A tensor of DLPack before 1.0 with its owner, laid out as in `dlpack.h`.
#[repr(C)]
#[derive(Debug)]
pub struct DLManagedTensor {
    dl_tensor: DLTensor,
    manager_ctx: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut DLManagedTensor)>,
}

const _: () = assert!(size_of::<DLManagedTensorVersioned>() == 80 && size_of::<DLTensor>() == 48);
const _: () = assert!(size_of::<DLManagedTensor>() == 64);

/// `DLPACK_FLAG_BITMASK_READ_ONLY`.
const READ_ONLY: u64 = 1;

/// Memory as a tensor of up to three dimensions.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The address of the first element, on the device.
    pub data: *mut c_void,
    /// The `DLDeviceType` (1: the host, 2: a CUDA device, 3: page-locked memory of the host) and
    /// the number of the device.
    pub device: (i32, i32),
    /// The type of the elements.
    pub dtype: DType,
    /// The number of dimensions, up to 3.
    pub ndim: i32,
    /// The size of each dimension.
    pub shape: [i64; 3],
    /// The distance between neighbours along each dimension, in elements.
    pub strides: [i64; 3],
    /// Whether the memory must not be written to. A tensor without a version cannot say so.
    pub read_only: bool,
}

/// A tensor, the sizes and strides that it points to, and the owner of its memory. Its deleter
/// frees it.
struct Managed<T, O> {
    tensor: T,
    shape: [i64; 3],
    strides: [i64; 3],
    _owner: O,
}

impl View {
    fn tensor(&self) -> DLTensor {
        DLTensor {
            data: self.data,
            device: DLDevice { device_type: self.device.0, device_id: self.device.1 },
            ndim: self.ndim,
            dtype: DLDataType { code: code(self.dtype), bits: 8 * self.dtype.size() as u8, lanes: 1 },
            shape: std::ptr::null_mut(),
            strides: std::ptr::null_mut(),
            byte_offset: 0,
        }
    }

    /// Moves the tensor and its owner to the heap, where they stay until the deleter is called.
    /// `parts` returns the tensor and the context within the structure.
    fn manage<T, O>(&self, tensor: T, owner: O, parts: fn(&mut T) -> (&mut DLTensor, &mut *mut c_void)) -> NonNull<T> {
        let (shape, strides) = (self.shape, self.strides);
        let managed = Box::into_raw(Box::new(Managed { tensor, shape, strides, _owner: owner }));
        // SAFETY: it was made above, and nobody else has it yet.
        let fields = unsafe { &mut *managed };
        let (tensor, context) = parts(&mut fields.tensor);
        *context = managed.cast();
        tensor.shape = (&raw mut fields.shape).cast();
        tensor.strides = (&raw mut fields.strides).cast();
        NonNull::from(&mut fields.tensor)
    }

    /// Makes a tensor of DLPack 1.0. The memory must be what the view says for as long as `owner`
    /// lives, which is dropped when the deleter is called, by any thread.
    pub fn versioned<O: Send + 'static>(&self, owner: O) -> NonNull<DLManagedTensorVersioned> {
        let tensor = DLManagedTensorVersioned {
            version: DLPackVersion { major: 1, minor: 0 },
            manager_ctx: std::ptr::null_mut(),
            deleter: Some(delete_versioned::<O>),
            flags: if self.read_only { READ_ONLY } else { 0 },
            dl_tensor: self.tensor(),
        };
        self.manage(tensor, owner, |tensor| (&mut tensor.dl_tensor, &mut tensor.manager_ctx))
    }

    /// Makes a tensor of DLPack before 1.0. The memory must be what the view says for as long as
    /// `owner` lives, which is dropped when the deleter is called, by any thread.
    pub fn unversioned<O: Send + 'static>(&self, owner: O) -> NonNull<DLManagedTensor> {
        let tensor = DLManagedTensor {
            dl_tensor: self.tensor(),
            manager_ctx: std::ptr::null_mut(),
            deleter: Some(delete_unversioned::<O>),
        };
        self.manage(tensor, owner, |tensor| (&mut tensor.dl_tensor, &mut tensor.manager_ctx))
    }
}

/// Returns the `DLDataTypeCode` of a type.
fn code(dtype: DType) -> u8 {
    match dtype {
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => 0,
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => 1,
        DType::F16 | DType::F32 | DType::F64 => 2,
        DType::BF16 => 4,
    }
}

/// Frees a tensor and drops its owner.
unsafe extern "C" fn delete_versioned<O>(tensor: *mut DLManagedTensorVersioned) {
    if !tensor.is_null() {
        // SAFETY: a deleter is called once, with its own tensor.
        let context = unsafe { (*tensor).manager_ctx };
        // SAFETY: `View::versioned` made it as a box of this type.
        let managed = unsafe { Box::from_raw(context.cast::<Managed<DLManagedTensorVersioned, O>>()) };
        discard(managed);
    }
}

/// Frees a tensor and drops its owner.
unsafe extern "C" fn delete_unversioned<O>(tensor: *mut DLManagedTensor) {
    if !tensor.is_null() {
        // SAFETY: a deleter is called once, with its own tensor.
        let context = unsafe { (*tensor).manager_ctx };
        // SAFETY: `View::unversioned` made it as a box of this type.
        let managed = unsafe { Box::from_raw(context.cast::<Managed<DLManagedTensor, O>>()) };
        discard(managed);
    }
}

/// Drops a tensor and its owner. A panic must not reach C.
fn discard<T>(managed: T) {
    let drop = std::panic::AssertUnwindSafe(|| drop(managed));
    let _ = std::panic::catch_unwind(drop);
}

/// Frees a tensor that no consumer took.
///
/// # Safety
/// It comes from [`View::versioned`], and its deleter was not called.
pub unsafe fn free_versioned(tensor: NonNull<DLManagedTensorVersioned>) {
    // SAFETY: the caller has a tensor that is there until its deleter is called.
    let deleter = unsafe { tensor.as_ref() }.deleter;
    if let Some(delete) = deleter {
        // SAFETY: it is the tensor's own, and was not called before.
        unsafe { delete(tensor.as_ptr()) }
    }
}

/// Frees a tensor that no consumer took.
///
/// # Safety
/// It comes from [`View::unversioned`], and its deleter was not called.
pub unsafe fn free_unversioned(tensor: NonNull<DLManagedTensor>) {
    // SAFETY: the caller has a tensor that is there until its deleter is called.
    let deleter = unsafe { tensor.as_ref() }.deleter;
    if let Some(delete) = deleter {
        // SAFETY: it is the tensor's own, and was not called before.
        unsafe { delete(tensor.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_tensor_points_to_its_memory_and_drops_its_owner_once() {
        let memory = Arc::new(vec![1.5f32; 24]);
        let view = View {
            data: memory.as_ptr().cast_mut().cast(),
            device: (1, 0),
            dtype: DType::F32,
            ndim: 3,
            shape: [2, 3, 4],
            strides: [12, 4, 1],
            read_only: true,
        };
        let (versioned, unversioned) = (view.versioned(Arc::clone(&memory)), view.unversioned(Arc::clone(&memory)));
        assert_eq!(Arc::strong_count(&memory), 3);
        // SAFETY: it was made above.
        let new = unsafe { versioned.as_ref() };
        // SAFETY: it was made above.
        let old = unsafe { unversioned.as_ref() };
        assert_eq!((new.version.major, new.flags), (1, READ_ONLY));
        for tensor in [new.dl_tensor, old.dl_tensor] {
            assert_eq!((tensor.data.cast_const(), tensor.ndim), (memory.as_ptr().cast(), 3));
            assert_eq!((tensor.dtype.code, tensor.dtype.bits, tensor.dtype.lanes), (2, 32, 1));
            // SAFETY: the view has three sizes.
            let shape = unsafe { *tensor.shape.cast::<[i64; 3]>() };
            // SAFETY: and as many strides.
            let strides = unsafe { *tensor.strides.cast::<[i64; 3]>() };
            assert_eq!((shape, strides), ([2, 3, 4], [12, 4, 1]));
        }
        // SAFETY: they were not freed.
        unsafe { free_versioned(versioned) };
        assert_eq!(Arc::strong_count(&memory), 2);
        // SAFETY: it was not freed.
        unsafe { free_unversioned(unversioned) };
        assert_eq!(Arc::strong_count(&memory), 1);
    }
}
