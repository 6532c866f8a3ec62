//! A data set that a forked process can use, too. A lock of the parent's may be held for ever
//! there, so that a forked process makes a data set of its own.

use atemoya::feed::Dataset;
use std::sync::OnceLock;

/// A data set for the process that made it and for processes that are forked from that.
pub(crate) struct ForkSafeDataset {
    made: Dataset<'static>,
    process: u32,
    /// The data set of the first forked process that uses it, and the number of that process.
    forked: OnceLock<(u32, Dataset<'static>)>,
}

impl ForkSafeDataset {
    pub(crate) fn new(made: Dataset<'static>) -> ForkSafeDataset {
        ForkSafeDataset { made, process: std::process::id(), forked: OnceLock::new() }
    }

    /// Returns the data set as it was made, for what takes none of its locks: reading what it
    /// consists of, and making data sets and loaders of it.
    pub(crate) fn made(&self) -> &Dataset<'static> {
        &self.made
    }

    /// Works with the data set of this process.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Dataset<'static>) -> atemoya::Result<T>) -> atemoya::Result<T> {
        let process = std::process::id();
        if process == self.process {
            return work(&self.made);
        }
        if self.forked.get().is_none() {
            // Another thread of this process may have been first.
            let _ = self.forked.set((process, self.make_own()?));
        }
        match self.forked.get() {
            Some((of, dataset)) if *of == process => work(dataset),
            // A process that was forked from a forked one plans every epoch anew.
            _ => work(&self.make_own()?),
        }
    }

    fn make_own(&self) -> atemoya::Result<Dataset<'static>> {
        self.made.with_seed(self.made.planner().options().seed)
    }
}
