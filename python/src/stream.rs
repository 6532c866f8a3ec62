//! A stream of batches, gathered ahead by worker threads.

use crate::batch::Batch;
use crate::dataset::buffer;
use crate::error::OrRaise;
use crate::here::Here;
use atemoya::feed::{Loader, State};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How often somebody who waits for a batch looks for Ctrl-C.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// A loader. It is of the process that made it: a forked one has no threads that would gather.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Stream {
    /// Never locked while the interpreter's lock is waited for.
    loader: Here<Mutex<Loader>>,
}

/// A state as Python keeps it.
pub(crate) fn to_json(state: &State) -> PyResult<String> {
    serde_json::to_string(state).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

/// A state that Python has kept.
pub(crate) fn from_json(state: &str) -> PyResult<State> {
    serde_json::from_str(state).map_err(|error| PyValueError::new_err(format!("state: {error}")))
}

impl Stream {
    pub(crate) fn new(loader: Loader) -> Stream {
        Stream { loader: Here::new(Mutex::new(loader)) }
    }

    /// Works with the loader, without the interpreter's lock.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Loader) -> T + Send) -> PyResult<T> {
        let loader = self.loader.get("stream")?;
        Ok(py.detach(|| work(&mut loader.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

#[pymethods]
impl Stream {
    /// Whether this process made it, so that it can be used here.
    fn usable(&self) -> bool {
        self.loader.is_here()
    }

    /// Begins some consecutive epochs, in place of whatever was streamed.
    fn epochs(&self, py: Python<'_>, first: u64, count: u64) -> PyResult<()> {
        self.with(py, |loader| loader.epochs(first, count).detach())
    }

    /// Begins where a state says, and streams the rest of its epoch and `more` after it.
    fn resume(&self, py: Python<'_>, state: &str, more: u64) -> PyResult<()> {
        let state = from_json(state)?;
        self.with(py, |loader| loader.resume(&state, more).map(atemoya::feed::Batches::detach))?.or_raise()
    }

    /// Begins all kept peaks, negatives, or both, in their order and as they are.
    fn validation(&self, py: Python<'_>, peaks: bool, negatives: bool) -> PyResult<()> {
        self.with(py, |loader| loader.validation(peaks, negatives).map(atemoya::feed::Batches::detach))?.or_raise()
    }

    /// Where it stands after the last batch that was taken, as JSON.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        to_json(&self.with(py, |loader| loader.state())?)
    }

    /// Ends what is streamed.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |loader| loader.stopper().stop())
    }

    /// Batches of an epoch.
    fn batches_per_epoch(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |loader| loader.batches_per_epoch())
    }

    /// Counters since it was made: names to numbers.
    fn stats(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, u64)>> {
        let stats = self.with(py, |loader| loader.stats())?;
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Ok(vec![
            ("batches", stats.batches),
            ("bytes", stats.bytes),
            ("consumer_wait_ns", nanoseconds(stats.consumer_waited)),
            ("worker_wait_ns", nanoseconds(stats.workers_waited)),
            ("page_faults", stats.page_faults.unwrap_or(0)),
        ])
    }

    /// The next batch, or None at the end. With `allocate`, as in `Dataset.stream`, the batch keeps its memory and the stream gets
    /// new; without, it does so when it holds the last slot there is, so that any number of batches may be kept.
    #[pyo3(signature = (allocate=None))]
    fn next(&self, py: Python<'_>, allocate: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Batch>> {
        let exchanged = allocate.is_some();
        let mut batch = loop {
            let next = |loader: &mut Loader| {
                let mut next = loader.streaming().next_within(LOOK)?;
                if let Poll::Ready(Some(batch)) = &mut next
                    && !exchanged
                    && loader.leased() == loader.slots()
                {
                    batch.keep()?;
                }
                Ok(next)
            };
            match self.with(py, next)?.or_raise()? {
                Poll::Ready(Some(batch)) => break batch,
                Poll::Ready(None) => return Ok(None),
                Poll::Pending => py.check_signals()?,
            }
        };
        if let Some(allocate) = allocate {
            let memory = buffer(allocate, batch.slot().1.bytes())?;
            batch.keep_in(|_| Ok(memory)).or_raise()?;
        }
        Ok(Some(Batch::new(batch)?))
    }
}
