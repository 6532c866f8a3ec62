//! The rule of errors for iterators over batches: each error is reported once.

use crate::{Error, Result};
use std::mem::replace;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

/// Whether the error that ended a stream was reported. All consumers of the stream share it.
///
/// A stream that failed gives its error whenever it is polled. An iterator reports it once and
/// ends, or code that collects batches without looking at them would never end.
/// [`Error::AllLeased`] ends no stream: each consumer is given it once, until its next batch.
#[derive(Debug, Default)]
pub(crate) struct Reported(AtomicBool);

impl Reported {
    /// Makes the next item of a consumer's iterator of what polling the stream gave. `all_leased`
    /// is the consumer's own: whether [`Error::AllLeased`] was reported to it since its last batch.
    pub(crate) fn item<B>(&self, all_leased: &mut bool, polled: Result<Poll<Option<B>>>) -> Option<Result<B>> {
        match polled {
            Ok(Poll::Ready(Some(batch))) => {
                *all_leased = false;
                Some(Ok(batch))
            }
            Ok(Poll::Ready(None) | Poll::Pending) => None,
            Err(error @ Error::AllLeased { .. }) => (!replace(all_leased, true)).then_some(Err(error)),
            Err(error) => (!self.0.swap(true, Relaxed)).then_some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_leased() -> Result<Poll<Option<u8>>> {
        Err(Error::AllLeased { slots: 1 })
    }

    #[test]
    fn an_error_is_reported_once_until_a_batch_comes() {
        let (reported, mut all_leased_reported) = (Reported::default(), false);
        let mut item = |polled| reported.item::<u8>(&mut all_leased_reported, polled);
        for _ in 0..2 {
            assert!(matches!(item(Ok(Poll::Ready(Some(7)))), Some(Ok(7))));
            assert!(matches!(item(all_leased()), Some(Err(Error::AllLeased { slots: 1 }))));
            assert!(item(all_leased()).is_none());
            assert!(item(Ok(Poll::Pending)).is_none());
            assert!(item(Ok(Poll::Ready(None))).is_none());
            assert!(item(all_leased()).is_none());
        }
    }

    #[test]
    fn the_error_that_ends_a_stream_is_reported_to_one_consumer_after_all_leased_to_each() {
        let reported = Reported::default();
        let fails = || Err(Error::argument("x", "bad"));
        let (mut first, mut second) = (false, false);
        assert!(reported.item(&mut first, all_leased()).is_some());
        assert!(reported.item(&mut second, all_leased()).is_some());
        assert!(matches!(reported.item::<u8>(&mut first, fails()), Some(Err(Error::Argument { .. }))));
        assert!(reported.item::<u8>(&mut first, fails()).is_none());
        assert!(reported.item::<u8>(&mut second, fails()).is_none());
    }
}
