//! The rule of errors for iterators over batches: each error is reported once.

use crate::Result;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

/// Whether an error was reported since the last batch.
///
/// An error stays until a batch comes: a stream that failed gives it whenever it is polled. An
/// iterator reports it once and ends, or code that collects batches without looking at them would
/// never end.
#[derive(Debug, Default)]
pub(crate) struct Reported(AtomicBool);

impl Reported {
    /// Makes an iterator's next item of what polling a stream gave.
    pub(crate) fn item<B>(&self, polled: Result<Poll<Option<B>>>) -> Option<Result<B>> {
        match polled {
            Ok(Poll::Ready(Some(batch))) => {
                self.0.store(false, Relaxed);
                Some(Ok(batch))
            }
            Ok(Poll::Ready(None) | Poll::Pending) => None,
            Err(error) => (!self.0.swap(true, Relaxed)).then_some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn an_error_is_reported_once_until_a_batch_comes() {
        let reported = Reported::default();
        let fails = || reported.item::<u8>(Err(Error::AllLeased { slots: 1 }));
        for _ in 0..2 {
            assert!(matches!(reported.item(Ok(Poll::Ready(Some(7)))), Some(Ok(7))));
            assert!(matches!(fails(), Some(Err(Error::AllLeased { slots: 1 }))));
            assert!(fails().is_none());
            assert!(reported.item::<u8>(Ok(Poll::Pending)).is_none());
            assert!(reported.item::<u8>(Ok(Poll::Ready(None))).is_none());
            assert!(fails().is_none());
        }
    }
}
