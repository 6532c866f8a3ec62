//! The parameters of batches on a GPU: which one, and how they are brought there.

use super::{atemoya_options, change};
use crate::ffi::error::atemoya_error;
use crate::ffi::status::{Failure, atemoya_status};
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// The types in which batches are copied to a device.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_transfer {
    /// The types with the fewest bytes: packed bits and the narrowest integers. They are expanded
    /// on the device.
    ATEMOYA_TRANSFER_COMPACT = 0,
    /// The types of the columns. The workers gather them in these types.
    ATEMOYA_TRANSFER_DENSE = 1,
}

/// The parameters of batches on a device. They are checked when a loader is made of them.
#[derive(Debug, Clone)]
pub(in crate::ffi) struct DeviceSettings {
    /// The number of the device; `None` for the host.
    pub(in crate::ffi) device: Option<usize>,
    pub(in crate::ffi) dense: bool,
    pub(in crate::ffi) prefetch_to_device: usize,
    pub(in crate::ffi) device_slots: Option<usize>,
    /// The address of a stream of the caller's.
    pub(in crate::ffi) stream: Option<usize>,
    pub(in crate::ffi) write_combined: bool,
}

impl Default for DeviceSettings {
    fn default() -> DeviceSettings {
        DeviceSettings {
            device: None,
            dense: false,
            prefetch_to_device: 2,
            device_slots: None,
            stream: None,
            write_combined: false,
        }
    }
}

/// Sets the number of the GPU that batches are delivered to; -1 (the default) for batches in the
/// memory of the host. Without a driver or this device, making the loader is an error. All other
/// parameters apply to both, unless their comments say otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_device(
    options: *mut atemoya_options,
    device: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        if device < -1 {
            return Err(Failure::argument(
                "device",
                format!("{device} is neither the number of a device nor -1, which is the host"),
            ));
        }
        settings.device.device = usize::try_from(device).ok();
        Ok(())
    })
}

/// Sets the types in which batches are copied to the device, an `atemoya_transfer`; compact by
/// default. It changes no value of a batch.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_transfer(
    options: *mut atemoya_options,
    transfer: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.device.dense = match transfer {
            _ if transfer == atemoya_transfer::ATEMOYA_TRANSFER_COMPACT as i32 => false,
            _ if transfer == atemoya_transfer::ATEMOYA_TRANSFER_DENSE as i32 => true,
            _ => return Err(Failure::argument("transfer", format!("there is no atemoya_transfer {transfer}"))),
        };
        Ok(())
    })
}

/// Sets how many batches are copied to the device before they are taken, at most 1024; 2 by
/// default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_prefetch_to_device(
    options: *mut atemoya_options,
    prefetch_to_device: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.device.prefetch_to_device = prefetch_to_device;
        Ok(())
    })
}

/// Sets how many batches are on the device at once, with those that the caller holds: more than
/// `prefetch_to_device`, and at most 2048. 0 (the default) stands for `prefetch_to_device + 2`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_device_slots(
    options: *mut atemoya_options,
    device_slots: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.device.device_slots = (device_slots > 0).then_some(device_slots);
        Ok(())
    })
}

/// Sets the stream that batches are delivered to: a `CUstream` or `cudaStream_t` of the device's
/// primary context that exists as long as the loader and its batches. NULL (the default) stands for
/// a stream of the loader's own, and 1, as in DLPack, for the legacy default stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_stream(
    options: *mut atemoya_options,
    stream: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.device.stream = (!stream.is_null()).then(|| stream.expose_provenance());
        Ok(())
    })
}

/// Sets whether the page-locked memory is write-combined, which is faster to copy from on some
/// machines and slow to read on the host; false by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_write_combined(
    options: *mut atemoya_options,
    write_combined: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.device.write_combined = write_combined;
        Ok(())
    })
}
