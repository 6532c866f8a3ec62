//! A data set that a forked process can use, too: one of its own there, since a lock of its
//! parent's may be held for ever.

use atemoya::feed::Dataset;
use std::sync::OnceLock;

/// A data set.
pub(crate) struct Data {
    made: Dataset<'static>,
    process: u32,
    /// The same for the first forked process that uses it, and which that is.
    forked: OnceLock<(u32, Dataset<'static>)>,
}

impl Data {
    pub(crate) fn new(made: Dataset<'static>) -> Data {
        Data { made, process: std::process::id(), forked: OnceLock::new() }
    }

    /// The data set, for what needs no lock of its own: what it consists of, and data sets and
    /// loaders made of it.
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
            let _ = self.forked.set((process, self.again()?));
        }
        match self.forked.get() {
            Some((of, dataset)) if *of == process => work(dataset),
            // A process that was forked from a forked one plans every epoch anew.
            _ => work(&self.again()?),
        }
    }

    fn again(&self) -> atemoya::Result<Dataset<'static>> {
        self.made.with_seed(self.made.planner().options().seed)
    }
}
