//! CUDA devices, and the options of batches on one.

use crate::error::OrRaise;
use crate::process_local::ProcessLocal;
use crate::store::numpy_type;
use atemoya::PeakGenerator;
use atemoya::cuda::{self, DeviceGenerator, Transfer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// An open device. Only the process that opened it may use it.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Device(ProcessLocal<cuda::Device>);

impl Device {
    pub(crate) fn get(&self) -> PyResult<&cuda::Device> {
        self.0.get("device")
    }
}

#[pymethods]
impl Device {
    /// Opens the device of a number, from 0.
    #[new]
    fn new(py: Python<'_>, ordinal: usize) -> PyResult<Device> {
        Ok(Device(ProcessLocal::new(py.detach(|| cuda::Device::open(ordinal)).or_raise()?)))
    }
}

/// The types of batches on a device, and how they are brought there.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Delivery {
    sequence_type: String,
    controls_type: String,
    signal_type: String,
    transfer: String,
    prefetch_to_device: usize,
    device_slots: Option<usize>,
}

impl Delivery {
    /// Makes the generator of a loader on a device.
    pub(crate) fn generator(&self, device: &cuda::Device, generator: PeakGenerator) -> PyResult<DeviceGenerator> {
        let transfer = match self.transfer.as_str() {
            "compact" => Transfer::Compact,
            "dense" => Transfer::Dense,
            other => {
                let message = format!("transfer must be 'compact' or 'dense', not {other:?}");
                return Err(PyValueError::new_err(message));
            }
        };
        let generator = generator
            .sequence_type(numpy_type(&self.sequence_type)?)
            .controls_type(numpy_type(&self.controls_type)?)
            .signal_type(numpy_type(&self.signal_type)?);
        Ok(DeviceGenerator::new(device, generator)
            .transfer(transfer)
            .prefetch_to_device(self.prefetch_to_device)
            .device_slots(self.device_slots))
    }
}
