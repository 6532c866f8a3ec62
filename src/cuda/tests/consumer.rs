//! A consumer that never waits. It gives its stream copies of all columns into its own memory,
//! drops the batch, and checks the results at the end.

use super::check::Expected;
use crate::Result;
use crate::cuda::batch::DeviceBatch;
use crate::cuda::driver::wrapped;
use crate::cuda::memory::DeviceMemory;
use crate::cuda::stream::Stream;
use crate::feed::Column;
use cudarc::driver::result::memcpy_dtod_async;

/// The results of some batches.
#[derive(Default)]
pub(super) struct Consumer {
    results: Vec<Copied>,
}

/// The copied columns of a batch; `None` for a column that the batch lacks, and an error if the
/// device failed.
struct Copied {
    rows: usize,
    place: (u64, u64),
    columns: Vec<Result<Option<DeviceMemory>>>,
    stream: Stream,
}

impl Consumer {
    /// Gives copies of all columns to a stream that already waits for the batch.
    pub(super) fn use_on(&mut self, batch: &DeviceBatch, stream: &Stream) {
        let _entered = stream.device().enter().unwrap();
        let columns = Column::ALL.map(|column| {
            let Some(tensor) = batch.column(column).filter(|tensor| tensor.byte_len() > 0) else { return Ok(None) };
            let memory = DeviceMemory::new(stream, tensor.byte_len())?;
            let target = memory.address(0..tensor.byte_len());
            // SAFETY: source and target are allocated and of this length.
            let copied = unsafe { memcpy_dtod_async(target, tensor.pointer(), tensor.byte_len(), stream.raw()) };
            copied.map_err(wrapped("copy on the device"))?;
            Ok(Some(memory))
        });
        let place = (batch.epoch(), batch.index());
        self.results.push(Copied { rows: batch.len(), place, columns: columns.into(), stream: stream.clone() });
    }

    /// Gives them to the stream of the batch.
    pub(super) fn consume(&mut self, batch: DeviceBatch) {
        self.use_on(&batch, batch.stream());
    }

    /// Waits for all copies, and returns the number of wrong batches.
    pub(super) fn wrong(self, expected: &[Expected]) -> usize {
        let missing = expected.len().abs_diff(self.results.len());
        let results = self.results.into_iter().zip(expected);
        let wrong = results.filter(|(copied, expected)| {
            let right = |column: Column, memory: &Result<Option<DeviceMemory>>| {
                let wanted = expected.column(column).filter(|bytes| !bytes.is_empty());
                match (memory, wanted) {
                    (Ok(Some(memory)), Some(wanted)) => {
                        memory.read(0..wanted.len(), &copied.stream).is_ok_and(|found| found == wanted)
                    }
                    (Ok(None), None) => true,
                    _ => false,
                }
            };
            let columns = Column::ALL.into_iter().zip(&copied.columns).all(|(column, memory)| right(column, memory));
            !columns || copied.rows != expected.rows || copied.place != expected.place
        });
        wrong.count() + missing
    }
}
