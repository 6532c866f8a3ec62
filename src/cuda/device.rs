//! A device: its primary context, which it shares with whatever else uses the device in this
//! process (PyTorch, say), and making that context current for a while.
#![allow(unsafe_code, reason = "contexts are the driver's")]

use super::driver::{self, wrapped};
use crate::{Error, Result};
use cudarc::driver::{result, sys};
use std::sync::Arc;

/// The least compute capability: what the kernel is compiled for.
const CAPABILITY: (i32, i32) = (7, 0);

/// A GPU. Clones are the same one; its context is kept as long as any is, or anything made on it.
///
/// The context is the device's primary one, which `cudarc`'s `CudaContext::new` and PyTorch use
/// too. Calls of this crate leave the context that is current on a thread as it was: to work on a
/// batch by calls of your own, make the primary context current, as those do.
///
/// ```no_run
/// use atemoya::Error;
/// use atemoya::cuda::Device;
///
/// match Device::open(0) {
///     Ok(device) => println!("{}", device.name()?),
///     Err(Error::NoDriver { .. } | Error::NoDevice { .. }) => println!("no GPU: use the loader as it is"),
///     Err(other) => return Err(other),
/// }
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Device(Arc<Context>);

#[derive(Debug)]
struct Context {
    ordinal: usize,
    device: sys::CUdevice,
    raw: sys::CUcontext,
    /// Whether memory can be allocated and freed in the order of a stream.
    pools: bool,
}

// SAFETY: the driver's functions may be called, and its handles used, from any thread at once ("API
// thread safety" in its reference).
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Device {
    /// How many devices the driver shows to this process (`CUDA_VISIBLE_DEVICES` says which); 0
    /// where it has none.
    ///
    /// # Errors
    /// [`Error::NoDriver`] where there is no driver, or one that is too old; [`Error::Driver`].
    pub fn count() -> Result<usize> {
        if !driver::load()? {
            return Ok(0);
        }
        let count = result::device::get_count().map_err(wrapped("count the devices"))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Opens the device of this number, counted from 0.
    ///
    /// # Errors
    /// As [`Device::count`]; [`Error::NoDevice`] also where there is none of this number, or it is
    /// older than compute capability 7.0; [`Error::Driver`] for whatever else the driver says.
    pub fn open(ordinal: usize) -> Result<Device> {
        let count = Device::count()?;
        if ordinal >= count {
            let reason =
                if count == 0 { "there is none".to_owned() } else { format!("there are {count}, counted from 0") };
            return Err(Error::NoDevice { ordinal, reason });
        }
        let device = result::device::get(ordinal as i32).map_err(wrapped("open the device"))?;
        let attribute = |attribute| {
            // SAFETY: the device comes from `device::get`.
            unsafe { result::device::get_attribute(device, attribute) }.map_err(wrapped("ask what the device can do"))
        };
        let capability = (
            attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
            attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
        );
        if capability < CAPABILITY {
            let reason = format!("its compute capability is {}.{}, and 7.0 is needed", capability.0, capability.1);
            return Err(Error::NoDevice { ordinal, reason });
        }
        let pools = attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED)? > 0;
        // SAFETY: the device comes from `device::get`; the context is released once, in `drop`.
        let raw = unsafe { result::primary_ctx::retain(device) }.map_err(wrapped("take the device's context"))?;
        Ok(Device(Arc::new(Context { ordinal, device, raw, pools })))
    }

    /// Its number.
    #[must_use]
    pub fn ordinal(&self) -> usize {
        self.0.ordinal
    }

    /// The name that the driver gives it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn name(&self) -> Result<String> {
        result::device::get_name(self.0.device).map_err(wrapped("ask for the device's name"))
    }

    pub(super) fn pools(&self) -> bool {
        self.0.pools
    }

    /// Makes the device's context the current one of this thread until what is returned is dropped.
    pub(super) fn enter(&self) -> Result<Entered> {
        let former = result::ctx::get_current().map_err(wrapped("ask for the current context"))?;
        let former = former.unwrap_or(std::ptr::null_mut());
        if former == self.0.raw {
            return Ok(Entered(None));
        }
        // SAFETY: the context is alive, since `self` holds it.
        unsafe { result::ctx::set_current(self.0.raw) }.map_err(wrapped("make the device's context current"))?;
        Ok(Entered(Some(former)))
    }

    /// The same for freeing, with a second attempt, for the reason that `Stream::settle` has.
    pub(super) fn enter_to_free(&self) -> Option<Entered> {
        self.enter().or_else(|_| self.enter()).ok()
    }
}

impl PartialEq for Device {
    fn eq(&self, other: &Device) -> bool {
        self.0.raw == other.0.raw
    }
}

impl Eq for Device {}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: it was retained once, in `open`. What the driver says is of no use any more.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}

/// A thread's context is the device's as long as this lives; then it is again what it was before.
#[must_use = "the context is current only as long as this lives"]
pub(super) struct Entered(Option<sys::CUcontext>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(former) = self.0 {
            let put_back = || {
                // SAFETY: it was this thread's context before, or none: whoever made it current
                // keeps it alive.
                unsafe { result::ctx::set_current(former) }
            };
            // With a second attempt, as for freeing: what follows on this thread relies on it.
            let _ = put_back().or_else(|_| put_back());
        }
    }
}
