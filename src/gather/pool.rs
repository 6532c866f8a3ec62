//! Memory that is used again by whichever thread needs it next.

use std::sync::{Mutex, PoisonError};

/// Pieces of memory that no thread is using now.
#[derive(Debug, Default)]
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

/// A copy shares no lock with the original, and begins without memory.
impl<T> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Pool(Mutex::default())
    }
}

impl<T: Default> Pool<T> {
    /// Calls `work` with memory that no other thread uses.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = idle().pop().unwrap_or_default();
        let result = work(&mut memory);
        idle().push(memory);
        result
    }
}
