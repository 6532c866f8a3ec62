//! A consumer on a GPU that never waits, and what it must find: the host's batches, converted by
//! the crate `half`.
#![allow(unsafe_code, reason = "the consumer's own work is given to the driver")]

use atemoya::DType;
use atemoya::cuda::{Device, DeviceBatch, Stream};
use atemoya::feed::{Batch, Column};
use cudarc::driver::{result, sys};
use half::{bf16, f16};
use std::ops::Range;

/// The bytes of each column of a batch, `None` where there is no such column.
pub type Columns = Vec<Option<Vec<u8>>>;

/// What a batch on a device must hold, from the host's in the plainest types: sequence `i8`, tracks
/// `f32`. `types` are those of sequence, controls and signal on the device; all other columns are
/// as they are.
pub fn converted(batch: &Batch, types: [DType; 3]) -> Columns {
    let column = |column: Column| {
        let tensor = batch.column(column)?;
        let dtype = types.get(column as usize).copied().unwrap_or(tensor.dtype());
        if dtype == tensor.dtype() {
            return Some(tensor.bytes().to_vec());
        }
        let values: Vec<f32> = match tensor.typed::<i8>() {
            Some(values) => values.iter().map(|&value| f32::from(value)).collect(),
            None => tensor.typed::<f32>().unwrap().to_vec(),
        };
        Some(match dtype {
            DType::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            DType::F16 => values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect(),
            DType::BF16 => values.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect(),
            other => panic!("{other}"),
        })
    };
    Column::ALL.map(column).into()
}

/// Memory of a device into which batches are copied on a stream of the consumer's own, one after
/// the other.
pub struct Kept {
    device: sys::CUdevice,
    stream: Stream,
    address: u64,
    bytes: usize,
    used: usize,
    batches: Vec<Vec<Option<Range<usize>>>>,
}

impl Kept {
    /// Allocates `bytes` bytes. From now on the device's context is this thread's.
    pub fn new(device: &Device, bytes: usize) -> Kept {
        let stream = Stream::new(device).unwrap();
        let raw = result::device::get(device.ordinal() as i32).unwrap();
        // SAFETY: the device is the driver's; its context is released once, in `drop`.
        let context = unsafe { result::primary_ctx::retain(raw) }.unwrap();
        // SAFETY: the context is kept until `drop`.
        unsafe { result::ctx::set_current(context) }.unwrap();
        // SAFETY: a context is current; nothing is read of the memory before it was written.
        let address = unsafe { result::malloc_sync(bytes) }.unwrap();
        Kept { device: raw, stream, address, bytes, used: 0, batches: Vec::new() }
    }

    /// The consumer's stream.
    pub fn stream(&self) -> Stream {
        self.stream.clone()
    }

    /// Starts copies of all columns of a batch on the stream, which waits for the batch already.
    /// Returns at once. Call [`Kept::forget`] before, to drop the copies that were not read.
    pub fn keep(&mut self, batch: &DeviceBatch) {
        let columns = Column::ALL.map(|column| {
            let tensor = batch.column(column)?;
            let place = self.used..self.used + tensor.byte_len();
            assert!(place.end <= self.bytes, "{place:?} is not in {} bytes", self.bytes);
            self.used = place.end.next_multiple_of(256);
            let target = self.address + place.start as u64;
            if !place.is_empty() {
                // SAFETY: both places are allocated and as long; the batch is on the device until
                // this stream has come so far.
                unsafe {
                    result::memcpy_dtod_async(target, tensor.pointer(), tensor.byte_len(), self.stream.as_raw().cast())
                }
                .unwrap();
            }
            Some(place)
        });
        self.batches.push(columns.into());
    }

    /// Lets the next batch be written over those that were kept.
    pub fn forget(&mut self) {
        self.used = 0;
        self.batches.clear();
    }

    /// Waits for the stream, and reads what was kept.
    pub fn read(&self) -> Vec<Columns> {
        self.stream.synchronize().unwrap();
        let mut bytes = vec![0u8; self.bytes.min(self.used)];
        if !bytes.is_empty() {
            // SAFETY: the memory has as many bytes, and what wrote to it has ended.
            unsafe { result::memcpy_dtoh_sync(&mut bytes, self.address) }.unwrap();
        }
        let column = |place: &Option<Range<usize>>| place.clone().map(|place| bytes[place].to_vec());
        self.batches.iter().map(|batch| batch.iter().map(column).collect()).collect()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.stream.synchronize();
        // SAFETY: it was allocated in `new`, and the only stream that uses it has ended.
        let _ = unsafe { result::free_sync(self.address) };
        // SAFETY: no context is current after this, so that none is used that is gone.
        let _ = unsafe { result::ctx::set_current(std::ptr::null_mut()) };
        // SAFETY: it was retained once, in `new`.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}
