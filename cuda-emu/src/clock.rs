//! What is known to have happened before what.

use std::collections::HashMap;

/// An operation: the stream that it was submitted to, and its number there, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) stream: usize,
    pub(crate) number: u64,
}

/// A vector clock: of each stream, the newest operation that is known to come before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(HashMap<usize, u64>);

impl Clock {
    /// Learns all that another knows.
    pub(crate) fn join(&mut self, other: &Clock) {
        for (&stream, &number) in &other.0 {
            self.add(At { stream, number });
        }
    }

    /// Learns of one operation, and thereby of the earlier ones of its stream.
    pub(crate) fn add(&mut self, at: At) {
        let newest = self.0.entry(at.stream).or_insert(0);
        *newest = (*newest).max(at.number);
    }

    /// Returns whether an operation is known to come before.
    pub(crate) fn covers(&self, at: At) -> bool {
        self.0.get(&at.stream).copied().unwrap_or(0) >= at.number
    }

    /// Returns whether all that another knows is known.
    pub(crate) fn covers_all(&self, other: &Clock) -> bool {
        other.0.iter().all(|(&stream, &number)| self.covers(At { stream, number }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_keeps_the_newest_of_each_stream() {
        let (mut a, mut b) = (Clock::default(), Clock::default());
        a.add(At { stream: 1, number: 5 });
        b.add(At { stream: 1, number: 3 });
        b.add(At { stream: 2, number: 7 });
        a.join(&b);
        assert!(a.covers(At { stream: 1, number: 5 }) && !a.covers(At { stream: 1, number: 6 }));
        assert!(a.covers_all(&b) && !b.covers_all(&a) && b.covers_all(&Clock::default()));
        assert!(a.covers(At { stream: 2, number: 7 }) && !a.covers(At { stream: 3, number: 1 }));
    }
}
