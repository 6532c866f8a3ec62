//! A device and its primary context, which it shares with other users of the device in this process
//! (PyTorch, say). Calls make that context current for their time.
#![allow(unsafe_code, reason = "contexts are the driver's")]

use super::driver::{self, wrapped};
use crate::{Error, Result};
use cudarc::driver::{result, sys};
use std::sync::Arc;

/// The lowest compute capability, for which the kernel is compiled.
const CAPABILITY: (i32, i32) = (7, 0);

/// A GPU. Clones are the same one. Its context lives as long as any clone, and as long as anything
/// made on the device.
///
/// It is the primary context of the device, which `cudarc`'s `CudaContext::new` and PyTorch use,
/// too. Calls of this crate restore the context that was current on their thread. To work on a
/// batch by your own calls, make the primary context current, as those do.
///
/// ```no_run
/// use atemoya::Error;
/// use atemoya::cuda::Device;
///
/// match Device::open(0) {
///     Ok(device) => println!("{}", device.name()?),
///     Err(Error::NoDriver { .. } | Error::NoDevice { .. }) => println!("there is no GPU"),
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
    /// Returns the number of devices that this process sees. `CUDA_VISIBLE_DEVICES` selects them.
    ///
    /// # Errors
    /// [`Error::NoDriver`] if there is no driver, or it is too old; [`Error::Driver`].
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
    /// [`Error::NoDriver`] if there is no driver, or it is too old. [`Error::NoDevice`] if there is
    /// no device of this number, or its compute capability is below 7.0. [`Error::Driver`] for all
    /// other errors of the driver.
    pub fn open(ordinal: usize) -> Result<Device> {
        let count = Device::count()?;
        if ordinal >= count {
            let reason = if count == 0 {
                "there is none".to_owned()
            } else {
                format!("there are {count}, and their numbers start at 0")
            };
            return Err(Error::NoDevice { ordinal, reason });
        }
        let device = result::device::get(ordinal as i32).map_err(wrapped("open the device"))?;
        let attribute = |attribute| {
            // SAFETY: the device comes from `device::get`.
            unsafe { result::device::get_attribute(device, attribute) }
                .map_err(wrapped("query the attributes of the device"))
        };
        let capability = (
            attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
            attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
        );
        if capability < CAPABILITY {
            let reason =
                format!("its compute capability is {}.{}, and 7.0 or higher is needed", capability.0, capability.1);
            return Err(Error::NoDevice { ordinal, reason });
        }
        let pools = attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED)? > 0;
        // SAFETY: the device comes from `device::get`; the context is released once, in `drop`.
        let raw = unsafe { result::primary_ctx::retain(device) }
            .map_err(wrapped("retain the primary context of the device"))?;
        Ok(Device(Arc::new(Context { ordinal, device, raw, pools })))
    }

    /// Returns its number, counted from 0.
    #[must_use]
    pub fn ordinal(&self) -> usize {
        self.0.ordinal
    }

    /// Returns its name, as the driver reports it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub fn name(&self) -> Result<String> {
        result::device::get_name(self.0.device).map_err(wrapped("query the name of the device"))
    }

    pub(super) fn pools(&self) -> bool {
        self.0.pools
    }

    /// Makes the device's context current on this thread until the returned guard is dropped.
    pub(super) fn enter(&self) -> Result<Entered> {
        let former = result::ctx::get_current().map_err(wrapped("query the current context"))?;
        let former = former.unwrap_or(std::ptr::null_mut());
        if former == self.0.raw {
            return Ok(Entered(None));
        }
        // SAFETY: the context is alive, since `self` holds it.
        unsafe { result::ctx::set_current(self.0.raw) }.map_err(wrapped("make the device's context current"))?;
        Ok(Entered(Some(former)))
    }

    /// Does the same for freeing, with a second attempt, as [`Stream::settle`](super::Stream) does.
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
        // SAFETY: it was retained once, in `open`. An error cannot be handled here.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}

/// Keeps the device's context current on a thread, and restores the former one when dropped.
#[must_use = "the context is current only as long as this lives"]
pub(super) struct Entered(Option<sys::CUcontext>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(former) = self.0 {
            let restore = || {
                // SAFETY: it was this thread's context before, or null. Its user keeps it alive.
                unsafe { result::ctx::set_current(former) }
            };
            // Later calls on this thread rely on it: so there is a second attempt.
            let _ = restore().or_else(|_| restore());
        }
    }
}
